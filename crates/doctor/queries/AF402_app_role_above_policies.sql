-- What the role of the application is, or may become, that policies do not bind.
SELECT format('%I: %s', r.rolname, CASE WHEN r.rolsuper THEN 'SUPERUSER' ELSE 'BYPASSRLS' END) AS object,
       CASE WHEN r.oid <> app.oid THEN format('%I may become it', app.rolname) ELSE 'it is the role of the application' END AS detail
FROM asked
JOIN pg_roles app ON app.oid = asked.app_role
JOIN pg_roles r ON r.rolsuper OR r.rolbypassrls
-- A superuser may become everybody.
WHERE r.oid = app.oid OR (NOT app.rolsuper AND pg_has_role(app.oid, r.oid, 'MEMBER'))
