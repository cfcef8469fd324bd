-- Sealed secrets: keys of providers and connectors, and which services may open them. key_ring_versions and tenant_key_versions tell a
-- process whether its key ring belongs to this database.
--
-- Created: 2026-11-21. Tables: key_ring_versions, tenant_key_versions, provider_keys, provider_key_services,
-- connector_installations, connector_services, key_validation_results, secret_rotation_log.
-- Locks: a short exclusive one on teams, to add columns to it. Reversible: yes, by dropping what is created here; what was
-- sealed is lost with it.

CREATE OR REPLACE FUNCTION is_sealed(p_value bytea) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    -- Compared one after the other: of a value that is too short, no byte may be asked for.
    SELECT CASE
        WHEN p_value IS NULL THEN NULL
        WHEN octet_length(p_value) < 8 THEN false
        WHEN get_byte(p_value, 0) <> 1 OR get_byte(p_value, 1) > 1 THEN false
        WHEN substr(p_value, 3, 4) = '\x00000000' THEN false
        ELSE octet_length(p_value) >= 8 + get_byte(p_value, 6) * 256 + get_byte(p_value, 7) + 12 + 16
    END
$$;

COMMENT ON FUNCTION is_sealed(bytea) IS
    'Whether this has the form of a sealed value (docs/secrets.md): format 1, then the scope of the key (0 shared, 1 the '
    'tenant''s own), its version in 4 bytes, from 1, the length of the wrapped data key in 2, the wrapped data key, a nonce '
    'of 12 bytes, and the ciphertext with a tag of 16.';

CREATE OR REPLACE FUNCTION sealed_key_id(p_value bytea) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN public.is_sealed(p_value) THEN
            CASE get_byte(p_value, 1) WHEN 0 THEN 'shared/' ELSE 'tenant/' END
            || get_byte(p_value, 2)::bigint * 16777216 + get_byte(p_value, 3) * 65536
             + get_byte(p_value, 4) * 256 + get_byte(p_value, 5)
    END
$$;

COMMENT ON FUNCTION sealed_key_id(bytea) IS 'Which key a sealed value is wrapped with: shared/VERSION or tenant/VERSION.';

-- key_ring_versions ---------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS key_ring_versions (
    version    integer     NOT NULL PRIMARY KEY,
    ring       text        NOT NULL,
    canary     bytea       NOT NULL,
    created_by text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_by text,
    retired_at timestamptz,

    CONSTRAINT key_ring_versions_version_positive CHECK (version > 0),
    CONSTRAINT key_ring_versions_created_by_length CHECK (length(created_by) BETWEEN 1 AND 600),
    CONSTRAINT key_ring_versions_retired_by_length CHECK (length(retired_by) BETWEEN 1 AND 600),
    CONSTRAINT key_ring_versions_retired_by_somebody CHECK ((retired_at IS NULL) = (retired_by IS NULL)),
    CONSTRAINT key_ring_versions_ring_length CHECK (length(ring) BETWEEN 1 AND 255),
    CONSTRAINT key_ring_versions_canary_sealed CHECK (is_sealed(canary))
);

COMMENT ON TABLE key_ring_versions IS
    'The versions of the shared key that this database was sealed with, each with something to open: a process whose key '
    'ring cannot open it has the wrong one, and seals nothing. The keys themselves are never in the database.';
COMMENT ON COLUMN key_ring_versions.ring IS 'Which key ring it is of.';
COMMENT ON COLUMN key_ring_versions.canary IS 'A known text, sealed with this version.';
COMMENT ON COLUMN key_ring_versions.created_by IS 'Who brought it into use for this database: kind and id of the actor.';
COMMENT ON COLUMN key_ring_versions.retired_at IS 'Since when nothing is sealed with it any more.';
COMMENT ON COLUMN key_ring_versions.retired_by IS 'Who retired it: kind and id of the actor.';

-- Row-level security without a policy: only the owner writes. The runtime role gets to read by the policy below.
ALTER TABLE key_ring_versions ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON key_ring_versions FROM PUBLIC;
GRANT SELECT ON key_ring_versions TO af_app;
DROP POLICY IF EXISTS readable ON key_ring_versions;
CREATE POLICY readable ON key_ring_versions FOR SELECT USING (true);

