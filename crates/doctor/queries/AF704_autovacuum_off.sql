-- Tables that nobody cleans up.
SELECT name AS object, 'autovacuum is switched off for it' AS detail
FROM tables
WHERE EXISTS (
    SELECT FROM unnest(reloptions) AS given (option)
    WHERE given.option ~* '^autovacuum_enabled=(f|fa|fal|fals|false|of|off|n|no|0)$'
)
