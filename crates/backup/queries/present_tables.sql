-- Tables by schema ($1) and name ($2): as they are quoted, and whether something of that name is there.
SELECT format('%I.%I', asked.schema, asked.name) AS name,
       EXISTS (
           SELECT
           FROM pg_catalog.pg_class c
           JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname = asked.schema AND c.relname = asked.name
       ) AS is_there
FROM unnest($1::text[], $2::text[]) AS asked (schema, name)
ORDER BY 1;
