-- Tables that nobody cleans up.
SELECT name AS object, 'autovacuum is switched off for it' AS detail
FROM tables
WHERE reloptions && '{autovacuum_enabled=false,autovacuum_enabled=off,autovacuum_enabled=no,autovacuum_enabled=0}'
