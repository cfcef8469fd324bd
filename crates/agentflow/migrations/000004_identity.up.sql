-- Who acts, and what they may do: principals, users, teams, roles, API keys, sessions.
--
-- Created: 2026-11-21. Tables: principals, users, teams, team_memberships, permissions, rbac_roles, role_permissions,
-- rbac_bindings, api_keys, sessions.
-- Locks: a short exclusive one on tenants and workspaces, to attach a trigger to each. Reversible: yes, by dropping what
-- is created here.

DO $$
BEGIN
    CREATE TYPE user_role AS ENUM ('owner', 'admin', 'member', 'viewer');
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

COMMENT ON TYPE user_role IS 'What somebody is in a team.';

-- principals ----------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS principals (
    tenant_id    uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id           uuid        NOT NULL DEFAULT gen_random_uuid(),
    type         text        NOT NULL,
    display_name text        NOT NULL,
    service_name text,
    oidc_issuer  text,
    oidc_sub     text,
    is_active    boolean     NOT NULL DEFAULT true,
    metadata     jsonb       NOT NULL DEFAULT '{}',
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    CONSTRAINT principals_service_name_key UNIQUE (tenant_id, service_name),
    CONSTRAINT principals_oidc_subject_key UNIQUE (tenant_id, oidc_sub, oidc_issuer),
    CONSTRAINT principals_type_known CHECK (type IN ('human', 'service')),
    CONSTRAINT principals_display_name_length CHECK (length(display_name) BETWEEN 1 AND 255),
    CONSTRAINT principals_service_name_format CHECK (service_name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    CONSTRAINT principals_service_named CHECK ((type = 'service') = (service_name IS NOT NULL)),
    CONSTRAINT principals_oidc_sub_with_issuer CHECK ((oidc_sub IS NULL) = (oidc_issuer IS NULL)),
    CONSTRAINT principals_oidc_sub_length CHECK (length(oidc_sub) BETWEEN 1 AND 255),
    CONSTRAINT principals_oidc_issuer_length CHECK (length(oidc_issuer) BETWEEN 1 AND 2048)
);

COMMENT ON TABLE principals IS 'Everybody who can act: people, who have a row in users as well, and services.';
COMMENT ON COLUMN principals.type IS 'human or service.';
COMMENT ON COLUMN principals.service_name IS 'The unique name of a service; a person has none.';
COMMENT ON COLUMN principals.oidc_issuer IS 'The OpenID provider, its iss claim. A subject is unique within its issuer only.';
COMMENT ON COLUMN principals.oidc_sub IS 'Who this is to the OpenID provider, its sub claim.';
COMMENT ON COLUMN principals.is_active IS 'While false, no password, key or session of the principal is accepted and nothing is allowed.';

SELECT isolate_tenant_table('principals');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON principals
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

CREATE OR REPLACE FUNCTION trigger_keep_principal_type() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'a person does not become a service, nor a service a person'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'principals_type_immutable';
END
$$;

COMMENT ON FUNCTION trigger_keep_principal_type() IS 'Users and API keys rely on the type of their principal.';

CREATE OR REPLACE TRIGGER keep_type
    AFTER UPDATE OF type ON principals
    FOR EACH ROW WHEN (OLD.type IS DISTINCT FROM NEW.type)
    EXECUTE FUNCTION trigger_keep_principal_type();

-- users ---------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS users (
    tenant_id           uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                  uuid        NOT NULL,
    email               text        NOT NULL,
    -- A column, for the function that makes it may not run ahead of row level security, and so neither may a search by it.
    email_key           text        COLLATE "C" NOT NULL GENERATED ALWAYS AS (lower(email COLLATE "C")) STORED,
    password_hash       text,
    password_changed_at timestamptz,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, id) REFERENCES principals (tenant_id, id) ON DELETE CASCADE,
    -- Printable ASCII with one @ and a dot behind it. The library checks the same.
    CONSTRAINT users_email_format CHECK (
        email COLLATE "C" ~ '^[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+$' AND length(email) <= 254
    ),
    -- bcrypt, in its modular crypt format, at cost 12 to 31.
    CONSTRAINT users_password_hash_format CHECK (
        password_hash COLLATE "C" ~ '^\$2[aby]\$(1[2-9]|2[0-9]|3[01])\$[./A-Za-z0-9]{53}$'
    ),
    CONSTRAINT users_password_dated CHECK ((password_hash IS NULL) = (password_changed_at IS NULL))
);

CREATE UNIQUE INDEX IF NOT EXISTS users_email_key ON users (tenant_id, email_key);

COMMENT ON TABLE users IS 'The address and password of a person. Name, activity and OpenID subject are the principal''s, whose id this is.';
COMMENT ON COLUMN users.email IS 'As it was written; unique within the tenant without regard to case.';
COMMENT ON COLUMN users.email_key IS 'The address without regard to case: how people are found.';
COMMENT ON COLUMN users.password_hash IS 'bcrypt. NULL for people who have no password here.';

