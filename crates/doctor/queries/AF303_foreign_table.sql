-- Foreign tables that somebody but their owner holds rights on.
SELECT DISTINCT format('%s: %s', v.name, acl.words) AS object, 'no policy filters it' AS detail
FROM relations v
JOIN rights acl ON acl.oid = v.oid
WHERE v.relkind = 'f' AND acl.grantee <> v.relowner
