--: Principal (service_name?, oidc_issuer?, oidc_sub?)

--! insert_service : Principal
INSERT INTO public.principals (tenant_id, id, type, display_name, service_name, metadata)
VALUES (:tenant_id, :id, 'service', :display_name, :service_name, :metadata)
RETURNING
    id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at;

--! get_principal : Principal
SELECT id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at
FROM public.principals
WHERE tenant_id = :tenant_id AND id = :id;

--! get_principal_by_service_name : Principal
SELECT id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at
FROM public.principals
WHERE tenant_id = :tenant_id AND service_name = :service_name;

--! get_principal_by_oidc : Principal
SELECT id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at
FROM public.principals
WHERE tenant_id = :tenant_id AND oidc_sub = :oidc_sub AND oidc_issuer = :oidc_issuer;

--! get_principal_by_email : Principal
SELECT
    p.id, p.type, p.display_name, p.service_name, p.oidc_issuer, p.oidc_sub, p.is_active, p.metadata::text,
    p.created_at, p.updated_at
FROM public.principals AS p
JOIN public.users AS u ON u.tenant_id = p.tenant_id AND u.id = p.id
WHERE p.tenant_id = :tenant_id AND u.tenant_id = :tenant_id AND u.email_key = lower(:email COLLATE "C");

-- Nobody else changes it until the transaction ends.
--! lock_principal : Principal
SELECT id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at
FROM public.principals
WHERE tenant_id = :tenant_id AND id = :id
FOR NO KEY UPDATE;

-- Nobody deactivates or deletes it until the transaction ends; others may hold it in the same way.
--! share_principal
SELECT type, is_active
FROM public.principals
WHERE tenant_id = :tenant_id AND id = :id
FOR SHARE;

-- In order of ids, which is the order of creation for ids made by the library.
--! list_principals (after?, type?) : Principal
SELECT id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at
FROM public.principals
WHERE tenant_id = :tenant_id
  AND (:after::uuid IS NULL OR id > :after)
  AND (:type::text IS NULL OR type = :type)
ORDER BY id
LIMIT :page_size;

--! set_principal_active : Principal
UPDATE public.principals
SET is_active = :is_active
WHERE tenant_id = :tenant_id AND id = :id
RETURNING
    id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at;

--! rename_principal : Principal
UPDATE public.principals
SET display_name = :display_name
WHERE tenant_id = :tenant_id AND id = :id
RETURNING
    id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at;

-- NULL and NULL take the link away.
--! link_oidc (oidc_issuer?, oidc_sub?) : Principal
UPDATE public.principals
SET oidc_issuer = :oidc_issuer, oidc_sub = :oidc_sub
WHERE tenant_id = :tenant_id AND id = :id
RETURNING
    id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at;

-- With its user, memberships, bindings, keys and sessions.
--! delete_principal
DELETE FROM public.principals
WHERE tenant_id = :tenant_id AND id = :id AND type = :type;
