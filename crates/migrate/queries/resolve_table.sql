-- Where the history table is, or would be created: $1 is its schema or NULL, $2 its name. An
-- existing table is found along the search path, so that a schema created later in front of it does
-- not hide it.
SELECT coalesce($1, n.nspname::text, current_schema()::text) AS schema_name,
       c.oid IS NOT NULL AS present
FROM (SELECT to_regclass(concat_ws('.', quote_ident($1), quote_ident($2))) AS oid) AS wanted
LEFT JOIN pg_catalog.pg_class AS c ON c.oid = wanted.oid
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
