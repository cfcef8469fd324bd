--: Agent (role?, created_by?)
--: AgentSkills ()
--: Tool ()

--! insert_agent (role?, created_by?) : Agent
INSERT INTO public.agents (
    tenant_id, id, team_id, name, slug, tagline, avatar_emoji, type, role, status, personality, shared_skill_names,
    custom_skill_names, disabled_skill_names, model_config_json, memory_config, boundaries, config, policies, created_by
)
VALUES (
    :tenant_id, :id, :team_id, :name, :slug::text, :tagline, :avatar_emoji, :type, :role,
    :status::text::public.agent_status, :personality, :shared_skill_names, :custom_skill_names, :disabled_skill_names,
    :model_config_json, :memory_config, :boundaries, :config, :policies,
    (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = :tenant_id AND p.id = :created_by)
)
RETURNING
    id, team_id, name, slug::text, tagline, avatar_emoji, type, role, status::text, personality::text,
    shared_skill_names, custom_skill_names, disabled_skill_names, model_config_json::text, memory_config::text,
    boundaries::text, config::text, policies::text, created_by, created_at, updated_at;

-- The whole spec anew; team and maker stay.
--! update_agent (role?) : Agent
UPDATE public.agents
SET name                 = :name,
    slug                 = :slug::text,
    tagline              = :tagline,
    avatar_emoji         = :avatar_emoji,
    type                 = :type,
    role                 = :role,
    status               = :status::text::public.agent_status,
    personality          = :personality,
    shared_skill_names   = :shared_skill_names,
    custom_skill_names   = :custom_skill_names,
    disabled_skill_names = :disabled_skill_names,
    model_config_json    = :model_config_json,
    memory_config        = :memory_config,
    boundaries           = :boundaries,
    config               = :config,
    policies             = :policies
WHERE tenant_id = :tenant_id AND id = :id
RETURNING
    id, team_id, name, slug::text, tagline, avatar_emoji, type, role, status::text, personality::text,
    shared_skill_names, custom_skill_names, disabled_skill_names, model_config_json::text, memory_config::text,
    boundaries::text, config::text, policies::text, created_by, created_at, updated_at;

--! set_agent_status : Agent
UPDATE public.agents
SET status = :status::text::public.agent_status
WHERE tenant_id = :tenant_id AND id = :id
RETURNING
    id, team_id, name, slug::text, tagline, avatar_emoji, type, role, status::text, personality::text,
    shared_skill_names, custom_skill_names, disabled_skill_names, model_config_json::text, memory_config::text,
    boundaries::text, config::text, policies::text, created_by, created_at, updated_at;

--! get_agent : Agent
SELECT
    id, team_id, name, slug::text, tagline, avatar_emoji, type, role, status::text, personality::text,
    shared_skill_names, custom_skill_names, disabled_skill_names, model_config_json::text, memory_config::text,
    boundaries::text, config::text, policies::text, created_by, created_at, updated_at
FROM public.agents
WHERE tenant_id = :tenant_id AND id = :id;

-- The same, held for the rest of the transaction: whoever changes an agent comes here first.
--! lock_agent : Agent
SELECT
    id, team_id, name, slug::text, tagline, avatar_emoji, type, role, status::text, personality::text,
    shared_skill_names, custom_skill_names, disabled_skill_names, model_config_json::text, memory_config::text,
    boundaries::text, config::text, policies::text, created_by, created_at, updated_at
FROM public.agents
WHERE tenant_id = :tenant_id AND id = :id
FOR NO KEY UPDATE;

--! get_agent_by_slug : Agent
SELECT
    id, team_id, name, slug::text, tagline, avatar_emoji, type, role, status::text, personality::text,
    shared_skill_names, custom_skill_names, disabled_skill_names, model_config_json::text, memory_config::text,
    boundaries::text, config::text, policies::text, created_by, created_at, updated_at
FROM public.agents
WHERE tenant_id = :tenant_id AND team_id = :team_id AND slug = :slug::text;

-- In order of ids, which is the order of creation. Archived agents only when asked for.
--! list_agents (team_id?, status?, after?) : Agent
SELECT
    id, team_id, name, slug::text, tagline, avatar_emoji, type, role, status::text, personality::text,
    shared_skill_names, custom_skill_names, disabled_skill_names, model_config_json::text, memory_config::text,
    boundaries::text, config::text, policies::text, created_by, created_at, updated_at
FROM public.agents
WHERE tenant_id = :tenant_id
  AND (:team_id::uuid IS NULL OR team_id = :team_id)
  AND CASE WHEN :status::text IS NULL THEN status <> 'archived' ELSE status = :status::text::public.agent_status END
  AND (:after::uuid IS NULL OR id > :after)
ORDER BY id
LIMIT :page_size;

--! delete_agent
DELETE FROM public.agents
WHERE tenant_id = :tenant_id AND id = :id
RETURNING team_id, name, slug::text;

-- What an agent can do, and what its team shares with all of its agents.
--! get_agent_skills : AgentSkills
SELECT
    t.shared_skill_names AS team_shared_skill_names,
    a.shared_skill_names,
    a.custom_skill_names,
    a.disabled_skill_names
FROM public.agents AS a
JOIN public.teams AS t ON t.tenant_id = a.tenant_id AND t.id = a.team_id
WHERE a.tenant_id = :tenant_id AND a.id = :id;

-- Tools ---------------------------------------------------------------------------------------------------------------

-- Nothing comes back when there is one with this name, which is held for the rest of the transaction then: also a row
-- for which WHERE is not true is locked.
--! insert_tool : Tool
INSERT INTO public.tools (tenant_id, id, name, description, schema, permissions, cost_model)
VALUES (:tenant_id, :id, :name, :description, :schema, :permissions, :cost_model)
ON CONFLICT ON CONSTRAINT tools_name_key DO UPDATE
SET description = excluded.description
WHERE false
RETURNING id, name, description, schema::text, permissions::text, cost_model::text, created_at, updated_at;

-- Registered anew under the same name, a tool keeps its id.
--! update_tool : Tool
UPDATE public.tools
SET description = :description,
    schema      = :schema,
    permissions = :permissions,
    cost_model  = :cost_model
WHERE tenant_id = :tenant_id AND id = :id
RETURNING id, name, description, schema::text, permissions::text, cost_model::text, created_at, updated_at;

--! get_tool : Tool
SELECT id, name, description, schema::text, permissions::text, cost_model::text, created_at, updated_at
FROM public.tools
WHERE tenant_id = :tenant_id AND id = :id;

--! get_tool_by_name : Tool
SELECT id, name, description, schema::text, permissions::text, cost_model::text, created_at, updated_at
FROM public.tools
WHERE tenant_id = :tenant_id AND name = :name;

--! list_tools (after?) : Tool
SELECT id, name, description, schema::text, permissions::text, cost_model::text, created_at, updated_at
FROM public.tools
WHERE tenant_id = :tenant_id AND (:after::uuid IS NULL OR id > :after)
ORDER BY id
LIMIT :page_size;

--! delete_tool
DELETE FROM public.tools
WHERE tenant_id = :tenant_id AND id = :id
RETURNING name;
