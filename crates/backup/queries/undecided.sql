-- Whether the session of this number is at work still. One that waits for whoever opened it is ended.
SELECT count(CASE WHEN a.state LIKE 'idle in transaction%' THEN pg_terminate_backend(a.pid)::text ELSE 'working' END) > 0 AS is_undecided
FROM pg_catalog.pg_stat_activity a
WHERE a.pid = $1 AND a.state IS DISTINCT FROM 'idle';
