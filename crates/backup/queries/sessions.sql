-- The sessions in these databases that this role may not end, and whose they are.
SELECT count(*) AS sessions, COALESCE(string_agg(DISTINCT r.rolname::text, ', '), '') AS whose
FROM pg_catalog.pg_stat_activity a
CROSS JOIN (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) AS me
JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid
WHERE a.datname = ANY ($1::text[])
  AND a.pid <> pg_backend_pid()
  AND NOT me.rolsuper
  AND (r.rolsuper
       OR NOT (pg_has_role(current_user, a.usesysid, 'USAGE') OR pg_has_role(current_user, 'pg_signal_backend', 'USAGE')));
