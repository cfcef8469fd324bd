-- What a database is called now.
SELECT d.datname::text AS name
FROM pg_catalog.pg_database d
WHERE d.oid = $1;
