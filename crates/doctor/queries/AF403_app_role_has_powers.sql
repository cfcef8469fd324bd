-- What else the role of the application is, or may become, that gives it more than tables.
SELECT quote_ident(app.rolname) AS object, power.word AS detail
FROM asked
JOIN pg_roles app ON app.oid = asked.app_role
CROSS JOIN LATERAL (
    SELECT 'it has CREATEROLE' AS word WHERE app.rolcreaterole
    UNION ALL
    SELECT 'it has CREATEDB' WHERE app.rolcreatedb
    UNION ALL
    SELECT 'it has REPLICATION' WHERE app.rolreplication
    UNION ALL
    SELECT format('it is a member of %I', r.rolname)
    FROM pg_roles r
    WHERE r.oid < 16384 AND r.rolname LIKE 'pg\_%' AND r.rolname NOT IN ('pg_use_reserved_connections', 'pg_database_owner')
      AND NOT app.rolsuper AND pg_has_role(app.oid, r.oid, 'MEMBER')
) AS power
