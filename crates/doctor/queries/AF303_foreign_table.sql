-- Foreign tables that somebody but their owner holds rights on.
SELECT v.name AS object,
       format('%s: %s', CASE acl.grantee WHEN 0 THEN 'everybody' ELSE pg_get_userbyid(acl.grantee)::text END,
              string_agg(DISTINCT acl.privilege_type, ', ')) AS detail
FROM relations v
JOIN rights acl ON acl.oid = v.oid
WHERE v.relkind = 'f' AND acl.grantee <> v.relowner
GROUP BY v.name, acl.grantee
