--: Policy (created_by?)
--: PolicyBinding (workflow_id?, workflow_version_id?)
--: PolicyDecision (workflow_version_id?, run_id?, input?)

-- Policies ------------------------------------------------------------------------------------------------------------

--! insert_policy (created_by?) : Policy
INSERT INTO public.policies (tenant_id, id, name, version, policy_rego, policy_digest, description, created_by)
VALUES (
    :tenant_id, :id, :name, :version, :policy_rego, :policy_digest, :description,
    (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = :tenant_id AND p.id = :created_by)
)
RETURNING id, name, version, policy_rego, policy_digest, description, created_by, created_at;

--! get_policy : Policy
SELECT id, name, version, policy_rego, policy_digest, description, created_by, created_at
FROM public.policies
WHERE tenant_id = :tenant_id AND id = :id;

--! get_policy_by_version : Policy
SELECT id, name, version, policy_rego, policy_digest, description, created_by, created_at
FROM public.policies
WHERE tenant_id = :tenant_id AND name = :name AND version = :version;

-- Every version of one policy, or of all; without their text.
--! list_policies (name?) : (created_by?)
SELECT id, name, version, policy_digest, description, created_by, created_at
FROM public.policies
WHERE tenant_id = :tenant_id AND (:name::text IS NULL OR name = :name)
ORDER BY name, created_at, id;

-- Held until the transaction ends, so that nobody binds it meanwhile.
--! lock_policy
SELECT id
FROM public.policies
WHERE tenant_id = :tenant_id AND id = :id
FOR UPDATE;

--! delete_policy
DELETE FROM public.policies
WHERE tenant_id = :tenant_id AND id = :id
RETURNING name, version;

-- Bindings ------------------------------------------------------------------------------------------------------------

--! insert_policy_binding (workflow_id?, workflow_version_id?)
INSERT INTO public.policy_bindings (
    tenant_id, id, workspace_id, policy_id, workflow_id, workflow_version_id, priority, is_active
)
VALUES (:tenant_id, :id, :workspace_id, :policy_id, :workflow_id, :workflow_version_id, :priority, true)
RETURNING id;

--! update_policy_binding
UPDATE public.policy_bindings
SET priority = :priority, is_active = :is_active
WHERE tenant_id = :tenant_id AND id = :id
RETURNING id;

--! get_policy_binding : PolicyBinding
SELECT
    b.id, b.workspace_id, b.policy_id, p.name AS policy_name, p.version AS policy_version, b.workflow_id,
    b.workflow_version_id, b.priority, b.is_active, b.created_at, b.updated_at
FROM public.policy_bindings AS b
JOIN public.policies AS p ON p.tenant_id = b.tenant_id AND p.id = b.policy_id
WHERE b.tenant_id = :tenant_id AND b.id = :id;

--! list_policy_bindings (workspace_id?) : PolicyBinding
SELECT
    b.id, b.workspace_id, b.policy_id, p.name AS policy_name, p.version AS policy_version, b.workflow_id,
    b.workflow_version_id, b.priority, b.is_active, b.created_at, b.updated_at
FROM public.policy_bindings AS b
JOIN public.policies AS p ON p.tenant_id = b.tenant_id AND p.id = b.policy_id
WHERE b.tenant_id = :tenant_id AND (:workspace_id::uuid IS NULL OR b.workspace_id = :workspace_id)
ORDER BY b.workspace_id, b.workflow_version_id, b.workflow_id, b.priority, b.id;

--! delete_policy_binding
DELETE FROM public.policy_bindings
WHERE tenant_id = :tenant_id AND id = :id
RETURNING policy_id;

-- What stands before a version: those of the version first, then of its workflow, then of the workspace; then by priority.
--! policies_in_force (workflow_version_id?) : (workflow_id?, workflow_version_id?)
SELECT
    p.id, p.name, p.version, p.policy_rego, p.policy_digest, b.id AS binding_id, b.priority, b.workflow_id,
    b.workflow_version_id
FROM public.policy_bindings AS b
JOIN public.policies AS p ON p.tenant_id = b.tenant_id AND p.id = b.policy_id
WHERE b.tenant_id = :tenant_id
  AND b.workspace_id = :workspace_id
  AND b.is_active
  AND (b.workflow_id IS NULL OR b.workflow_id = :workflow_id)
  AND (b.workflow_version_id IS NULL OR b.workflow_version_id = :workflow_version_id)
ORDER BY
    b.workflow_version_id IS NULL, b.workflow_id IS NULL, b.priority, b.id;

-- Decisions -----------------------------------------------------------------------------------------------------------

-- An array of objects in :decisions: id, workflow_version_id, run_id, effect, reasons, policies, context, input, input_digest in
-- hexadecimal, engine.
--! insert_policy_decisions
INSERT INTO public.policy_decisions (
    tenant_id, id, workspace_id, workflow_version_id, run_id, effect, reasons, policies, context, input, input_digest, engine
)
SELECT
    :tenant_id, new.id, :workspace_id, new.workflow_version_id, new.run_id, new.effect, new.reasons, new.policies, new.context,
    new.input, decode(new.input_digest, 'hex'), new.engine
FROM jsonb_to_recordset(:decisions::jsonb) AS new (
    id uuid, workflow_version_id uuid, run_id uuid, effect public.policy_effect, reasons jsonb, policies jsonb, context jsonb,
    input jsonb, input_digest text, engine text
)
RETURNING id, created_at;

--! get_policy_decision : PolicyDecision
SELECT
    id, workspace_id, workflow_version_id, run_id, effect::text, reasons::text, policies::text, context::text,
    input::text, input_digest, engine, created_at
FROM public.policy_decisions
WHERE tenant_id = :tenant_id AND id = :id;

-- Newest first, behind one that was made then and has this id.
--! list_policy_decisions (workspace_id?, after_created_at?, after_id?) : PolicyDecision
SELECT
    id, workspace_id, workflow_version_id, run_id, effect::text, reasons::text, policies::text, context::text,
    input::text, input_digest, engine, created_at
FROM public.policy_decisions
WHERE tenant_id = :tenant_id
  AND (:workspace_id::uuid IS NULL OR workspace_id = :workspace_id)
  AND (:after_id::uuid IS NULL OR (created_at, id) < (:after_created_at::timestamptz, :after_id))
ORDER BY created_at DESC, id DESC
LIMIT :page_size;

-- Of each run the one that let it start.
--! list_decisions_of_runs : PolicyDecision
SELECT
    id, workspace_id, workflow_version_id, run_id, effect::text, reasons::text, policies::text, context::text,
    input::text, input_digest, engine, created_at
FROM public.policy_decisions
WHERE tenant_id = :tenant_id AND run_id = ANY (:run_ids::uuid[])
ORDER BY created_at, id;
