-- What kind of server it is, and who we are there.
SELECT
    current_setting('server_version_num')::int4 AS version_num,
    split_part(current_setting('server_version'), ' ', 1) AS version,
    pg_is_in_recovery() AS is_standby,
    current_user::text AS role,
    role.rolsuper AS is_superuser,
    role.rolbypassrls AS is_above_policies
FROM pg_roles AS role
WHERE role.rolname = current_user
