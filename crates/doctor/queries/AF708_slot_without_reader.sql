-- Replication slots that nobody reads from and that hold a lot of write-ahead log.
SELECT format('replication slot %I', s.slot_name) AS object, format('nobody reads from it, and it holds %s', pg_size_pretty(held.bytes)) AS detail
FROM asked
CROSS JOIN pg_replication_slots s
CROSS JOIN LATERAL (
    SELECT pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, s.restart_lsn) AS bytes
) AS held
-- What the server gave up holds nothing. Slots of a standby that follow those of its primary are read there.
WHERE NOT s.active AND s.wal_status IS DISTINCT FROM 'lost'
  AND NOT (pg_is_in_recovery() AND COALESCE((to_jsonb(s) ->> 'synced')::boolean, false))
  AND held.bytes > COALESCE((asked.it ->> 'slot_bytes')::numeric, 1000000000)
