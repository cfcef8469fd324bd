-- Roles that are let in as the application is, and are above its policies: a RESET ROLE leads back to them.
SELECT quote_ident(r.rolname) AS object,
       format('it may log in, is a member of %I, and %s', app.rolname,
              CASE WHEN r.rolsuper THEN 'is a superuser' ELSE 'has BYPASSRLS' END) AS detail
FROM asked
JOIN pg_roles app ON app.oid = asked.app_role
JOIN pg_roles r ON r.rolcanlogin AND (r.rolsuper OR r.rolbypassrls)
WHERE EXISTS (SELECT FROM pg_auth_members m WHERE m.roleid = app.oid AND m.member = r.oid)
