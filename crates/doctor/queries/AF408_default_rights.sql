-- Rights on tables that are not made yet.
SELECT DISTINCT
       format('%I%s: %s for %s', pg_get_userbyid(d.defaclrole), COALESCE(' in schema ' || quote_ident(n.nspname), ''), acl.privilege_type,
              CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END) AS object,
       'new tables of this role come with this right' AS detail
FROM asked
CROSS JOIN pg_default_acl d
LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
CROSS JOIN LATERAL aclexplode(d.defaclacl) AS acl
WHERE d.defaclobjtype = 'r' AND acl.grantee <> d.defaclrole
  AND (n.oid IS NULL OR n.nspname = ANY (asked.schemas))
  AND (acl.grantee IN (0, asked.app_role)
       OR EXISTS (
           SELECT
           FROM pg_roles app
           WHERE app.oid = asked.app_role AND NOT app.rolsuper AND pg_has_role(app.oid, acl.grantee, 'MEMBER')
       ))
