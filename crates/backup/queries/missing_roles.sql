-- The roles of these names that are not there, with statements that make and drop them. The runtime role is made as the first
-- migration makes it; the others get nothing but their name.
SELECT wanted.name,
       format(
           CASE wanted.name
               WHEN 'af_app' THEN 'CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE'
               ELSE 'CREATE ROLE %I NOLOGIN'
           END,
           wanted.name
       ) AS make,
       format('DROP ROLE IF EXISTS %I', wanted.name) AS remove
FROM unnest($1::text[]) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = wanted.name)
ORDER BY wanted.name;
