-- What may pass for the runtime role, and whether isolation holds. Asked before a process serves anybody.

-- Why the role in force could get around row-level security; no rows when it could not.
--! list_role_faults
SELECT 'role ' || rolname || ' is a superuser' AS fault
FROM pg_roles WHERE rolname = current_user AND rolsuper
UNION ALL
SELECT 'role ' || rolname || ' has BYPASSRLS'
FROM pg_roles WHERE rolname = current_user AND rolbypassrls
UNION ALL
SELECT 'role ' || current_user || ' owns ' || c.relname
FROM pg_class AS c
WHERE c.relnamespace = 'public'::regnamespace
  AND c.relkind IN ('r', 'p', 'v')
  AND pg_has_role(current_user, c.relowner, 'USAGE')
UNION ALL
SELECT 'table ' || c.relname || ' has tenant_id and row-level security is not forced'
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace
  AND c.relkind IN ('r', 'p')
  AND has_table_privilege(current_user, c.oid, 'SELECT, INSERT, UPDATE, DELETE')
  AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
UNION ALL
SELECT 'table ' || c.relname || ' has a policy that does not compare tenant_id with the tenant: ' || p.polname
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
JOIN pg_policy AS p ON p.polrelid = c.oid AND p.polpermissive
WHERE c.relnamespace = 'public'::regnamespace
  AND (
      coalesce(pg_get_expr(p.polqual, c.oid), 'none') !~ '^\(tenant_id = \( SELECT (public\.)?current_tenant\(\) AS current_tenant\)\)$'
      OR coalesce(pg_get_expr(p.polwithcheck, c.oid), 'none') IS DISTINCT FROM pg_get_expr(p.polqual, c.oid)
  )
UNION ALL
SELECT 'role ' || current_user || ' may ' || privilege.name || ' ' || c.relname
FROM pg_class AS c, unnest('{TRUNCATE, REFERENCES, TRIGGER}'::text[]) AS privilege (name)
WHERE c.relnamespace = 'public'::regnamespace
  AND c.relkind IN ('r', 'p')
  AND has_table_privilege(current_user, c.oid, privilege.name);

-- The made-up tenants that can be seen from here.
--! list_canaries
SELECT tenant_id
FROM isolation_canaries
ORDER BY tenant_id;

-- A write for a tenant that is not the one of this transaction: must be refused.
--! plant_canary
INSERT INTO isolation_canaries (tenant_id)
VALUES (:tenant_id);
