-- Runs of workflows, the approvals they wait for and the tools they call. run_queues says where work is due, and workspace_writes
-- counts what a workspace starts.
--
-- Created: 2026-11-21. Tables: runs, steps, approval_requests, approval_decisions, tool_calls, workspace_writes, run_queues.
-- Locks: policy_decisions briefly, for a foreign key. Reversible: yes, by dropping what is created here.

DO $$
BEGIN
    CREATE TYPE run_status AS ENUM (
        'queued', 'running', 'waiting_approval', 'succeeded', 'failed_retryable', 'failed_terminal', 'canceled'
    );
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

COMMENT ON TYPE run_status IS 'Where a run stands. succeeded, failed_terminal and canceled are for ever.';

DO $$
BEGIN
    CREATE TYPE step_status AS ENUM (
        'ready', 'running', 'waiting_approval', 'succeeded', 'failed_retryable', 'failed_terminal', 'canceled'
    );
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

COMMENT ON TYPE step_status IS 'Where a step of a run stands. succeeded, failed_terminal and canceled are for ever.';

DO $$
BEGIN
    CREATE TYPE approval_status AS ENUM ('requested', 'approved', 'rejected', 'expired', 'canceled');
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

COMMENT ON TYPE approval_status IS 'Where a request for approval stands. All but requested are for ever.';

CREATE OR REPLACE FUNCTION trigger_refuse_transition() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'a row of % cannot go from % to %', tg_table_name, OLD.status, NEW.status
        USING ERRCODE = 'restrict_violation', CONSTRAINT = tg_table_name || '_status_transition';
END
$$;

COMMENT ON FUNCTION trigger_refuse_transition() IS
    'BEFORE UPDATE trigger: refuses the change of status. Which changes there are is in the condition of each trigger.';

REVOKE EXECUTE ON FUNCTION trigger_refuse_transition() FROM PUBLIC;

CREATE OR REPLACE FUNCTION trigger_refuse_first_status() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'a row of % cannot begin as %', tg_table_name, NEW.status
        USING ERRCODE = 'restrict_violation', CONSTRAINT = tg_table_name || '_status_first';
END
$$;

COMMENT ON FUNCTION trigger_refuse_first_status() IS
    'AFTER INSERT trigger: refuses the row. With what status a row may begin is in the condition of each trigger.';

REVOKE EXECUTE ON FUNCTION trigger_refuse_first_status() FROM PUBLIC;

CREATE OR REPLACE FUNCTION trigger_keep_ended() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'a row of % that ended does not change', tg_table_name
        USING ERRCODE = 'restrict_violation', CONSTRAINT = tg_table_name || '_ended';
END
$$;

COMMENT ON FUNCTION trigger_keep_ended() IS 'BEFORE UPDATE trigger: refuses to change what ended.';

REVOKE EXECUTE ON FUNCTION trigger_keep_ended() FROM PUBLIC;

