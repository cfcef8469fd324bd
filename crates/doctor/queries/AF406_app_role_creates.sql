-- Where the role of the application may make things of its own, by itself or because everybody may.
SELECT DISTINCT concat(place.object, CASE acl.grantee WHEN 0 THEN ': CREATE for PUBLIC' END) AS object,
       format('%I may create in it', app.rolname) AS detail
FROM asked
JOIN pg_roles app ON app.oid = asked.app_role AND NOT app.rolsuper
CROSS JOIN LATERAL (
    SELECT format('schema %I', n.nspname) AS object, n.nspacl AS acl, n.nspowner AS owner,
           -- What everybody may in the schemas that are looked at has a rule of its own.
           n.nspname <> ALL (asked.schemas) AND has_schema_privilege(app.oid, n.oid, 'USAGE') AS is_open
    FROM pg_namespace n
    WHERE n.nspname !~ '^pg_'
    UNION ALL
    SELECT format('database %I', d.datname), d.datacl, d.datdba, true FROM pg_database d WHERE d.datname = current_database()
) AS place
CROSS JOIN LATERAL aclexplode(place.acl) AS acl
WHERE acl.privilege_type = 'CREATE' AND acl.grantee <> place.owner
  AND CASE acl.grantee WHEN 0 THEN place.is_open ELSE pg_has_role(app.oid, acl.grantee, 'MEMBER') END
