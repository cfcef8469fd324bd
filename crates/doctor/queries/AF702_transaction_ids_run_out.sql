-- Databases that were not vacuumed for so long that the server will stop to accept writes.
SELECT format('database %I', d.datname) AS object, format('its oldest transaction is %s transactions ago', age(d.datfrozenxid)) AS detail
FROM asked
CROSS JOIN pg_database d
WHERE d.datname = current_database() AND age(d.datfrozenxid) > COALESCE((asked.it ->> 'transactions')::bigint, 1000000000)