SELECT isolate_tenant_table('users');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

-- teams ---------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS teams (
    tenant_id                   uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                          uuid        NOT NULL DEFAULT gen_random_uuid(),
    name                        text        NOT NULL,
    slug                        slug        NOT NULL,
    owner_id                    uuid        NOT NULL,
    settings                    jsonb       NOT NULL DEFAULT '{}',
    shared_skill_names          text[]      NOT NULL DEFAULT '{}',
    webhook_url                 text,
    webhook_secret              bytea,
    conversation_retention_days integer     NOT NULL DEFAULT 90,
    created_at                  timestamptz NOT NULL DEFAULT now(),
    updated_at                  timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT teams_slug_key UNIQUE (tenant_id, slug),
    CONSTRAINT teams_name_length CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT teams_settings_object CHECK (jsonb_typeof(settings) = 'object'),
    -- A list with a hole could not be read back.
    CONSTRAINT teams_skill_names CHECK (array_position(shared_skill_names, NULL) IS NULL),
    CONSTRAINT teams_webhook_url_format CHECK (webhook_url ~ '^https?://[^[:space:]]+$' AND length(webhook_url) <= 2048),
    CONSTRAINT teams_conversation_retention_days_positive CHECK (conversation_retention_days > 0)
);

CREATE INDEX IF NOT EXISTS teams_owner_idx ON teams (tenant_id, owner_id);

COMMENT ON TABLE teams IS 'People who share agents, conversations and memories.';
COMMENT ON COLUMN teams.owner_id IS 'The accountable owner: always a member in the role of owner.';
COMMENT ON COLUMN teams.shared_skill_names IS 'Skills that every agent of the team has, in order.';
COMMENT ON COLUMN teams.webhook_secret IS 'Sealed, never plain.';
COMMENT ON COLUMN teams.conversation_retention_days IS 'Days that closed conversations are kept.';

SELECT isolate_tenant_table('teams');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON teams
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

-- team_memberships ----------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS team_memberships (
    tenant_id  uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id         uuid        NOT NULL DEFAULT gen_random_uuid(),
    user_id    uuid        NOT NULL,
    team_id    uuid        NOT NULL,
    role       user_role   NOT NULL DEFAULT 'member',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT team_memberships_member_key UNIQUE (tenant_id, user_id, team_id)
);

CREATE INDEX IF NOT EXISTS team_memberships_team_idx ON team_memberships (tenant_id, team_id, role);

COMMENT ON TABLE team_memberships IS 'Who is in which team, and as what.';

SELECT isolate_tenant_table('team_memberships');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON team_memberships
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

CREATE OR REPLACE FUNCTION trigger_enroll_owner() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO public.team_memberships AS m (tenant_id, user_id, team_id, role)
    VALUES (NEW.tenant_id, NEW.owner_id, NEW.id, 'owner')
    ON CONFLICT (tenant_id, user_id, team_id) DO UPDATE
    SET role = excluded.role
    WHERE m.role <> excluded.role;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_enroll_owner() IS 'Makes the accountable owner of a team a member in the role of owner.';

-- After the foreign keys, whose triggers sort before this one: a team of nobody is their matter.
CREATE OR REPLACE TRIGGER enroll_owner
    AFTER INSERT OR UPDATE OF owner_id ON teams
    FOR EACH ROW EXECUTE FUNCTION trigger_enroll_owner();

CREATE OR REPLACE FUNCTION trigger_keep_an_owner() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_owner uuid;
    v_heir uuid;
BEGIN
    -- The lock makes two owners who leave at once leave one after the other.
    SELECT t.owner_id INTO v_owner
    FROM public.teams AS t
    WHERE t.tenant_id = OLD.tenant_id AND t.id = OLD.team_id
    FOR NO KEY UPDATE;

    -- Without its team, or without its tenant, a membership may go.
    IF v_owner IS NULL OR NOT EXISTS (SELECT FROM public.tenants WHERE id = OLD.tenant_id) THEN
        RETURN NULL;
    END IF;

    SELECT m.user_id INTO v_heir
    FROM public.team_memberships AS m
    WHERE m.tenant_id = OLD.tenant_id AND m.team_id = OLD.team_id AND m.role = 'owner'
    ORDER BY (m.user_id = v_owner) DESC, m.created_at, m.id
    LIMIT 1;

    IF v_heir IS NULL THEN
        RAISE EXCEPTION 'the last owner of a team cannot leave it or become less'
            USING ERRCODE = 'restrict_violation',
                  CONSTRAINT = 'team_memberships_owner_remains',
                  HINT = 'Make somebody else an owner first, or delete the team.';
    END IF;

    IF v_heir <> v_owner THEN
        UPDATE public.teams SET owner_id = v_heir WHERE tenant_id = OLD.tenant_id AND id = OLD.team_id;
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_keep_an_owner() IS
    'A team always has an owner. When the accountable one leaves, the longest-standing other owner takes over.';

