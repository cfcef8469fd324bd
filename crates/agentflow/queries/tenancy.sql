--: Tenant (suspended_at?)
--: Workspace (description?)
--: Environment (description?)
--: WorkspaceConfig ()

-- tenants: global, run by the administrator ---------------------------------------------------------------------------

--! insert_tenant : Tenant
INSERT INTO public.tenants (id, name, slug, tier, region, settings, metadata)
VALUES (:id, :name, :slug::text, :tier, :region::text, :settings, :metadata)
RETURNING
    id, name, slug::text, tier, region::text, status, suspended_at, settings::text, metadata::text, created_at,
    updated_at;

--! get_tenant : Tenant
SELECT
    id, name, slug::text, tier, region::text, status, suspended_at, settings::text, metadata::text, created_at,
    updated_at
FROM public.tenants
WHERE id = :id;

--! get_tenant_by_slug : Tenant
SELECT
    id, name, slug::text, tier, region::text, status, suspended_at, settings::text, metadata::text, created_at,
    updated_at
FROM public.tenants
WHERE slug = :slug::text;

-- In order of creation; a page starts after the tenant that ended the page before.
--! list_tenants (after_created_at?, after_id?) : Tenant
SELECT
    id, name, slug::text, tier, region::text, status, suspended_at, settings::text, metadata::text, created_at,
    updated_at
FROM public.tenants
WHERE :after_created_at::timestamptz IS NULL
   OR (created_at, id) > (:after_created_at::timestamptz, :after_id::uuid)
ORDER BY created_at, id
LIMIT :page_size;

--! suspend_tenant : Tenant
UPDATE public.tenants
SET status = 'suspended', suspended_at = now()
WHERE id = :id AND status = 'active'
RETURNING
    id, name, slug::text, tier, region::text, status, suspended_at, settings::text, metadata::text, created_at,
    updated_at;

--! resume_tenant : Tenant
UPDATE public.tenants
SET status = 'active', suspended_at = NULL
WHERE id = :id AND status = 'suspended'
RETURNING
    id, name, slug::text, tier, region::text, status, suspended_at, settings::text, metadata::text, created_at,
    updated_at;

-- Writes the tombstone, then removes the tenant with everything it has.
--! delete_tenant
SELECT public.tenant_delete(:id, :deleted_by) AS tombstone_id;

--! get_tombstone
SELECT id, tenant_id, slug, name, last_seq, last_hash, row_counts::text, deleted_by, deleted_at
FROM public.tenant_tombstones
WHERE tenant_id = :tenant_id;

-- The administrator works on one tenant without stepping into the runtime role.
--! name_tenant
SELECT set_config('app.tenant_id', :tenant_id::uuid::text, true) AS tenant_id;

-- workspaces ----------------------------------------------------------------------------------------------------------

--! insert_workspace (description?, region?) : Workspace
INSERT INTO public.workspaces (tenant_id, id, name, description, region, region_locked, data_persistence_mode, metadata)
SELECT
    t.id,
    :id,
    :name,
    :description,
    coalesce(:region::text, t.region::text),
    :region_locked,
    :data_persistence_mode,
    :metadata
FROM public.tenants AS t
WHERE t.id = :tenant_id
RETURNING
    tenant_id, id, name, description, region::text, region_locked, data_persistence_mode, metadata::text, created_at,
    updated_at;

--! get_workspace : Workspace
SELECT
    tenant_id, id, name, description, region::text, region_locked, data_persistence_mode, metadata::text, created_at,
    updated_at
FROM public.workspaces
WHERE tenant_id = :tenant_id AND id = :id;

--! list_workspaces : Workspace
SELECT
    tenant_id, id, name, description, region::text, region_locked, data_persistence_mode, metadata::text, created_at,
    updated_at
FROM public.workspaces
WHERE tenant_id = :tenant_id
ORDER BY created_at, id;

--! delete_workspace
DELETE FROM public.workspaces
WHERE tenant_id = :tenant_id AND id = :id;

-- environments --------------------------------------------------------------------------------------------------------

--! insert_environment (description?) : Environment
INSERT INTO public.environments (tenant_id, id, workspace_id, name, tier, description, metadata)
VALUES (:tenant_id, :id, :workspace_id, :name, :tier, :description, :metadata)
RETURNING
    tenant_id, id, workspace_id, name, tier, description, metadata::text, created_at, updated_at;

--! list_environments : Environment
SELECT
    tenant_id, id, workspace_id, name, tier, description, metadata::text, created_at, updated_at
FROM public.environments
WHERE tenant_id = :tenant_id AND workspace_id = :workspace_id
ORDER BY created_at, id;

-- workspace_configs ---------------------------------------------------------------------------------------------------

--! get_workspace_config : WorkspaceConfig
SELECT
    tenant_id, id, workspace_id, retention_days, write_cap_per_minute, approval_tiers::text, custom_settings::text,
    created_at, updated_at
FROM public.workspace_configs
WHERE tenant_id = :tenant_id AND workspace_id = :workspace_id;

--! put_workspace_config : WorkspaceConfig
INSERT INTO public.workspace_configs (
    tenant_id, id, workspace_id, retention_days, write_cap_per_minute, approval_tiers, custom_settings
)
VALUES (
    :tenant_id, :id, :workspace_id, :retention_days, :write_cap_per_minute, :approval_tiers, :custom_settings
)
ON CONFLICT ON CONSTRAINT workspace_configs_workspace_key DO UPDATE
SET retention_days       = excluded.retention_days,
    write_cap_per_minute = excluded.write_cap_per_minute,
    approval_tiers       = excluded.approval_tiers,
    custom_settings      = excluded.custom_settings
RETURNING
    tenant_id, id, workspace_id, retention_days, write_cap_per_minute, approval_tiers::text, custom_settings::text,
    created_at, updated_at;

-- Defaults, where nothing was set yet: there must be a row to lock.
--! insert_default_workspace_config
INSERT INTO public.workspace_configs (tenant_id, id, workspace_id)
VALUES (:tenant_id, :id, :workspace_id)
ON CONFLICT ON CONSTRAINT workspace_configs_workspace_key DO NOTHING;

--! lock_workspace_config : WorkspaceConfig
SELECT
    tenant_id, id, workspace_id, retention_days, write_cap_per_minute, approval_tiers::text, custom_settings::text,
    created_at, updated_at
FROM public.workspace_configs
WHERE tenant_id = :tenant_id AND workspace_id = :workspace_id
FOR UPDATE;

--! adjust_workspace_config (retention_days?, write_cap_per_minute?, approval_tiers?, custom_settings?) : WorkspaceConfig
UPDATE public.workspace_configs
SET retention_days       = coalesce(:retention_days, retention_days),
    write_cap_per_minute = coalesce(:write_cap_per_minute, write_cap_per_minute),
    approval_tiers       = coalesce(:approval_tiers, approval_tiers),
    custom_settings      = coalesce(:custom_settings, custom_settings)
WHERE tenant_id = :tenant_id AND workspace_id = :workspace_id
RETURNING
    tenant_id, id, workspace_id, retention_days, write_cap_per_minute, approval_tiers::text, custom_settings::text,
    created_at, updated_at;
