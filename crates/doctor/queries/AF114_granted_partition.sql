-- Partitions of tables with row-level security that somebody but their owner holds rights on.
SELECT DISTINCT format('%s: %s', part.name, acl.words) AS object, format('it is a partition of %s', parent.name) AS detail
FROM tables part
JOIN pg_inherits i ON i.inhrelid = part.oid
JOIN tables parent ON parent.oid = i.inhparent
JOIN rights acl ON acl.oid = part.oid
WHERE part.relispartition AND parent.relrowsecurity AND acl.grantee <> part.relowner
