-- Owners of tables of tenants whom FORCE does not bind.
SELECT quote_ident(r.rolname) AS object,
       format('it %s; tables of tenants that it owns: %s', CASE WHEN r.rolsuper THEN 'is a superuser' ELSE 'has BYPASSRLS' END, count(*)) AS detail
FROM tables t
JOIN pg_roles r ON r.oid = t.relowner AND (r.rolsuper OR r.rolbypassrls)
WHERE t.tenant IS NOT NULL
GROUP BY r.rolname, r.rolsuper
