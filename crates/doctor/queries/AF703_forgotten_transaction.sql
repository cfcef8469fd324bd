-- Transactions that wait for whoever began them, and keep everything deleted since from being removed.
SELECT format('session %s of %s', a.pid, quote_ident(a.usename)) AS object,
       format('it has waited in a transaction since %s', to_char(a.state_change AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) AS detail
FROM asked
JOIN pg_stat_activity a ON a.datname = current_database() AND a.state LIKE 'idle in transaction%'
WHERE clock_timestamp() - a.state_change > make_interval(secs => COALESCE((asked.it ->> 'idle_seconds')::float8, 600))
UNION ALL
SELECT format('prepared transaction %L', p.gid),
       format('it was prepared at %s', to_char(p.prepared AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
FROM asked
JOIN pg_prepared_xacts p ON p.database = current_database()
WHERE clock_timestamp() - p.prepared > make_interval(secs => COALESCE((asked.it ->> 'idle_seconds')::float8, 600))
