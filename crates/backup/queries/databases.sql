-- Databases whose names begin like this, with their comments.
SELECT d.datname::text AS name, shobj_description(d.oid, 'pg_database') AS comment
FROM pg_catalog.pg_database d
WHERE starts_with(d.datname::text, $1)
ORDER BY name;
