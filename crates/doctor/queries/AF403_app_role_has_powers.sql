-- What else the role of the application is, or may become, that gives it more than tables, and settings of superusers that it may set.
SELECT DISTINCT format('%I: %s', app.rolname, power.word) AS object, power.detail
FROM asked
JOIN pg_roles app ON app.oid = asked.app_role
CROSS JOIN LATERAL (
    SELECT attribute.word, 'it has this attribute' AS detail
    FROM (VALUES ('CREATEROLE', app.rolcreaterole), ('CREATEDB', app.rolcreatedb), ('REPLICATION', app.rolreplication)) AS attribute (word, is_set)
    WHERE attribute.is_set
    UNION ALL
    SELECT quote_ident(r.rolname), 'it is a member of this role'
    FROM pg_roles r
    WHERE r.oid < 16384 AND r.rolname LIKE 'pg\_%' AND r.rolname NOT IN ('pg_use_reserved_connections', 'pg_database_owner')
      AND NOT app.rolsuper AND pg_has_role(app.oid, r.oid, 'MEMBER')
    UNION ALL
    SELECT format('%s ON PARAMETER %s', acl.privilege_type, p.parname),
           CASE acl.grantee
               WHEN 0 THEN 'everybody holds this right'
               WHEN app.oid THEN 'it holds this right'
               ELSE format('%I holds this right', pg_get_userbyid(acl.grantee))
           END
    FROM pg_parameter_acl p
    CROSS JOIN LATERAL aclexplode(p.paracl) AS acl
    WHERE NOT app.rolsuper AND (acl.grantee = 0 OR pg_has_role(app.oid, acl.grantee, 'MEMBER'))
      -- A right to set what anybody may set, or nobody, means nothing. What is hidden from this connection is not in the list, and neither
      -- is what the application calls its own.
      AND (acl.privilege_type <> 'SET'
           OR COALESCE((SELECT s.context ~ '^superuser' FROM pg_settings s WHERE lower(s.name) = p.parname),
                       split_part(p.parname, '.', 1) <> lower(split_part(asked.setting, '.', 1))))
) AS power
