-- The index $1 of table $2: its qualified name, and whether its build is complete (a broken
-- concurrent one is INVALID).
SELECT format('%I.%I', n.nspname, c.relname) AS index_name, i.indisvalid AS valid
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE i.indrelid = to_regclass($2)
  AND c.relname = $1::name
