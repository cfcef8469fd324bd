-- Workflows in versions that never change, the policies that stand before them, and plans.
--
-- Created: 2026-11-21. Tables: workflows, workflow_versions, policies, policy_bindings, policy_decisions, plans.
-- Locks: none on existing tables but the short ones of foreign keys. Reversible: yes, by dropping what is created here.

DO $$
BEGIN
    CREATE TYPE risk_tier AS ENUM ('low', 'medium', 'high');
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

COMMENT ON TYPE risk_tier IS 'How much harm a workflow or an action can do: it decides who has to approve.';

DO $$
BEGIN
    CREATE TYPE policy_effect AS ENUM ('allow', 'require_approval', 'deny');
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

COMMENT ON TYPE policy_effect IS 'What a policy says. In this order: the greater one wins.';

CREATE OR REPLACE FUNCTION trigger_keep_published() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% never change: publish another version', replace(tg_table_name, '_', ' ')
        USING ERRCODE = 'restrict_violation';
END
$$;

COMMENT ON FUNCTION trigger_keep_published() IS 'Refuses to change what was published.';

REVOKE EXECUTE ON FUNCTION trigger_keep_published() FROM PUBLIC;

-- workflows -----------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS workflows (
    tenant_id         uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                uuid        NOT NULL DEFAULT gen_random_uuid(),
    workspace_id      uuid        NOT NULL,
    name              text        NOT NULL,
    description       text        NOT NULL DEFAULT '',
    planner_type      text        NOT NULL DEFAULT 'static',
    latest_version_id uuid,
    metadata          jsonb       NOT NULL DEFAULT '{}',
    created_by        uuid,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workspace_id) REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, created_by) REFERENCES principals (tenant_id, id) ON DELETE SET NULL (created_by),
    CONSTRAINT workflows_name_key UNIQUE (tenant_id, workspace_id, name),
    -- What bindings point to, so that a workflow is one of the workspace.
    CONSTRAINT workflows_workspace_key UNIQUE (tenant_id, workspace_id, id),
    CONSTRAINT workflows_name_length CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT workflows_planner_type_length CHECK (length(planner_type) BETWEEN 1 AND 50),
    CONSTRAINT workflows_metadata_object CHECK (jsonb_typeof(metadata) = 'object')
);

CREATE INDEX IF NOT EXISTS workflows_created_by_idx ON workflows (tenant_id, created_by);
CREATE INDEX IF NOT EXISTS workflows_planner_type_idx ON workflows (tenant_id, planner_type);
CREATE INDEX IF NOT EXISTS workflows_created_at_idx ON workflows (tenant_id, created_at);

COMMENT ON TABLE workflows IS 'What agents are to do, step by step; the steps are in the versions.';
COMMENT ON COLUMN workflows.planner_type IS 'What makes plans of it: static takes the steps as they are written.';
COMMENT ON COLUMN workflows.latest_version_id IS 'The greatest published version, as semantic versioning orders them.';

SELECT isolate_tenant_table('workflows');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON workflows
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

