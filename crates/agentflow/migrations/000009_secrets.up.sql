-- Sealed secrets: provider_keys and connector_installations, which services may open them, key_validation_results,
-- secret_rotation_log; key_ring_versions, which tells a process whether its key ring belongs to this database.
--
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
        ELSE octet_length(p_value) >= 8 + get_byte(p_value, 6) * 256 + get_byte(p_value, 7) + 12 + 16
    END
$$;

COMMENT ON FUNCTION is_sealed(bytea) IS
    'Whether this has the form of a sealed value (docs/secrets.md): format 1, then the scope of the key (0 shared, 1 the '
    'tenant''s own), its version in 4 bytes, the length of the wrapped data key in 2, the wrapped data key, a nonce of 12 '
    'bytes, and the ciphertext with a tag of 16.';

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
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,

    CONSTRAINT key_ring_versions_version_positive CHECK (version > 0),
    CONSTRAINT key_ring_versions_ring_length CHECK (length(ring) BETWEEN 1 AND 255),
    CONSTRAINT key_ring_versions_canary_sealed CHECK (is_sealed(canary))
);

COMMENT ON TABLE key_ring_versions IS
    'The versions of the shared key that this database was sealed with, each with something to open: a process whose key '
    'ring cannot open it has the wrong one, and seals nothing. The keys themselves are never in the database.';
COMMENT ON COLUMN key_ring_versions.ring IS 'Which key ring it is of.';
COMMENT ON COLUMN key_ring_versions.canary IS 'A known text, sealed with this version.';
COMMENT ON COLUMN key_ring_versions.retired_at IS 'Since when nothing is sealed with it any more.';

-- Row-level security without a policy: only the owner writes. The runtime role gets to read by the policy below.
ALTER TABLE key_ring_versions ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON key_ring_versions FROM PUBLIC;
GRANT SELECT ON key_ring_versions TO af_app;
DROP POLICY IF EXISTS readable ON key_ring_versions;
CREATE POLICY readable ON key_ring_versions FOR SELECT USING (true);

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
    CONSTRAINT provider_keys_name_key UNIQUE (tenant_id, workspace_id, provider_type, name),
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

-- Which key a workspace uses for a provider is never a matter of luck.
CREATE UNIQUE INDEX IF NOT EXISTS provider_keys_active_key ON provider_keys (tenant_id, workspace_id, provider_type)
    WHERE is_active;
CREATE INDEX IF NOT EXISTS provider_keys_created_by_idx ON provider_keys (tenant_id, created_by);
CREATE INDEX IF NOT EXISTS provider_keys_workspace_idx ON provider_keys (tenant_id, workspace_id);
CREATE INDEX IF NOT EXISTS provider_keys_previous_idx ON provider_keys (tenant_id, previous_expires_at)
    WHERE previous_expires_at IS NOT NULL;

COMMENT ON TABLE provider_keys IS 'Keys of tenants for the providers of models (bring your own key), sealed.';
COMMENT ON COLUMN provider_keys.provider_type IS 'openai, azure_openai, anthropic, cohere, …';
COMMENT ON COLUMN provider_keys.settings IS 'What is no secret: base URL, deployment, version of the API.';
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

COMMENT ON COLUMN teams.webhook_secret IS 'What posts to webhook_url are signed with, sealed.';
COMMENT ON COLUMN teams.previous_webhook_secret IS 'The one before the latest rotation, sealed; posts carry a signature of both.';
COMMENT ON COLUMN teams.previous_webhook_secret_expires_at IS 'Until when posts are signed with the previous one as well.';
