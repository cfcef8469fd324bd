-- Rights of the role of the application that act on whole tables, whatever policies say, and those that it may hand on.
SELECT DISTINCT format('%s: %s%s', t.name, acl.words, CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS object,
       CASE WHEN acl.is_grantable THEN 'it may be handed on' ELSE 'no policy filters it' END AS detail
FROM asked
JOIN pg_roles app ON app.oid = asked.app_role AND NOT app.rolsuper
CROSS JOIN tables t
JOIN rights acl ON acl.oid = t.oid
WHERE acl.grantee NOT IN (0, t.relowner) AND pg_has_role(app.oid, acl.grantee, 'MEMBER')
  AND (acl.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE') OR acl.is_grantable)
