-- What a server must be like for base backups of it, and what tells it from others.
SELECT current_setting('server_version_num')::int4 AS version_number,
       current_setting('server_version') AS version,
       current_setting('wal_level') AS wal_level,
       coalesce(current_setting('summarize_wal', true), 'off') AS summarize_wal,
       current_setting('max_wal_senders')::int4 AS max_wal_senders,
       -- Replication is allowed to who logs in, whichever role is set afterwards.
       session_user::text AS role,
       (SELECT rolsuper OR rolreplication FROM pg_roles WHERE rolname = session_user) AS may_replicate,
       (SELECT system_identifier::text FROM pg_control_system()) AS system_identifier,
       ARRAY(
           SELECT spcname::text
           FROM pg_tablespace
           WHERE spcname NOT IN ('pg_default', 'pg_global')
           ORDER BY spcname
       ) AS tablespaces
