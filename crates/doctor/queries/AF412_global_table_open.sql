-- Tables that belong to no tenant, and that the role of the application may write to, or read in full although they name tenants.
SELECT DISTINCT format('%s: %s', t.name, acl.words) AS object,
       CASE acl.privilege_type WHEN 'SELECT' THEN 'its rows name tenants, and no policy chooses among them' ELSE 'its rows count for all tenants' END AS detail
FROM asked
JOIN pg_roles app ON app.oid = asked.app_role AND NOT app.rolsuper
CROSS JOIN tables t
JOIN rights acl ON acl.oid = t.oid
WHERE t.is_global AND acl.grantee NOT IN (0, t.relowner) AND pg_has_role(app.oid, acl.grantee, 'MEMBER')
  AND (acl.privilege_type IN ('INSERT', 'UPDATE', 'DELETE')
       OR acl.privilege_type = 'SELECT'
          AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = asked.tenant_column AND NOT a.attisdropped)
          AND (NOT t.relrowsecurity
               OR EXISTS (
                   SELECT
                   FROM policies p
                   WHERE p.polrelid = t.oid AND p.polpermissive AND p.polcmd IN ('*', 'r') AND p.using_text = 'true'
               )))
