--: Role (workspace_id?)
--: Binding (workspace_id?, expires_at?, created_by?)

--! list_permissions
SELECT resource, action, name, description, builtin_roles
FROM public.permissions
ORDER BY resource, action;

-- Those of the given names that are no permissions.
--! list_unknown_permissions
SELECT given.name
FROM unnest(:names::text[]) AS given (name)
WHERE NOT EXISTS (SELECT FROM public.permissions AS p WHERE p.name = given.name);

-- Roles ---------------------------------------------------------------------------------------------------------------

--! insert_role (workspace_id?)
INSERT INTO public.rbac_roles (tenant_id, id, workspace_id, name, description)
VALUES (:tenant_id, :id, :workspace_id, :name, :description);

-- Held for the rest of the transaction.
--! lock_role : (workspace_id?)
SELECT workspace_id, name, is_builtin
FROM public.rbac_roles
WHERE tenant_id = :tenant_id AND id = :id
FOR NO KEY UPDATE;

-- Those that it did not hold.
--! grant_permissions
INSERT INTO public.role_permissions (tenant_id, role_id, permission)
SELECT :tenant_id, :role_id, given.name
FROM unnest(:permissions::text[]) AS given (name)
ON CONFLICT DO NOTHING
RETURNING permission;

-- Those that it held.
--! withdraw_permissions
DELETE FROM public.role_permissions
WHERE tenant_id = :tenant_id AND role_id = :role_id AND permission = ANY (:permissions::text[])
RETURNING permission;

--! get_role : Role
SELECT
    r.id, r.workspace_id, r.name, r.description, r.is_builtin, r.created_at, r.updated_at,
    CASE
        WHEN r.is_builtin THEN
            ARRAY(SELECT p.name FROM public.permissions AS p WHERE r.name = ANY (p.builtin_roles) ORDER BY p.name)
        ELSE r.permissions
    END AS permissions
FROM public.rbac_roles AS r
WHERE r.tenant_id = :tenant_id AND r.id = :id;

-- The tenant's roles, and those of the given workspace; its own come first.
--! list_roles (workspace_id?) : Role
SELECT
    r.id, r.workspace_id, r.name, r.description, r.is_builtin, r.created_at, r.updated_at,
    CASE
        WHEN r.is_builtin THEN
            ARRAY(SELECT p.name FROM public.permissions AS p WHERE r.name = ANY (p.builtin_roles) ORDER BY p.name)
        ELSE r.permissions
    END AS permissions
FROM public.rbac_roles AS r
WHERE r.tenant_id = :tenant_id AND (r.workspace_id IS NULL OR r.workspace_id = :workspace_id)
ORDER BY r.workspace_id NULLS LAST, r.is_builtin DESC, r.name;

-- The role of that name which can be bound there: the workspace's own, else the tenant's.
--! find_role (workspace_id?) : Role
SELECT
    r.id, r.workspace_id, r.name, r.description, r.is_builtin, r.created_at, r.updated_at,
    CASE
        WHEN r.is_builtin THEN
            ARRAY(SELECT p.name FROM public.permissions AS p WHERE r.name = ANY (p.builtin_roles) ORDER BY p.name)
        ELSE r.permissions
    END AS permissions
FROM public.rbac_roles AS r
WHERE r.tenant_id = :tenant_id
  AND r.name = :name
  AND (r.workspace_id IS NULL OR r.workspace_id = :workspace_id)
ORDER BY r.workspace_id NULLS LAST
LIMIT 1;

--! delete_role
DELETE FROM public.rbac_roles
WHERE tenant_id = :tenant_id AND id = :id;

-- Bindings ------------------------------------------------------------------------------------------------------------

-- Whoever gave the role is kept when it is a principal of the tenant.
--! insert_binding (workspace_id?, expires_at?, created_by?) : (expires_at?, created_by?)
INSERT INTO public.rbac_bindings (tenant_id, id, principal_id, role_id, workspace_id, expires_at, created_by)
VALUES (
    :tenant_id, :id, :principal_id, :role_id, :workspace_id, :expires_at,
    (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = :tenant_id AND p.id = :created_by)
)
RETURNING expires_at, created_by, created_at;

-- The same binding, after it expired: it would be in the way of a new one.
--! delete_expired_binding (workspace_id?)
DELETE FROM public.rbac_bindings
WHERE tenant_id = :tenant_id
  AND principal_id = :principal_id
  AND role_id = :role_id
  AND workspace_id IS NOT DISTINCT FROM :workspace_id
  AND expires_at <= :now
RETURNING id;

--! get_binding : Binding
SELECT
    b.id, b.principal_id, b.role_id, r.name AS role_name, b.workspace_id, b.expires_at, b.created_by, b.created_at
FROM public.rbac_bindings AS b
JOIN public.rbac_roles AS r ON r.tenant_id = b.tenant_id AND r.id = b.role_id
WHERE b.tenant_id = :tenant_id AND b.id = :id;

--! list_bindings (principal_id?, role_id?) : Binding
SELECT
    b.id, b.principal_id, b.role_id, r.name AS role_name, b.workspace_id, b.expires_at, b.created_by, b.created_at
FROM public.rbac_bindings AS b
JOIN public.rbac_roles AS r ON r.tenant_id = b.tenant_id AND r.id = b.role_id
WHERE b.tenant_id = :tenant_id
  AND (:principal_id::uuid IS NULL OR b.principal_id = :principal_id)
  AND (:role_id::uuid IS NULL OR b.role_id = :role_id)
ORDER BY b.created_at, b.id;

--! delete_binding
DELETE FROM public.rbac_bindings
WHERE tenant_id = :tenant_id AND id = :id;

-- May this principal do that, there? A row for each role that allows it, or one without; none when there is no such
-- principal. As few tables as can be: this is asked in every request.
--! authorize (workspace_id?) : (binding_id?, binding_workspace_id?, role_id?, role_name?)
SELECT
    principal.type,
    principal.is_active,
    b.id AS binding_id,
    b.workspace_id AS binding_workspace_id,
    r.id AS role_id,
    r.name AS role_name
FROM public.principals AS principal
LEFT JOIN (
    public.rbac_bindings AS b
    JOIN public.rbac_roles AS r ON r.tenant_id = b.tenant_id AND r.id = b.role_id
)
    ON b.tenant_id = :tenant_id
    AND r.tenant_id = :tenant_id
    AND b.principal_id = :principal_id
    AND (b.workspace_id IS NULL OR b.workspace_id = :workspace_id)
    AND (b.expires_at IS NULL OR b.expires_at > :now)
    -- The built-in roles that hold the permission are known to whoever asks; what a custom role holds stands with it.
    AND CASE WHEN r.is_builtin THEN r.name = ANY (:builtin_roles::text[]) ELSE :permission = ANY (r.permissions) END
WHERE principal.tenant_id = :tenant_id AND principal.id = :principal_id;
