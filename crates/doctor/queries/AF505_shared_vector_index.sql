-- Indexes of nearest neighbors over the vectors of several tenants.
SELECT t.name || ': ' || quote_ident(c.relname) AS object, format('%s over the vectors of all tenants', m.amname) AS detail
FROM tables t
JOIN pg_index i ON i.indrelid = t.oid
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_am m ON m.oid = c.relam
CROSS JOIN asked
WHERE m.amname IN ('hnsw', 'ivfflat', 'diskann', 'vchordrq') AND t.tenant IS NOT NULL AND NOT t.is_of_one_tenant
  AND COALESCE(pg_get_expr(i.indpred, t.oid), '') !~ (asked.tenant_word || ' = ')