CREATE OR REPLACE TRIGGER keep_an_owner
    AFTER DELETE OR UPDATE OF role, team_id, user_id ON team_memberships
    FOR EACH ROW WHEN (OLD.role = 'owner')
    EXECUTE FUNCTION trigger_keep_an_owner();

CREATE OR REPLACE FUNCTION trigger_leave_teams() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Teams before memberships, and in order, as everybody locks them.
    PERFORM FROM public.teams AS t
    WHERE t.tenant_id = OLD.tenant_id
      AND t.id IN (
          SELECT m.team_id FROM public.team_memberships AS m
          WHERE m.tenant_id = OLD.tenant_id AND m.user_id = OLD.id
      )
    ORDER BY t.id
    FOR NO KEY UPDATE;

    DELETE FROM public.team_memberships WHERE tenant_id = OLD.tenant_id AND user_id = OLD.id;
    RETURN OLD;
END
$$;

COMMENT ON FUNCTION trigger_leave_teams() IS
    'Takes a user out of every team, which hands over what the user is accountable for or refuses.';

-- The foreign keys alone would not do: teams would refuse to lose their owner before another one takes over.
CREATE OR REPLACE TRIGGER leave_teams
    BEFORE DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION trigger_leave_teams();

-- permissions ---------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS permissions (
    id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    resource      text        NOT NULL,
    action        text        NOT NULL,
    name          text        NOT NULL GENERATED ALWAYS AS (resource || ':' || action) STORED,
    description   text        NOT NULL,
    builtin_roles text[]      NOT NULL DEFAULT '{}',
    created_at    timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT permissions_resource_action_key UNIQUE (resource, action),
    CONSTRAINT permissions_name_key UNIQUE (name),
    CONSTRAINT permissions_resource_format CHECK (resource ~ '^[a-z][a-z_]{0,49}$'),
    CONSTRAINT permissions_action_format CHECK (action ~ '^[a-z][a-z_]{0,49}$'),
    CONSTRAINT permissions_builtin_roles_known CHECK (
        builtin_roles <@ '{workspace_admin, operator, approver, auditor, integration_admin}'::text[]
    )
);

COMMENT ON TABLE permissions IS 'Everything that can be allowed. Global: the same for all tenants, written by migrations only.';
COMMENT ON COLUMN permissions.name IS 'resource:action, as roles and API keys name it.';
COMMENT ON COLUMN permissions.builtin_roles IS 'The built-in roles that hold it. Custom roles have theirs in role_permissions.';

ALTER TABLE permissions ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS readable_by_all ON permissions;
CREATE POLICY readable_by_all ON permissions FOR SELECT USING (true);

REVOKE ALL ON permissions FROM PUBLIC;
GRANT SELECT ON permissions TO af_app;

