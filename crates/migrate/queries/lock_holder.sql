-- Which backend holds the advisory lock $1, and whether it is the one that is asked.
SELECT pid, pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid() AS is_own
FROM pg_catalog.pg_locks
WHERE locktype OPERATOR(pg_catalog.=) 'advisory'
  AND database OPERATOR(pg_catalog.=) (
      SELECT d.oid FROM pg_catalog.pg_database AS d
      WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
  )
  AND classid OPERATOR(pg_catalog.=)
      (($1 OPERATOR(pg_catalog.>>) 32) OPERATOR(pg_catalog.&) 4294967295)::pg_catalog.oid
  AND objid OPERATOR(pg_catalog.=) ($1 OPERATOR(pg_catalog.&) 4294967295)::pg_catalog.oid
  AND objsubid OPERATOR(pg_catalog.=) 1
  AND granted
  -- A prepared transaction holds its locks without one.
  AND pid IS NOT NULL
ORDER BY is_own DESC
LIMIT 1
