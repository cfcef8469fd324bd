--: Team (webhook_url?)
--: Membership ()

-- Its owner becomes a member by trigger.
--! insert_team (webhook_url?) : Team
INSERT INTO public.teams (
    tenant_id, id, name, slug, owner_id, settings, shared_skill_names, webhook_url, conversation_retention_days
)
VALUES (
    :tenant_id, :id, :name, :slug::text, :owner_id, :settings, :shared_skill_names, :webhook_url,
    :conversation_retention_days
)
RETURNING
    id, name, slug::text, owner_id, settings::text, shared_skill_names, webhook_url, conversation_retention_days,
    created_at, updated_at;

--! get_team : Team
SELECT
    id, name, slug::text, owner_id, settings::text, shared_skill_names, webhook_url, conversation_retention_days,
    created_at, updated_at
FROM public.teams
WHERE tenant_id = :tenant_id AND id = :id;

-- The same, held for the rest of the transaction: whoever changes a team or its members comes here first.
--! lock_team : Team
SELECT
    id, name, slug::text, owner_id, settings::text, shared_skill_names, webhook_url, conversation_retention_days,
    created_at, updated_at
FROM public.teams
WHERE tenant_id = :tenant_id AND id = :id
FOR NO KEY UPDATE;

-- The teams of a user, held for the rest of the transaction, in the order everybody locks them.
--! lock_teams_of_user
SELECT id, owner_id
FROM public.teams
WHERE tenant_id = :tenant_id
  AND id IN (
      SELECT m.team_id FROM public.team_memberships AS m WHERE m.tenant_id = :tenant_id AND m.user_id = :user_id
  )
ORDER BY id
FOR NO KEY UPDATE;

--! list_team_owners
SELECT id, owner_id
FROM public.teams
WHERE tenant_id = :tenant_id AND id = ANY (:ids::uuid[])
ORDER BY id;

--! get_team_by_slug : Team
SELECT
    id, name, slug::text, owner_id, settings::text, shared_skill_names, webhook_url, conversation_retention_days,
    created_at, updated_at
FROM public.teams
WHERE tenant_id = :tenant_id AND slug = :slug::text;

--! list_teams (after?) : Team
SELECT
    id, name, slug::text, owner_id, settings::text, shared_skill_names, webhook_url, conversation_retention_days,
    created_at, updated_at
FROM public.teams
WHERE tenant_id = :tenant_id AND (:after::uuid IS NULL OR id > :after)
ORDER BY id
LIMIT :page_size;

--! update_team (webhook_url?) : Team
UPDATE public.teams
SET name                        = :name,
    slug                        = :slug::text,
    settings                    = :settings,
    shared_skill_names          = :shared_skill_names,
    webhook_url                 = :webhook_url,
    conversation_retention_days = :conversation_retention_days
WHERE tenant_id = :tenant_id AND id = :id
RETURNING
    id, name, slug::text, owner_id, settings::text, shared_skill_names, webhook_url, conversation_retention_days,
    created_at, updated_at;

-- The new owner becomes a member by trigger; the old one stays one.
--! transfer_team : Team
UPDATE public.teams
SET owner_id = :owner_id
WHERE tenant_id = :tenant_id AND id = :id
RETURNING
    id, name, slug::text, owner_id, settings::text, shared_skill_names, webhook_url, conversation_retention_days,
    created_at, updated_at;

--! delete_team
DELETE FROM public.teams
WHERE tenant_id = :tenant_id AND id = :id;

-- Members -------------------------------------------------------------------------------------------------------------

--! insert_membership : Membership
INSERT INTO public.team_memberships (tenant_id, id, user_id, team_id, role)
VALUES (:tenant_id, :id, :user_id, :team_id, :role::text::public.user_role)
RETURNING id, user_id, team_id, role::text, created_at, updated_at;

--! set_membership_role : Membership
UPDATE public.team_memberships
SET role = :role::text::public.user_role
WHERE tenant_id = :tenant_id AND team_id = :team_id AND user_id = :user_id
RETURNING id, user_id, team_id, role::text, created_at, updated_at;

--! delete_membership
DELETE FROM public.team_memberships
WHERE tenant_id = :tenant_id AND team_id = :team_id AND user_id = :user_id;

--! get_membership : Membership
SELECT id, user_id, team_id, role::text, created_at, updated_at
FROM public.team_memberships
WHERE tenant_id = :tenant_id AND team_id = :team_id AND user_id = :user_id;

-- Owners first.
--! list_members : Membership
SELECT id, user_id, team_id, role::text, created_at, updated_at
FROM public.team_memberships
WHERE tenant_id = :tenant_id AND team_id = :team_id
ORDER BY public.team_memberships.role, created_at, id;

--! list_memberships_of_user : Membership
SELECT id, user_id, team_id, role::text, created_at, updated_at
FROM public.team_memberships
WHERE tenant_id = :tenant_id AND user_id = :user_id
ORDER BY created_at, id;

-- Webhook secrets -----------------------------------------------------------------------------------------------------

-- What is sealed of a team, and which keys it is wrapped with.
--! get_team_webhook_secret : (webhook_url?, webhook_secret?, previous_webhook_secret?, previous_webhook_secret_expires_at?, kms_key_id?, previous_kms_key_id?)
SELECT
    t.id, t.webhook_url, t.webhook_secret, t.previous_webhook_secret, t.previous_webhook_secret_expires_at,
    public.sealed_key_id(t.webhook_secret) AS kms_key_id,
    public.sealed_key_id(t.previous_webhook_secret) AS previous_kms_key_id
FROM public.teams AS t
WHERE t.tenant_id = :tenant_id AND t.id = :id;

-- Not if somebody else changed it since it was read.
--! set_team_webhook_secret (webhook_secret?, previous_webhook_secret?, previous_webhook_secret_expires_at?, seen?) : (kms_key_id?)
UPDATE public.teams
SET webhook_secret                     = :webhook_secret,
    previous_webhook_secret            = :previous_webhook_secret,
    previous_webhook_secret_expires_at = :previous_webhook_secret_expires_at
WHERE tenant_id = :tenant_id AND id = :id AND webhook_secret IS NOT DISTINCT FROM :seen
RETURNING id, public.sealed_key_id(webhook_secret) AS kms_key_id;

--! prune_team_webhook_secrets
UPDATE public.teams
SET previous_webhook_secret = NULL, previous_webhook_secret_expires_at = NULL
WHERE tenant_id = :tenant_id AND previous_webhook_secret_expires_at <= :now
RETURNING id;
