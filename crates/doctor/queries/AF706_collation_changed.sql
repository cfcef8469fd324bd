-- Collations of another version than the indexes by them were built with.
SELECT format('collation %I.%I', n.nspname, c.collname) AS object,
       format('indexes are by version %s, and the system has %s', c.collversion, pg_collation_actual_version(c.oid)) AS detail
FROM pg_collation c
JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE c.collversion <> pg_collation_actual_version(c.oid)
  AND EXISTS (SELECT FROM pg_index i WHERE c.oid = ANY (i.indcollation::oid[]))
UNION ALL
SELECT format('database %I', d.datname),
       format('indexes are by version %s, and the system has %s', d.datcollversion, pg_database_collation_actual_version(d.oid))
FROM pg_database d
WHERE d.datname = current_database() AND d.datcollversion <> pg_database_collation_actual_version(d.oid)
