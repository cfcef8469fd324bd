-- Tables, views and their columns that everybody holds rights on, and schemas in which everybody may create.
SELECT DISTINCT format('%s: %s', r.name, acl.what) AS object, 'everybody holds this right' AS detail
FROM relations r
JOIN rights acl ON acl.oid = r.oid
WHERE acl.grantee = 0
UNION ALL
SELECT format('schema %I: CREATE', n.nspname), 'everybody holds this right'
FROM asked
JOIN pg_namespace n ON n.nspname = ANY (asked.schemas)
CROSS JOIN LATERAL aclexplode(n.nspacl) AS acl
WHERE acl.grantee = 0 AND acl.privilege_type = 'CREATE'
