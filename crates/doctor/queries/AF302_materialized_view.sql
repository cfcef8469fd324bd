-- Materialized views that somebody but their owner may read, or some columns of them.
SELECT DISTINCT format('%s: %s', v.name, acl.words) AS object, 'it holds what its owner saw' AS detail
FROM relations v
JOIN rights acl ON acl.oid = v.oid
WHERE v.relkind = 'm' AND acl.privilege_type = 'SELECT' AND acl.grantee <> v.relowner
