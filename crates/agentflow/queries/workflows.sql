--: Workflow (latest_version_id?, latest_version?, created_by?)
--: WorkflowVersion (template_version_constraint?, published_by?, published_at?)
--: Plan ()

-- Workflows -----------------------------------------------------------------------------------------------------------

--! insert_workflow (created_by?)
INSERT INTO public.workflows (tenant_id, id, workspace_id, name, description, planner_type, metadata, created_by)
VALUES (
    :tenant_id, :id, :workspace_id, :name, :description, :planner_type, :metadata,
    (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = :tenant_id AND p.id = :created_by)
)
RETURNING id;

--! update_workflow
UPDATE public.workflows
SET name = :name, description = :description, planner_type = :planner_type, metadata = :metadata
WHERE tenant_id = :tenant_id AND id = :id
RETURNING id;

--! get_workflow : Workflow
SELECT
    w.id, w.workspace_id, w.name, w.description, w.planner_type, w.latest_version_id, v.version AS latest_version,
    w.metadata::text, w.created_by, w.created_at, w.updated_at
FROM public.workflows AS w
LEFT JOIN public.workflow_versions AS v ON v.tenant_id = w.tenant_id AND v.id = w.latest_version_id
WHERE w.tenant_id = :tenant_id AND w.id = :id;

--! get_workflow_by_name : Workflow
SELECT
    w.id, w.workspace_id, w.name, w.description, w.planner_type, w.latest_version_id, v.version AS latest_version,
    w.metadata::text, w.created_by, w.created_at, w.updated_at
FROM public.workflows AS w
LEFT JOIN public.workflow_versions AS v ON v.tenant_id = w.tenant_id AND v.id = w.latest_version_id
WHERE w.tenant_id = :tenant_id AND w.workspace_id = :workspace_id AND w.name = :name;

-- In order of ids, which is the order of creation.
--! list_workflows (workspace_id?, after?) : Workflow
SELECT
    w.id, w.workspace_id, w.name, w.description, w.planner_type, w.latest_version_id, v.version AS latest_version,
    w.metadata::text, w.created_by, w.created_at, w.updated_at
FROM public.workflows AS w
LEFT JOIN public.workflow_versions AS v ON v.tenant_id = w.tenant_id AND v.id = w.latest_version_id
WHERE w.tenant_id = :tenant_id
  AND (:workspace_id::uuid IS NULL OR w.workspace_id = :workspace_id)
  AND (:after::uuid IS NULL OR w.id > :after)
ORDER BY w.id
LIMIT :page_size;

-- Held for the rest of the transaction: whoever publishes a version comes here first.
--! lock_workflow
SELECT w.workspace_id, w.name
FROM public.workflows AS w
WHERE w.tenant_id = :tenant_id AND w.id = :id
FOR NO KEY UPDATE;

-- Held for the rest of the transaction: nobody binds a policy to it meanwhile, either.
--! lock_workflow_to_delete
SELECT w.name
FROM public.workflows AS w
WHERE w.tenant_id = :tenant_id AND w.id = :id
FOR UPDATE;

-- Of the workflow and of its versions.
--! count_bindings_of_workflow
SELECT count(*)
FROM public.policy_bindings
WHERE tenant_id = :tenant_id AND workflow_id = :id;

--! delete_workflow
DELETE FROM public.workflows
WHERE tenant_id = :tenant_id AND id = :id
RETURNING name;

-- Versions ------------------------------------------------------------------------------------------------------------

--! insert_workflow_version (template_version_constraint?, published_by?)
INSERT INTO public.workflow_versions (
    tenant_id, id, workflow_id, version, definition_yaml, definition, definition_digest, model_pin, risk_tier,
    template_version_constraint, is_published, published_by, published_at
)
VALUES (
    :tenant_id, :id, :workflow_id, :version, :definition_yaml, :definition, :definition_digest, :model_pin,
    :risk_tier::text::public.risk_tier, :template_version_constraint, true,
    (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = :tenant_id AND p.id = :published_by), now()
)
RETURNING id;

--! set_latest_version
UPDATE public.workflows
SET latest_version_id = :version_id
WHERE tenant_id = :tenant_id AND id = :id;

--! get_workflow_version : WorkflowVersion
SELECT
    id, workflow_id, version, definition_yaml, definition::text, definition_digest, model_pin::text, risk_tier::text,
    template_version_constraint, is_published, published_by, published_at, created_at
FROM public.workflow_versions
WHERE tenant_id = :tenant_id AND id = :id;

--! get_workflow_version_by_number : WorkflowVersion
SELECT
    id, workflow_id, version, definition_yaml, definition::text, definition_digest, model_pin::text, risk_tier::text,
    template_version_constraint, is_published, published_by, published_at, created_at
FROM public.workflow_versions
WHERE tenant_id = :tenant_id AND workflow_id = :workflow_id AND version = :version;

-- Every version without its text, for ordering them: that is not done in SQL.
--! list_workflow_versions : (published_by?, published_at?)
SELECT id, version, definition_digest, risk_tier::text, is_published, published_by, published_at, created_at
FROM public.workflow_versions
WHERE tenant_id = :tenant_id AND workflow_id = :workflow_id
ORDER BY created_at, id;

-- Of these names, those that tools have, with the schemas of their arguments.
--! list_tool_schemas
SELECT id, name, schema::text
FROM public.tools
WHERE tenant_id = :tenant_id AND name = ANY(:names::text[])
ORDER BY name;

-- Of these slugs, those that no agent of any team has, or only archived ones.
--! list_unknown_agents
SELECT named.slug::text
FROM unnest(:slugs::text[]) AS named (slug)
WHERE NOT EXISTS (
    SELECT FROM public.agents AS a
    WHERE a.tenant_id = :tenant_id AND a.slug = named.slug AND a.status <> 'archived'
)
ORDER BY named.slug;

-- Plans ---------------------------------------------------------------------------------------------------------------

--! insert_plan : Plan
INSERT INTO public.plans (tenant_id, id, workflow_version_id, state, steps, assignments, cost)
VALUES (:tenant_id, :id, :workflow_version_id, :state, :steps, :assignments, :cost)
RETURNING id, workflow_version_id, state::text, steps::text, assignments::text, cost::text, created_at, updated_at;

--! update_plan : Plan
UPDATE public.plans
SET state = :state, steps = :steps, assignments = :assignments, cost = :cost
WHERE tenant_id = :tenant_id AND id = :id
RETURNING id, workflow_version_id, state::text, steps::text, assignments::text, cost::text, created_at, updated_at;

--! get_plan : Plan
SELECT id, workflow_version_id, state::text, steps::text, assignments::text, cost::text, created_at, updated_at
FROM public.plans
WHERE tenant_id = :tenant_id AND id = :id;

--! list_plans (workflow_version_id?, after?) : Plan
SELECT id, workflow_version_id, state::text, steps::text, assignments::text, cost::text, created_at, updated_at
FROM public.plans
WHERE tenant_id = :tenant_id
  AND (:workflow_version_id::uuid IS NULL OR workflow_version_id = :workflow_version_id)
  AND (:after::uuid IS NULL OR id > :after)
ORDER BY id
LIMIT :page_size;

--! delete_plan
DELETE FROM public.plans
WHERE tenant_id = :tenant_id AND id = :id
RETURNING id;