-- workflow_versions ---------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS workflow_versions (
    tenant_id                   uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                          uuid        NOT NULL DEFAULT gen_random_uuid(),
    workflow_id                 uuid        NOT NULL,
    version                     text        NOT NULL DEFAULT '1.0.0',
    definition_yaml             text        NOT NULL,
    definition                  jsonb       NOT NULL,
    definition_digest           bytea       NOT NULL,
    model_pin                   jsonb       NOT NULL DEFAULT '{}',
    risk_tier                   risk_tier   NOT NULL DEFAULT 'low',
    template_version_constraint text,
    is_published                boolean     NOT NULL DEFAULT false,
    published_by                uuid,
    published_at                timestamptz,
    created_at                  timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, published_by) REFERENCES principals (tenant_id, id) ON DELETE SET NULL (published_by),
    CONSTRAINT workflow_versions_version_key UNIQUE (tenant_id, workflow_id, version),
    -- What latest_version_id and bindings point to, so that a version is one of the workflow.
    CONSTRAINT workflow_versions_workflow_key UNIQUE (tenant_id, workflow_id, id),
    -- https://semver.org, section 2, 9 and 10.
    CONSTRAINT workflow_versions_version_format CHECK (
        length(version) <= 50
        AND version ~ '^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$'
    ),
    CONSTRAINT workflow_versions_definition_object CHECK (jsonb_typeof(definition) = 'object'),
    CONSTRAINT workflow_versions_definition_length CHECK (octet_length(definition_yaml) <= 262144),
    CONSTRAINT workflow_versions_digest_length CHECK (octet_length(definition_digest) = 32),
    CONSTRAINT workflow_versions_model_pin_object CHECK (jsonb_typeof(model_pin) = 'object'),
    CONSTRAINT workflow_versions_constraint_length CHECK (length(template_version_constraint) BETWEEN 1 AND 100),
    CONSTRAINT workflow_versions_published_at_known CHECK (is_published = (published_at IS NOT NULL))
);

CREATE INDEX IF NOT EXISTS workflow_versions_published_by_idx ON workflow_versions (tenant_id, published_by);
CREATE INDEX IF NOT EXISTS workflow_versions_created_at_idx ON workflow_versions (tenant_id, workflow_id, created_at);

COMMENT ON TABLE workflow_versions IS 'What a workflow does, once and for all: a published version never changes.';
COMMENT ON COLUMN workflow_versions.definition_yaml IS 'As its author wrote it, with comments.';
COMMENT ON COLUMN workflow_versions.definition IS 'The same as JSON, which is what runs.';
COMMENT ON COLUMN workflow_versions.definition_digest IS 'SHA-256 of the definition as canonical JSON (RFC 8785).';
COMMENT ON COLUMN workflow_versions.model_pin IS 'The model it was written for: provider, model, allow_fallback.';
COMMENT ON COLUMN workflow_versions.template_version_constraint IS 'Which versions of the template it came from are fit for it.';

SELECT isolate_tenant_table('workflow_versions', 'SELECT, INSERT');

-- The principal who published it may go, and nobody else takes the place. Another tenant is refused by row-level security, and by the foreign keys.
CREATE OR REPLACE TRIGGER keep_published
    BEFORE UPDATE ON workflow_versions
    FOR EACH ROW
    WHEN (
        old.is_published AND (
            (new.published_by IS NOT NULL AND new.published_by IS DISTINCT FROM old.published_by)
            OR (
                old.id, old.workflow_id, old.version, old.definition_yaml, old.definition, old.definition_digest,
                old.model_pin, old.risk_tier, old.template_version_constraint, old.is_published, old.published_at, old.created_at
            ) IS DISTINCT FROM (
                new.id, new.workflow_id, new.version, new.definition_yaml, new.definition, new.definition_digest,
                new.model_pin, new.risk_tier, new.template_version_constraint, new.is_published, new.published_at, new.created_at
            )
        )
    )
    EXECUTE FUNCTION trigger_keep_published();

DO $$
BEGIN
    ALTER TABLE workflows
        ADD CONSTRAINT workflows_latest_version_fkey
        FOREIGN KEY (tenant_id, id, latest_version_id) REFERENCES workflow_versions (tenant_id, workflow_id, id)
        ON DELETE SET NULL (latest_version_id);
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

CREATE INDEX IF NOT EXISTS workflows_latest_version_idx ON workflows (tenant_id, id, latest_version_id);

-- policies ------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS policies (
    tenant_id     uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id            uuid        NOT NULL DEFAULT gen_random_uuid(),
    name          text        NOT NULL,
    version       text        NOT NULL,
    policy_rego   text        NOT NULL,
    policy_digest bytea       NOT NULL,
    description   text        NOT NULL DEFAULT '',
    created_by    uuid,
    created_at    timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, created_by) REFERENCES principals (tenant_id, id) ON DELETE SET NULL (created_by),
    CONSTRAINT policies_version_key UNIQUE (tenant_id, name, version),
    CONSTRAINT policies_name_length CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT policies_version_format CHECK (
        length(version) <= 50
        AND version ~ '^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$'
    ),
    CONSTRAINT policies_rego_length CHECK (octet_length(policy_rego) BETWEEN 1 AND 262144),
    CONSTRAINT policies_digest_length CHECK (octet_length(policy_digest) = 32)
);

