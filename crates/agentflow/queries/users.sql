--: User (oidc_issuer?, oidc_sub?, password_changed_at?)
--: Login (password_hash?, password_changed_at?)

--! insert_user (oidc_issuer?, oidc_sub?, password_hash?, password_changed_at?) : User
WITH principal AS (
    INSERT INTO public.principals (tenant_id, id, type, display_name, oidc_issuer, oidc_sub, metadata)
    VALUES (:tenant_id, :id, 'human', :display_name, :oidc_issuer, :oidc_sub, :metadata)
    RETURNING id, display_name, oidc_issuer, oidc_sub, is_active, metadata::text
), profile AS (
    INSERT INTO public.users (tenant_id, id, email, password_hash, password_changed_at)
    VALUES (:tenant_id, :id, :email, :password_hash, :password_changed_at)
    RETURNING id, email, password_changed_at, created_at, updated_at
)
SELECT
    id, email, display_name, oidc_issuer, oidc_sub, is_active, password_changed_at, metadata, created_at, updated_at
FROM principal
JOIN profile USING (id);

--! get_user : User
SELECT
    u.id, u.email, p.display_name, p.oidc_issuer, p.oidc_sub, p.is_active, u.password_changed_at, p.metadata::text,
    u.created_at, greatest(u.updated_at, p.updated_at) AS updated_at
FROM public.users AS u
JOIN public.principals AS p ON p.tenant_id = u.tenant_id AND p.id = u.id
WHERE u.tenant_id = :tenant_id AND u.id = :id;

--! get_user_by_email : User
SELECT
    u.id, u.email, p.display_name, p.oidc_issuer, p.oidc_sub, p.is_active, u.password_changed_at, p.metadata::text,
    u.created_at, greatest(u.updated_at, p.updated_at) AS updated_at
FROM public.users AS u
JOIN public.principals AS p ON p.tenant_id = u.tenant_id AND p.id = u.id
WHERE u.tenant_id = :tenant_id AND u.email_key = lower(:email COLLATE "C");

--! list_users (after?) : User
SELECT
    u.id, u.email, p.display_name, p.oidc_issuer, p.oidc_sub, p.is_active, u.password_changed_at, p.metadata::text,
    u.created_at, greatest(u.updated_at, p.updated_at) AS updated_at
FROM public.users AS u
JOIN public.principals AS p ON p.tenant_id = u.tenant_id AND p.id = u.id
WHERE u.tenant_id = :tenant_id AND (:after::uuid IS NULL OR u.id > :after)
ORDER BY u.id
LIMIT :page_size;

-- Nobody else changes it until the transaction ends.
--! lock_user : User
SELECT
    u.id, u.email, p.display_name, p.oidc_issuer, p.oidc_sub, p.is_active, u.password_changed_at, p.metadata::text,
    u.created_at, greatest(u.updated_at, p.updated_at) AS updated_at
FROM public.users AS u
JOIN public.principals AS p ON p.tenant_id = u.tenant_id AND p.id = u.id
WHERE u.tenant_id = :tenant_id AND u.id = :id
FOR NO KEY UPDATE OF u;

-- The same, and nobody makes it a member or an owner of anything either.
--! lock_user_to_delete
SELECT email
FROM public.users
WHERE tenant_id = :tenant_id AND id = :id
FOR UPDATE;

--! set_user_email : User
UPDATE public.users AS u
SET email = :email
FROM public.principals AS p
WHERE u.tenant_id = :tenant_id AND u.id = :id AND p.tenant_id = u.tenant_id AND p.id = u.id
RETURNING
    u.id, u.email, p.display_name, p.oidc_issuer, p.oidc_sub, p.is_active, u.password_changed_at, p.metadata::text,
    u.created_at, greatest(u.updated_at, p.updated_at) AS updated_at;

-- Passwords -----------------------------------------------------------------------------------------------------------

-- What a password is checked against. Somebody without one has NULL.
--! get_login_by_email : Login
SELECT u.id, u.password_hash, u.password_changed_at, p.is_active
FROM public.users AS u
JOIN public.principals AS p ON p.tenant_id = u.tenant_id AND p.id = u.id
WHERE u.tenant_id = :tenant_id AND u.email_key = lower(:email COLLATE "C");

--! get_login : Login
SELECT u.id, u.password_hash, u.password_changed_at, p.is_active
FROM public.users AS u
JOIN public.principals AS p ON p.tenant_id = u.tenant_id AND p.id = u.id
WHERE u.tenant_id = :tenant_id AND u.id = :id;

-- Whose password was compared, unless it was changed meanwhile.
--! confirm_login : User
SELECT
    u.id, u.email, p.display_name, p.oidc_issuer, p.oidc_sub, p.is_active, u.password_changed_at, p.metadata::text,
    u.created_at, greatest(u.updated_at, p.updated_at) AS updated_at
FROM public.users AS u
JOIN public.principals AS p ON p.tenant_id = u.tenant_id AND p.id = u.id
WHERE u.tenant_id = :tenant_id AND u.id = :id AND u.password_changed_at = :seen_changed_at;

-- Whatever it was before, or only if it is still the one of then.
--! set_password (seen_changed_at?)
UPDATE public.users
SET password_hash = :password_hash, password_changed_at = :password_changed_at
WHERE tenant_id = :tenant_id
  AND id = :id
  AND (:seen_changed_at::timestamptz IS NULL OR password_changed_at = :seen_changed_at);

-- The same password at a higher cost, unless it was changed meanwhile.
--! rehash_password
UPDATE public.users
SET password_hash = :new_hash
WHERE tenant_id = :tenant_id AND id = :id AND password_hash = :old_hash;