INSERT INTO permissions (resource, action, description, builtin_roles)
VALUES
    ('tenant',         'read',      'See the tenant and its settings',              '{workspace_admin, operator, approver, auditor, integration_admin}'),
    ('tenant',         'export',    'Take everything of the tenant out',            '{workspace_admin}'),
    ('workspace',      'create',    'Create workspaces',                            '{workspace_admin}'),
    ('workspace',      'read',      'See workspaces and their environments',        '{workspace_admin, operator, approver, auditor, integration_admin}'),
    ('workspace',      'configure', 'Change the settings of a workspace',           '{workspace_admin, integration_admin}'),
    ('workspace',      'delete',    'Delete a workspace',                           '{workspace_admin}'),
    ('environment',    'create',    'Create environments',                          '{workspace_admin}'),
    ('environment',    'delete',    'Delete environments',                          '{workspace_admin}'),
    ('user',           'create',    'Add people',                                   '{workspace_admin}'),
    ('user',           'read',      'See people',                                   '{workspace_admin, auditor}'),
    ('user',           'update',    'Change, activate and deactivate people',       '{workspace_admin}'),
    ('user',           'delete',    'Delete people',                                '{workspace_admin}'),
    ('service',        'create',    'Add services',                                 '{workspace_admin, integration_admin}'),
    ('service',        'read',      'See services',                                 '{workspace_admin, auditor, integration_admin}'),
    ('service',        'update',    'Change, activate and deactivate services',     '{workspace_admin, integration_admin}'),
    ('service',        'delete',    'Delete services',                              '{workspace_admin, integration_admin}'),
    ('team',           'create',    'Create teams',                                 '{workspace_admin}'),
    ('team',           'read',      'See teams and their members',                  '{workspace_admin, operator, auditor}'),
    ('team',           'update',    'Change teams and their members',               '{workspace_admin}'),
    ('team',           'delete',    'Delete teams',                                 '{workspace_admin}'),
    ('role',           'create',    'Create roles',                                 '{workspace_admin}'),
    ('role',           'read',      'See roles, their permissions and who has them', '{workspace_admin, auditor}'),
    ('role',           'update',    'Change the permissions of custom roles',       '{workspace_admin}'),
    ('role',           'delete',    'Delete custom roles',                          '{workspace_admin}'),
    ('role',           'bind',      'Give roles to principals and take them away',  '{workspace_admin}'),
    ('api_key',        'create',    'Issue API keys',                               '{workspace_admin, integration_admin}'),
    ('api_key',        'read',      'See API keys, without their secrets',          '{workspace_admin, auditor, integration_admin}'),
    ('api_key',        'rotate',    'Rotate API keys',                              '{workspace_admin, integration_admin}'),
    ('api_key',        'revoke',    'Revoke API keys',                              '{workspace_admin, integration_admin}'),
    ('session',        'read',      'See sessions',                                 '{workspace_admin, auditor}'),
    ('session',        'revoke',    'End sessions of others',                       '{workspace_admin}'),
    ('audit',          'append',    'Record events of one''s own',                  '{workspace_admin, operator, integration_admin}'),
    ('audit',          'read',      'Read the audit chain',                         '{workspace_admin, operator, approver, auditor}'),
    ('audit',          'verify',    'Verify the audit chain',                       '{workspace_admin, auditor}'),
    ('audit',          'export',    'Export the audit chain with its proofs',       '{workspace_admin, auditor}'),
    ('audit',          'configure', 'Set retention and anchoring of the audit chain', '{workspace_admin}'),
    ('audit',          'prune',     'Remove exported audit entries by retention',   '{workspace_admin}'),
    ('agent',          'create',    'Create agents',                                '{workspace_admin, operator}'),
    ('agent',          'read',      'See agents',                                   '{workspace_admin, operator, approver, auditor}'),
    ('agent',          'update',    'Change, activate and pause agents',            '{workspace_admin, operator}'),
    ('agent',          'delete',    'Delete agents',                                '{workspace_admin, operator}'),
    ('tool',           'create',    'Define tools',                                 '{workspace_admin, operator}'),
    ('tool',           'read',      'See tools and the log of their calls',         '{workspace_admin, operator, approver, auditor}'),
    ('tool',           'update',    'Change tools',                                 '{workspace_admin, operator}'),
    ('tool',           'delete',    'Delete tools',                                 '{workspace_admin, operator}'),
    ('tool',           'call',      'Call tools',                                   '{workspace_admin, operator}'),
    ('conversation',   'create',    'Begin conversations',                          '{workspace_admin, operator}'),
    ('conversation',   'read',      'Read conversations',                           '{workspace_admin, operator, auditor}'),
    ('conversation',   'update',    'Add turns, give feedback, close conversations', '{workspace_admin, operator}'),
    ('conversation',   'delete',    'Delete conversations',                         '{workspace_admin}'),
    ('message',        'create',    'Send messages',                                '{workspace_admin, operator}'),
    ('message',        'read',      'Read and replay messages',                     '{workspace_admin, operator, auditor}'),
    ('message',        'verify',    'Verify stored messages',                       '{workspace_admin, auditor}'),
    ('memory',         'create',    'Add memories',                                 '{workspace_admin, operator}'),
    ('memory',         'read',      'Search memories and see their history',        '{workspace_admin, operator, auditor}'),
    ('memory',         'update',    'Correct, pin, tag and move memories',          '{workspace_admin, operator}'),
    ('memory',         'delete',    'Forget memories',                              '{workspace_admin, operator}'),
    ('schema',         'read',      'See the schema of rules',                      '{workspace_admin, operator, auditor}'),
    ('schema',         'update',    'Change the schema of rules',                   '{workspace_admin}'),
    ('rule',           'create',    'Add rules',                                    '{workspace_admin}'),
    ('rule',           'read',      'See rules',                                    '{workspace_admin, operator, approver, auditor}'),
    ('rule',           'update',    'Change rules and derived fields',              '{workspace_admin}'),
    ('rule',           'delete',    'Delete rules',                                 '{workspace_admin}'),
    ('rule',           'evaluate',  'Evaluate rules',                               '{workspace_admin, operator}'),
    ('workflow',       'create',    'Create workflows',                             '{workspace_admin, operator}'),
    ('workflow',       'read',      'See workflows and plans',                      '{workspace_admin, operator, approver, auditor}'),
    ('workflow',       'update',    'Change workflows and plans',                   '{workspace_admin, operator}'),
    ('workflow',       'publish',   'Publish versions of workflows',                '{workspace_admin, operator}'),
    ('workflow',       'delete',    'Delete workflows',                             '{workspace_admin}'),
    ('policy',         'create',    'Write policies',                               '{workspace_admin}'),
    ('policy',         'read',      'See policies and what they decided',           '{workspace_admin, operator, approver, auditor}'),
    ('policy',         'publish',   'Publish versions of policies',                 '{workspace_admin}'),
    ('policy',         'bind',      'Put policies in force',                        '{workspace_admin}'),
    ('policy',         'simulate',  'Try policies',                                 '{workspace_admin, operator, auditor}'),
    ('policy',         'delete',    'Delete policies',                              '{workspace_admin}'),
    ('run',            'start',     'Start runs',                                   '{workspace_admin, operator}'),
    ('run',            'read',      'See runs and their steps',                     '{workspace_admin, operator, approver, auditor}'),
    ('run',            'execute',   'Claim and work on runs',                       '{workspace_admin, operator}'),
    ('run',            'cancel',    'Cancel runs',                                  '{workspace_admin, operator}'),
    ('run',            'delete',    'Delete runs',                                  '{workspace_admin}'),
    ('approval',       'read',      'See requests for approval',                    '{workspace_admin, operator, approver, auditor}'),
    ('approval',       'decide',    'Approve and reject',                           '{approver}'),
    ('secret',         'read',      'Read secrets',                                 '{integration_admin}'),
    ('secret',         'write',     'Set and delete secrets',                       '{integration_admin}'),
    ('secret',         'rotate',    'Rotate secrets',                               '{workspace_admin, integration_admin}'),
    ('provider_key',   'create',    'Add keys of model providers',                  '{workspace_admin, integration_admin}'),
    ('provider_key',   'read',      'See keys of model providers, masked',          '{workspace_admin, auditor, integration_admin}'),
    ('provider_key',   'rotate',    'Rotate keys of model providers',               '{workspace_admin, integration_admin}'),
    ('provider_key',   'revoke',    'Revoke keys of model providers',               '{workspace_admin, integration_admin}'),
    ('connector',      'create',    'Install connectors',                           '{workspace_admin, integration_admin}'),
    ('connector',      'read',      'See connectors',                               '{workspace_admin, operator, auditor, integration_admin}'),
    ('connector',      'update',    'Change connectors',                            '{workspace_admin, integration_admin}'),
    ('connector',      'delete',    'Remove connectors',                            '{workspace_admin, integration_admin}'),
    ('usage',          'record',    'Record usage',                                 '{workspace_admin, operator}'),
    ('usage',          'read',      'Read usage and costs',                         '{workspace_admin, operator, auditor}'),
    ('budget',         'create',    'Set budgets',                                  '{workspace_admin}'),
    ('budget',         'read',      'See budgets',                                  '{workspace_admin, operator, auditor}'),
    ('budget',         'update',    'Change budgets',                               '{workspace_admin}'),
    ('budget',         'delete',    'Remove budgets',                               '{workspace_admin}')
