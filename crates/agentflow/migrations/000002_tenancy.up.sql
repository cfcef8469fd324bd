-- Tenants, and what they divide their work into: workspaces, their environments and their settings.
--
-- Created: 2026-11-21. Tables: tenants, workspaces, environments, workspace_configs.
-- Locks: none on existing tables. Reversible: yes, by dropping what is created here.

DO $$
BEGIN
    CREATE DOMAIN region AS text
        CONSTRAINT region_known CHECK (VALUE IN ('us-east-1', 'eu-west-1'));
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

COMMENT ON DOMAIN region IS 'Where data may live. The only list of regions there is.';

DO $$
BEGIN
    CREATE DOMAIN slug AS text
        CONSTRAINT slug_format CHECK (VALUE ~ '^[a-z0-9][a-z0-9-]*[a-z0-9]$' AND length(VALUE) <= 63);
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

COMMENT ON DOMAIN slug IS 'A short name for URLs: lower-case letters, digits and inner hyphens, 2 to 63 characters.';

-- tenants -------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS tenants (
    id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    name         text        NOT NULL,
    slug         slug        NOT NULL,
    tier         text        NOT NULL DEFAULT 'free',
    region       region      NOT NULL DEFAULT 'us-east-1',
    status       text        NOT NULL DEFAULT 'active',
    suspended_at timestamptz,
    settings     jsonb       NOT NULL DEFAULT '{}',
    metadata     jsonb       NOT NULL DEFAULT '{}',
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT tenants_slug_key UNIQUE (slug),
    CONSTRAINT tenants_name_length CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT tenants_tier_format CHECK (tier ~ '^[a-z][a-z0-9_-]{0,49}$'),
    CONSTRAINT tenants_status_known CHECK (status IN ('active', 'suspended')),
    CONSTRAINT tenants_suspension_dated CHECK ((status = 'suspended') = (suspended_at IS NOT NULL))
);

CREATE INDEX IF NOT EXISTS tenants_name_idx ON tenants (name);
CREATE INDEX IF NOT EXISTS tenants_created_at_idx ON tenants (created_at);

COMMENT ON TABLE tenants IS 'The customers of the platform. Global: the runtime role sees its own row only.';
COMMENT ON COLUMN tenants.slug IS 'Unique short name, for URLs and command lines.';
COMMENT ON COLUMN tenants.tier IS 'Commercial plan. The set is the platform''s own; only the form is checked.';
COMMENT ON COLUMN tenants.region IS 'Where the data of the tenant lives. Never changes.';
COMMENT ON COLUMN tenants.status IS 'A suspended tenant keeps its data and refuses new scopes.';
COMMENT ON COLUMN tenants.settings IS 'Settings of the tenant, read by the platform.';
COMMENT ON COLUMN tenants.metadata IS 'Free-form facts kept for the operator.';

-- Enabled but not forced: this table is global, so its owner administers it; the runtime role sees one row.
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS tenant_isolation ON tenants;
CREATE POLICY tenant_isolation ON tenants FOR ALL
    USING (id = (SELECT public.current_tenant()))
    WITH CHECK (id = (SELECT public.current_tenant()));

REVOKE ALL ON tenants FROM PUBLIC;
GRANT SELECT ON tenants TO af_app;

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON tenants
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

CREATE OR REPLACE FUNCTION trigger_refuse_region_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'the region of a tenant never changes'
        USING ERRCODE = 'restrict_violation',
              CONSTRAINT = 'tenants_region_immutable',
              HINT = 'Export the tenant and import it as a new one in the other region.';
END
$$;

COMMENT ON FUNCTION trigger_refuse_region_change() IS 'BEFORE UPDATE trigger: data does not move between regions by an UPDATE.';

CREATE OR REPLACE TRIGGER refuse_region_change
    BEFORE UPDATE ON tenants
    FOR EACH ROW WHEN (OLD.region IS DISTINCT FROM NEW.region)
    EXECUTE FUNCTION trigger_refuse_region_change();

-- How a tenant is entered ---------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION enter_tenant(p_tenant uuid) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_status text;
BEGIN
    SELECT status INTO v_status FROM public.tenants WHERE id = p_tenant;

    IF v_status IS NULL THEN
        RAISE EXCEPTION 'tenant % does not exist', p_tenant
            USING ERRCODE = 'no_data_found', CONSTRAINT = 'tenant_exists';
    END IF;

    IF v_status <> 'active' THEN
        RAISE EXCEPTION 'tenant % is suspended', p_tenant
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'tenant_active';
    END IF;

    PERFORM set_config('app.tenant_id', p_tenant::text, true);

    -- A belt for a client that dies or forgets: its open transaction, and the tenant in it, end by themselves.
    PERFORM set_config('idle_in_transaction_session_timeout', '60s', true);