-- runs ----------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS runs (
    tenant_id           uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                  uuid        NOT NULL DEFAULT gen_random_uuid(),
    workspace_id        uuid        NOT NULL,
    workflow_version_id uuid        NOT NULL,
    trigger_type        text        NOT NULL DEFAULT 'manual',
    trigger_ref         text,
    triggered_by        uuid,
    status              run_status  NOT NULL DEFAULT 'queued',
    due_at              timestamptz DEFAULT now(),
    worker              text,
    fencing             bigint      NOT NULL DEFAULT 0,
    time_limit_ms       bigint,
    started_at          timestamptz,
    finished_at         timestamptz,
    input               jsonb,
    input_metadata      jsonb       NOT NULL DEFAULT '{}',
    output              jsonb,
    output_metadata     jsonb       NOT NULL DEFAULT '{}',
    error_message       text,
    idempotency_key     text,
    request_digest      bytea       NOT NULL,
    metadata            jsonb       NOT NULL DEFAULT '{}',
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workspace_id) REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
    -- A version that was run stays: what happened must stay readable.
    FOREIGN KEY (tenant_id, workflow_version_id) REFERENCES workflow_versions (tenant_id, id),
    FOREIGN KEY (tenant_id, triggered_by) REFERENCES principals (tenant_id, id) ON DELETE SET NULL (triggered_by),
    -- What steps and requests point to, so that they are of the workspace of their run.
    CONSTRAINT runs_workspace_key UNIQUE (tenant_id, workspace_id, id),
    CONSTRAINT runs_trigger_type_known CHECK (trigger_type IN ('manual', 'scheduled', 'incident', 'webhook')),
    CONSTRAINT runs_trigger_ref_length CHECK (length(trigger_ref) BETWEEN 1 AND 255),
    CONSTRAINT runs_due_at_known CHECK (
        CASE
            WHEN status IN ('queued', 'running', 'failed_retryable') THEN due_at IS NOT NULL
            WHEN status <> 'waiting_approval' THEN due_at IS NULL
            ELSE true
        END
    ),
    CONSTRAINT runs_finished_at_known CHECK (
        (status IN ('succeeded', 'failed_terminal', 'canceled')) = (finished_at IS NOT NULL)
    ),
    CONSTRAINT runs_fencing_not_negative CHECK (fencing >= 0),
    CONSTRAINT runs_time_limit_positive CHECK (time_limit_ms > 0),
    CONSTRAINT runs_kinds CHECK (
        jsonb_typeof(input_metadata) = 'object' AND jsonb_typeof(output_metadata) = 'object'
        AND jsonb_typeof(metadata) = 'object'
    ),
    CONSTRAINT runs_idempotency_key_length CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    CONSTRAINT runs_request_digest_length CHECK (octet_length(request_digest) = 32)
)
-- Rows change several times: contents move out of them early, so that little is copied, and dead rows are cleared early.
WITH (toast_tuple_target = 256, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

CREATE UNIQUE INDEX IF NOT EXISTS runs_idempotency_key
    ON runs (tenant_id, workspace_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS runs_due_idx ON runs (tenant_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS runs_workspace_idx ON runs (tenant_id, workspace_id, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS runs_workflow_version_idx ON runs (tenant_id, workflow_version_id);
CREATE INDEX IF NOT EXISTS runs_triggered_by_idx ON runs (tenant_id, triggered_by);
CREATE INDEX IF NOT EXISTS runs_created_at_idx ON runs (tenant_id, created_at DESC, id DESC);
-- Not by status: a comparison of states may not run ahead of row level security, so it is no part of a search by an index.
CREATE INDEX IF NOT EXISTS runs_unfinished_idx
    ON runs (tenant_id, created_at DESC, id DESC) WHERE status NOT IN ('succeeded', 'canceled');
CREATE INDEX IF NOT EXISTS runs_finished_idx
    ON runs (tenant_id, workspace_id, finished_at) WHERE finished_at IS NOT NULL;

COMMENT ON TABLE runs IS 'Workflows being carried out, and those that were.';
COMMENT ON COLUMN runs.trigger_ref IS 'What made it start, as whoever started it names it.';
COMMENT ON COLUMN runs.due_at IS
    'When a worker is to look at it next: while it runs, when the lease of its worker ends; NULL when there is nothing to do.';
COMMENT ON COLUMN runs.worker IS 'Who claimed it last.';
COMMENT ON COLUMN runs.fencing IS 'How often it was claimed. Only the latest claim may record anything.';
COMMENT ON COLUMN runs.time_limit_ms IS 'How long it may take from its start; NULL: as long as it likes.';
COMMENT ON COLUMN runs.input IS 'NULL where the workspace keeps no contents.';
COMMENT ON COLUMN runs.input_metadata IS 'Of the input as canonical JSON: bytes and sha256.';
COMMENT ON COLUMN runs.output IS 'The output of the last step; NULL where the workspace keeps no contents.';
COMMENT ON COLUMN runs.idempotency_key IS 'With the same key the same request starts nothing more.';
COMMENT ON COLUMN runs.request_digest IS 'SHA-256 of the request as canonical JSON: tells whether a repeated key is a repeated request.';

-- What a run was started with never changes, nor who holds it but by claiming.
SELECT isolate_tenant_table('runs', 'SELECT, INSERT, DELETE');
GRANT UPDATE (status, due_at, started_at, finished_at, output, output_metadata, error_message) ON runs TO af_app;

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON runs
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

CREATE OR REPLACE TRIGGER refuse_transition
    BEFORE UPDATE ON runs
    FOR EACH ROW
    WHEN (
        old.status <> new.status AND (old.status, new.status) NOT IN (
            ('queued', 'running'),
            ('queued', 'canceled'),
            ('running', 'waiting_approval'),
            ('running', 'succeeded'),
            ('running', 'failed_retryable'),
            ('running', 'failed_terminal'),
            ('running', 'canceled'),
            ('waiting_approval', 'running'),
            ('waiting_approval', 'failed_terminal'),
            ('waiting_approval', 'canceled'),
            ('failed_retryable', 'queued'),
            ('failed_retryable', 'canceled')
        )
    )
    EXECUTE FUNCTION trigger_refuse_transition();

CREATE OR REPLACE TRIGGER keep_ended
    BEFORE UPDATE ON runs
    FOR EACH ROW
    WHEN (
        old.finished_at IS NOT NULL AND old.status = new.status AND (
            old.started_at, old.finished_at, old.input, old.output, old.output_metadata, old.error_message
        ) IS DISTINCT FROM (
            new.started_at, new.finished_at, new.input, new.output, new.output_metadata, new.error_message
        )
    )
    EXECUTE FUNCTION trigger_keep_ended();

CREATE OR REPLACE TRIGGER refuse_first_status
    AFTER INSERT ON runs
    FOR EACH ROW
    WHEN (new.status NOT IN ('queued', 'waiting_approval'))
    EXECUTE FUNCTION trigger_refuse_first_status();

-- steps ---------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS steps (
    tenant_id       uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id              uuid        NOT NULL DEFAULT gen_random_uuid(),
    workspace_id    uuid        NOT NULL,
    run_id          uuid        NOT NULL,
    step_name       text        NOT NULL,
    step_type       text        NOT NULL,
    sequence        integer     NOT NULL,
    status          step_status NOT NULL DEFAULT 'ready',
    fencing         bigint      NOT NULL DEFAULT 0,
    retry_count     integer     NOT NULL DEFAULT 0,
    interruptions   integer     NOT NULL DEFAULT 0,
    started_at      timestamptz,
    finished_at     timestamptz,
    input_metadata  jsonb       NOT NULL DEFAULT '{}',
    output          jsonb,
    output_metadata jsonb       NOT NULL DEFAULT '{}',
    error_message   text,
    metadata        jsonb       NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workspace_id, run_id) REFERENCES runs (tenant_id, workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT steps_sequence_key UNIQUE (tenant_id, run_id, sequence),
    CONSTRAINT steps_name_key UNIQUE (tenant_id, run_id, step_name),
    -- What requests and tool calls point to, so that a step is one of the run.
    CONSTRAINT steps_run_key UNIQUE (tenant_id, run_id, id),
    CONSTRAINT steps_step_name_length CHECK (length(step_name) BETWEEN 1 AND 100),
    CONSTRAINT steps_step_type_known CHECK (step_type IN ('llm_call', 'connector_action', 'approval_gate', 'branch')),
    CONSTRAINT steps_sequence_positive CHECK (sequence > 0),
    CONSTRAINT steps_counts_not_negative CHECK (fencing >= 0 AND retry_count >= 0 AND interruptions >= 0),
    CONSTRAINT steps_finished_at_known CHECK (
        (status IN ('succeeded', 'failed_terminal', 'canceled')) = (finished_at IS NOT NULL)
    ),
    CONSTRAINT steps_kinds CHECK (
        jsonb_typeof(input_metadata) = 'object' AND jsonb_typeof(output_metadata) = 'object'
        AND jsonb_typeof(metadata) = 'object'
    )
)
-- Half of each page is left, so that a whole page of steps begins within it and no index learns of it.
WITH (toast_tuple_target = 256, fillfactor = 45, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

CREATE INDEX IF NOT EXISTS steps_workspace_idx ON steps (tenant_id, run_id, workspace_id);

COMMENT ON TABLE steps IS 'The steps of runs, in the order in which they are done.';
COMMENT ON COLUMN steps.sequence IS 'From 1, as in the definition of the workflow.';
COMMENT ON COLUMN steps.fencing IS 'The claim of the run under which it was begun last; the next one once that was given back.';
COMMENT ON COLUMN steps.retry_count IS 'How often it failed and was to be tried again.';
COMMENT ON COLUMN steps.interruptions IS 'How often its worker was lost and another one began it anew.';
COMMENT ON COLUMN steps.output IS 'NULL where the workspace keeps no contents.';
COMMENT ON COLUMN steps.output_metadata IS 'Of the output as canonical JSON: bytes and sha256.';

SELECT isolate_tenant_table('steps', 'SELECT, INSERT');
GRANT UPDATE (
    status, fencing, retry_count, interruptions, started_at, finished_at, output, output_metadata, error_message
) ON steps TO af_app;

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON steps
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

CREATE OR REPLACE TRIGGER refuse_transition
    BEFORE UPDATE ON steps
    FOR EACH ROW
    WHEN (
        old.status <> new.status AND (old.status, new.status) NOT IN (
            ('ready', 'running'),
            ('ready', 'canceled'),
            ('running', 'waiting_approval'),
            ('running', 'succeeded'),
            ('running', 'failed_retryable'),
            ('running', 'failed_terminal'),
            ('running', 'canceled'),
            ('waiting_approval', 'running'),
            ('waiting_approval', 'failed_terminal'),
            ('waiting_approval', 'canceled'),
            ('failed_retryable', 'ready'),
            ('failed_retryable', 'canceled')
        )
    )
    EXECUTE FUNCTION trigger_refuse_transition();

CREATE OR REPLACE TRIGGER keep_ended
    BEFORE UPDATE ON steps
    FOR EACH ROW
    WHEN (
        old.finished_at IS NOT NULL AND old.status = new.status AND (
            old.started_at, old.finished_at, old.output, old.output_metadata, old.error_message
        ) IS DISTINCT FROM (
            new.started_at, new.finished_at, new.output, new.output_metadata, new.error_message
        )
    )
    EXECUTE FUNCTION trigger_keep_ended();

CREATE OR REPLACE TRIGGER refuse_first_status
    AFTER INSERT ON steps
    FOR EACH ROW
    WHEN (new.status <> 'ready')
    EXECUTE FUNCTION trigger_refuse_first_status();

-- approval_requests ---------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS approval_requests (
    tenant_id          uuid            NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                 uuid            NOT NULL DEFAULT gen_random_uuid(),
    workspace_id       uuid            NOT NULL,
    run_id             uuid            NOT NULL,
    step_id            uuid,
    requested_by       uuid,
    risk_tier          risk_tier       NOT NULL,
    approval_subject   text            NOT NULL,
    approval_context   jsonb           NOT NULL DEFAULT '{}',
    payload            jsonb           NOT NULL DEFAULT '{}',
    required_approvers integer         NOT NULL DEFAULT 1,
    approvals          integer         NOT NULL DEFAULT 0,
    rejections         integer         NOT NULL DEFAULT 0,
    status             approval_status NOT NULL DEFAULT 'requested',
    on_expiry          text            NOT NULL DEFAULT 'reject',
    expires_at         timestamptz,
    notified_at        timestamptz,
    finished_at        timestamptz,
    created_at         timestamptz     NOT NULL DEFAULT now(),
    updated_at         timestamptz     NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workspace_id, run_id) REFERENCES runs (tenant_id, workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, run_id, step_id) REFERENCES steps (tenant_id, run_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, requested_by) REFERENCES principals (tenant_id, id) ON DELETE SET NULL (requested_by),
    CONSTRAINT approval_requests_subject_length CHECK (length(approval_subject) BETWEEN 1 AND 1000),
    CONSTRAINT approval_requests_approvers_range CHECK (required_approvers BETWEEN 1 AND 100),
    CONSTRAINT approval_requests_approved_by_enough CHECK (status <> 'approved' OR approvals >= required_approvers),
    CONSTRAINT approval_requests_rejected_by_somebody CHECK (status <> 'rejected' OR rejections > 0),
    CONSTRAINT approval_requests_on_expiry_known CHECK (on_expiry IN ('reject', 'approve')),
    CONSTRAINT approval_requests_finished_at_known CHECK ((status = 'requested') = (finished_at IS NULL)),
    CONSTRAINT approval_requests_kinds CHECK (
        jsonb_typeof(approval_context) = 'object' AND jsonb_typeof(payload) = 'object'
    )
);

-- A run waits for one thing at a time.
CREATE UNIQUE INDEX IF NOT EXISTS approval_requests_open_key
    ON approval_requests (tenant_id, run_id) WHERE status = 'requested';
CREATE INDEX IF NOT EXISTS approval_requests_run_idx ON approval_requests (tenant_id, workspace_id, run_id);
CREATE INDEX IF NOT EXISTS approval_requests_step_idx ON approval_requests (tenant_id, run_id, step_id);
CREATE INDEX IF NOT EXISTS approval_requests_requested_by_idx ON approval_requests (tenant_id, requested_by);
CREATE INDEX IF NOT EXISTS approval_requests_created_at_idx ON approval_requests (tenant_id, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS approval_requests_open_idx
    ON approval_requests (tenant_id, created_at DESC, id DESC) WHERE status = 'requested';

COMMENT ON TABLE approval_requests IS 'What people are asked to approve before a run goes on.';
COMMENT ON COLUMN approval_requests.step_id IS 'The gate that asks; NULL: a policy asked before the run began.';
COMMENT ON COLUMN approval_requests.requested_by IS 'Whose run it is, who may not decide.';
COMMENT ON COLUMN approval_requests.approval_context IS 'What they are shown, as it was asked.';
COMMENT ON COLUMN approval_requests.payload IS 'The same, as the first to approve may have changed it: what the run goes on with.';
COMMENT ON COLUMN approval_requests.approvals IS 'How many approved, counted by a trigger.';
COMMENT ON COLUMN approval_requests.rejections IS 'How many rejected, counted by a trigger: the first ends it.';
COMMENT ON COLUMN approval_requests.on_expiry IS 'What follows when nobody decides in time.';
COMMENT ON COLUMN approval_requests.notified_at IS 'When the hook was told.';

-- What is asked never changes, and what is decided only by decisions.
SELECT isolate_tenant_table('approval_requests', 'SELECT, INSERT');
GRANT UPDATE (status, finished_at, notified_at) ON approval_requests TO af_app;

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON approval_requests
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

CREATE OR REPLACE TRIGGER refuse_transition
    BEFORE UPDATE ON approval_requests
    FOR EACH ROW
    WHEN (
        old.status <> new.status AND (old.status, new.status) NOT IN (
            ('requested', 'approved'),
            ('requested', 'rejected'),
            ('requested', 'expired'),
            ('requested', 'canceled')
        )
    )
    EXECUTE FUNCTION trigger_refuse_transition();

CREATE OR REPLACE TRIGGER refuse_first_status
    AFTER INSERT ON approval_requests
    FOR EACH ROW
    WHEN (new.status <> 'requested' OR new.approvals <> 0 OR new.rejections <> 0)
    EXECUTE FUNCTION trigger_refuse_first_status();

-- Nobody lets a request expire whose time is not over.
CREATE OR REPLACE TRIGGER refuse_early_expiry
    BEFORE UPDATE ON approval_requests
    FOR EACH ROW
    WHEN (
        old.status = 'requested' AND new.status = 'expired'
        AND NOT coalesce(new.expires_at <= clock_timestamp(), false)
    )
    EXECUTE FUNCTION trigger_refuse_transition();

-- approval_decisions --------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS approval_decisions (
    tenant_id           uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                  uuid        NOT NULL DEFAULT gen_random_uuid(),
    approval_request_id uuid        NOT NULL,
    decided_by          uuid        NOT NULL,
    decision            text        NOT NULL,
    reason              text,
    payload             jsonb,
    payload_changes     jsonb,
    decided_at          timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, approval_request_id) REFERENCES approval_requests (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, decided_by) REFERENCES principals (tenant_id, id),
    -- One decision per person.
    CONSTRAINT approval_decisions_decided_by_key UNIQUE (tenant_id, approval_request_id, decided_by),
    CONSTRAINT approval_decisions_decision_known CHECK (decision IN ('approved', 'rejected')),
    CONSTRAINT approval_decisions_reason_length CHECK (length(reason) BETWEEN 1 AND 4000),
    CONSTRAINT approval_decisions_payload_object CHECK (jsonb_typeof(payload) = 'object'),
    CONSTRAINT approval_decisions_changes_array CHECK (jsonb_typeof(payload_changes) = 'array'),
    CONSTRAINT approval_decisions_changes_with_payload CHECK ((payload IS NULL) = (payload_changes IS NULL)),
    CONSTRAINT approval_decisions_edit_approves CHECK (payload IS NULL OR decision = 'approved')
);

CREATE INDEX IF NOT EXISTS approval_decisions_decided_by_idx ON approval_decisions (tenant_id, decided_by);

COMMENT ON TABLE approval_decisions IS 'Who approved and who rejected. Only ever added to.';
COMMENT ON COLUMN approval_decisions.payload IS 'What is approved, where it is not what was asked.';
COMMENT ON COLUMN approval_decisions.payload_changes IS 'The difference as a JSON Patch (RFC 6902).';

SELECT isolate_tenant_table('approval_decisions', 'SELECT, INSERT');

CREATE OR REPLACE FUNCTION trigger_count_decision() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_request public.approval_requests;
BEGIN
    -- The row is the lock: decisions on one request wait here for each other, and each counts those before it.
    SELECT * INTO v_request
    FROM public.approval_requests
    WHERE tenant_id = NEW.tenant_id AND id = NEW.approval_request_id
    FOR NO KEY UPDATE;

    IF v_request.status <> 'requested' THEN
        RAISE EXCEPTION 'the request is decided already: it is %', v_request.status
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'approval_decisions_request_open';
    END IF;

    IF v_request.expires_at <= clock_timestamp() THEN
        RAISE EXCEPTION 'the request expired at %', v_request.expires_at
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'approval_decisions_request_expired';
    END IF;

    IF v_request.requested_by = NEW.decided_by THEN
        RAISE EXCEPTION 'nobody decides on a run of their own'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'approval_decisions_not_by_requester';
    END IF;

    IF NEW.payload IS NOT NULL AND v_request.approvals > 0 THEN
        RAISE EXCEPTION 'somebody approved it as it is: what was approved cannot be changed'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'approval_decisions_payload_approved';
    END IF;

    IF NEW.decision = 'rejected' THEN
        v_request.rejections := v_request.rejections + 1;
        v_request.status := 'rejected';
    ELSE
        v_request.approvals := v_request.approvals + 1;
        IF v_request.approvals >= v_request.required_approvers THEN
            v_request.status := 'approved';
        END IF;
    END IF;

    UPDATE public.approval_requests
    SET approvals   = v_request.approvals,
        rejections  = v_request.rejections,
        payload     = coalesce(NEW.payload, payload),
        status      = v_request.status,
        finished_at = CASE WHEN v_request.status <> 'requested' THEN clock_timestamp() END
    WHERE tenant_id = NEW.tenant_id AND id = NEW.approval_request_id;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_count_decision() IS
    'AFTER INSERT trigger: a rejection ends the request, the last approval that it needs approves it. Refuses decisions on a '
    'request that is decided or expired, and those of whoever asked.';

REVOKE EXECUTE ON FUNCTION trigger_count_decision() FROM PUBLIC;

CREATE OR REPLACE TRIGGER count_decision
    AFTER INSERT ON approval_decisions
    FOR EACH ROW EXECUTE FUNCTION trigger_count_decision();

-- tool_calls ----------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS tool_calls (
    tenant_id       uuid           NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id              uuid           NOT NULL DEFAULT gen_random_uuid(),
    run_id          uuid           NOT NULL,
    step_id         uuid           NOT NULL,
    attempt         integer        NOT NULL,
    ordinal         integer        NOT NULL,
    tool_type       text           NOT NULL,
    tool_name       text           NOT NULL,
    input_data      jsonb,
    input_metadata  jsonb          NOT NULL DEFAULT '{}',
    output_data     jsonb,
    output_metadata jsonb          NOT NULL DEFAULT '{}',
    error_message   text,
    usage_metadata  jsonb          NOT NULL DEFAULT '{}',
    cost_in_cents   numeric(20, 6),
    started_at      timestamptz,
    finished_at     timestamptz,
    created_at      timestamptz    NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, run_id, step_id) REFERENCES steps (tenant_id, run_id, id) ON DELETE CASCADE,
    -- Whatever a worker tells twice is stored once.
    CONSTRAINT tool_calls_ordinal_key UNIQUE (tenant_id, step_id, attempt, ordinal),
    CONSTRAINT tool_calls_numbers_positive CHECK (attempt > 0 AND ordinal > 0),
    CONSTRAINT tool_calls_tool_type_known CHECK (tool_type IN ('llm', 'connector')),
    CONSTRAINT tool_calls_tool_name_length CHECK (length(tool_name) BETWEEN 1 AND 255),
    CONSTRAINT tool_calls_cost_not_negative CHECK (cost_in_cents >= 0),
    CONSTRAINT tool_calls_kinds CHECK (
        jsonb_typeof(input_metadata) = 'object' AND jsonb_typeof(output_metadata) = 'object'
        AND jsonb_typeof(usage_metadata) = 'object'
    )
);

CREATE INDEX IF NOT EXISTS tool_calls_run_idx ON tool_calls (tenant_id, run_id, step_id);

COMMENT ON TABLE tool_calls IS 'What steps called: models and connectors. Only ever added to; goes with the run.';
COMMENT ON COLUMN tool_calls.attempt IS 'Of the step, from 1.';
COMMENT ON COLUMN tool_calls.ordinal IS 'Of the attempt, from 1.';
COMMENT ON COLUMN tool_calls.input_data IS 'NULL where the workspace keeps no contents.';
COMMENT ON COLUMN tool_calls.output_data IS 'NULL where the workspace keeps no contents, and where there was none.';
COMMENT ON COLUMN tool_calls.usage_metadata IS 'input_tokens, output_tokens, and whatever else the tool tells.';

SELECT isolate_tenant_table('tool_calls', 'SELECT, INSERT');

-- Decisions of policies are of runs -------------------------------------------------------------------------------------

DO $$
BEGIN
    ALTER TABLE policy_decisions
        ADD CONSTRAINT policy_decisions_run_fkey
        FOREIGN KEY (tenant_id, run_id) REFERENCES runs (tenant_id, id) ON DELETE SET NULL (run_id);
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

-- workspace_writes ----------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS workspace_writes (
    tenant_id    uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id           uuid        NOT NULL DEFAULT gen_random_uuid(),
    workspace_id uuid        NOT NULL,
    minute       timestamptz NOT NULL,
    writes       integer     NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workspace_id) REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT workspace_writes_workspace_key UNIQUE (tenant_id, workspace_id),
    CONSTRAINT workspace_writes_not_negative CHECK (writes >= 0)
)
WITH (fillfactor = 50);

COMMENT ON TABLE workspace_writes IS 'What a workspace wrote in the latest minute in which it wrote, for write_cap_per_minute.';
COMMENT ON COLUMN workspace_writes.minute IS 'The beginning of that minute, UTC.';

SELECT isolate_tenant_table('workspace_writes', 'SELECT, INSERT, UPDATE');

-- run_queues ----------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS run_queues (
    tenant_id  uuid        PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    next_at    timestamptz NOT NULL DEFAULT 'infinity',
    claimed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
)
WITH (fillfactor = 50);

CREATE INDEX IF NOT EXISTS run_queues_turn_idx ON run_queues (claimed_at NULLS FIRST) WHERE next_at < 'infinity';

COMMENT ON TABLE run_queues IS
    'Where runs are due. Global, for whoever claims looks at all tenants; nobody but the functions here reads or writes it.';
COMMENT ON COLUMN run_queues.next_at IS 'No run of the tenant is due before; it may be earlier than the first that is.';
COMMENT ON COLUMN run_queues.claimed_at IS 'When runs of the tenant were last claimed: whose turn is longest ago is next.';

-- Enabled and not forced: the functions below work as the owner.
ALTER TABLE run_queues ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON run_queues FROM PUBLIC;

CREATE OR REPLACE FUNCTION run_queue_note(p_tenant uuid, p_due_at timestamptz) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Shared by those who add work. Who wants to note that there is none needs it alone, so that no work is overlooked.
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('agentflow run queue ' || p_tenant::text, 0));

    -- What an older snapshot shows may be out of date.
    IF current_setting('transaction_isolation') = 'read committed' THEN
        PERFORM FROM public.run_queues WHERE tenant_id = p_tenant AND next_at <= p_due_at;
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;

    INSERT INTO public.run_queues AS q (tenant_id, next_at)
    VALUES (p_tenant, p_due_at)
    ON CONFLICT (tenant_id) DO UPDATE SET next_at = least(q.next_at, excluded.next_at);
END
$$;

COMMENT ON FUNCTION run_queue_note(uuid, timestamptz) IS 'Notes that a run of the tenant is due then.';

REVOKE EXECUTE ON FUNCTION run_queue_note(uuid, timestamptz) FROM PUBLIC;

CREATE OR REPLACE FUNCTION trigger_note_new_runs() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM public.run_queue_note(added.tenant_id, min(added.due_at))
    FROM added
    WHERE added.due_at IS NOT NULL
    GROUP BY added.tenant_id;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_note_new_runs() IS 'AFTER INSERT trigger: notes where runs are due.';

REVOKE EXECUTE ON FUNCTION trigger_note_new_runs() FROM PUBLIC;

CREATE OR REPLACE TRIGGER note_new_runs
    AFTER INSERT ON runs
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_note_new_runs();

CREATE OR REPLACE FUNCTION trigger_note_due_run() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM public.run_queue_note(NEW.tenant_id, NEW.due_at);
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_note_due_run() IS 'AFTER UPDATE trigger: notes where a run becomes due earlier than it was.';

REVOKE EXECUTE ON FUNCTION trigger_note_due_run() FROM PUBLIC;

CREATE OR REPLACE TRIGGER note_due_run
    AFTER UPDATE OF due_at ON runs
    FOR EACH ROW
    WHEN (new.due_at < old.due_at OR (old.due_at IS NULL AND new.due_at IS NOT NULL))
    EXECUTE FUNCTION trigger_note_due_run();

-- Claiming ------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION claim_runs_of(
    p_tenant   uuid,
    p_worker   text,
    p_limit    integer,
    p_lease_ms bigint
) RETURNS TABLE (tenant_id uuid, run_id uuid, fencing bigint, was run_status)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_ids uuid[];
    v_was public.run_status[];
    v_now timestamptz := clock_timestamp();
BEGIN
    SELECT array_agg(due.id), array_agg(due.status)
    INTO v_ids, v_was
    FROM (
        SELECT r.id, r.status
        FROM public.runs AS r
        WHERE r.tenant_id = p_tenant AND r.due_at <= v_now
        ORDER BY r.due_at
        LIMIT p_limit
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS due;

    IF v_ids IS NULL THEN
        RETURN;
    END IF;

    -- Together with the claim, so that no claim finds a run that is queued and a step that is not ready.
    IF 'failed_retryable' = ANY (v_was) THEN
        UPDATE public.steps AS s
        SET status = 'ready'
        FROM unnest(v_ids, v_was) AS picked (id, was)
        WHERE picked.was = 'failed_retryable'
          AND s.tenant_id = p_tenant AND s.run_id = picked.id AND s.status = 'failed_retryable';

        UPDATE public.runs AS r
        SET status = 'queued'
        WHERE r.tenant_id = p_tenant AND r.id = ANY (v_ids) AND r.status = 'failed_retryable';
    END IF;

    -- A run that waits for approval goes on waiting: whoever claims it looks whether it still has to.
    RETURN QUERY
    UPDATE public.runs AS r
    SET status     = CASE WHEN r.status = 'queued' THEN 'running' ELSE r.status END,
        worker     = p_worker,
        fencing    = r.fencing + 1,
        due_at     = v_now + p_lease_ms * interval '1 millisecond',
        started_at = coalesce(r.started_at, CASE WHEN r.status = 'queued' THEN v_now END)
    FROM unnest(v_ids, v_was) AS picked (id, was)
    WHERE r.tenant_id = p_tenant AND r.id = picked.id
    RETURNING r.tenant_id, r.id, r.fencing, picked.was;
END
$$;

COMMENT ON FUNCTION claim_runs_of(uuid, text, integer, bigint) IS
    'Claims runs that are due, in the tenant of the transaction. A part of claim_runs().';

REVOKE EXECUTE ON FUNCTION claim_runs_of(uuid, text, integer, bigint) FROM PUBLIC;

CREATE OR REPLACE FUNCTION claim_runs(
    p_worker   text,
    p_limit    integer,
    p_lease_ms bigint,
    p_tenants  uuid[]
) RETURNS TABLE (tenant_id uuid, run_id uuid, fencing bigint, was run_status)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Of tenants with nothing to claim, more are not looked at in vain.
    c_most_queues CONSTANT integer := greatest(p_limit, 1000);
    -- The room for locks is that of the whole server.
    v_notes integer := 200;
    v_queues uuid[];
    v_seen uuid[] := '{}';
    v_visited uuid[] := '{}';
    v_full uuid[];
    v_tenant uuid;
    v_share integer;
    v_left integer := p_limit;
    v_claimed integer;
BEGIN
    IF public.current_tenant() IS NOT NULL THEN
        RAISE EXCEPTION 'claim_runs() belongs to no tenant: call it before one is entered'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'claim_runs_nowhere';
    END IF;

    IF (p_limit BETWEEN 1 AND 10000 AND p_lease_ms BETWEEN 100 AND 86400000 AND length(p_worker) BETWEEN 1 AND 255) IS NOT TRUE THEN
        RAISE EXCEPTION 'claim_runs() needs a worker with a name, a limit of 1 to 10000, and a lease of 100 ms to a day'
            USING ERRCODE = 'invalid_parameter_value', CONSTRAINT = 'claim_runs_arguments';
    END IF;

    WHILE v_left > 0 AND cardinality(v_seen) < c_most_queues LOOP
        -- Whose turn is longest ago comes first.
        SELECT array_agg(turn.tenant_id)
        INTO v_queues
        FROM (
            SELECT q.tenant_id
            FROM public.run_queues AS q
            JOIN public.tenants AS t ON t.id = q.tenant_id AND t.status = 'active'
            WHERE q.next_at < 'infinity'
              AND q.next_at <= clock_timestamp()
              AND (p_tenants IS NULL OR q.tenant_id = ANY (p_tenants))
              AND q.tenant_id <> ALL (v_seen)
            ORDER BY q.claimed_at NULLS FIRST
            LIMIT v_left
        ) AS turn;

        EXIT WHEN v_queues IS NULL;
        v_seen := v_seen || v_queues;

        -- Each tenant gets an equal share; what some leave goes to those who have more, and then to tenants behind them.
        WHILE v_queues IS NOT NULL AND v_left > 0 LOOP
            v_full := NULL;
            v_share := greatest(1, v_left / cardinality(v_queues));

            FOREACH v_tenant IN ARRAY v_queues LOOP
                EXIT WHEN v_left = 0;
                PERFORM set_config('app.tenant_id', v_tenant::text, true);
                v_visited := v_visited || v_tenant;

                RETURN QUERY SELECT * FROM public.claim_runs_of(v_tenant, p_worker, least(v_share, v_left), p_lease_ms);
                GET DIAGNOSTICS v_claimed = ROW_COUNT;

                IF v_claimed = least(v_share, v_left) THEN
                    v_full := v_full || v_tenant;
                -- Nobody adds work to it at this moment, so the first that is due can be told.
                ELSIF v_notes > 0 AND pg_try_advisory_xact_lock(hashtextextended('agentflow run queue ' || v_tenant::text, 0)) THEN
                    v_notes := v_notes - 1;
                    UPDATE public.run_queues AS q
                    SET next_at = coalesce(
                        (SELECT min(r.due_at) FROM public.runs AS r WHERE r.tenant_id = v_tenant AND r.due_at IS NOT NULL),
                        'infinity'
                    )
                    WHERE q.tenant_id = v_tenant;
                END IF;

                v_left := v_left - v_claimed;
            END LOOP;

            v_queues := v_full;
        END LOOP;
    END LOOP;

    PERFORM set_config('app.tenant_id', '', true);

    -- Those that had nothing too: their turn is over. Another worker that serves the same tenant does this as well, so nobody waits.
    UPDATE public.run_queues AS q
    SET claimed_at = clock_timestamp()
    FROM (
        SELECT mine.tenant_id
        FROM public.run_queues AS mine
        WHERE mine.tenant_id = ANY (v_visited)
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS served
    WHERE q.tenant_id = served.tenant_id;
END
$$;

COMMENT ON FUNCTION claim_runs(text, integer, bigint, uuid[]) IS
    'Claims runs that are due, of all active tenants or of these, in turn. Tells nothing of them but their ids, the number of the '
    'claim, and the status before. The only way to look across tenants; whoever claims then enters the tenant.';

REVOKE EXECUTE ON FUNCTION claim_runs(text, integer, bigint, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_runs(text, integer, bigint, uuid[]) TO af_app;

CREATE OR REPLACE FUNCTION measure_due_runs(OUT tenants bigint, OUT runs bigint, OUT longest_ms bigint)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_now CONSTANT timestamptz := clock_timestamp();
    v_tenant uuid;
    v_due bigint;
    v_first timestamptz;
    v_oldest timestamptz;
BEGIN
    IF public.current_tenant() IS NOT NULL THEN
        RAISE EXCEPTION 'measure_due_runs() belongs to no tenant: call it before one is entered'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'measure_due_runs_nowhere';
    END IF;

    tenants := 0;
    runs := 0;

    FOR v_tenant IN
        SELECT q.tenant_id
        FROM public.run_queues AS q
        JOIN public.tenants AS t ON t.id = q.tenant_id AND t.status = 'active'
        WHERE q.next_at < 'infinity' AND q.next_at <= v_now
    LOOP
        PERFORM set_config('app.tenant_id', v_tenant::text, true);

        SELECT count(*), min(r.due_at)
        INTO v_due, v_first
        FROM public.runs AS r
        WHERE r.tenant_id = v_tenant AND r.due_at <= v_now;

        tenants := tenants + (v_due > 0)::integer;
        runs := runs + v_due;
        v_oldest := least(v_oldest, v_first);
    END LOOP;

    PERFORM set_config('app.tenant_id', '', true);

    longest_ms := coalesce(extract(epoch FROM v_now - v_oldest) * 1000, 0);
END
$$;

COMMENT ON FUNCTION measure_due_runs() IS
    'How many runs of active tenants are due and held by no worker, of how many tenants, and for how many milliseconds the first of '
    'them has been. Numbers alone, so whoever watches the queue needs to enter no tenant.';

REVOKE EXECUTE ON FUNCTION measure_due_runs() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION measure_due_runs() TO af_app;
