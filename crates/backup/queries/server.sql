-- The server, and what the role of the connection may do.
SELECT current_setting('server_version_num')::int / 10000 AS major,
       split_part(current_setting('server_version'), ' ', 1) AS version,
       r.rolname::text AS role,
       r.rolsuper AS is_superuser,
       r.rolsuper OR r.rolbypassrls AS sees_all_rows,
       r.rolsuper OR r.rolcreatedb AS creates_databases,
       r.rolsuper OR r.rolcreaterole AS creates_roles,
       pg_is_in_recovery() AS is_standby
FROM pg_catalog.pg_roles r
WHERE r.rolname = current_user;
