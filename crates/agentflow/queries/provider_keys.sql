--: ProviderKey (kms_key_id?, previous_kms_key_id?, previous_expires_at?, validation_error?, validation_timestamp?, last_used_at?, created_by?, rotated_at?, revoked_at?)
--: ProviderKeyToOpen (encrypted_key?, previous_encrypted_key?, previous_expires_at?, revoked_at?, type?, is_active?)

--! insert_provider_key (created_by?)
INSERT INTO public.provider_keys (
    tenant_id, id, workspace_id, provider_type, name, settings, encrypted_key, created_by, created_at
)
VALUES (
    :tenant_id, :id, :workspace_id, :provider_type, :name, :settings, :encrypted_key,
    (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = :tenant_id AND p.id = :created_by),
    :now
);

--! get_provider_key : ProviderKey
SELECT
    k.id, k.workspace_id, k.provider_type, k.name, k.settings::text, k.kms_key_id, k.previous_kms_key_id, k.previous_expires_at,
    k.is_active, k.validation_status, k.validation_error, k.validation_timestamp, k.last_used_at, k.created_by, k.created_at,
    k.updated_at, k.rotated_at, k.revoked_at,
    ARRAY(
        SELECT s.principal_id FROM public.provider_key_services AS s
        WHERE s.tenant_id = :tenant_id AND s.provider_key_id = k.id
        ORDER BY s.principal_id
    ) AS services
FROM public.provider_keys AS k
WHERE k.tenant_id = :tenant_id AND k.id = :id;

-- In order of ids, which is the order of creation for ids made by the library.
--! list_provider_keys (after?, workspace_id?, provider_type?, name?) : ProviderKey
SELECT
    k.id, k.workspace_id, k.provider_type, k.name, k.settings::text, k.kms_key_id, k.previous_kms_key_id, k.previous_expires_at,
    k.is_active, k.validation_status, k.validation_error, k.validation_timestamp, k.last_used_at, k.created_by, k.created_at,
    k.updated_at, k.rotated_at, k.revoked_at,
    ARRAY(
        SELECT s.principal_id FROM public.provider_key_services AS s
        WHERE s.tenant_id = :tenant_id AND s.provider_key_id = k.id
        ORDER BY s.principal_id
    ) AS services
FROM public.provider_keys AS k
WHERE k.tenant_id = :tenant_id
  AND (:after::uuid IS NULL OR k.id > :after)
  AND (:workspace_id::uuid IS NULL OR k.workspace_id = :workspace_id)
  AND (:provider_type::text IS NULL OR k.provider_type = :provider_type)
  AND (:name::text IS NULL OR k.name = :name)
ORDER BY k.id
LIMIT :page_size;

-- Held for the rest of the transaction.
--! lock_provider_key : ProviderKey
SELECT
    k.id, k.workspace_id, k.provider_type, k.name, k.settings::text, k.kms_key_id, k.previous_kms_key_id, k.previous_expires_at,
    k.is_active, k.validation_status, k.validation_error, k.validation_timestamp, k.last_used_at, k.created_by, k.created_at,
    k.updated_at, k.rotated_at, k.revoked_at,
    ARRAY(
        SELECT s.principal_id FROM public.provider_key_services AS s
        WHERE s.tenant_id = :tenant_id AND s.provider_key_id = k.id
        ORDER BY s.principal_id
    ) AS services
FROM public.provider_keys AS k
WHERE k.tenant_id = :tenant_id AND k.id = :id
FOR NO KEY UPDATE OF k;

-- Every key that may be the active one in the place of this one, in the order everybody locks them: which of them is, changes by
-- one transaction at a time.
--! lock_provider_keys_beside
SELECT k.id
FROM public.provider_keys AS k
JOIN public.provider_keys AS of
    ON of.tenant_id = k.tenant_id AND of.workspace_id = k.workspace_id AND of.provider_type = k.provider_type
