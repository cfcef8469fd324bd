-- What else the role of the application is, or may become, that gives it more than tables.
SELECT format('%I: %s', app.rolname, power.word) AS object, power.detail
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
) AS power
