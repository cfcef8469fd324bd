-- What kind of server it is, and who we are there. Names are those of the system, whatever the search path is.
SELECT
    pg_catalog.current_setting('server_version_num')::integer AS version_num,
    pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1) AS version,
    pg_catalog.pg_is_in_recovery() AS is_standby,
    current_user::pg_catalog.text AS role,
    role.rolsuper AS is_superuser,
    role.rolbypassrls AS is_above_policies
FROM pg_catalog.pg_roles AS role
WHERE role.rolname OPERATOR(pg_catalog.=) current_user