ON CONFLICT (resource, action) DO UPDATE
SET description = excluded.description, builtin_roles = excluded.builtin_roles;

-- rbac_roles ----------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS rbac_roles (
    tenant_id    uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id           uuid        NOT NULL DEFAULT gen_random_uuid(),
    workspace_id uuid,
    name         text        NOT NULL,
    description  text        NOT NULL DEFAULT '',
    is_builtin   boolean     NOT NULL GENERATED ALWAYS AS (
        name IN ('workspace_admin', 'operator', 'approver', 'auditor', 'integration_admin')
    ) STORED,
    permissions  text[]      NOT NULL DEFAULT '{}',
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workspace_id) REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT rbac_roles_name_key UNIQUE NULLS NOT DISTINCT (tenant_id, workspace_id, name),
    CONSTRAINT rbac_roles_name_format CHECK (name ~ '^[a-z][a-z0-9_-]{0,99}$'),
    CONSTRAINT rbac_roles_permissions_whole CHECK (array_position(permissions, NULL) IS NULL)
);

COMMENT ON TABLE rbac_roles IS 'Sets of permissions: five built-in ones for the tenant and for each workspace, and custom ones.';
COMMENT ON COLUMN rbac_roles.workspace_id IS 'The only workspace the role can be bound in. NULL: in any of them, and for the whole tenant.';
COMMENT ON COLUMN rbac_roles.is_builtin IS 'Follows from the name; the permissions of a built-in role are in permissions.builtin_roles.';

COMMENT ON COLUMN rbac_roles.permissions IS 'What a custom role holds: gathered from role_permissions by trigger, for authorize to read.';

SELECT isolate_tenant_table('rbac_roles');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON rbac_roles
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

