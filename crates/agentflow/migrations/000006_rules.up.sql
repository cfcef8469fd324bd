-- Rules of a tenant over typed facts.
--
-- Created: 2026-11-21. Tables: rule_revisions, schemas, rules, derived_fields, schema_changelog.
-- Locks: none on existing tables but the short ones of foreign keys. Reversible: yes, by dropping what is created here.

DO $$
BEGIN
    CREATE TYPE schema_change AS ENUM ('created', 'updated', 'rolled_back');
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

COMMENT ON TYPE schema_change IS 'How a version of a schema came to be in force.';

-- rule_revisions ------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS rule_revisions (
    tenant_id  uuid        PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    revision   bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT rule_revisions_revision_positive CHECK (revision > 0)
);

COMMENT ON TABLE rule_revisions IS
    'How often the rules, derived fields and schemas of a tenant have changed. Whoever changes them holds this row, so that '
    'they change one after the other; engines compare the number with that of what they have compiled.';

SELECT isolate_tenant_table('rule_revisions', 'SELECT, INSERT, UPDATE');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON rule_revisions
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

CREATE OR REPLACE FUNCTION trigger_count_rule_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant CONSTANT uuid := coalesce(new.tenant_id, old.tenant_id);
BEGIN
    UPDATE public.rule_revisions
    SET revision = revision + 1
    WHERE tenant_id = v_tenant;

    -- What is deleted may be going with its tenant, and then there is nothing to count for.
    IF NOT FOUND AND tg_op <> 'DELETE' THEN
        INSERT INTO public.rule_revisions (tenant_id) VALUES (v_tenant)
        ON CONFLICT (tenant_id) DO UPDATE SET revision = rule_revisions.revision + 1;
    END IF;

    -- Equal notifications of one transaction are sent once.
    PERFORM pg_notify('agentflow_rules', v_tenant::text);
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_count_rule_change() IS
    'Counts a change to what a tenant evaluates, and notifies channel agentflow_rules of it with the tenant''s id.';

REVOKE EXECUTE ON FUNCTION trigger_count_rule_change() FROM PUBLIC;

-- schemas -------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS schemas (
    tenant_id  uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id         uuid        NOT NULL DEFAULT gen_random_uuid(),
    version    integer     NOT NULL,
    definition jsonb       NOT NULL,
    active     boolean     NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    CONSTRAINT schemas_version_key UNIQUE (tenant_id, version),
    CONSTRAINT schemas_version_positive CHECK (version > 0),
    CONSTRAINT schemas_definition_object CHECK (jsonb_typeof(definition) = 'object')
);

-- At most one is active.
CREATE UNIQUE INDEX IF NOT EXISTS schemas_active_key ON schemas (tenant_id, active) WHERE active;
CREATE INDEX IF NOT EXISTS schemas_definition_idx ON schemas USING gin (definition jsonb_path_ops);

COMMENT ON TABLE schemas IS 'The versions of what the facts of a tenant look like. Old ones stay, so that one can go back.';
COMMENT ON COLUMN schemas.definition IS 'Objects, their fields and the types of those; docs/rules.md has the grammar.';
COMMENT ON COLUMN schemas.active IS 'Whether rules are checked against it now.';

SELECT isolate_tenant_table('schemas', 'SELECT, INSERT, UPDATE');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON schemas
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

CREATE OR REPLACE TRIGGER count_rule_change
    AFTER INSERT OR UPDATE OR DELETE ON schemas
    FOR EACH ROW EXECUTE FUNCTION trigger_count_rule_change();

-- rules ---------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS rules (
    tenant_id  uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id         uuid        NOT NULL DEFAULT gen_random_uuid(),
    name       text        NOT NULL,
    expression text        NOT NULL,
    active     boolean     NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    CONSTRAINT rules_name_key UNIQUE (tenant_id, name),
    CONSTRAINT rules_name_length CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT rules_expression_length CHECK (octet_length(expression) BETWEEN 1 AND 10000)
);

