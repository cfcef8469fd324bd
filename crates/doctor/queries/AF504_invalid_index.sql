-- Indexes that were not finished, which cost writes and serve nobody.
SELECT t.name || ': ' || quote_ident(c.relname) AS object,
       CASE WHEN i.indisunique THEN 'it was not finished, and keeps nothing unique' ELSE 'it was not finished' END AS detail
FROM tables t
JOIN pg_index i ON i.indrelid = t.oid
JOIN pg_class c ON c.oid = i.indexrelid
WHERE NOT (i.indisvalid AND i.indisready)
  -- Under way.
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = c.oid)
