--: KeyRingVersion (retired_by?, retired_at?)
--: TenantKeyVersion (erased_at?)
--: SealedRow (value?, previous?)

-- What the database knows of the key ring -----------------------------------------------------------------------------

--! list_key_ring_versions : KeyRingVersion
SELECT version, ring, canary, created_by, created_at, retired_by, retired_at
FROM public.key_ring_versions
ORDER BY version;

-- One change of the key ring at a time. Reading waits for nobody.
--! lock_key_ring_versions
LOCK TABLE public.key_ring_versions IN SHARE ROW EXCLUSIVE MODE;

--! insert_key_ring_version
INSERT INTO public.key_ring_versions (version, ring, canary, created_by, created_at)
VALUES (:version, :ring, :canary, :created_by, :created_at);

--! retire_key_ring_version
UPDATE public.key_ring_versions
SET retired_at = :retired_at, retired_by = :retired_by
WHERE version = :version AND retired_at IS NULL;

-- What it knows of the keys of tenants' own ---------------------------------------------------------------------------

--! list_tenant_key_versions : TenantKeyVersion
SELECT version, canary, created_at, erased_at
FROM public.tenant_key_versions
WHERE tenant_id = :tenant_id
ORDER BY version;

--! insert_tenant_key_version
INSERT INTO public.tenant_key_versions (tenant_id, version, canary, created_at)
VALUES (:tenant_id, :version, :canary, :created_at);

-- Whoever sealed something of this tenant is waited for, and whoever wants to waits.
--! lock_sealing_of_tenant
SELECT FROM public.tenants WHERE id = :tenant_id FOR UPDATE;

--! erase_tenant_key_versions
UPDATE public.tenant_key_versions
SET erased_at = :erased_at
WHERE tenant_id = :tenant_id AND erased_at IS NULL;

-- What is sealed, of one tenant ---------------------------------------------------------------------------------------

-- In order of their ids, so that a walk through them can go on where it was interrupted.
--! list_tenant_ids (after?)
SELECT id
FROM public.tenants
WHERE :after::uuid IS NULL OR id > :after::uuid
ORDER BY id
LIMIT :page_size;

--! count_sealed
SELECT sealed.table_name, sealed.key_id, count(*) AS count
FROM (
    SELECT 'provider_keys' AS table_name, kms_key_id AS key_id
    FROM public.provider_keys
    WHERE tenant_id = :tenant_id
    UNION ALL
    SELECT 'provider_keys', previous_kms_key_id
    FROM public.provider_keys
    WHERE tenant_id = :tenant_id
    UNION ALL
    SELECT 'connector_installations', kms_key_id
    FROM public.connector_installations
    WHERE tenant_id = :tenant_id
    UNION ALL
    SELECT 'connector_installations', previous_kms_key_id
    FROM public.connector_installations
    WHERE tenant_id = :tenant_id
    UNION ALL
    SELECT 'teams', public.sealed_key_id(webhook_secret)
    FROM public.teams
    WHERE tenant_id = :tenant_id
    UNION ALL
    SELECT 'teams', public.sealed_key_id(previous_webhook_secret)
    FROM public.teams
    WHERE tenant_id = :tenant_id
) AS sealed
WHERE sealed.key_id IS NOT NULL
GROUP BY sealed.table_name, sealed.key_id
ORDER BY sealed.table_name, sealed.key_id;

-- What is not wrapped with the current key; with '' for it, whatever is sealed.
--! list_provider_keys (after?) : SealedRow
SELECT id, encrypted_key AS value, previous_encrypted_key AS previous
FROM public.provider_keys
WHERE tenant_id = :tenant_id
  AND (:current = '' OR kms_key_id <> :current OR previous_kms_key_id <> :current)
  AND (:after::uuid IS NULL OR id > :after::uuid)
  AND (encrypted_key IS NOT NULL OR previous_encrypted_key IS NOT NULL)
ORDER BY id
LIMIT :page_size;

--! list_connectors (after?) : SealedRow
SELECT id, encrypted_config AS value, previous_encrypted_config AS previous
FROM public.connector_installations
WHERE tenant_id = :tenant_id
  AND (:current = '' OR kms_key_id <> :current OR previous_kms_key_id <> :current)
  AND (:after::uuid IS NULL OR id > :after::uuid)
  AND (encrypted_config IS NOT NULL OR previous_encrypted_config IS NOT NULL)
ORDER BY id
LIMIT :page_size;

--! list_teams (after?) : SealedRow
SELECT id, webhook_secret AS value, previous_webhook_secret AS previous
FROM public.teams
WHERE tenant_id = :tenant_id
  AND (:current = '' OR public.sealed_key_id(webhook_secret) <> :current OR public.sealed_key_id(previous_webhook_secret) <> :current)
  AND (:after::uuid IS NULL OR id > :after::uuid)
  AND (webhook_secret IS NOT NULL OR previous_webhook_secret IS NOT NULL)
ORDER BY id
LIMIT :page_size;

-- Only where it still is what was rewrapped.
--! rewrap_provider_key (previous?, old_previous?, value?, old_value?)
UPDATE public.provider_keys
SET encrypted_key = :value, previous_encrypted_key = :previous
WHERE tenant_id = :tenant_id
  AND id = :id
  AND encrypted_key IS NOT DISTINCT FROM :old_value
  AND previous_encrypted_key IS NOT DISTINCT FROM :old_previous;

--! rewrap_connector (previous?, old_previous?, value?, old_value?)
UPDATE public.connector_installations
SET encrypted_config = :value, previous_encrypted_config = :previous
WHERE tenant_id = :tenant_id
  AND id = :id
  AND encrypted_config IS NOT DISTINCT FROM :old_value
  AND previous_encrypted_config IS NOT DISTINCT FROM :old_previous;

--! rewrap_team (previous?, old_previous?, value?, old_value?)
UPDATE public.teams
SET webhook_secret = :value, previous_webhook_secret = :previous
WHERE tenant_id = :tenant_id
  AND id = :id
  AND webhook_secret IS NOT DISTINCT FROM :old_value
  AND previous_webhook_secret IS NOT DISTINCT FROM :old_previous;

--! log_rewrapped
INSERT INTO public.secret_rotation_log (
    tenant_id, id, secret_type, secret_id, old_kms_key_id, new_kms_key_id, rotation_reason
)
SELECT :tenant_id, rewrapped.id, :secret_type, rewrapped.secret_id, rewrapped.old_key, :new_key, 'rewrapped'
FROM unnest(:ids::uuid[], :secret_ids::uuid[], :old_keys::text[]) AS rewrapped (id, secret_id, old_key);
