-- Partitions of tables with row-level security that somebody but their owner holds rights on.
SELECT part.name AS object,
       format('%s: %s', CASE acl.grantee WHEN 0 THEN 'everybody' ELSE pg_get_userbyid(acl.grantee)::text END,
              string_agg(acl.privilege_type, ', ' ORDER BY acl.privilege_type)) AS detail
FROM tables part
JOIN pg_inherits i ON i.inhrelid = part.oid
JOIN tables parent ON parent.oid = i.inhparent
CROSS JOIN LATERAL aclexplode(part.relacl) AS acl
WHERE part.relispartition AND parent.relrowsecurity AND acl.grantee <> part.relowner
GROUP BY part.name, acl.grantee
