-- Foreign keys without an index that begins with their columns, in whichever order.
SELECT t.name || ': ' || quote_ident(k.conname) AS object, pg_get_constraintdef(k.oid) AS detail
FROM tables t
JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f' AND k.conparentid = 0
WHERE NOT EXISTS (
    SELECT
    FROM pg_index i
    CROSS JOIN LATERAL (SELECT (string_to_array(i.indkey::text, ' ')::int2[])[1:cardinality(k.conkey)] AS columns) AS first
    WHERE i.indrelid = t.oid AND i.indpred IS NULL AND i.indisvalid AND first.columns @> k.conkey AND first.columns <@ k.conkey
)