WHERE k.tenant_id = :tenant_id AND of.tenant_id = :tenant_id AND of.id = :id
ORDER BY k.id
FOR NO KEY UPDATE OF k;

--! deactivate_provider_keys_beside
UPDATE public.provider_keys AS k
SET is_active = false
FROM public.provider_keys AS of
WHERE k.tenant_id = :tenant_id AND of.tenant_id = :tenant_id AND of.id = :id
  AND k.workspace_id = of.workspace_id AND k.provider_type = of.provider_type AND k.is_active AND k.id <> of.id
RETURNING k.id;

--! activate_provider_key
UPDATE public.provider_keys
SET is_active = true
WHERE tenant_id = :tenant_id AND id = :id AND revoked_at IS NULL;

--! revoke_provider_key
UPDATE public.provider_keys
SET encrypted_key          = NULL,
    previous_encrypted_key = NULL,
    previous_expires_at    = NULL,
    is_active              = false,
    revoked_at             = :now
WHERE tenant_id = :tenant_id AND id = :id;

-- What is sealed of a key.
--! get_sealed_provider_key : (encrypted_key?, previous_encrypted_key?, previous_expires_at?)
SELECT k.id, k.encrypted_key, k.previous_encrypted_key, k.previous_expires_at
FROM public.provider_keys AS k
WHERE k.tenant_id = :tenant_id AND k.id = :id;

-- Not if somebody else changed it since it was read.
--! rotate_provider_key (previous_encrypted_key?, previous_expires_at?)
UPDATE public.provider_keys
SET encrypted_key          = :encrypted_key,
    previous_encrypted_key = :previous_encrypted_key,
    previous_expires_at    = :previous_expires_at,
    validation_status      = 'pending',
    validation_error       = NULL,
    validation_timestamp   = NULL,
    rotated_at             = :now
WHERE tenant_id = :tenant_id AND id = :id AND encrypted_key = :seen;

--! prune_provider_keys
UPDATE public.provider_keys
SET previous_encrypted_key = NULL, previous_expires_at = NULL
WHERE tenant_id = :tenant_id AND previous_expires_at <= :now
RETURNING id;

-- Services ------------------------------------------------------------------------------------------------------------

-- Touches nothing if it is granted already.
--! grant_provider_key
INSERT INTO public.provider_key_services (tenant_id, provider_key_id, principal_id, created_at)
VALUES (:tenant_id, :provider_key_id, :principal_id, :now)
ON CONFLICT DO NOTHING;

--! ungrant_provider_key
DELETE FROM public.provider_key_services
WHERE tenant_id = :tenant_id AND provider_key_id = :provider_key_id AND principal_id = :principal_id;

-- What a principal who wants to open a key is judged by. Without an id, the active key of a workspace for a provider.
--! get_provider_key_to_open (id?, workspace_id?, provider_type?) : ProviderKeyToOpen
SELECT
    k.id, k.workspace_id, k.provider_type, k.name, k.settings::text, k.encrypted_key, k.previous_encrypted_key,
    k.previous_expires_at, k.revoked_at, p.type, p.is_active, s.principal_id IS NOT NULL AS is_granted
FROM public.provider_keys AS k
LEFT JOIN public.principals AS p ON p.tenant_id = :tenant_id AND p.id = :principal_id
LEFT JOIN public.provider_key_services AS s
    ON s.tenant_id = :tenant_id AND s.provider_key_id = k.id AND s.principal_id = :principal_id
WHERE k.tenant_id = :tenant_id
  AND (
      k.id = :id::uuid
      OR (:id IS NULL AND k.is_active AND k.workspace_id = :workspace_id::uuid AND k.provider_type = :provider_type::text)
  );

-- The same, and it stays so for the rest of the transaction.
--! share_provider_key_to_open (id?, workspace_id?, provider_type?) : ProviderKeyToOpen
SELECT
    k.id, k.workspace_id, k.provider_type, k.name, k.settings::text, k.encrypted_key, k.previous_encrypted_key,
    k.previous_expires_at, k.revoked_at, p.type, p.is_active, s.principal_id IS NOT NULL AS is_granted