CREATE INDEX IF NOT EXISTS policies_created_by_idx ON policies (tenant_id, created_by);

COMMENT ON TABLE policies IS 'Versions of policies in Rego, which say whether a run may start. None ever changes.';
COMMENT ON COLUMN policies.policy_digest IS 'SHA-256 of policy_rego, as UTF-8.';

SELECT isolate_tenant_table('policies', 'SELECT, INSERT, DELETE');

-- Nothing is ever updated: without the right to some column, no row can be locked.
GRANT UPDATE (id) ON policies TO af_app;

-- The principal who published it may go, and nobody else takes the place.
CREATE OR REPLACE TRIGGER keep_published
    BEFORE UPDATE ON policies
    FOR EACH ROW
    WHEN (
        (new.created_by IS NOT NULL AND new.created_by IS DISTINCT FROM old.created_by)
        OR (old.id, old.name, old.version, old.policy_rego, old.policy_digest, old.description, old.created_at)
        IS DISTINCT FROM
        (new.id, new.name, new.version, new.policy_rego, new.policy_digest, new.description, new.created_at)
    )
    EXECUTE FUNCTION trigger_keep_published();

-- policy_bindings -----------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS policy_bindings (
    tenant_id           uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                  uuid        NOT NULL DEFAULT gen_random_uuid(),
    workspace_id        uuid        NOT NULL,
    policy_id           uuid        NOT NULL,
    workflow_id         uuid,
    workflow_version_id uuid,
    priority            integer     NOT NULL DEFAULT 100,
    is_active           boolean     NOT NULL DEFAULT true,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workspace_id) REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policies (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, workspace_id, workflow_id)
        REFERENCES workflows (tenant_id, workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, workflow_id, workflow_version_id)
        REFERENCES workflow_versions (tenant_id, workflow_id, id) ON DELETE CASCADE,
    CONSTRAINT policy_bindings_place_key
        UNIQUE NULLS NOT DISTINCT (tenant_id, workspace_id, policy_id, workflow_id, workflow_version_id),
    CONSTRAINT policy_bindings_version_of_workflow CHECK (workflow_version_id IS NULL OR workflow_id IS NOT NULL)
);

CREATE INDEX IF NOT EXISTS policy_bindings_policy_idx ON policy_bindings (tenant_id, policy_id);
CREATE INDEX IF NOT EXISTS policy_bindings_workflow_idx ON policy_bindings (tenant_id, workspace_id, workflow_id);
CREATE INDEX IF NOT EXISTS policy_bindings_workflow_version_idx
    ON policy_bindings (tenant_id, workflow_id, workflow_version_id);

COMMENT ON TABLE policy_bindings IS 'Which policies stand before which workflows.';
COMMENT ON COLUMN policy_bindings.workflow_id IS 'NULL: every workflow of the workspace.';
COMMENT ON COLUMN policy_bindings.workflow_version_id IS 'NULL: every version of the workflow.';
COMMENT ON COLUMN policy_bindings.priority IS 'The lower, the earlier, among bindings of the same breadth.';

SELECT isolate_tenant_table('policy_bindings');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON policy_bindings
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

