-- Materialized views that somebody but their owner may read, or some columns of them.
SELECT DISTINCT v.name AS object,
       format('%s may read it', CASE acl.grantee WHEN 0 THEN 'everybody' ELSE pg_get_userbyid(acl.grantee)::text END) AS detail
FROM relations v
JOIN rights acl ON acl.oid = v.oid
WHERE v.relkind = 'm' AND acl.privilege_type = 'SELECT' AND acl.grantee <> v.relowner