-- tenant_key_versions -------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS tenant_key_versions (
    tenant_id  uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    version    integer     NOT NULL,
    canary     bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    erased_at  timestamptz,

    PRIMARY KEY (tenant_id, version),
    CONSTRAINT tenant_key_versions_version_positive CHECK (version > 0),
    CONSTRAINT tenant_key_versions_canary_sealed CHECK (is_sealed(canary))
);

COMMENT ON TABLE tenant_key_versions IS
    'The versions of the keys of tenants'' own that this database was sealed with, each with something to open, so that two '
    'copies of a key ring cannot both make the same version. The keys themselves are never in the database. The runtime role '
    'only reads it.';
COMMENT ON COLUMN tenant_key_versions.canary IS 'A known text, sealed with this version.';
COMMENT ON COLUMN tenant_key_versions.erased_at IS
    'Since when the key is erased, or about to be: nothing of the tenant is sealed any more, with no key.';

SELECT isolate_tenant_table('tenant_key_versions', 'SELECT');

-- What may get into a sealed column -----------------------------------------------------------------------------------

-- Before the CHECK of the same, which would write the whole row into the log of the server: what is not sealed is the secret.
CREATE OR REPLACE FUNCTION trigger_refuse_unsealed() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_column text;
    v_value bytea;
BEGIN
    FOREACH v_column IN ARRAY TG_ARGV LOOP
        EXECUTE format('SELECT ($1).%I', v_column) INTO v_value USING NEW;

        IF NOT public.is_sealed(v_value) THEN
            RAISE EXCEPTION 'what is to be stored in %.% is not sealed', TG_TABLE_NAME, v_column
                USING ERRCODE = 'check_violation',
                      CONSTRAINT = TG_TABLE_NAME || '_' || v_column || '_is_sealed',
                      TABLE = TG_TABLE_NAME,
                      COLUMN = v_column;
        END IF;
    END LOOP;

    RETURN NEW;
END
$$;

COMMENT ON FUNCTION trigger_refuse_unsealed() IS
    'Refuses what has not the form of a sealed value in the columns that are its arguments, without quoting the row.';

REVOKE EXECUTE ON FUNCTION trigger_refuse_unsealed() FROM PUBLIC;

-- The locks are held until the end of the transaction: whoever retires or erases a key waits for those who sealed with it, and
-- whoever seals afterwards is refused.
CREATE OR REPLACE FUNCTION hold_wrapping_key(p_tenant uuid, p_key text) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant_before text := coalesce(current_setting('app.tenant_id', true), '');
    v_version bigint := split_part(p_key, '/', 2)::bigint;
BEGIN
    PERFORM FROM public.tenants WHERE id = p_tenant FOR KEY SHARE;
    PERFORM set_config('app.tenant_id', p_tenant::text, true);
    PERFORM FROM public.tenant_key_versions WHERE tenant_id = p_tenant FOR SHARE;
    PERFORM FROM public.tenant_key_versions WHERE tenant_id = p_tenant AND erased_at IS NOT NULL;

    IF FOUND THEN
        RAISE EXCEPTION 'the key of tenant % is erased; nothing of it is sealed any more', p_tenant
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'sealed_of_erased_tenant';
    END IF;

    IF p_key LIKE 'tenant/%' THEN
        PERFORM FROM public.tenant_key_versions WHERE tenant_id = p_tenant AND version = v_version;
    ELSE
        PERFORM FROM public.key_ring_versions WHERE version = v_version AND retired_at IS NULL FOR SHARE;
    END IF;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'key % was retired, or not brought into use for this database; try again with the current one', p_key
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'sealed_with_usable_key';
    END IF;

    PERFORM set_config('app.tenant_id', v_tenant_before, true);
END
$$;

COMMENT ON FUNCTION hold_wrapping_key(uuid, text) IS
    'Refuses a key that was retired or is not known here, and any of a tenant whose key is erased; holds it until the end of the '
    'transaction.';

REVOKE EXECUTE ON FUNCTION hold_wrapping_key(uuid, text) FROM PUBLIC;

-- After the row was written, for only then its tenant is certain.
CREATE OR REPLACE FUNCTION trigger_check_wrapping_key() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_column text;
    v_value bytea;
    v_before bytea;
