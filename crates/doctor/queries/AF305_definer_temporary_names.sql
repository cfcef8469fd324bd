-- Functions that run as their owner and look among temporary tables, which anybody may make, before their own schemas.
SELECT f.name AS object, setting.text AS detail
FROM functions f
CROSS JOIN LATERAL unnest(f.proconfig) AS setting (text)
WHERE f.is_ours AND f.prosecdef AND setting.text LIKE 'search_path=%'
  -- An empty one finds nothing but what names its schema, and the system.
  AND setting.text NOT IN ('search_path=', 'search_path=""')
  AND setting.text !~ '[=, ]"?pg_temp"?$'
