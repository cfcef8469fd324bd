-- Roles that are let in and are above policies: as the application is, however many roles lie between, for a RESET ROLE leads back to them;
-- or by themselves, with a right to read tables of tenants, or as a member of a role that has both.
WITH RECURSIVE let_in AS (
    SELECT m.member AS role, false AS is_through
    FROM asked
    JOIN pg_auth_members m ON m.roleid = asked.app_role
    UNION
    SELECT m.member, true
    FROM let_in l
    JOIN pg_auth_members m ON m.roleid = l.role
),
found AS (
    SELECT r.oid,
           CASE WHEN r.rolsuper THEN 'SUPERUSER' ELSE 'BYPASSRLS' END AS power,
           format('it may log in, and is a member of %I%s', app.rolname,
                  CASE WHEN bool_and(l.is_through) THEN ' through another role' ELSE '' END) AS detail
    FROM asked
    JOIN pg_roles app ON app.oid = asked.app_role
    CROSS JOIN let_in l
    JOIN pg_roles r ON r.oid = l.role AND r.rolcanlogin AND (r.rolsuper OR r.rolbypassrls)
    GROUP BY r.oid, r.rolsuper, app.rolname
),
reading AS (
    SELECT r.oid, r.rolname, count(*) AS tables
    FROM pg_roles r
    JOIN tables t ON t.tenant IS NOT NULL AND t.relowner <> r.oid
    -- Whatever a superuser is, it is on purpose.
    WHERE r.rolbypassrls AND NOT r.rolsuper
      AND (has_table_privilege(r.oid, t.oid, 'SELECT') OR has_any_column_privilege(r.oid, t.oid, 'SELECT'))
    GROUP BY r.oid, r.rolname
)
SELECT format('%I: %s', pg_get_userbyid(oid), power) AS object, detail
FROM found
UNION ALL
SELECT format('%I: BYPASSRLS%s', r.rolname, CASE WHEN r.oid <> b.oid THEN ' as ' || quote_ident(b.rolname) ELSE '' END),
       format('it may log in; tables of tenants that it may read: %s', b.tables)
FROM asked
JOIN reading b ON b.oid IS DISTINCT FROM asked.app_role
JOIN pg_roles r ON r.rolcanlogin AND NOT r.rolsuper AND pg_has_role(r.oid, b.oid, 'MEMBER')
-- What the application itself may become has a rule of its own.
WHERE r.oid NOT IN (SELECT oid FROM found) AND r.oid IS DISTINCT FROM asked.app_role
