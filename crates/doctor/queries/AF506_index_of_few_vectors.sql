-- IVFFlat indexes with more lists than there are rows: their centers were made of next to nothing.
SELECT t.name || ': ' || quote_ident(c.relname) AS object,
       format('it has %s lists for about %s rows', lists.number, GREATEST(p.reltuples, 0)::bigint) AS detail
FROM tables t
JOIN pg_class p ON p.oid = t.oid
JOIN pg_index i ON i.indrelid = t.oid
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_am m ON m.oid = c.relam AND m.amname = 'ivfflat'
CROSS JOIN LATERAL (
    SELECT COALESCE((SELECT substring(o FROM '^lists=(\d+)$')::int FROM unnest(c.reloptions) AS o WHERE o LIKE 'lists=%'), 100) AS number
) AS lists
WHERE t.relkind = 'r' AND p.reltuples < lists.number
