-- Tables of some size of which the planner knows nothing.
SELECT t.name AS object, format('it has %s and was never analyzed', pg_size_pretty(pg_relation_size(t.oid))) AS detail
FROM asked
CROSS JOIN tables t
JOIN pg_class c ON c.oid = t.oid
WHERE t.relkind = 'r' AND c.reltuples < 0
  AND pg_relation_size(t.oid) > COALESCE((asked.it ->> 'bytes')::bigint, 10000000)