CREATE OR REPLACE FUNCTION trigger_keep_builtin_role() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- It goes with its workspace or its tenant, and in no other way.
    IF EXISTS (SELECT FROM public.tenants WHERE id = OLD.tenant_id)
        AND (OLD.workspace_id IS NULL OR EXISTS (
            SELECT FROM public.workspaces WHERE tenant_id = OLD.tenant_id AND id = OLD.workspace_id
        ))
    THEN
        RAISE EXCEPTION 'the built-in role % cannot be changed or deleted', OLD.name
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'rbac_roles_builtin_kept';
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_keep_builtin_role() IS 'Built-in roles are there as long as what they belong to.';

CREATE OR REPLACE TRIGGER keep_builtin_role
    AFTER DELETE OR UPDATE OF name, workspace_id ON rbac_roles
    FOR EACH ROW WHEN (OLD.is_builtin)
    EXECUTE FUNCTION trigger_keep_builtin_role();

CREATE OR REPLACE FUNCTION trigger_keep_role_workspace() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'a role stays in its workspace'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'rbac_roles_workspace_immutable';
END
$$;

COMMENT ON FUNCTION trigger_keep_role_workspace() IS 'Bindings rely on the workspace of their role.';

CREATE OR REPLACE TRIGGER keep_role_workspace
    AFTER UPDATE OF workspace_id ON rbac_roles
    FOR EACH ROW WHEN (OLD.workspace_id IS DISTINCT FROM NEW.workspace_id)
    EXECUTE FUNCTION trigger_keep_role_workspace();

CREATE OR REPLACE FUNCTION seed_builtin_roles(p_tenant uuid, p_workspace uuid) RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO public.rbac_roles (tenant_id, workspace_id, name, description)
    VALUES
        (p_tenant, p_workspace, 'workspace_admin',   'Policies, people and everything that runs'),
        (p_tenant, p_workspace, 'operator',          'Creates and publishes workflows, starts runs, reads logs'),
        (p_tenant, p_workspace, 'approver',          'Approves and rejects, reads the audit'),
        (p_tenant, p_workspace, 'auditor',           'Reads everything, changes nothing'),
        (p_tenant, p_workspace, 'integration_admin', 'Connectors, keys and configuration')
    ON CONFLICT DO NOTHING
$$;

COMMENT ON FUNCTION seed_builtin_roles(uuid, uuid) IS 'Gives a workspace, or with NULL the tenant itself, its five built-in roles.';

CREATE OR REPLACE FUNCTION trigger_seed_tenant_roles() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant_before text := coalesce(current_setting('app.tenant_id', true), '');
BEGIN
    PERFORM set_config('app.tenant_id', NEW.id::text, true);
    PERFORM public.seed_builtin_roles(NEW.id, NULL);
    PERFORM set_config('app.tenant_id', v_tenant_before, true);
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_seed_tenant_roles() IS 'Gives every new tenant its built-in roles.';

REVOKE EXECUTE ON FUNCTION trigger_seed_tenant_roles() FROM PUBLIC;

CREATE OR REPLACE TRIGGER seed_roles
    AFTER INSERT ON tenants
    FOR EACH ROW EXECUTE FUNCTION trigger_seed_tenant_roles();

CREATE OR REPLACE FUNCTION trigger_seed_workspace_roles() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM public.seed_builtin_roles(NEW.tenant_id, NEW.id);
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_seed_workspace_roles() IS 'Gives every new workspace its built-in roles.';

CREATE OR REPLACE TRIGGER seed_roles
    AFTER INSERT ON workspaces
    FOR EACH ROW EXECUTE FUNCTION trigger_seed_workspace_roles();

-- Tenants and workspaces that were there before this migration.
DO $$
DECLARE
    v_tenant_before text := coalesce(current_setting('app.tenant_id', true), '');
    v_tenant uuid;
BEGIN
    FOR v_tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('app.tenant_id', v_tenant::text, true);
        PERFORM seed_builtin_roles(v_tenant, NULL);
        PERFORM seed_builtin_roles(v_tenant, id) FROM workspaces WHERE tenant_id = v_tenant;
    END LOOP;
    PERFORM set_config('app.tenant_id', v_tenant_before, true);
END
$$;

