--: Run (trigger_ref?, triggered_by?, due_at?, worker?, time_limit_ms?, started_at?, finished_at?, input?, output?, error_message?, idempotency_key?)
--: Step (started_at?, finished_at?, output?, error_message?)
--: ToolCall (input_data?, output_data?, error_message?, cost_in_cents?, started_at?, finished_at?)
--: ClaimedRun (time_limit_ms?, time_left_ms?, triggered_by?, input?)

-- Starting ------------------------------------------------------------------------------------------------------------

-- No row: the workspace has written as much in this minute as it may, or would with these. Clocks of two programs may stand on two sides
-- of a minute, and who waits for the row may have looked at the clock before: what is a minute late counts in the minute that began.
--! count_writes
INSERT INTO public.workspace_writes AS w (tenant_id, id, workspace_id, minute, writes)
SELECT :tenant_id, :id, :workspace_id, date_trunc('minute', :now::timestamptz, 'UTC'), :writes::integer
WHERE :writes <= :cap::integer
ON CONFLICT ON CONSTRAINT workspace_writes_workspace_key DO UPDATE
SET minute = CASE WHEN w.minute = excluded.minute + interval '1 minute' THEN w.minute ELSE excluded.minute END,
    writes = excluded.writes + CASE
        WHEN w.minute IN (excluded.minute, excluded.minute + interval '1 minute') THEN w.writes
        ELSE 0
    END
WHERE excluded.writes + CASE
    WHEN w.minute IN (excluded.minute, excluded.minute + interval '1 minute') THEN w.writes
    ELSE 0
END <= :cap
RETURNING w.writes;

-- What starting a run depends on.
--! get_run_workspace
SELECT
    w.data_persistence_mode,
    coalesce(c.write_cap_per_minute, 1000) AS write_cap_per_minute,
    coalesce(c.approval_tiers, '{}')::text AS approval_tiers
FROM public.workspaces AS w
LEFT JOIN public.workspace_configs AS c ON c.tenant_id = w.tenant_id AND c.workspace_id = w.id
WHERE w.tenant_id = :tenant_id AND w.id = :workspace_id;

-- An array of objects in :runs: id, idempotency_key, request_digest in hexadecimal, input, input_metadata, status, metadata,
-- trigger_ref. All are due at once, also those that wait: whoever is to decide has to be told. Those whose key is taken are left out.
--! insert_runs (triggered_by?, time_limit_ms?)
INSERT INTO public.runs (
    tenant_id, id, workspace_id, workflow_version_id, trigger_type, trigger_ref, triggered_by, status, due_at, time_limit_ms,
    input, input_metadata, idempotency_key, request_digest, metadata
)
SELECT
    :tenant_id, new.id, :workspace_id, :workflow_version_id, :trigger_type, new.trigger_ref, :triggered_by::uuid, new.status,
    now(), :time_limit_ms::bigint, new.input, new.input_metadata, new.idempotency_key, decode(new.request_digest, 'hex'),
    new.metadata
