-- Functions that run as their owner and find names where their caller says.
SELECT name AS object, 'it does not set search_path' AS detail
FROM functions
WHERE is_ours AND prosecdef AND NOT EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting LIKE 'search_path=%')
