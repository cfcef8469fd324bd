-- Where the history table is, or would be created: $1 is its schema or NULL, $2 its name. An
-- existing table is found along the search path, so that a schema created later in front of it does
-- not hide it.
SELECT coalesce($1, n.nspname::pg_catalog.text, pg_catalog.current_schema()::pg_catalog.text) AS schema_name,
       c.oid IS NOT NULL AS present
FROM (
    SELECT pg_catalog.to_regclass(
        pg_catalog.concat_ws('.', pg_catalog.quote_ident($1), pg_catalog.quote_ident($2))
    ) AS oid
) AS wanted
LEFT JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) wanted.oid
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