FROM jsonb_to_recordset(:runs::jsonb) AS new (
    id uuid, idempotency_key text, request_digest text, input jsonb, input_metadata jsonb, status public.run_status,
    metadata jsonb, trigger_ref text
)
ON CONFLICT (tenant_id, workspace_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
RETURNING id, created_at;

-- An array of objects in :steps: id, run_id, step_name, step_type, sequence, input_metadata.
--! insert_steps
INSERT INTO public.steps (tenant_id, id, workspace_id, run_id, step_name, step_type, sequence, input_metadata)
SELECT :tenant_id, new.id, :workspace_id, new.run_id, new.step_name, new.step_type, new.sequence, new.input_metadata
FROM jsonb_to_recordset(:steps::jsonb) AS new (
    id uuid, run_id uuid, step_name text, step_type text, sequence integer, input_metadata jsonb
);

--! list_runs_by_keys : Run
SELECT
    r.id, r.workspace_id, v.workflow_id, r.workflow_version_id, w.name AS workflow_name, v.version, r.trigger_type, r.trigger_ref,
    r.triggered_by, r.status::text, r.due_at, r.worker, r.fencing, r.time_limit_ms, r.started_at, r.finished_at, r.input::text,
    r.input_metadata::text, r.output::text, r.output_metadata::text, r.error_message, r.idempotency_key, r.request_digest,
    r.metadata::text, r.created_at, r.updated_at
FROM public.runs AS r
JOIN public.workflow_versions AS v ON v.tenant_id = r.tenant_id AND v.id = r.workflow_version_id
JOIN public.workflows AS w ON w.tenant_id = v.tenant_id AND w.id = v.workflow_id
WHERE r.tenant_id = :tenant_id AND r.workspace_id = :workspace_id AND r.idempotency_key = ANY (:keys::text[]);

-- Each by itself: a plan for any number of them may go through all there are.
--! list_runs_by_ids : Run
SELECT
    r.id, r.workspace_id, v.workflow_id, r.workflow_version_id, w.name AS workflow_name, v.version, r.trigger_type, r.trigger_ref,
    r.triggered_by, r.status::text, r.due_at, r.worker, r.fencing, r.time_limit_ms, r.started_at, r.finished_at, r.input::text,
    r.input_metadata::text, r.output::text, r.output_metadata::text, r.error_message, r.idempotency_key, r.request_digest,
    r.metadata::text, r.created_at, r.updated_at
FROM (SELECT DISTINCT unnest(:ids::uuid[]) AS id) AS named
CROSS JOIN LATERAL (SELECT r.* FROM public.runs AS r WHERE r.tenant_id = :tenant_id AND r.id = named.id OFFSET 0) AS r
JOIN public.workflow_versions AS v ON v.tenant_id = r.tenant_id AND v.id = r.workflow_version_id
JOIN public.workflows AS w ON w.tenant_id = v.tenant_id AND w.id = v.workflow_id
WHERE v.tenant_id = :tenant_id AND w.tenant_id = :tenant_id;

-- Reading -------------------------------------------------------------------------------------------------------------

--! get_run : Run
SELECT
    r.id, r.workspace_id, v.workflow_id, r.workflow_version_id, w.name AS workflow_name, v.version, r.trigger_type, r.trigger_ref,
    r.triggered_by, r.status::text, r.due_at, r.worker, r.fencing, r.time_limit_ms, r.started_at, r.finished_at, r.input::text,
    r.input_metadata::text, r.output::text, r.output_metadata::text, r.error_message, r.idempotency_key, r.request_digest,
    r.metadata::text, r.created_at, r.updated_at
FROM public.runs AS r
JOIN public.workflow_versions AS v ON v.tenant_id = r.tenant_id AND v.id = r.workflow_version_id
JOIN public.workflows AS w ON w.tenant_id = v.tenant_id AND w.id = v.workflow_id
WHERE r.tenant_id = :tenant_id AND r.id = :id;

-- Newest first, behind one that was made then and has this id. Without contents, which may be large.
--! list_runs (workspace_id?, workflow_id?, status?, after_created_at?, after_id?) : Run
SELECT
    r.id, r.workspace_id, v.workflow_id, r.workflow_version_id, w.name AS workflow_name, v.version, r.trigger_type, r.trigger_ref,
    r.triggered_by, r.status::text, r.due_at, r.worker, r.fencing, r.time_limit_ms, r.started_at, r.finished_at, NULL::text AS input,
    r.input_metadata::text, NULL::text AS output, r.output_metadata::text, r.error_message, r.idempotency_key, r.request_digest,
    r.metadata::text, r.created_at, r.updated_at
FROM public.runs AS r
JOIN public.workflow_versions AS v ON v.tenant_id = r.tenant_id AND v.id = r.workflow_version_id
JOIN public.workflows AS w ON w.tenant_id = v.tenant_id AND w.id = v.workflow_id
WHERE r.tenant_id = :tenant_id
  AND (:workspace_id::uuid IS NULL OR r.workspace_id = :workspace_id)
  AND (:workflow_id::uuid IS NULL OR v.workflow_id = :workflow_id)
  AND (:status::text IS NULL OR r.status = :status::public.run_status)
  AND (:after_id::uuid IS NULL OR (r.created_at, r.id) < (:after_created_at::timestamptz, :after_id))
ORDER BY r.created_at DESC, r.id DESC
LIMIT :page_size;

--! list_steps : Step
SELECT
    id, run_id, step_name, step_type, sequence, status::text, retry_count, interruptions, started_at, finished_at, output::text,
    input_metadata::text, output_metadata::text, error_message, metadata::text
FROM public.steps
WHERE tenant_id = :tenant_id AND run_id = :run_id
ORDER BY sequence;

--! list_tool_calls : ToolCall
SELECT
    id, run_id, step_id, attempt, ordinal, tool_type, tool_name, input_data::text, input_metadata::text, output_data::text,
    output_metadata::text, error_message, usage_metadata::text, cost_in_cents::text, started_at, finished_at, created_at
FROM public.tool_calls
WHERE tenant_id = :tenant_id AND run_id = :run_id
ORDER BY created_at, step_id, attempt, ordinal;

-- Working -------------------------------------------------------------------------------------------------------------

-- In no tenant: see the function.
--! claim_runs (tenants?)
SELECT tenant_id, run_id, fencing, was::text
FROM public.claim_runs(:worker, :limit, :lease_ms, :tenants);

-- In no tenant as well.
--! measure_due_runs
SELECT tenants, runs, longest_ms
FROM public.measure_due_runs();

-- Begins the next step of each of these runs that is still held by this claim. A step that runs already was another worker's, who
-- was lost, unless this claim began it. Each run is looked up by itself, here and below: a plan for many at once may go through all that
-- are unfinished.
--! begin_steps : ClaimedRun
WITH held AS (
    SELECT held.*
    FROM (
        SELECT * FROM unnest(:run_ids::uuid[], :fencings::bigint[]) AS claim (run_id, fencing) ORDER BY run_id
    ) AS claim
    CROSS JOIN LATERAL (
        SELECT
            r.id, r.fencing, r.workspace_id, r.workflow_version_id, r.time_limit_ms, r.triggered_by, r.started_at, r.input,
            r.input_metadata, r.trigger_type, r.metadata
        FROM public.runs AS r
        WHERE r.tenant_id = :tenant_id AND r.id = claim.run_id AND r.fencing = claim.fencing AND r.status = 'running'
        FOR NO KEY UPDATE
    ) AS held
)
UPDATE public.steps AS s
SET status        = 'running',
    fencing       = held.fencing,
    interruptions = s.interruptions + CASE WHEN s.status = 'running' AND s.fencing < held.fencing THEN 1 ELSE 0 END,
    started_at    = coalesce(s.started_at, clock_timestamp())
FROM held
JOIN public.workspaces AS w ON w.tenant_id = :tenant_id AND w.id = held.workspace_id
CROSS JOIN LATERAL (
    SELECT n.id
    FROM public.steps AS n
    WHERE n.tenant_id = :tenant_id AND n.run_id = held.id AND n.status IN ('ready', 'running')
    ORDER BY n.sequence
    LIMIT 1
) AS next
WHERE s.tenant_id = :tenant_id AND s.id = next.id
RETURNING
    held.id AS run_id, held.workspace_id, held.workflow_version_id, held.time_limit_ms,
    held.time_limit_ms - (extract(epoch FROM clock_timestamp() - held.started_at) * 1000)::bigint AS time_left_ms,
    held.triggered_by, held.started_at,
    held.trigger_type, held.input::text, held.input_metadata::text, held.metadata::text AS run_metadata,
    w.data_persistence_mode, s.id AS step_id, s.step_name, s.sequence, s.retry_count, s.interruptions;

-- What the steps that are done put out.
--! list_outputs : (output?)
SELECT run_id, step_name, sequence, output::text, output_metadata::text
FROM public.steps
WHERE tenant_id = :tenant_id AND run_id = ANY (:run_ids::uuid[]) AND status = 'succeeded'
ORDER BY run_id, sequence;

-- An array of objects in :items, one for each step that was done, of runs that are held by the claim they name:
--   run_id, fencing, step_id, sequence, status (of the step), output, output_metadata, error_message,
--   run_status (of the run, from here on), run_output, run_output_metadata, run_error,
--   retry_in_ms (for failed_retryable), next_sequence (the step to begin; NULL: none), skips (whether steps in between, or all
--   later ones, are canceled), attempt, tool_calls (objects: id, ordinal, tool_type, tool_name, input_data, input_metadata,
--   output_data, output_metadata, error_message, usage_metadata, cost_in_cents, started_at, finished_at).
-- Gives a row with the worker for each that is recorded by this, and one for each step that begins. Nothing is joined with what was
-- done before: how much that is, the planner cannot know. So it is told the runs by their ids; otherwise it may read all of the tenant's steps.
--! finish_steps : (step_id?, next_step_id?, worker?)
WITH held AS MATERIALIZED (
    SELECT item.*, run.worker
    FROM (
        SELECT *
        FROM jsonb_to_recordset(:items::jsonb) AS item (
            run_id uuid, fencing bigint, step_id uuid, sequence integer, status public.step_status, output jsonb,
            output_metadata jsonb, error_message text, run_status public.run_status, run_output jsonb, run_output_metadata jsonb,
            run_error text, retry_in_ms bigint, next_sequence integer, skips boolean, attempt integer, tool_calls jsonb
        )
        ORDER BY item.run_id
    ) AS item
    CROSS JOIN LATERAL (
        SELECT r.worker
        FROM public.runs AS r
        WHERE r.tenant_id = :tenant_id AND r.id = item.run_id AND r.fencing = item.fencing AND r.status = 'running'
        FOR NO KEY UPDATE
    ) AS run
),

finished AS (
    UPDATE public.steps AS s
    SET status          = held.status,
        finished_at     = CASE WHEN held.status <> 'failed_retryable' THEN clock_timestamp() END,
        output          = held.output,
        output_metadata = coalesce(held.output_metadata, '{}'),
        error_message   = held.error_message,
        retry_count     = s.retry_count + CASE WHEN held.status = 'failed_retryable' THEN 1 ELSE 0 END
    FROM held
    WHERE s.tenant_id = :tenant_id AND s.run_id = ANY (ARRAY(SELECT named.run_id FROM held AS named))
      AND s.id = held.step_id AND s.run_id = held.run_id
      AND s.status = 'running' AND s.fencing = held.fencing
    RETURNING held.*
),

skipped AS (
    UPDATE public.steps AS s
    SET status = 'canceled', finished_at = clock_timestamp()
    FROM finished
    WHERE finished.skips
      AND s.tenant_id = :tenant_id AND s.run_id = finished.run_id AND s.status = 'ready'
      AND s.sequence > finished.sequence AND (finished.next_sequence IS NULL OR s.sequence < finished.next_sequence)
),

begun AS (
    UPDATE public.steps AS s
    SET status = 'running', fencing = finished.fencing, started_at = clock_timestamp()
    FROM finished
    WHERE s.tenant_id = :tenant_id AND s.run_id = finished.run_id AND s.sequence = finished.next_sequence AND s.status = 'ready'
    RETURNING s.id, s.run_id
),

moved AS (
    UPDATE public.runs AS r
    SET status          = finished.run_status,
        due_at          = CASE
            WHEN finished.run_status = 'failed_retryable' THEN clock_timestamp() + finished.retry_in_ms * interval '1 millisecond'
        END,
        finished_at     = CASE WHEN finished.run_status <> 'failed_retryable' THEN clock_timestamp() END,
        output          = finished.run_output,
        output_metadata = coalesce(finished.run_output_metadata, '{}'),
        error_message   = finished.run_error
    FROM finished
    WHERE r.tenant_id = :tenant_id AND r.id = finished.run_id AND finished.run_status <> 'running'
),

logged AS (
    INSERT INTO public.tool_calls (
        tenant_id, id, run_id, step_id, attempt, ordinal, tool_type, tool_name, input_data, input_metadata, output_data,
        output_metadata, error_message, usage_metadata, cost_in_cents, started_at, finished_at
    )
    SELECT
        :tenant_id, call.id, finished.run_id, finished.step_id, finished.attempt, call.ordinal, call.tool_type, call.tool_name,
        call.input_data, call.input_metadata, call.output_data, call.output_metadata, call.error_message, call.usage_metadata,
        call.cost_in_cents, call.started_at, call.finished_at
    FROM finished
    CROSS JOIN LATERAL jsonb_to_recordset(finished.tool_calls) AS call (
        id uuid, ordinal integer, tool_type text, tool_name text, input_data jsonb, input_metadata jsonb, output_data jsonb,
        output_metadata jsonb, error_message text, usage_metadata jsonb, cost_in_cents numeric, started_at timestamptz,
        finished_at timestamptz
    )
)

SELECT run_id, step_id, NULL::uuid AS next_step_id, worker
FROM finished
UNION ALL
SELECT run_id, NULL, id, NULL
FROM begun;

-- For whom runs use what they use.
--! list_users_of_runs : (triggered_by?)
SELECT r.id, r.triggered_by, v.workflow_id
FROM (SELECT DISTINCT unnest(:run_ids::uuid[]) AS id) AS named
CROSS JOIN LATERAL (
    SELECT r.* FROM public.runs AS r WHERE r.tenant_id = :tenant_id AND r.id = named.id OFFSET 0
) AS r
JOIN public.workflow_versions AS v ON v.tenant_id = r.tenant_id AND v.id = r.workflow_version_id
WHERE v.tenant_id = :tenant_id;

-- Which of these reports were recorded before, by the claim they name, and the step that began with them, if it runs by that claim.
--! list_recorded_steps : (next_step_id?)
SELECT s.id AS step_id, next.id AS next_step_id
FROM unnest(:step_ids::uuid[], :fencings::bigint[], :statuses::text[], :next_sequences::integer[])
    AS told (step_id, fencing, status, next_sequence)
JOIN public.steps AS s
    ON s.tenant_id = :tenant_id AND s.id = told.step_id AND s.fencing = told.fencing
    AND s.status = told.status::public.step_status
LEFT JOIN public.steps AS next
    ON next.tenant_id = :tenant_id AND next.run_id = s.run_id AND next.sequence = told.next_sequence
    AND next.fencing = told.fencing AND next.status = 'running';

-- Gates: from here on the run waits, and nobody holds it. Somebody is to look at it at once, to tell the hook.
--! hold_step
WITH held AS (
    UPDATE public.runs
    SET status = 'waiting_approval', due_at = clock_timestamp()
    WHERE tenant_id = :tenant_id AND id = :run_id AND fencing = :fencing AND status = 'running'
    RETURNING id
)
UPDATE public.steps AS s
SET status = 'waiting_approval'
FROM held
WHERE s.tenant_id = :tenant_id AND s.run_id = held.id AND s.id = :step_id AND s.status = 'running'
RETURNING s.id;

-- The run goes on behind the approval it waited for. Its gate, if it has one, runs again until it is finished.
--! resume_run : (gate_id?)
WITH resumed AS (
    UPDATE public.runs
    SET status = 'running', started_at = coalesce(started_at, clock_timestamp())
    WHERE tenant_id = :tenant_id AND id = :run_id AND fencing = :fencing AND status = 'waiting_approval'
    RETURNING id, fencing
),

gate AS (
    UPDATE public.steps AS s
    SET status = 'running', fencing = resumed.fencing
    FROM resumed
    WHERE s.tenant_id = :tenant_id AND s.run_id = resumed.id AND s.status = 'waiting_approval'
    RETURNING s.id
)

SELECT resumed.id, gate.id AS gate_id
FROM resumed
LEFT JOIN gate ON true;

-- A run that waits for approval is put back, for so long or until then, whichever is first; both NULL: until somebody decides.
-- Whoever does this holds the run, and has seen since that nobody decided.
--! rest_run (rest_ms?, expires_at?)
UPDATE public.runs
SET due_at = least(clock_timestamp() + :rest_ms::bigint * interval '1 millisecond', :expires_at::timestamptz)
WHERE tenant_id = :tenant_id AND id = :run_id AND fencing = :fencing AND status = 'waiting_approval'
RETURNING id;

-- Those that are still held by these claims.
--! renew_leases
WITH held AS (
    SELECT held.id
    FROM (
        SELECT * FROM unnest(:run_ids::uuid[], :fencings::bigint[]) AS claim (run_id, fencing) ORDER BY run_id
    ) AS claim
    CROSS JOIN LATERAL (
        SELECT r.id
        FROM public.runs AS r
        WHERE r.tenant_id = :tenant_id AND r.id = claim.run_id AND r.fencing = claim.fencing AND r.status = 'running'
        FOR NO KEY UPDATE
    ) AS held
)
UPDATE public.runs AS r
SET due_at = clock_timestamp() + :lease_ms::bigint * interval '1 millisecond'
FROM held
WHERE r.tenant_id = :tenant_id AND r.id = held.id
RETURNING r.id;

-- Given back by a worker that stops: another one may claim them at once. A step that runs is the next claim's from here on: what
-- this one would still record of it is refused, and the next one finds no step of somebody who was lost.
--! release_runs
WITH held AS MATERIALIZED (
    SELECT held.*
    FROM (
        SELECT * FROM unnest(:run_ids::uuid[], :fencings::bigint[]) AS claim (run_id, fencing) ORDER BY run_id
    ) AS claim
    CROSS JOIN LATERAL (
        SELECT r.id, r.fencing
        FROM public.runs AS r
        WHERE r.tenant_id = :tenant_id AND r.id = claim.run_id AND r.fencing = claim.fencing
          AND r.status IN ('running', 'waiting_approval')
        FOR NO KEY UPDATE
    ) AS held
),

steps AS (
    UPDATE public.steps AS s
    SET fencing = held.fencing + 1
    FROM held
    WHERE s.tenant_id = :tenant_id AND s.run_id = held.id AND s.status = 'running' AND s.fencing = held.fencing
)

UPDATE public.runs AS r
SET due_at = clock_timestamp()
FROM held
WHERE r.tenant_id = :tenant_id AND r.id = held.id
RETURNING r.id;

-- Ends a run whose steps cannot be done: whatever is left of them is canceled.
--! fail_run : (worker?)
WITH failed AS (
    UPDATE public.runs
    SET status = 'failed_terminal', due_at = NULL, finished_at = clock_timestamp(), error_message = :error_message
    WHERE tenant_id = :tenant_id AND id = :run_id AND fencing = :fencing AND status IN ('running', 'waiting_approval')
    RETURNING id, workspace_id, worker
),

steps AS (
    UPDATE public.steps AS s
    SET status        = CASE WHEN s.status IN ('running', 'waiting_approval') THEN 'failed_terminal' ELSE 'canceled' END::public.step_status,
        finished_at   = clock_timestamp(),
        error_message = CASE WHEN s.status IN ('running', 'waiting_approval') THEN :error_message ELSE s.error_message END
    FROM failed
    WHERE s.tenant_id = :tenant_id AND s.run_id = failed.id
      AND s.status IN ('ready', 'running', 'waiting_approval', 'failed_retryable')
),

requests AS (
    UPDATE public.approval_requests AS a
    SET status = 'canceled', finished_at = clock_timestamp()
    FROM failed
    WHERE a.tenant_id = :tenant_id AND a.run_id = failed.id AND a.status = 'requested'
)

SELECT id, workspace_id, worker FROM failed;

--! lock_run
SELECT status::text, fencing, workspace_id
FROM public.runs
WHERE tenant_id = :tenant_id AND id = :id
FOR NO KEY UPDATE;

-- Whatever is not done of it is not done any more.
--! cancel_run
WITH canceled AS (
    UPDATE public.runs
    SET status = 'canceled', due_at = NULL, finished_at = clock_timestamp(), error_message = :reason
    WHERE tenant_id = :tenant_id AND id = :id AND status IN ('queued', 'running', 'waiting_approval', 'failed_retryable')
    RETURNING id
),

steps AS (
    UPDATE public.steps AS s
    SET status = 'canceled', finished_at = clock_timestamp()
    FROM canceled
    WHERE s.tenant_id = :tenant_id AND s.run_id = canceled.id
      AND s.status IN ('ready', 'running', 'waiting_approval', 'failed_retryable')
),

requests AS (
    UPDATE public.approval_requests AS a
    SET status = 'canceled', finished_at = clock_timestamp()
    FROM canceled
    WHERE a.tenant_id = :tenant_id AND a.run_id = canceled.id AND a.status = 'requested'
)

SELECT id FROM canceled;

-- Retention -----------------------------------------------------------------------------------------------------------

-- How many runs are older than their workspace keeps them, by the clock of the database: by another one, what is young could go.
--! count_old_runs (workspace_id?)
SELECT count(*)
FROM public.workspaces AS w
LEFT JOIN public.workspace_configs AS c ON c.tenant_id = w.tenant_id AND c.workspace_id = w.id
JOIN public.runs AS r
    ON r.tenant_id = w.tenant_id AND r.workspace_id = w.id
    AND r.finished_at < now() - coalesce(c.retention_days, 90) * interval '1 day'
WHERE w.tenant_id = :tenant_id AND (:workspace_id::uuid IS NULL OR w.id = :workspace_id);

-- Deletes some of them, the oldest of a workspace first, with everything that is theirs.
--! delete_old_runs (workspace_id?)
WITH old AS (
    SELECT oldest.id
    FROM public.workspaces AS w
    LEFT JOIN public.workspace_configs AS c ON c.tenant_id = w.tenant_id AND c.workspace_id = w.id
    CROSS JOIN LATERAL (
        SELECT r.id
        FROM public.runs AS r
        WHERE r.tenant_id = w.tenant_id AND r.workspace_id = w.id
          AND r.finished_at < now() - coalesce(c.retention_days, 90) * interval '1 day'
        ORDER BY r.finished_at
        LIMIT :batch
        FOR UPDATE SKIP LOCKED
    ) AS oldest
    WHERE w.tenant_id = :tenant_id AND (:workspace_id::uuid IS NULL OR w.id = :workspace_id)
    LIMIT :batch
),

-- The decisions stay, without what they were about.
forgotten AS (
    UPDATE public.policy_decisions AS d
    SET input = NULL
    FROM old
    WHERE d.tenant_id = :tenant_id AND d.run_id = old.id AND d.input IS NOT NULL
)

DELETE FROM public.runs AS r
USING old
WHERE r.tenant_id = :tenant_id AND r.id = old.id
RETURNING r.id;

-- The same for decisions without a run, such as denials.
--! forget_old_inputs (workspace_id?)
WITH old AS (
    SELECT d.id
    FROM public.workspaces AS w
    LEFT JOIN public.workspace_configs AS c ON c.tenant_id = w.tenant_id AND c.workspace_id = w.id
    JOIN public.policy_decisions AS d
        ON d.tenant_id = w.tenant_id AND d.workspace_id = w.id
        AND d.created_at < now() - coalesce(c.retention_days, 90) * interval '1 day'
    WHERE w.tenant_id = :tenant_id AND (:workspace_id::uuid IS NULL OR w.id = :workspace_id)
      AND d.run_id IS NULL AND d.input IS NOT NULL
    LIMIT :batch
    FOR NO KEY UPDATE OF d SKIP LOCKED
)
UPDATE public.policy_decisions AS d
SET input = NULL
FROM old
WHERE d.tenant_id = :tenant_id AND d.id = old.id
RETURNING d.id;
