-- Rights on tables that are not made yet.
SELECT format('%I', pg_get_userbyid(d.defaclrole)) AS object,
       format('new tables%s: %s gets %s', COALESCE(' in schema ' || quote_ident(n.nspname), ''),
              CASE acl.grantee WHEN 0 THEN 'everybody' ELSE pg_get_userbyid(acl.grantee)::text END,
              string_agg(acl.privilege_type, ', ' ORDER BY acl.privilege_type)) AS detail
FROM asked
CROSS JOIN pg_default_acl d
LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
CROSS JOIN LATERAL aclexplode(d.defaclacl) AS acl
WHERE d.defaclobjtype = 'r' AND acl.grantee <> d.defaclrole
  AND (n.oid IS NULL OR n.nspname = ANY (asked.schemas))
  AND (acl.grantee = 0 OR acl.grantee = asked.app_role)
GROUP BY d.oid, d.defaclrole, n.nspname, acl.grantee