END
$$;

COMMENT ON FUNCTION enter_tenant(uuid) IS
    'Makes this the tenant of the current transaction. Refuses a tenant that does not exist or is suspended.';

REVOKE EXECUTE ON FUNCTION enter_tenant(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enter_tenant(uuid) TO af_app;

-- workspaces ----------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS workspaces (
    tenant_id             uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                    uuid        NOT NULL DEFAULT gen_random_uuid(),
    name                  text        NOT NULL,
    description           text,
    region                region      NOT NULL,
    region_locked         boolean     NOT NULL DEFAULT true,
    data_persistence_mode text        NOT NULL DEFAULT 'metadata_only',
    metadata              jsonb       NOT NULL DEFAULT '{}',
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    CONSTRAINT workspaces_name_key UNIQUE (tenant_id, name),
    CONSTRAINT workspaces_name_length CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT workspaces_data_persistence_mode_known CHECK (data_persistence_mode IN ('metadata_only', 'full'))
);

CREATE INDEX IF NOT EXISTS workspaces_created_at_idx ON workspaces (tenant_id, created_at);

COMMENT ON TABLE workspaces IS 'Separate areas of work within a tenant.';
COMMENT ON COLUMN workspaces.region IS 'The tenant''s region, unless region_locked is false.';
COMMENT ON COLUMN workspaces.region_locked IS 'While true, the region must be the tenant''s and cannot change.';
COMMENT ON COLUMN workspaces.data_persistence_mode IS 'metadata_only keeps sizes and hashes of what runs, steps, tool calls and decisions are about; full keeps the content. Messages are the tenant''s, and are kept whole in both.';

SELECT isolate_tenant_table('workspaces');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON workspaces
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

CREATE OR REPLACE FUNCTION trigger_check_workspace_region() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant_region text;
BEGIN
    SELECT region INTO v_tenant_region FROM public.tenants WHERE id = NEW.tenant_id;

    -- A tenant that cannot be seen from here is for row-level security and the foreign key to refuse, not for this.
    IF NEW.region_locked AND v_tenant_region IS NOT NULL AND NEW.region::text <> v_tenant_region THEN
        RAISE EXCEPTION 'the region of a workspace must be the region of its tenant'
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'workspaces_region_matches_tenant',
                  HINT = 'Set region_locked to false to allow another region on purpose.';
    END IF;

    RETURN NEW;
END
$$;

COMMENT ON FUNCTION trigger_check_workspace_region() IS
    'Keeps a region-locked workspace in the region of its tenant.';

CREATE OR REPLACE TRIGGER check_region
    BEFORE INSERT OR UPDATE OF region, region_locked, tenant_id ON workspaces
    FOR EACH ROW EXECUTE FUNCTION trigger_check_workspace_region();

-- environments --------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS environments (
    tenant_id    uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id           uuid        NOT NULL DEFAULT gen_random_uuid(),
    workspace_id uuid        NOT NULL,
    name         text        NOT NULL,
    tier         text        NOT NULL,
    description  text,
    metadata     jsonb       NOT NULL DEFAULT '{}',
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workspace_id) REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT environments_name_key UNIQUE (tenant_id, workspace_id, name),
    CONSTRAINT environments_name_length CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT environments_tier_known CHECK (tier IN ('dev', 'test', 'prod'))
);

COMMENT ON TABLE environments IS 'Stages of a workspace: development, test, production.';

SELECT isolate_tenant_table('environments');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON environments
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

-- workspace_configs ---------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS workspace_configs (
    tenant_id            uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                   uuid        NOT NULL DEFAULT gen_random_uuid(),
    workspace_id         uuid        NOT NULL,
    retention_days       integer     NOT NULL DEFAULT 90,
    write_cap_per_minute integer     NOT NULL DEFAULT 1000,
    approval_tiers       jsonb       NOT NULL DEFAULT '{}',
    custom_settings      jsonb       NOT NULL DEFAULT '{}',
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workspace_id) REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT workspace_configs_workspace_key UNIQUE (tenant_id, workspace_id),
    CONSTRAINT workspace_configs_retention_days_positive CHECK (retention_days > 0),
    CONSTRAINT workspace_configs_write_cap_not_negative CHECK (write_cap_per_minute >= 0)
);

COMMENT ON TABLE workspace_configs IS 'Limits and settings of a workspace, at most one row each.';
COMMENT ON COLUMN workspace_configs.write_cap_per_minute IS 'Writes the workspace may make in a minute; 0 means none.';
COMMENT ON COLUMN workspace_configs.approval_tiers IS 'Roles that may approve, by risk tier: {"high": ["approver"]}.';

SELECT isolate_tenant_table('workspace_configs');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON workspace_configs
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();
