-- The extensions besides the one that every database has.
SELECT e.extname::text AS extension
FROM pg_catalog.pg_extension e
WHERE e.extname <> 'plpgsql'
ORDER BY extension;
