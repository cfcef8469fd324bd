-- Columns with times of no zone.
SELECT format('%s.%I', t.name, a.attname) AS object, 'it is a timestamp without time zone' AS detail
FROM tables t
JOIN pg_attribute a ON a.attrelid = t.oid AND NOT a.attisdropped
WHERE a.atttypid = 'timestamp'::regtype AND NOT t.relispartition
