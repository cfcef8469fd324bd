-- Which backend holds the advisory lock $1.
SELECT pid
FROM pg_catalog.pg_locks
WHERE locktype = 'advisory'
  AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
  AND classid = (($1 >> 32) & 4294967295)::oid
  AND objid = ($1 & 4294967295)::oid
  AND objsubid = 1
  AND granted
