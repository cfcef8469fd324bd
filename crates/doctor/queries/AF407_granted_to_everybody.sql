-- Tables, views and their columns that everybody holds rights on, and schemas in which everybody may create.
SELECT r.name AS object, format('everybody: %s', string_agg(DISTINCT acl.privilege_type, ', ')) AS detail
FROM relations r
CROSS JOIN LATERAL (
    SELECT * FROM aclexplode(r.relacl)
    UNION ALL
    SELECT granted.* FROM pg_attribute a CROSS JOIN LATERAL aclexplode(a.attacl) AS granted WHERE a.attrelid = r.oid
) AS acl
WHERE acl.grantee = 0
GROUP BY r.name
UNION ALL
SELECT format('schema %I', n.nspname), 'everybody may create in it'
FROM asked
JOIN pg_namespace n ON n.nspname = ANY (asked.schemas)
CROSS JOIN LATERAL aclexplode(n.nspacl) AS acl
WHERE acl.grantee = 0 AND acl.privilege_type = 'CREATE'