BEGIN
    FOREACH v_column IN ARRAY TG_ARGV LOOP
        EXECUTE format('SELECT ($1).%I', v_column) INTO v_value USING NEW;
        v_before := NULL;

        IF TG_OP = 'UPDATE' THEN
            EXECUTE format('SELECT ($1).%I', v_column) INTO v_before USING OLD;
        END IF;

        CONTINUE WHEN v_value IS NOT DISTINCT FROM v_before OR v_value IS NULL;
        PERFORM public.hold_wrapping_key(NEW.tenant_id, public.sealed_key_id(v_value));
    END LOOP;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_check_wrapping_key() IS
    'Refuses a value that is sealed with a key that was retired or is not known here, and any of a tenant whose key is erased, '
    'in the columns that are its arguments; and holds the key until the end of the transaction.';

REVOKE EXECUTE ON FUNCTION trigger_check_wrapping_key() FROM PUBLIC;

-- provider_keys -------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS provider_keys (
    tenant_id              uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                     uuid        NOT NULL DEFAULT gen_random_uuid(),
    workspace_id           uuid        NOT NULL,
    provider_type          text        NOT NULL,
    name                   text        NOT NULL,
    settings               jsonb       NOT NULL DEFAULT '{}',
    encrypted_key          bytea,
    kms_key_id             text        GENERATED ALWAYS AS (sealed_key_id(encrypted_key)) STORED,
    previous_encrypted_key bytea,
    previous_kms_key_id    text        GENERATED ALWAYS AS (sealed_key_id(previous_encrypted_key)) STORED,
    previous_expires_at    timestamptz,
    is_active              boolean     NOT NULL DEFAULT false,
    validation_status      text        NOT NULL DEFAULT 'pending',
    validation_error       text,
    validation_timestamp   timestamptz,
    last_used_at           timestamptz,
    created_by             uuid,
    created_at             timestamptz NOT NULL DEFAULT now(),
    updated_at             timestamptz NOT NULL DEFAULT now(),
    rotated_at             timestamptz,
    revoked_at             timestamptz,

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workspace_id) REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, created_by) REFERENCES principals (tenant_id, id) ON DELETE SET NULL (created_by),
    CONSTRAINT provider_keys_provider_type_format CHECK (provider_type ~ '^[a-z][a-z0-9_]{0,62}$'),
    CONSTRAINT provider_keys_name_length CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT provider_keys_settings_object CHECK (jsonb_typeof(settings) = 'object'),
    CONSTRAINT provider_keys_key_sealed CHECK (is_sealed(encrypted_key)),
    CONSTRAINT provider_keys_previous_sealed CHECK (is_sealed(previous_encrypted_key)),
    CONSTRAINT provider_keys_previous_ends CHECK ((previous_encrypted_key IS NULL) = (previous_expires_at IS NULL)),
    CONSTRAINT provider_keys_revoked_is_gone CHECK (
        CASE
            WHEN revoked_at IS NULL THEN encrypted_key IS NOT NULL
            ELSE encrypted_key IS NULL AND previous_encrypted_key IS NULL AND NOT is_active
        END
    ),
    CONSTRAINT provider_keys_validation_status_known CHECK (validation_status IN ('pending', 'valid', 'invalid')),
    CONSTRAINT provider_keys_validation_error_length CHECK (length(validation_error) BETWEEN 1 AND 2000),
    CONSTRAINT provider_keys_validation_dated CHECK (
        validation_status = 'pending' OR validation_timestamp IS NOT NULL
    )
);

-- A key that was revoked gives its name back.
CREATE UNIQUE INDEX IF NOT EXISTS provider_keys_name_key ON provider_keys (tenant_id, workspace_id, provider_type, name)
    WHERE revoked_at IS NULL;
-- Which key a workspace uses for a provider is never a matter of luck.
CREATE UNIQUE INDEX IF NOT EXISTS provider_keys_active_key ON provider_keys (tenant_id, workspace_id, provider_type)
    WHERE is_active;
