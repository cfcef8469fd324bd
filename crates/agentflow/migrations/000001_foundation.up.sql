-- What every later migration stands on: the runtime role, the tenant of a transaction, the one isolation rule.
--
-- Created: 2026-11-21. Tables: isolation_canaries.
-- Locks: none that a running system could feel. Reversible: yes; the role af_app stays, other databases may use it.

-- Roles belong to the whole cluster, so the role may exist already, or appear while we look.
DO $$
BEGIN
    CREATE ROLE af_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN
        NULL;
END
$$;

-- Whoever migrates must be able to step down into the runtime role. A superuser always can.
DO $$
BEGIN
    IF NOT pg_catalog.pg_has_role(current_user, 'af_app', 'MEMBER') THEN
        EXECUTE pg_catalog.format('GRANT af_app TO %I', current_user);
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION current_tenant() RETURNS uuid
    LANGUAGE sql
    STABLE PARALLEL SAFE
AS $$
    -- After a transaction a custom setting reads '' and not NULL.
    SELECT NULLIF(pg_catalog.current_setting('app.tenant_id', true), '')::uuid
$$;

COMMENT ON FUNCTION current_tenant() IS
    'The tenant of this transaction, or NULL. Every row-level security policy compares with it: no tenant, no rows.';

CREATE OR REPLACE FUNCTION trigger_set_updated_at() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

COMMENT ON FUNCTION trigger_set_updated_at() IS 'BEFORE UPDATE trigger that keeps updated_at.';

CREATE OR REPLACE FUNCTION isolate_tenant_table(p_table regclass, p_verbs text DEFAULT 'SELECT, INSERT, UPDATE, DELETE')
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p_table);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', p_table);

    -- The sub-select makes PostgreSQL ask for the tenant once per statement and not once per row.
    -- Distributed engines such as Citus refuse it there: they need the plain call, and this is the only place to change.
    EXECUTE format('DROP POLICY IF EXISTS tenant_isolation ON %s', p_table);
    EXECUTE format(
        'CREATE POLICY tenant_isolation ON %s FOR ALL
             USING (tenant_id = (SELECT public.current_tenant()))
             WITH CHECK (tenant_id = (SELECT public.current_tenant()))',
        p_table
    );

    EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', p_table);
    EXECUTE format('GRANT %s ON %s TO af_app', p_verbs, p_table);
END
$$;

COMMENT ON FUNCTION isolate_tenant_table(regclass, text) IS
    'Applies the isolation rule to a table with a tenant_id: row-level security enabled and forced, one policy for all '
    'verbs, and the given verbs for the runtime role.';

REVOKE EXECUTE ON FUNCTION isolate_tenant_table(regclass, text) FROM PUBLIC;

-- Two made-up tenants that must never see each other. A process looks at them before it serves anybody.
CREATE TABLE IF NOT EXISTS isolation_canaries (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    -- Nobody else has rows here, so nobody leaves any behind.
    CONSTRAINT isolation_canaries_made_up CHECK (
        tenant_id IN ('00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b')
    )
);

COMMENT ON TABLE isolation_canaries IS
    'One row for each of two made-up tenants. At start-up the library checks that neither can see or touch the other.';
COMMENT ON COLUMN isolation_canaries.tenant_id IS 'A made-up tenant: deliberately without a foreign key.';

INSERT INTO isolation_canaries (tenant_id, id)
VALUES
    ('00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-0000000000a1'),
    ('00000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-0000000000b1')
ON CONFLICT DO NOTHING;

SELECT isolate_tenant_table('isolation_canaries', 'SELECT, INSERT');
