-- Releases of pgvector with faults that damage indexes or memory.
SELECT 'extension vector' AS object, format('%s is installed; 0.8.4 is the first without known damage to indexes', told.version) AS detail
FROM asked
JOIN pg_extension e ON e.extname = 'vector'
CROSS JOIN LATERAL (SELECT COALESCE(asked.it ->> 'pgvector_version', e.extversion) AS version) AS told
WHERE (regexp_match(told.version, '^\d+(?:\.\d+)*'))[1] IS NOT NULL
  AND string_to_array((regexp_match(told.version, '^\d+(?:\.\d+)*'))[1], '.')::int[] < '{0,8,4}'::int[]
