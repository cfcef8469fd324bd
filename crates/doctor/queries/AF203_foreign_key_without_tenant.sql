-- Foreign keys between tables of tenants that do not carry the tenant on both sides.
SELECT t.name || ': ' || quote_ident(k.conname) AS object, pg_get_constraintdef(k.oid) AS detail
FROM tables t
JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f' AND k.conparentid = 0
JOIN tables target ON target.oid = k.confrelid
WHERE t.tenant IS NOT NULL AND target.tenant IS NOT NULL
  AND NOT EXISTS (
      SELECT
      FROM unnest(k.conkey, k.confkey) AS pair (here, there)
      WHERE pair.here = t.tenant AND pair.there = target.tenant
  )
