-- Foreign tables that somebody but their owner holds rights on.
SELECT v.name AS object,
       format('%s: %s', CASE acl.grantee WHEN 0 THEN 'everybody' ELSE pg_get_userbyid(acl.grantee)::text END,
              string_agg(acl.privilege_type, ', ' ORDER BY acl.privilege_type)) AS detail
FROM relations v
CROSS JOIN LATERAL aclexplode(v.relacl) AS acl
WHERE v.relkind = 'f' AND acl.grantee <> v.relowner
GROUP BY v.name, acl.grantee
