-- Tables without a primary key.
SELECT name AS object, 'it has no primary key' AS detail
FROM tables
WHERE NOT relispartition AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = tables.oid AND i.indisprimary)
