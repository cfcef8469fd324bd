-- Rights of the role of the application that act on whole tables, whatever policies say, and those that it may hand on.
SELECT t.name AS object,
       format('%s %s%s', CASE acl.grantee WHEN 0 THEN 'everybody has' ELSE pg_get_userbyid(acl.grantee) || ' has' END,
              acl.privilege_type, CASE WHEN acl.is_grantable THEN ' and may grant it' ELSE '' END) AS detail
FROM asked
JOIN pg_roles app ON app.oid = asked.app_role AND NOT app.rolsuper
CROSS JOIN tables t
JOIN rights acl ON acl.oid = t.oid
WHERE acl.grantee NOT IN (0, t.relowner) AND pg_has_role(app.oid, acl.grantee, 'MEMBER')
  AND (acl.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE') OR acl.is_grantable)