-- role_permissions ----------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS role_permissions (
    tenant_id  uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    role_id    uuid        NOT NULL,
    permission text        NOT NULL REFERENCES permissions (name),
    created_at timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, role_id, permission),
    FOREIGN KEY (tenant_id, role_id) REFERENCES rbac_roles (tenant_id, id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS role_permissions_permission_idx ON role_permissions (permission);

COMMENT ON TABLE role_permissions IS 'What the custom roles hold.';

SELECT isolate_tenant_table('role_permissions');

CREATE OR REPLACE FUNCTION trigger_gather_permissions() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- The role first: whoever changes it at the same time waits here, and then sees what is gathered now.
    PERFORM FROM public.rbac_roles AS r
    WHERE (r.tenant_id, r.id) IN (SELECT c.tenant_id, c.role_id FROM changed AS c)
    ORDER BY r.tenant_id, r.id
    FOR NO KEY UPDATE;

    UPDATE public.rbac_roles AS r
    SET permissions = ARRAY(
        SELECT held.permission
        FROM public.role_permissions AS held
        WHERE held.tenant_id = r.tenant_id AND held.role_id = r.id
        ORDER BY held.permission
    )
    WHERE (r.tenant_id, r.id) IN (SELECT c.tenant_id, c.role_id FROM changed AS c);
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_gather_permissions() IS 'Keeps rbac_roles.permissions equal to the rows of role_permissions.';

CREATE OR REPLACE TRIGGER gather_granted
    AFTER INSERT ON role_permissions
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_gather_permissions();

CREATE OR REPLACE TRIGGER gather_withdrawn
    AFTER DELETE ON role_permissions
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_gather_permissions();

CREATE OR REPLACE TRIGGER gather_moved
    AFTER UPDATE ON role_permissions
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_gather_permissions();

-- rbac_bindings -------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS rbac_bindings (
    tenant_id    uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id           uuid        NOT NULL DEFAULT gen_random_uuid(),
    principal_id uuid        NOT NULL,
    role_id      uuid        NOT NULL,
    workspace_id uuid,
    expires_at   timestamptz,
    created_by   uuid,
    created_at   timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, principal_id) REFERENCES principals (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, role_id) REFERENCES rbac_roles (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, workspace_id) REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, created_by) REFERENCES principals (tenant_id, id) ON DELETE SET NULL (created_by),
    CONSTRAINT rbac_bindings_binding_key UNIQUE NULLS NOT DISTINCT (tenant_id, principal_id, role_id, workspace_id)
);

CREATE INDEX IF NOT EXISTS rbac_bindings_role_idx ON rbac_bindings (tenant_id, role_id);
CREATE INDEX IF NOT EXISTS rbac_bindings_workspace_idx ON rbac_bindings (tenant_id, workspace_id);
CREATE INDEX IF NOT EXISTS rbac_bindings_created_by_idx ON rbac_bindings (tenant_id, created_by);

COMMENT ON TABLE rbac_bindings IS 'Who has which role, and where.';
COMMENT ON COLUMN rbac_bindings.workspace_id IS 'Where the role is held. NULL: in the whole tenant.';
COMMENT ON COLUMN rbac_bindings.expires_at IS 'When it stops to hold. NULL: never.';
COMMENT ON COLUMN rbac_bindings.created_by IS 'The principal who gave the role, if one did.';

SELECT isolate_tenant_table('rbac_bindings');

CREATE OR REPLACE FUNCTION trigger_check_binding_workspace() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_workspace uuid;
BEGIN
    SELECT workspace_id INTO v_workspace FROM public.rbac_roles WHERE tenant_id = NEW.tenant_id AND id = NEW.role_id;

    IF v_workspace IS NOT NULL AND v_workspace IS DISTINCT FROM NEW.workspace_id THEN
        RAISE EXCEPTION 'the role belongs to another workspace'
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'rbac_bindings_workspace_of_role',
                  HINT = 'Bind it in its own workspace, or bind the role of the tenant with the same name.';
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_check_binding_workspace() IS 'A role of a workspace is bound in that workspace only.';

CREATE OR REPLACE TRIGGER check_workspace
    AFTER INSERT OR UPDATE OF role_id, workspace_id ON rbac_bindings
    FOR EACH ROW EXECUTE FUNCTION trigger_check_binding_workspace();

-- api_keys ------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS api_keys (
    tenant_id    uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id           uuid        NOT NULL DEFAULT gen_random_uuid(),
    principal_id uuid        NOT NULL,
    workspace_id uuid,
    name         text        NOT NULL,
    environment  text        NOT NULL DEFAULT 'live',
    -- By bytes, so that the beginning of it is found by its index.
    key_id       text        COLLATE "C" NOT NULL,
    key_hash     bytea       NOT NULL,
    scopes       text[],
    expires_at   timestamptz,
    rotated_at   timestamptz,
    rotated_to   uuid,
    revoked_at   timestamptz,
    last_used_at timestamptz,
    created_by   uuid,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, principal_id) REFERENCES principals (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, workspace_id) REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, rotated_to) REFERENCES api_keys (tenant_id, id) ON DELETE SET NULL (rotated_to),
    FOREIGN KEY (tenant_id, created_by) REFERENCES principals (tenant_id, id) ON DELETE SET NULL (created_by),
    CONSTRAINT api_keys_key_id_key UNIQUE (tenant_id, key_id),
    CONSTRAINT api_keys_name_length CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT api_keys_environment_format CHECK (environment ~ '^[a-z][a-z0-9]{0,15}$'),
    CONSTRAINT api_keys_key_id_format CHECK (key_id ~ '^[0-9A-Za-z]{12}$'),
    CONSTRAINT api_keys_key_hash_length CHECK (length(key_hash) = 32),
    CONSTRAINT api_keys_scopes_not_empty CHECK (cardinality(scopes) > 0),
    CONSTRAINT api_keys_scopes_whole CHECK (array_position(scopes, NULL) IS NULL)
);