CREATE INDEX IF NOT EXISTS provider_keys_created_by_idx ON provider_keys (tenant_id, created_by);
CREATE INDEX IF NOT EXISTS provider_keys_workspace_idx ON provider_keys (tenant_id, workspace_id);
CREATE INDEX IF NOT EXISTS provider_keys_previous_idx ON provider_keys (tenant_id, previous_expires_at)
    WHERE previous_expires_at IS NOT NULL;

COMMENT ON TABLE provider_keys IS 'Keys of tenants for the providers of models (bring your own key), sealed.';
COMMENT ON COLUMN provider_keys.provider_type IS 'openai, azure_openai, anthropic, cohere, …';
COMMENT ON COLUMN provider_keys.settings IS
    'What is no secret: base URL, deployment, version of the API. The key is sealed together with them and provider_type.';
COMMENT ON COLUMN provider_keys.encrypted_key IS 'Sealed. NULL once it was revoked.';
COMMENT ON COLUMN provider_keys.kms_key_id IS 'Which key of the key ring it is wrapped with.';
COMMENT ON COLUMN provider_keys.previous_encrypted_key IS 'The key before the latest rotation, sealed, for work that is under way.';
COMMENT ON COLUMN provider_keys.previous_expires_at IS 'Until when the previous key is opened.';
COMMENT ON COLUMN provider_keys.is_active IS 'The one that the workspace uses for this provider.';
COMMENT ON COLUMN provider_keys.last_used_at IS 'When a service last opened it, to the minute.';

SELECT isolate_tenant_table('provider_keys');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON provider_keys
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

CREATE OR REPLACE TRIGGER refuse_unsealed
    BEFORE INSERT OR UPDATE ON provider_keys
    FOR EACH ROW EXECUTE FUNCTION trigger_refuse_unsealed('encrypted_key', 'previous_encrypted_key');

CREATE OR REPLACE TRIGGER check_wrapping_key
    AFTER INSERT OR UPDATE ON provider_keys
    FOR EACH ROW EXECUTE FUNCTION trigger_check_wrapping_key('encrypted_key', 'previous_encrypted_key');

CREATE TABLE IF NOT EXISTS provider_key_services (
    tenant_id       uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    provider_key_id uuid        NOT NULL,
    principal_id    uuid        NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, provider_key_id, principal_id),
    FOREIGN KEY (tenant_id, provider_key_id) REFERENCES provider_keys (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, principal_id) REFERENCES principals (tenant_id, id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS provider_key_services_principal_idx ON provider_key_services (tenant_id, principal_id);

COMMENT ON TABLE provider_key_services IS 'Which services may open which provider keys. Nobody else may.';

SELECT isolate_tenant_table('provider_key_services', 'SELECT, INSERT, DELETE');

-- connector_installations ---------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS connector_installations (
    tenant_id                 uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                        uuid        NOT NULL DEFAULT gen_random_uuid(),
    workspace_id              uuid        NOT NULL,
    connector_type            text        NOT NULL,
    connector_version         text        NOT NULL,
    display_name              text        NOT NULL,
    encrypted_config          bytea       NOT NULL,
    kms_key_id                text        GENERATED ALWAYS AS (sealed_key_id(encrypted_config)) STORED,
    previous_encrypted_config bytea,
    previous_kms_key_id       text        GENERATED ALWAYS AS (sealed_key_id(previous_encrypted_config)) STORED,
    previous_expires_at       timestamptz,
    is_enabled                boolean     NOT NULL DEFAULT true,
    validation_status         text        NOT NULL DEFAULT 'pending',
    validation_error          text,
    validation_timestamp      timestamptz,
    installed_by              uuid,
    created_at                timestamptz NOT NULL DEFAULT now(),
    updated_at                timestamptz NOT NULL DEFAULT now(),
    rotated_at                timestamptz,

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workspace_id) REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, installed_by) REFERENCES principals (tenant_id, id) ON DELETE SET NULL (installed_by),
    CONSTRAINT connector_installations_display_name_key UNIQUE (tenant_id, workspace_id, display_name),
    CONSTRAINT connector_installations_type_format CHECK (connector_type ~ '^[a-z][a-z0-9_]{0,62}$'),
    CONSTRAINT connector_installations_version_length CHECK (length(connector_version) BETWEEN 1 AND 100),
    CONSTRAINT connector_installations_display_name_length CHECK (length(display_name) BETWEEN 1 AND 255),
    CONSTRAINT connector_installations_config_sealed CHECK (is_sealed(encrypted_config)),
    CONSTRAINT connector_installations_previous_sealed CHECK (is_sealed(previous_encrypted_config)),
    CONSTRAINT connector_installations_previous_ends CHECK (
        (previous_encrypted_config IS NULL) = (previous_expires_at IS NULL)
    ),
    CONSTRAINT connector_installations_validation_status_known CHECK (
        validation_status IN ('pending', 'valid', 'invalid')
    ),
    CONSTRAINT connector_installations_validation_error_length CHECK (length(validation_error) BETWEEN 1 AND 2000),
    CONSTRAINT connector_installations_validation_dated CHECK (
        validation_status = 'pending' OR validation_timestamp IS NOT NULL
    )
);

