-- Ends the sessions in a database that this role may end, and says how many there were. The server ends its own workers by itself
-- when the database is renamed.
SELECT count(pg_terminate_backend(a.pid)) AS ended
FROM pg_catalog.pg_stat_activity a
CROSS JOIN (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) AS me
LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid
WHERE a.datname = $1
  AND a.pid <> pg_backend_pid()
  AND a.usesysid IS NOT NULL
  AND (me.rolsuper
       OR (NOT r.rolsuper
           AND (pg_has_role(current_user, a.usesysid, 'USAGE') OR pg_has_role(current_user, 'pg_signal_backend', 'USAGE'))));
