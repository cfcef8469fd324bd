-- Foreign keys that, when their target goes, would leave rows without a tenant.
SELECT t.name || ': ' || quote_ident(k.conname) AS object, pg_get_constraintdef(k.oid) AS detail
FROM tables t
JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f' AND k.conparentid = 0
WHERE k.confdeltype IN ('n', 'd') AND t.tenant = ANY (COALESCE(k.confdelsetcols, k.conkey))