CREATE INDEX IF NOT EXISTS connector_installations_workspace_idx ON connector_installations (tenant_id, workspace_id);
CREATE INDEX IF NOT EXISTS connector_installations_installed_by_idx ON connector_installations (tenant_id, installed_by);
CREATE INDEX IF NOT EXISTS connector_installations_previous_idx ON connector_installations (tenant_id, previous_expires_at)
    WHERE previous_expires_at IS NOT NULL;

COMMENT ON TABLE connector_installations IS 'Connectors of workspaces to other systems, with their credentials, sealed.';
COMMENT ON COLUMN connector_installations.encrypted_config IS 'A JSON object with the credentials, sealed.';
COMMENT ON COLUMN connector_installations.kms_key_id IS 'Which key of the key ring it is wrapped with.';
COMMENT ON COLUMN connector_installations.previous_encrypted_config IS 'The one before the latest rotation, sealed, for work that is under way.';
COMMENT ON COLUMN connector_installations.previous_expires_at IS 'Until when the previous one is opened.';
COMMENT ON COLUMN connector_installations.is_enabled IS 'While false, nobody may open the credentials.';

SELECT isolate_tenant_table('connector_installations');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON connector_installations
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

CREATE OR REPLACE TRIGGER refuse_unsealed
    BEFORE INSERT OR UPDATE ON connector_installations
    FOR EACH ROW EXECUTE FUNCTION trigger_refuse_unsealed('encrypted_config', 'previous_encrypted_config');

CREATE OR REPLACE TRIGGER check_wrapping_key
    AFTER INSERT OR UPDATE ON connector_installations
    FOR EACH ROW EXECUTE FUNCTION trigger_check_wrapping_key('encrypted_config', 'previous_encrypted_config');

CREATE TABLE IF NOT EXISTS connector_services (
    tenant_id                 uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    connector_installation_id uuid        NOT NULL,
    principal_id              uuid        NOT NULL,
    created_at                timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, connector_installation_id, principal_id),
    FOREIGN KEY (tenant_id, connector_installation_id)
        REFERENCES connector_installations (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, principal_id) REFERENCES principals (tenant_id, id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS connector_services_principal_idx ON connector_services (tenant_id, principal_id);

COMMENT ON TABLE connector_services IS 'Which services may open the credentials of which connectors. Nobody else may.';

SELECT isolate_tenant_table('connector_services', 'SELECT, INSERT, DELETE');

-- key_validation_results ----------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS key_validation_results (
    tenant_id       uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id              uuid        NOT NULL DEFAULT gen_random_uuid(),
    provider_key_id uuid        NOT NULL,
    validation_test text        NOT NULL,
    result          text        NOT NULL,
    result_details  jsonb       NOT NULL DEFAULT '{}',
    validated_at    timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, provider_key_id) REFERENCES provider_keys (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT key_validation_results_test_known CHECK (validation_test IN ('syntax', 'call_test', 'quota_check')),
    CONSTRAINT key_validation_results_result_known CHECK (result IN ('pass', 'fail', 'error')),
    CONSTRAINT key_validation_results_details_object CHECK (jsonb_typeof(result_details) = 'object')
);

CREATE INDEX IF NOT EXISTS key_validation_results_key_idx
    ON key_validation_results (tenant_id, provider_key_id, validated_at DESC);
CREATE INDEX IF NOT EXISTS key_validation_results_validated_at_idx ON key_validation_results (tenant_id, validated_at);

COMMENT ON TABLE key_validation_results IS 'What checks of provider keys found. Never any part of a key.';
COMMENT ON COLUMN key_validation_results.result IS 'pass, fail (the key is not accepted), error (it could not be told).';

SELECT isolate_tenant_table('key_validation_results');

-- secret_rotation_log -------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS secret_rotation_log (
    tenant_id       uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id              uuid        NOT NULL DEFAULT gen_random_uuid(),
    secret_type     text        NOT NULL,
    secret_id       uuid        NOT NULL,
    old_kms_key_id  text,
    new_kms_key_id  text,
    rotated_by      uuid,
    rotation_reason text        NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, rotated_by) REFERENCES principals (tenant_id, id) ON DELETE SET NULL (rotated_by),
    CONSTRAINT secret_rotation_log_secret_type_known CHECK (
        secret_type IN ('provider_key', 'connector_credential', 'api_key', 'webhook_secret')
    ),
    CONSTRAINT secret_rotation_log_old_key_length CHECK (length(old_kms_key_id) BETWEEN 1 AND 255),
    CONSTRAINT secret_rotation_log_new_key_length CHECK (length(new_kms_key_id) BETWEEN 1 AND 255),
    CONSTRAINT secret_rotation_log_reason_length CHECK (length(rotation_reason) BETWEEN 1 AND 255)
);