-- policy_decisions ----------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS policy_decisions (
    tenant_id           uuid          NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                  uuid          NOT NULL DEFAULT gen_random_uuid(),
    workspace_id        uuid          NOT NULL,
    workflow_version_id uuid,
    run_id              uuid,
    effect              policy_effect NOT NULL,
    reasons             jsonb         NOT NULL DEFAULT '[]',
    policies            jsonb         NOT NULL DEFAULT '[]',
    context             jsonb         NOT NULL,
    input               jsonb,
    input_digest        bytea         NOT NULL,
    engine              text          NOT NULL,
    created_at          timestamptz   NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workspace_id) REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, workflow_version_id)
        REFERENCES workflow_versions (tenant_id, id) ON DELETE SET NULL (workflow_version_id),
    CONSTRAINT policy_decisions_arrays CHECK (jsonb_typeof(reasons) = 'array' AND jsonb_typeof(policies) = 'array'),
    CONSTRAINT policy_decisions_context_kind CHECK (jsonb_typeof(context) = 'object' AND NOT context ? 'input'),
    CONSTRAINT policy_decisions_digest_length CHECK (octet_length(input_digest) = 32),
    CONSTRAINT policy_decisions_engine_length CHECK (length(engine) BETWEEN 1 AND 100)
);

CREATE INDEX IF NOT EXISTS policy_decisions_workspace_idx ON policy_decisions (tenant_id, workspace_id, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS policy_decisions_created_at_idx ON policy_decisions (tenant_id, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS policy_decisions_version_idx ON policy_decisions (tenant_id, workflow_version_id);
CREATE INDEX IF NOT EXISTS policy_decisions_run_idx ON policy_decisions (tenant_id, run_id);

COMMENT ON TABLE policy_decisions IS 'What policies decided, with what it takes to decide again and compare. Only ever added to; their input is forgotten with time.';
COMMENT ON COLUMN policy_decisions.policies IS 'One object for each that was asked, in order: policy_id, name, version, digest, effect, reasons.';
COMMENT ON COLUMN policy_decisions.context IS 'What they were asked about, but for the input: tenant, workspace, workflow, version, principal, time.';
COMMENT ON COLUMN policy_decisions.input IS 'What the run is given; NULL where the workspace keeps no contents, and once it is forgotten.';
COMMENT ON COLUMN policy_decisions.input_digest IS 'SHA-256 of the context with the input in it, as canonical JSON (RFC 8785).';
COMMENT ON COLUMN policy_decisions.engine IS 'The program that evaluated, with its version.';

SELECT isolate_tenant_table('policy_decisions', 'SELECT, INSERT');

-- What the run is given is forgotten after the time that its workspace keeps contents, and nothing else of a decision changes.
GRANT UPDATE (input) ON policy_decisions TO af_app;

CREATE OR REPLACE TRIGGER keep_published
    BEFORE UPDATE ON policy_decisions
    FOR EACH ROW
    WHEN (new.input IS NOT NULL AND new.input IS DISTINCT FROM old.input)
    EXECUTE FUNCTION trigger_keep_published();

-- plans ---------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS plans (
    tenant_id           uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                  uuid        NOT NULL DEFAULT gen_random_uuid(),
    workflow_version_id uuid        NOT NULL,
    state               jsonb       NOT NULL DEFAULT '{}',
    steps               jsonb       NOT NULL DEFAULT '[]',
    assignments         jsonb       NOT NULL DEFAULT '{}',
    cost                jsonb       NOT NULL DEFAULT '{}',
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workflow_version_id) REFERENCES workflow_versions (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT plans_kinds CHECK (
        jsonb_typeof(state) = 'object' AND jsonb_typeof(steps) = 'array' AND jsonb_typeof(assignments) = 'object'
        AND jsonb_typeof(cost) = 'object'
    )
);

CREATE INDEX IF NOT EXISTS plans_workflow_version_idx ON plans (tenant_id, workflow_version_id);
CREATE INDEX IF NOT EXISTS plans_state_idx ON plans USING gin (state jsonb_path_ops);

COMMENT ON TABLE plans IS 'How a version of a workflow is to be carried out: what a planner made of it.';
COMMENT ON COLUMN plans.state IS 'Where it stands; its shape is the planner''s.';
COMMENT ON COLUMN plans.assignments IS 'Names of steps, and the agents that do them.';
COMMENT ON COLUMN plans.cost IS 'Estimated and actual; its shape is the planner''s.';

SELECT isolate_tenant_table('plans');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON plans
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();
