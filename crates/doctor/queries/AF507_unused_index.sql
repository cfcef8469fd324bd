-- Indexes of some size that nobody searched since this server began to count, which is long enough ago.
SELECT t.name || ': ' || quote_ident(c.relname) AS object,
       format('it has %s, and was not searched on this server since %s', pg_size_pretty(pg_relation_size(c.oid)),
              to_char(counted.since AT TIME ZONE 'UTC', 'YYYY-MM-DD')) AS detail
FROM asked
CROSS JOIN tables t
JOIN pg_index i ON i.indrelid = t.oid AND i.indisvalid AND NOT i.indisunique AND NOT i.indisprimary AND NOT i.indisexclusion
JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i' AND NOT c.relispartition
JOIN pg_stat_user_indexes s ON s.indexrelid = c.oid AND s.idx_scan = 0
CROSS JOIN LATERAL (
    -- Nothing tells how long numbers are kept that were never put back to zero. A crash takes all of them, and the server goes on with the
    -- start that it had; only numbers of the whole server tell when that was.
    SELECT GREATEST(COALESCE(d.stats_reset, pg_postmaster_start_time()), (SELECT a.stats_reset FROM pg_stat_archiver a)) AS since
    FROM pg_stat_database d
    WHERE d.datname = current_database()
) AS counted
WHERE pg_relation_size(c.oid) > COALESCE((asked.it ->> 'index_bytes')::bigint, 10000000)
  AND clock_timestamp() - counted.since > make_interval(secs => COALESCE((asked.it ->> 'index_seconds')::float8, 30 * 86400))