CREATE INDEX IF NOT EXISTS secret_rotation_log_created_at_idx
    ON secret_rotation_log (tenant_id, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS secret_rotation_log_secret_idx ON secret_rotation_log (tenant_id, secret_id, created_at DESC);
CREATE INDEX IF NOT EXISTS secret_rotation_log_rotated_by_idx ON secret_rotation_log (tenant_id, rotated_by);

COMMENT ON TABLE secret_rotation_log IS
    'Every rotation of a secret of a tenant, and every change of the key it is wrapped with. Never a value. The runtime '
    'role only adds to it.';
COMMENT ON COLUMN secret_rotation_log.secret_id IS
    'The provider key, connector, API key or team. Deliberately without a foreign key: the log outlives them.';
COMMENT ON COLUMN secret_rotation_log.rotation_reason IS 'rotated, rewrapped, revoked, or what whoever did it says.';

SELECT isolate_tenant_table('secret_rotation_log', 'SELECT, INSERT');

-- teams ---------------------------------------------------------------------------------------------------------------

ALTER TABLE teams
    ADD COLUMN IF NOT EXISTS previous_webhook_secret bytea,
    ADD COLUMN IF NOT EXISTS previous_webhook_secret_expires_at timestamptz;

DO $$
BEGIN
    ALTER TABLE teams
        ADD CONSTRAINT teams_webhook_secret_sealed CHECK (is_sealed(webhook_secret)),
        ADD CONSTRAINT teams_previous_webhook_secret_sealed CHECK (is_sealed(previous_webhook_secret)),
        ADD CONSTRAINT teams_previous_webhook_secret_ends CHECK (
            (previous_webhook_secret IS NULL) = (previous_webhook_secret_expires_at IS NULL)
        );
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

CREATE OR REPLACE TRIGGER refuse_unsealed
    BEFORE INSERT OR UPDATE ON teams
    FOR EACH ROW EXECUTE FUNCTION trigger_refuse_unsealed('webhook_secret', 'previous_webhook_secret');

CREATE OR REPLACE TRIGGER check_wrapping_key
    AFTER INSERT OR UPDATE ON teams
    FOR EACH ROW EXECUTE FUNCTION trigger_check_wrapping_key('webhook_secret', 'previous_webhook_secret');

COMMENT ON COLUMN teams.webhook_secret IS 'What posts to webhook_url are signed with, sealed.';
CREATE INDEX IF NOT EXISTS teams_previous_idx ON teams (tenant_id, previous_webhook_secret_expires_at)
    WHERE previous_webhook_secret_expires_at IS NOT NULL;

COMMENT ON COLUMN teams.previous_webhook_secret IS 'The one before the latest rotation, sealed; posts carry a signature of both.';
COMMENT ON COLUMN teams.previous_webhook_secret_expires_at IS 'Until when posts are signed with the previous one as well.';
