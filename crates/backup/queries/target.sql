-- A database, and what would be in the way of giving it another name.
SELECT pg_has_role(current_user, d.datdba, 'USAGE') AS is_owner,
       pg_get_userbyid(d.datdba)::text AS owner,
       d.datistemplate AS is_template,
       (SELECT count(*) FROM pg_catalog.pg_prepared_xacts p WHERE p.database = d.datname) AS prepared,
       pg_database_size(d.oid) AS bytes
FROM pg_catalog.pg_database d
WHERE d.datname = $1;
