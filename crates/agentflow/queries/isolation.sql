-- What may pass for the runtime role, and whether isolation holds. Asked before a process serves anybody.

-- Why the role in force could get around row-level security; no rows when it could not.
--! list_role_faults
WITH reachable AS (
    -- Whatever this role can read or write, in whichever schema.
    SELECT c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relowner, c.reloptions,
        EXISTS (
            SELECT FROM pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
        ) AS has_tenant
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
      AND n.nspname NOT LIKE 'pg_temp%'
      AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND (
          has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
          OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
      )
)
SELECT 'role ' || current_user || ' is or may become ' || r.rolname || ', who is not bound by policies' AS fault
FROM pg_roles AS r
WHERE (r.rolsuper OR r.rolbypassrls) AND pg_has_role(r.oid, 'MEMBER')
UNION ALL
SELECT 'role ' || current_user || ' owns ' || relname
FROM reachable
WHERE pg_has_role(relowner, 'USAGE')
UNION ALL
SELECT 'table ' || relname || ' has tenant_id and row-level security is not forced'
FROM reachable
WHERE relkind IN ('r', 'p') AND has_tenant AND NOT (relrowsecurity AND relforcerowsecurity)
UNION ALL
SELECT 'table tenants has no row-level security'
FROM pg_class
WHERE oid = to_regclass('public.tenants') AND NOT relrowsecurity
UNION ALL
SELECT 'table ' || reachable.relname || ' has a policy that does not compare its tenant: ' || p.polname
FROM reachable
JOIN pg_policy AS p ON p.polrelid = reachable.oid AND p.polpermissive
WHERE (has_tenant OR reachable.oid = to_regclass('public.tenants'))
  AND (
      coalesce(pg_get_expr(p.polqual, reachable.oid), 'none')
          !~ '^\((tenant_id|id) = \( SELECT (public\.)?current_tenant\(\) AS current_tenant\)\)$'
      OR coalesce(pg_get_expr(p.polwithcheck, reachable.oid), 'none') <> pg_get_expr(p.polqual, reachable.oid)
      OR (has_tenant AND pg_get_expr(p.polqual, reachable.oid) LIKE '(id %')
  )
UNION ALL
SELECT 'view ' || relname || ' reads as its owner'
FROM reachable
WHERE relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)
  AND relname NOT LIKE 'pg_stat_statements%'
UNION ALL
SELECT relname || ' is no table and knows no policies'
FROM reachable
WHERE relkind IN ('m', 'f')
UNION ALL
SELECT 'role ' || current_user || ' may ' || privilege.name || ' ' || relname
FROM reachable, unnest('{TRUNCATE, REFERENCES, TRIGGER}'::text[]) AS privilege (name)
WHERE relkind IN ('r', 'p') AND has_table_privilege(reachable.oid, privilege.name)
UNION ALL
SELECT 'role ' || current_user || ' may ' || privilege.name || ' ' || relname
FROM reachable, unnest('{INSERT, UPDATE, DELETE}'::text[]) AS privilege (name)
WHERE reachable.oid = ANY (ARRAY[
      to_regclass('public.audits'), to_regclass('public.audit_heads'),
      to_regclass('public.tenants'), to_regclass('public.permissions')
  ])
  AND has_table_privilege(reachable.oid, privilege.name)
UNION ALL
SELECT 'function ' || p.proname || ' runs as its owner and finds names where its caller says'
FROM pg_proc AS p
WHERE p.pronamespace = 'public'::regnamespace
  AND p.prosecdef
  AND has_function_privilege(p.oid, 'EXECUTE')
  AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'search_path=%');

-- The made-up tenants that can be seen from here.
--! list_canaries
SELECT tenant_id
FROM public.isolation_canaries
ORDER BY tenant_id;

-- A write for a tenant that is not the one of this transaction: must be refused.
--! plant_canary
INSERT INTO public.isolation_canaries (tenant_id)
VALUES (:tenant_id);

-- Whether the role of the connection string itself is above all policies, so that little stands behind the scope.
--! session_is_above_policies
SELECT rolsuper OR rolbypassrls AS is_above
FROM pg_roles
WHERE rolname = session_user;
