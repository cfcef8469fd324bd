-- Who waits for the lock of a table that the session $1 holds, and so keeps others from reading that table; the longest first.
SELECT l.pid,
       coalesce(a.usename::text, '') AS role,
       format('%I.%I', n.nspname, c.relname) AS relation,
       l.mode
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
JOIN pg_catalog.pg_class c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = current_database()
WHERE NOT l.granted
  AND $1::int = ANY (pg_catalog.pg_blocking_pids(l.pid))
ORDER BY a.query_start, l.pid;
