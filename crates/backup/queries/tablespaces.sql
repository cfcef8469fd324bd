-- The tablespaces that something in this database was put into by name.
SELECT DISTINCT s.spcname::text AS tablespace
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
WHERE c.oid >= 16384 AND s.spcname <> 'pg_global'
ORDER BY tablespace;
