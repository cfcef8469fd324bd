-- What a name ($1) is made of, read as SQL reads it: the table, or the schema and the table.
SELECT pg_catalog.parse_ident($1::text) AS parts;
