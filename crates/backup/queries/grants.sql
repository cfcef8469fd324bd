-- Who may do what with this database.
SELECT r.rolname::text AS role, granted.privilege_type AS privilege, granted.is_grantable AS grantable
FROM pg_catalog.pg_database d
CROSS JOIN LATERAL aclexplode(d.datacl) AS granted
LEFT JOIN pg_catalog.pg_roles r ON r.oid = granted.grantee
WHERE d.datname = current_database() AND (granted.grantee = 0 OR r.oid IS NOT NULL)
ORDER BY 1 NULLS FIRST, 2;
