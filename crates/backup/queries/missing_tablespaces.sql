-- Those of these tablespaces that the server does not have.
SELECT wanted.name
FROM unnest($1::text[]) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_tablespace s WHERE s.spcname = wanted.name)
ORDER BY wanted.name;