CREATE INDEX IF NOT EXISTS rules_active_idx ON rules (tenant_id, active, created_at, id) WHERE active;
CREATE INDEX IF NOT EXISTS rules_created_at_idx ON rules (tenant_id, created_at, id);

COMMENT ON TABLE rules IS 'Conditions over the facts of a tenant.';
COMMENT ON COLUMN rules.expression IS 'In CEL, the Common Expression Language.';
COMMENT ON COLUMN rules.active IS 'Whether it is evaluated.';

SELECT isolate_tenant_table('rules');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON rules
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

CREATE OR REPLACE TRIGGER count_rule_change
    AFTER INSERT OR UPDATE OR DELETE ON rules
    FOR EACH ROW EXECUTE FUNCTION trigger_count_rule_change();

-- derived_fields ------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS derived_fields (
    tenant_id    uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id           uuid        NOT NULL DEFAULT gen_random_uuid(),
    name         text        NOT NULL,
    expression   text        NOT NULL,
    dependencies jsonb       NOT NULL DEFAULT '[]',
    active       boolean     NOT NULL DEFAULT true,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    CONSTRAINT derived_fields_name_key UNIQUE (tenant_id, name),
    CONSTRAINT derived_fields_name_format CHECK (name ~ '^[A-Za-z_][A-Za-z0-9_]*$' AND length(name) <= 255),
    CONSTRAINT derived_fields_expression_length CHECK (octet_length(expression) BETWEEN 1 AND 10000),
    CONSTRAINT derived_fields_dependencies_array CHECK (jsonb_typeof(dependencies) = 'array')
);

CREATE INDEX IF NOT EXISTS derived_fields_dependencies_idx ON derived_fields USING gin (dependencies jsonb_path_ops);

COMMENT ON TABLE derived_fields IS 'Values computed once from the facts, which rules and other derived fields read by name.';
COMMENT ON COLUMN derived_fields.dependencies IS 'What the expression reads: ["User.age", "total"].';
COMMENT ON COLUMN derived_fields.active IS 'Whether it is computed; one that a new schema broke may be left aside.';

SELECT isolate_tenant_table('derived_fields');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON derived_fields
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

CREATE OR REPLACE TRIGGER count_rule_change
    AFTER INSERT OR UPDATE OR DELETE ON derived_fields
    FOR EACH ROW EXECUTE FUNCTION trigger_count_rule_change();

-- schema_changelog ----------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS schema_changelog (
    tenant_id        uuid          NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id               uuid          NOT NULL DEFAULT gen_random_uuid(),
    schema_id        uuid          NOT NULL,
    changed_by       text          NOT NULL,
    change_type      schema_change NOT NULL,
    rules_recompiled integer       NOT NULL,
    rules_failed     integer       NOT NULL,
    error_details    jsonb         NOT NULL DEFAULT '[]',
    created_at       timestamptz   NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, schema_id) REFERENCES schemas (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT schema_changelog_changed_by_length CHECK (length(changed_by) BETWEEN 1 AND 255),
    CONSTRAINT schema_changelog_counts CHECK (rules_recompiled >= 0 AND rules_failed >= 0),
    CONSTRAINT schema_changelog_error_details_array CHECK (jsonb_typeof(error_details) = 'array')
);

CREATE INDEX IF NOT EXISTS schema_changelog_created_at_idx ON schema_changelog (tenant_id, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS schema_changelog_schema_idx ON schema_changelog (tenant_id, schema_id);

COMMENT ON TABLE schema_changelog IS 'Who put which version of a schema in force, and what that did to the rules. Only ever added to.';
COMMENT ON COLUMN schema_changelog.changed_by IS 'The actor, as in the audit chain.';
COMMENT ON COLUMN schema_changelog.rules_recompiled IS 'How many rules and derived fields compile under the version.';
COMMENT ON COLUMN schema_changelog.rules_failed IS 'How many do not, and were left aside.';
COMMENT ON COLUMN schema_changelog.error_details IS 'One object for each of those: kind, id, name, problems.';

SELECT isolate_tenant_table('schema_changelog', 'SELECT, INSERT');
