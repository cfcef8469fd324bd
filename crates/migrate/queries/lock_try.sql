-- Tries the advisory lock $1 without waiting: a session that waits inside a statement holds a
-- snapshot, and CREATE INDEX CONCURRENTLY of the holder would wait for it (deadlock).
SELECT pg_catalog.pg_try_advisory_lock($1) AS acquired
