-- Primary keys, unique indexes and exclusions of tables of tenants that do not begin with the tenant.
SELECT t.name || ': ' || quote_ident(c.relname) AS object, pg_get_indexdef(c.oid) AS detail
FROM tables t
JOIN pg_index i ON i.indrelid = t.oid AND (i.indisunique OR i.indisexclusion)
JOIN pg_class c ON c.oid = i.indexrelid
WHERE t.tenant IS NOT NULL AND NOT t.relispartition AND i.indkey[0] <> t.tenant
