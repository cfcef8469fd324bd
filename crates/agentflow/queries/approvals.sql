--: ApprovalRequest (step_id?, step_name?, requested_by?, expires_at?, notified_at?, finished_at?)
--: ApprovalDecision (reason?, payload?, payload_changes?)

-- Times of expiry are told by the clock of the database, which also judges them.
-- The time of the run goes on while it waits: when that is over first, the request is rejected with it.
--! insert_approval_request (step_id?, requested_by?, expires_after_ms?) : (expires_at?)
INSERT INTO public.approval_requests (
    tenant_id, id, workspace_id, run_id, step_id, requested_by, risk_tier, approval_subject, approval_context, payload,
    required_approvers, on_expiry, expires_at
)
SELECT
    :tenant_id, :id, :workspace_id, :run_id, :step_id::uuid, :requested_by::uuid, :risk_tier::text::public.risk_tier,
    :approval_subject, :payload, :payload, :required_approvers,
    CASE WHEN asked.expires_at <= asked.run_ends_at OR asked.run_ends_at IS NULL THEN :on_expiry ELSE 'reject' END,
    least(asked.expires_at, asked.run_ends_at)
FROM (
    SELECT
        clock_timestamp() + :expires_after_ms::bigint * interval '1 millisecond' AS expires_at,
        r.started_at + r.time_limit_ms * interval '1 millisecond' AS run_ends_at
    FROM public.runs AS r
    WHERE r.tenant_id = :tenant_id AND r.id = :run_id
) AS asked
RETURNING expires_at;

--! get_approval_request : ApprovalRequest
SELECT
    a.id, a.workspace_id, a.run_id, a.step_id, s.step_name, w.name AS workflow_name, a.requested_by, a.risk_tier::text,
    a.approval_subject, a.approval_context::text, a.payload::text, a.required_approvers, a.status::text, a.on_expiry, a.expires_at,
    a.notified_at, a.finished_at, a.created_at,
    a.approvals::bigint AS approvals
FROM public.approval_requests AS a
JOIN public.runs AS r ON r.tenant_id = a.tenant_id AND r.id = a.run_id
JOIN public.workflow_versions AS v ON v.tenant_id = r.tenant_id AND v.id = r.workflow_version_id
JOIN public.workflows AS w ON w.tenant_id = v.tenant_id AND w.id = v.workflow_id
LEFT JOIN public.steps AS s ON s.tenant_id = a.tenant_id AND s.id = a.step_id
WHERE a.tenant_id = :tenant_id AND a.id = :id;

-- Newest first, behind one that was made then and has this id.
--! list_approval_requests (workspace_id?, run_id?, status?, after_created_at?, after_id?) : ApprovalRequest
SELECT
    a.id, a.workspace_id, a.run_id, a.step_id, s.step_name, w.name AS workflow_name, a.requested_by, a.risk_tier::text,
    a.approval_subject, a.approval_context::text, a.payload::text, a.required_approvers, a.status::text, a.on_expiry, a.expires_at,
    a.notified_at, a.finished_at, a.created_at,
    a.approvals::bigint AS approvals
FROM public.approval_requests AS a
JOIN public.runs AS r ON r.tenant_id = a.tenant_id AND r.id = a.run_id
JOIN public.workflow_versions AS v ON v.tenant_id = r.tenant_id AND v.id = r.workflow_version_id
JOIN public.workflows AS w ON w.tenant_id = v.tenant_id AND w.id = v.workflow_id
LEFT JOIN public.steps AS s ON s.tenant_id = a.tenant_id AND s.id = a.step_id
WHERE a.tenant_id = :tenant_id
  AND (:workspace_id::uuid IS NULL OR a.workspace_id = :workspace_id)
  AND (:run_id::uuid IS NULL OR a.run_id = :run_id)
  AND (:status::text IS NULL OR a.status = :status::public.approval_status)
  AND (:after_id::uuid IS NULL OR (a.created_at, a.id) < (:after_created_at::timestamptz, :after_id))
ORDER BY a.created_at DESC, a.id DESC
LIMIT :page_size;

--! list_approval_decisions : ApprovalDecision
SELECT
    d.id, d.approval_request_id, d.decided_by, p.display_name, d.decision, d.reason, d.payload::text, d.payload_changes::text,
    d.decided_at
FROM public.approval_decisions AS d
JOIN public.principals AS p ON p.tenant_id = d.tenant_id AND p.id = d.decided_by
WHERE d.tenant_id = :tenant_id AND d.approval_request_id = ANY (:request_ids::uuid[])
ORDER BY d.decided_at, d.id;

-- Held for the rest of the transaction. First the run, as everybody does.
--! lock_approval_run
SELECT r.id, r.status::text
FROM public.runs AS r
JOIN public.approval_requests AS a ON a.tenant_id = r.tenant_id AND a.run_id = r.id
WHERE a.tenant_id = :tenant_id AND a.id = :id
FOR NO KEY UPDATE OF r;

