-- Tables of tenants without an index that begins with the tenant.
SELECT t.name AS object, format('no index begins with %I', asked.tenant_column) AS detail
FROM asked
CROSS JOIN tables t
WHERE t.tenant IS NOT NULL AND NOT t.relispartition
  AND NOT EXISTS (
      SELECT FROM pg_index i
      WHERE i.indrelid = t.oid AND i.indpred IS NULL AND i.indisvalid AND i.indkey[0] = t.tenant
  )
