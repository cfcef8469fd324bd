DROP TRIGGER IF EXISTS refuse_unsealed ON teams;
DROP TRIGGER IF EXISTS check_wrapping_key ON teams;
ALTER TABLE IF EXISTS teams
    DROP CONSTRAINT IF EXISTS teams_previous_webhook_secret_ends,
    DROP CONSTRAINT IF EXISTS teams_previous_webhook_secret_sealed,
    DROP CONSTRAINT IF EXISTS teams_webhook_secret_sealed,
    DROP COLUMN IF EXISTS previous_webhook_secret_expires_at,
    DROP COLUMN IF EXISTS previous_webhook_secret;
DROP TABLE IF EXISTS secret_rotation_log;
DROP TABLE IF EXISTS key_validation_results;
DROP TABLE IF EXISTS connector_services;
DROP TABLE IF EXISTS connector_installations;
DROP TABLE IF EXISTS provider_key_services;
DROP TABLE IF EXISTS provider_keys;
DROP TABLE IF EXISTS tenant_key_versions;
DROP TABLE IF EXISTS key_ring_versions;
DROP FUNCTION IF EXISTS trigger_check_wrapping_key();
DROP FUNCTION IF EXISTS hold_wrapping_key(uuid, text);
DROP FUNCTION IF EXISTS trigger_refuse_unsealed();
DROP FUNCTION IF EXISTS sealed_key_id(bytea);
DROP FUNCTION IF EXISTS is_sealed(bytea);
