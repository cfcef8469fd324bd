-- Where the role of the application may make things of its own.
SELECT place.object, format('%I may create in it', app.rolname) AS detail
FROM asked
JOIN pg_roles app ON app.oid = asked.app_role AND NOT app.rolsuper
CROSS JOIN LATERAL (
    SELECT format('schema %I', n.nspname) AS object, n.nspacl AS acl, n.nspowner AS owner
    FROM pg_namespace n
    WHERE n.nspname !~ '^pg_'
    UNION ALL
    SELECT format('database %I', d.datname), d.datacl, d.datdba FROM pg_database d WHERE d.datname = current_database()
) AS place
WHERE EXISTS (
    SELECT FROM aclexplode(place.acl) AS acl
    WHERE acl.privilege_type = 'CREATE' AND acl.grantee NOT IN (0, place.owner) AND pg_has_role(app.oid, acl.grantee, 'MEMBER')
)
