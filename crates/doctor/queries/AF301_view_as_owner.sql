-- Views that read with the rights of their owner.
SELECT name AS object, format('it reads as %I, whoever asks', pg_get_userbyid(relowner)) AS detail
FROM relations
WHERE relkind = 'v' AND NOT EXISTS (
    SELECT FROM unnest(reloptions) AS given (option)
    WHERE given.option ~* '^security_invoker=(t|tr|tru|true|on|y|ye|yes|1)$'
)
