-- Views that read with the rights of their owner.
SELECT name AS object, format('it reads as %I, whoever asks', pg_get_userbyid(relowner)) AS detail
FROM relations
WHERE relkind = 'v' AND NOT COALESCE(reloptions && '{security_invoker=true,security_invoker=on,security_invoker=yes,security_invoker=1}', false)