CREATE INDEX IF NOT EXISTS api_keys_principal_idx ON api_keys (tenant_id, principal_id);
CREATE INDEX IF NOT EXISTS api_keys_workspace_idx ON api_keys (tenant_id, workspace_id);
CREATE INDEX IF NOT EXISTS api_keys_rotated_to_idx ON api_keys (tenant_id, rotated_to);
CREATE INDEX IF NOT EXISTS api_keys_created_by_idx ON api_keys (tenant_id, created_by);

COMMENT ON TABLE api_keys IS 'Credentials of services. The key itself is shown once and kept nowhere.';
COMMENT ON COLUMN api_keys.workspace_id IS 'The only workspace the key is good for. NULL: wherever its principal may act.';
COMMENT ON COLUMN api_keys.environment IS 'The word behind af_ in the key: live, test.';
COMMENT ON COLUMN api_keys.key_id IS 'The first 12 characters of the key behind its environment: how it is found and shown.';
COMMENT ON COLUMN api_keys.key_hash IS 'SHA-256 of the whole key. It has 190 random bits, so a slow hash would add nothing.';
COMMENT ON COLUMN api_keys.scopes IS 'The permissions the key is limited to. NULL: all of its principal''s.';
COMMENT ON COLUMN api_keys.expires_at IS 'When it stops to work; set or brought forward by rotation. NULL: never.';
COMMENT ON COLUMN api_keys.rotated_to IS 'The key that replaces this one.';
COMMENT ON COLUMN api_keys.last_used_at IS 'Coarse: moved at most once a minute.';

SELECT isolate_tenant_table('api_keys');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON api_keys
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

CREATE OR REPLACE FUNCTION trigger_check_key_of_service() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.principals
        WHERE tenant_id = NEW.tenant_id AND id = NEW.principal_id AND type = 'service'
    ) THEN
        RAISE EXCEPTION 'API keys belong to services'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'api_keys_principal_is_service';
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_check_key_of_service() IS
    'Nobody who may issue keys issues one that acts for a person, and so does what only that person may.';

-- After the foreign keys, whose triggers sort before this one: a key of nobody is their matter.
CREATE OR REPLACE TRIGGER check_service
    AFTER INSERT OR UPDATE OF tenant_id, principal_id ON api_keys
    FOR EACH ROW EXECUTE FUNCTION trigger_check_key_of_service();

-- sessions ------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS sessions (
    tenant_id            uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                   uuid        NOT NULL DEFAULT gen_random_uuid(),
    principal_id         uuid        NOT NULL,
    token_hash           bytea       NOT NULL,
    jwt_sub              text,
    client_ip            inet,
    user_agent           text,
    issued_at            timestamptz NOT NULL DEFAULT now(),
    expires_at           timestamptz NOT NULL,
    idle_timeout_seconds integer     NOT NULL,
    last_seen_at         timestamptz NOT NULL DEFAULT now(),
    is_revoked           boolean     NOT NULL GENERATED ALWAYS AS (revoked_at IS NOT NULL) STORED,
    revoked_at           timestamptz,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, principal_id) REFERENCES principals (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT sessions_token_hash_key UNIQUE (tenant_id, token_hash),
    CONSTRAINT sessions_token_hash_length CHECK (length(token_hash) = 32),
    CONSTRAINT sessions_jwt_sub_length CHECK (length(jwt_sub) BETWEEN 1 AND 255),
    CONSTRAINT sessions_user_agent_length CHECK (length(user_agent) <= 512),
    CONSTRAINT sessions_expires_at_later CHECK (expires_at > issued_at),
    CONSTRAINT sessions_idle_timeout_positive CHECK (idle_timeout_seconds > 0)
);

CREATE INDEX IF NOT EXISTS sessions_principal_idx ON sessions (tenant_id, principal_id);
CREATE INDEX IF NOT EXISTS sessions_expires_at_idx ON sessions (tenant_id, expires_at);

COMMENT ON TABLE sessions IS 'Who is logged in. The token itself is given out once and kept nowhere.';
COMMENT ON COLUMN sessions.token_hash IS 'SHA-256 of the token.';
COMMENT ON COLUMN sessions.jwt_sub IS 'The subject of the JWT that the session belongs to, where one is used.';
COMMENT ON COLUMN sessions.expires_at IS 'The end, however much it is used.';
COMMENT ON COLUMN sessions.idle_timeout_seconds IS 'It also ends when it was not used for so long.';
COMMENT ON COLUMN sessions.last_seen_at IS 'Coarse: moved at most once a minute, or once in a tenth of a shorter idle timeout.';

SELECT isolate_tenant_table('sessions');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON sessions
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();
