-- Roles that are let in as the application is, however many roles lie between, and are above its policies: a RESET ROLE leads back to them.
WITH RECURSIVE let_in AS (
    SELECT m.member AS role, false AS is_through
    FROM asked
    JOIN pg_auth_members m ON m.roleid = asked.app_role
    UNION
    SELECT m.member, true
    FROM let_in l
    JOIN pg_auth_members m ON m.roleid = l.role
)
SELECT quote_ident(r.rolname) AS object,
       format('it may log in, is a member of %I%s, and %s', app.rolname,
              CASE WHEN bool_and(l.is_through) THEN ' through another role' ELSE '' END,
              CASE WHEN r.rolsuper THEN 'is a superuser' ELSE 'has BYPASSRLS' END) AS detail
FROM asked
JOIN pg_roles app ON app.oid = asked.app_role
CROSS JOIN let_in l
JOIN pg_roles r ON r.oid = l.role AND r.rolcanlogin AND (r.rolsuper OR r.rolbypassrls)
GROUP BY r.rolname, r.rolsuper, app.rolname
