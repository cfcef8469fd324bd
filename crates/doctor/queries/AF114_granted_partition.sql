-- Partitions of tables with row-level security that somebody but their owner holds rights on.
SELECT part.name AS object,
       format('%s: %s', CASE acl.grantee WHEN 0 THEN 'everybody' ELSE pg_get_userbyid(acl.grantee)::text END,
              string_agg(DISTINCT acl.privilege_type, ', ')) AS detail
FROM tables part
JOIN pg_inherits i ON i.inhrelid = part.oid
JOIN tables parent ON parent.oid = i.inhparent
JOIN rights acl ON acl.oid = part.oid
WHERE part.relispartition AND parent.relrowsecurity AND acl.grantee <> part.relowner
GROUP BY part.name, acl.grantee
