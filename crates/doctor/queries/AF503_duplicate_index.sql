-- Indexes that are there twice.
SELECT t.name || ': ' || quote_ident(c.relname) AS object, format('it is the same as %I', min(other.relname)) AS detail
FROM tables t
JOIN pg_index i ON i.indrelid = t.oid
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_index same
    ON same.indrelid = i.indrelid AND same.indexrelid <> i.indexrelid
    AND same.indkey = i.indkey AND same.indclass = i.indclass AND same.indcollation = i.indcollation AND same.indoption = i.indoption
    AND same.indnkeyatts = i.indnkeyatts
    AND pg_get_expr(same.indexprs, t.oid) IS NOT DISTINCT FROM pg_get_expr(i.indexprs, t.oid)
    AND pg_get_expr(same.indpred, t.oid) IS NOT DISTINCT FROM pg_get_expr(i.indpred, t.oid)
JOIN pg_class other ON other.oid = same.indexrelid AND other.relam = c.relam
-- The one to go is the one that keeps nothing unique, or else the later one.
WHERE NOT i.indisprimary AND NOT i.indisexclusion
  AND (same.indisunique AND NOT i.indisunique
       OR same.indisunique = i.indisunique AND (same.indisprimary OR same.indexrelid < i.indexrelid))
GROUP BY t.name, c.relname
