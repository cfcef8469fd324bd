-- What tells a database whatever it is called, and this session.
SELECT d.oid, pg_backend_pid() AS pid
FROM pg_catalog.pg_database d
WHERE d.datname = $1;