FROM public.provider_keys AS k
LEFT JOIN public.principals AS p ON p.tenant_id = :tenant_id AND p.id = :principal_id
LEFT JOIN public.provider_key_services AS s
    ON s.tenant_id = :tenant_id AND s.provider_key_id = k.id AND s.principal_id = :principal_id
WHERE k.tenant_id = :tenant_id
  AND (
      k.id = :id::uuid
      OR (:id IS NULL AND k.is_active AND k.workspace_id = :workspace_id::uuid AND k.provider_type = :provider_type::text)
  )
FOR SHARE OF k;

-- Nothing to do when somebody else was faster.
--! touch_provider_key
UPDATE public.provider_keys
SET last_used_at = :now
WHERE tenant_id = :tenant_id AND id = :id AND (last_used_at IS NULL OR last_used_at <= :unless_since);

-- Validation ----------------------------------------------------------------------------------------------------------

-- Checks of the keys of a workspace are counted by one transaction at a time.
--! lock_workspace_of_provider_key
SELECT w.id
FROM public.workspaces AS w
JOIN public.provider_keys AS k ON k.tenant_id = w.tenant_id AND k.workspace_id = w.id
WHERE w.tenant_id = :tenant_id AND k.tenant_id = :tenant_id AND k.id = :id
FOR NO KEY UPDATE OF w;

-- The newest live checks in a workspace since then, newest first.
--! list_recent_checks
SELECT r.validated_at
FROM public.key_validation_results AS r
JOIN public.provider_keys AS k ON k.tenant_id = r.tenant_id AND k.id = r.provider_key_id
WHERE r.tenant_id = :tenant_id AND k.tenant_id = :tenant_id AND k.workspace_id = :workspace_id
  AND r.validation_test IN ('call_test', 'quota_check') AND r.validated_at > :since
ORDER BY r.validated_at DESC
LIMIT :most;

--! insert_validation_result
INSERT INTO public.key_validation_results (tenant_id, id, provider_key_id, validation_test, result, result_details, validated_at)
VALUES (:tenant_id, :id, :provider_key_id, :validation_test, :result, :result_details, :now);

--! finish_validation_result
UPDATE public.key_validation_results
SET validation_test = :validation_test, result = :result, result_details = :result_details, validated_at = :now
WHERE tenant_id = :tenant_id AND id = :id;

--! set_provider_key_validation (validation_error?)
UPDATE public.provider_keys
SET validation_status = :validation_status, validation_error = :validation_error, validation_timestamp = :now
WHERE tenant_id = :tenant_id AND id = :id;

-- But for the newest of each key and test.
--! prune_validation_results
DELETE FROM public.key_validation_results AS r
WHERE r.tenant_id = :tenant_id AND r.validated_at < :oldest
  AND EXISTS (
      SELECT FROM public.key_validation_results AS newer
      WHERE newer.tenant_id = :tenant_id AND newer.provider_key_id = r.provider_key_id
        AND newer.validation_test = r.validation_test
        AND (newer.validated_at, newer.id) > (r.validated_at, r.id)
  );

-- What the newest live check said that could tell.
--! get_last_check
SELECT r.id, r.result, r.result_details::text, r.validated_at
FROM public.key_validation_results AS r
WHERE r.tenant_id = :tenant_id AND r.provider_key_id = :provider_key_id
  AND r.validation_test = 'call_test' AND r.result IN ('pass', 'fail') AND r.validated_at > :since
ORDER BY r.validated_at DESC, r.id DESC
LIMIT 1;

-- Newest first.
--! list_validation_results
SELECT r.id, r.validation_test, r.result, r.result_details::text, r.validated_at
FROM public.key_validation_results AS r
WHERE r.tenant_id = :tenant_id AND r.provider_key_id = :provider_key_id
ORDER BY r.validated_at DESC, r.id DESC
LIMIT :page_size;