-- Who decides: the names of the roles held there, whether one of them holds the permission, and which roles the workspace asks for.
--! get_approver
WITH held AS (
    SELECT
        r.name,
        CASE WHEN r.is_builtin THEN r.name = ANY (:builtin_roles::text[]) ELSE :permission = ANY (r.permissions) END AS allows
    FROM public.rbac_bindings AS b
    JOIN public.rbac_roles AS r ON r.tenant_id = b.tenant_id AND r.id = b.role_id
    WHERE b.tenant_id = :tenant_id
      AND b.principal_id = :principal_id
      AND (b.workspace_id IS NULL OR b.workspace_id = :workspace_id)
      AND (b.expires_at IS NULL OR b.expires_at > :now)
)

SELECT
    p.type,
    p.is_active,
    coalesce(c.approval_tiers, '{}')::text AS approval_tiers,
    ARRAY(SELECT DISTINCT held.name FROM held ORDER BY held.name) AS roles,
    EXISTS (SELECT FROM held WHERE held.allows) AS holds_permission
FROM public.principals AS p
LEFT JOIN public.workspace_configs AS c ON c.tenant_id = :tenant_id AND c.workspace_id = :workspace_id
WHERE p.tenant_id = :tenant_id AND p.id = :principal_id;

-- A trigger counts it, and decides the request when it can.
--! insert_approval_decision (reason?, payload?, payload_changes?)
INSERT INTO public.approval_decisions (
    tenant_id, id, approval_request_id, decided_by, decision, reason, payload, payload_changes
)
VALUES (
    :tenant_id, :id, :approval_request_id, :decided_by, :decision, :reason, :payload::jsonb, :payload_changes::jsonb
)
RETURNING decided_at;

-- A worker is to go on with the run.
--! wake_run
UPDATE public.runs
SET due_at = clock_timestamp()
WHERE tenant_id = :tenant_id AND id = :run_id AND status = 'waiting_approval';

-- The run ends with the approval it was refused.
--! refuse_run
WITH refused AS (
    UPDATE public.runs
    SET status = 'failed_terminal', due_at = NULL, finished_at = clock_timestamp(), error_message = :error_message
    WHERE tenant_id = :tenant_id AND id = :run_id AND status = 'waiting_approval'
    RETURNING id
),

steps AS (
    UPDATE public.steps AS s
    SET status        = CASE WHEN s.status = 'waiting_approval' THEN 'failed_terminal' ELSE 'canceled' END::public.step_status,
        finished_at   = clock_timestamp(),
        error_message = CASE WHEN s.status = 'waiting_approval' THEN :error_message ELSE s.error_message END
    FROM refused
    WHERE s.tenant_id = :tenant_id AND s.run_id = refused.id AND s.status IN ('ready', 'waiting_approval')
)

SELECT id FROM refused;

-- The latest request of a run that waits, with its gate and those who approved.
--! get_request_of_run : (step_id?, step_name?, sequence?, requested_by?, expires_at?, notified_at?)
SELECT
    a.id, a.workspace_id, a.step_id, s.step_name, s.sequence, w.name AS workflow_name, a.requested_by, a.risk_tier::text,
    a.approval_subject, a.payload::text, a.required_approvers, a.status::text, a.on_expiry, a.expires_at, a.notified_at,
    coalesce(a.expires_at <= clock_timestamp(), false) AS is_past,
    (1000 * extract(epoch FROM clock_timestamp() - a.created_at))::bigint AS age_ms,
    ARRAY(
        SELECT d.decided_by
        FROM public.approval_decisions AS d
        WHERE d.tenant_id = a.tenant_id AND d.approval_request_id = a.id AND d.decision = 'approved'
        ORDER BY d.decided_at, d.id
    ) AS approved_by
FROM public.approval_requests AS a
JOIN public.runs AS r ON r.tenant_id = a.tenant_id AND r.id = a.run_id
JOIN public.workflow_versions AS v ON v.tenant_id = r.tenant_id AND v.id = r.workflow_version_id
JOIN public.workflows AS w ON w.tenant_id = v.tenant_id AND w.id = v.workflow_id
LEFT JOIN public.steps AS s ON s.tenant_id = a.tenant_id AND s.id = a.step_id
WHERE a.tenant_id = :tenant_id AND a.run_id = :run_id
ORDER BY a.created_at DESC, a.id DESC
LIMIT 1;

-- Nobody decided in time.
--! expire_approval_request
UPDATE public.approval_requests
SET status = 'expired', finished_at = clock_timestamp()
WHERE tenant_id = :tenant_id AND id = :id AND status = 'requested' AND expires_at <= clock_timestamp()
RETURNING id;

--! mark_notified
UPDATE public.approval_requests
SET notified_at = clock_timestamp()
WHERE tenant_id = :tenant_id AND id = :id AND notified_at IS NULL;
