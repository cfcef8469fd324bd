-- Tables that are empty after a crash.
SELECT name AS object, 'it is UNLOGGED' AS detail
FROM tables
WHERE relpersistence = 'u'
