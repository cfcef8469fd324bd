--: ApiKey (workspace_id?, scopes?, expires_at?, rotated_at?, rotated_to?, revoked_at?, last_used_at?, created_by?)

--! insert_api_key (workspace_id?, scopes?, expires_at?, created_by?) : ApiKey
INSERT INTO public.api_keys (
    tenant_id, id, principal_id, workspace_id, name, environment, key_id, key_hash, scopes, expires_at, created_by,
    created_at
)
VALUES (
    :tenant_id, :id, :principal_id, :workspace_id, :name, :environment, :key_id, :key_hash, :scopes, :expires_at,
    (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = :tenant_id AND p.id = :created_by),
    :now
)
RETURNING
    id, principal_id, workspace_id, name, environment, key_id, scopes, expires_at, rotated_at, rotated_to, revoked_at,
    last_used_at, created_by, created_at, updated_at;

--! get_api_key : ApiKey
SELECT
    id, principal_id, workspace_id, name, environment, key_id, scopes, expires_at, rotated_at, rotated_to, revoked_at,
    last_used_at, created_by, created_at, updated_at
FROM public.api_keys
WHERE tenant_id = :tenant_id AND id = :id;

-- Held until the end of the transaction, so that two rotations come one after the other.
--! lock_api_key : ApiKey
SELECT
    id, principal_id, workspace_id, name, environment, key_id, scopes, expires_at, rotated_at, rotated_to, revoked_at,
    last_used_at, created_by, created_at, updated_at
FROM public.api_keys
WHERE tenant_id = :tenant_id AND id = :id
FOR UPDATE;

-- The key that this one replaces, while both work.
--! get_overlapping_api_key : (expires_at?)
SELECT id, expires_at
FROM public.api_keys
WHERE tenant_id = :tenant_id
  AND rotated_to = :id
  AND revoked_at IS NULL
  AND (expires_at IS NULL OR expires_at > :now);

--! list_api_keys (after?, principal_id?) : ApiKey
SELECT
    id, principal_id, workspace_id, name, environment, key_id, scopes, expires_at, rotated_at, rotated_to, revoked_at,
    last_used_at, created_by, created_at, updated_at
FROM public.api_keys
WHERE tenant_id = :tenant_id
  AND (:after::uuid IS NULL OR id > :after)
  AND (:principal_id::uuid IS NULL OR principal_id = :principal_id)
ORDER BY id
LIMIT :page_size;

-- Up to two, to know whether there is only one. Behind `~` is none of the letters and digits of keys.
--! list_api_keys_by_prefix (environment?) : ApiKey
SELECT
    id, principal_id, workspace_id, name, environment, key_id, scopes, expires_at, rotated_at, rotated_to, revoked_at,
    last_used_at, created_by, created_at, updated_at
FROM public.api_keys
WHERE tenant_id = :tenant_id AND key_id >= :key_id_prefix AND key_id < :key_id_prefix || '~'
  AND (:environment::text IS NULL OR environment = :environment)
ORDER BY key_id
LIMIT 2;

--! revoke_api_key : ApiKey
UPDATE public.api_keys
SET revoked_at = :now
WHERE tenant_id = :tenant_id AND id = :id AND revoked_at IS NULL
RETURNING
    id, principal_id, workspace_id, name, environment, key_id, scopes, expires_at, rotated_at, rotated_to, revoked_at,
    last_used_at, created_by, created_at, updated_at;

--! retire_api_key : ApiKey
UPDATE public.api_keys
SET rotated_at = :now, rotated_to = :rotated_to, expires_at = least(expires_at, :until)
WHERE tenant_id = :tenant_id AND id = :id
RETURNING
    id, principal_id, workspace_id, name, environment, key_id, scopes, expires_at, rotated_at, rotated_to, revoked_at,
    last_used_at, created_by, created_at, updated_at;

-- Authentication ------------------------------------------------------------------------------------------------------

--! get_api_key_login : (workspace_id?, scopes?, expires_at?, revoked_at?, last_used_at?)
SELECT
    k.id, k.principal_id, k.workspace_id, k.environment, k.key_hash, k.scopes, k.expires_at, k.revoked_at,
    k.last_used_at, p.type, p.is_active
FROM public.api_keys AS k
JOIN public.principals AS p ON p.tenant_id = k.tenant_id AND p.id = k.principal_id
WHERE k.tenant_id = :tenant_id AND p.tenant_id = :tenant_id AND k.key_id = :key_id;

-- Nothing to do when somebody else was faster.
--! touch_api_key
UPDATE public.api_keys
SET last_used_at = :now
WHERE tenant_id = :tenant_id AND id = :id AND (last_used_at IS NULL OR last_used_at <= :unless_since);
