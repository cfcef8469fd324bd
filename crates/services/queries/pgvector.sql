-- The version of pgvector in this database, and the one that the server could install; null where there is none. Names are those of
-- the system, whatever the search path is.
SELECT
    (SELECT extversion FROM pg_catalog.pg_extension WHERE extname OPERATOR(pg_catalog.=) 'vector') AS installed,
    (SELECT default_version FROM pg_catalog.pg_available_extensions WHERE name OPERATOR(pg_catalog.=) 'vector') AS available
