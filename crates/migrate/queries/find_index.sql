-- The index $1 of table $2: its qualified name, and whether its build is complete (a broken
-- concurrent one is INVALID).
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS index_name, i.indisvalid AS valid
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE i.indrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($2)
  AND c.relname OPERATOR(pg_catalog.=) $1::pg_catalog.name
