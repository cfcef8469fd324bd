//! Rows of runs, steps and tool calls, read so that a value nobody foresaw is an error that names it.

use agentflow_core::{
    hash::Sha256,
    ids::{PrincipalId, RunId, StepId, ToolCallId, WorkflowId, WorkflowVersionId, WorkspaceId},
    run::{Content, ContentDigest, RunStatus, StepStatus, ToolType, TriggerType, Usage},
    workflow::{SemVer, StepType, Timespan},
};
use agentflow_sql::queries::runs as sql;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    input::{known, stored_json},
};

const RUNS: &str = "runs";
const STEPS: &str = "steps";
const TOOL_CALLS: &str = "tool_calls";

/// A run of a version of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// The id.
    pub id: RunId,
    /// Where it runs.
    pub workspace_id: WorkspaceId,
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// What that is called now.
    pub workflow_name: String,
    /// The version that is carried out, whatever is published meanwhile.
    pub workflow_version_id: WorkflowVersionId,
    /// What that is called.
    pub version: SemVer,
    /// What made it start.
    pub trigger_type: TriggerType,
    /// The same in the words of whoever started it.
    pub trigger_ref: Option<String>,
    /// Who wanted it, if that is still known.
    pub triggered_by: Option<PrincipalId>,
    /// Where it stands.
    pub status: RunStatus,
    /// When a worker is to look at it next: while it runs, when the lease of its worker ends; absent when there is nothing to do.
    pub due_at: Option<Timestamp>,
    /// The worker that claimed it last.
    pub worker: Option<String>,
    /// How often it was claimed.
    pub fencing: i64,
    /// How long it may take from its start.
    pub time_limit: Option<Timespan>,
    /// What it was given.
    pub input: Content,
    /// The output of its last step.
    pub output: Content,
    /// Why it failed, or was canceled.
    pub error: Option<String>,
    /// With this key the same request starts nothing more.
    pub idempotency_key: Option<String>,
    /// Whatever whoever started it wants to find with it. Kept also where contents are not.
    pub metadata: Map<String, Value>,
    /// When its first step began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepRow {
    /// The id.
    pub id: StepId,
    /// The run.
    pub run_id: RunId,
    /// What the definition calls it.
    pub name: String,
    /// What it does.
    #[serde(rename = "type")]
    pub kind: StepType,
    /// Its place in the definition, from 1.
    pub sequence: i32,
    /// Where it stands.
    pub status: StepStatus,
    /// How often it failed and was to be tried again.
    pub retry_count: i32,
    /// How often its worker was lost and another one began it anew.
    pub interruptions: i32,
    /// What the definition gives it.
    pub input: Option<ContentDigest>,
    /// What came of it.
    pub output: Content,
    /// Why it failed.
    pub error: Option<String>,
    /// Whatever else is known of it.
    pub metadata: Map<String, Value>,
    /// When it first began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// A call of a model or another tool by a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ToolCallRow {
    /// The id.
    pub id: ToolCallId,
    /// The run.
    pub run_id: RunId,
    /// The step.
    pub step_id: StepId,
    /// In which attempt of the step, from 1.
    pub attempt: i32,
    /// Which call of the attempt, from 1.
    pub ordinal: i32,
    /// What kind of tool.
    pub tool_type: ToolType,
    /// Which tool, or provider and model.
    pub tool_name: String,
    /// What it was given.
    pub input: Content,
    /// What it answered.
    pub output: Content,
    /// What went wrong.
    pub error: Option<String>,
    /// What it used, and what that cost.
    pub usage: Usage,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// When it was recorded.
    pub created_at: Timestamp,
}

/// A run with the digest of the request that started it.
pub(super) fn run_with_digest(row: sql::RunBorrowed<'_>) -> Result<(Run, Sha256)> {
    let digest = Sha256::from_slice(row.request_digest);
    let digest = digest.ok_or_else(|| Error::Inconsistent {
        table: RUNS,
        column: "request_digest",
        row: row.id.to_string(),
    })?;
    Ok((run(row)?, digest))
}

#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(super) fn run(row: sql::RunBorrowed<'_>) -> Result<Run> {
    let content = |columns: [&'static str; 2], value: Option<&str>, metadata: &str| {
        stored_content(RUNS, columns, row.id, value, metadata)
    };
    Ok(Run {
        id: RunId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        workflow_id: WorkflowId(row.workflow_id),
        workflow_name: row.workflow_name.to_owned(),
        workflow_version_id: WorkflowVersionId(row.workflow_version_id),
        version: known("workflow_versions", "version", row.workflow_version_id, row.version)?,
        trigger_type: known(RUNS, "trigger_type", row.id, row.trigger_type)?,
        trigger_ref: row.trigger_ref.map(str::to_owned),
        triggered_by: row.triggered_by.map(PrincipalId),
        status: known(RUNS, "status", row.id, row.status)?,
        due_at: row.due_at,
        worker: row.worker.map(str::to_owned),
        fencing: row.fencing,
        time_limit: row.time_limit_ms.map(|millis| time_limit(row.id, millis)).transpose()?,
        input: content(["input", "input_metadata"], row.input, row.input_metadata)?,
        output: content(["output", "output_metadata"], row.output, row.output_metadata)?,
        error: row.error_message.map(str::to_owned),
        idempotency_key: row.idempotency_key.map(str::to_owned),
        metadata: stored_json(RUNS, "metadata", row.id, row.metadata)?,
        started_at: row.started_at,
        finished_at: row.finished_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(super) fn step(row: sql::StepBorrowed<'_>) -> Result<StepRow> {
    let columns = ["output", "output_metadata"];
    Ok(StepRow {
        id: StepId(row.id),
        run_id: RunId(row.run_id),
        name: row.step_name.to_owned(),
        kind: known(STEPS, "step_type", row.id, row.step_type)?,
        sequence: row.sequence,
        status: known(STEPS, "status", row.id, row.status)?,
        retry_count: row.retry_count,
        interruptions: row.interruptions,
        input: stored_digest(STEPS, "input_metadata", row.id, row.input_metadata)?,
        output: stored_content(STEPS, columns, row.id, row.output, row.output_metadata)?,
        error: row.error_message.map(str::to_owned),
        metadata: stored_json(STEPS, "metadata", row.id, row.metadata)?,
        started_at: row.started_at,
        finished_at: row.finished_at,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(super) fn tool_call(row: sql::ToolCallBorrowed<'_>) -> Result<ToolCallRow> {
    let content = |columns: [&'static str; 2], value: Option<&str>, metadata: &str| {
        stored_content(TOOL_CALLS, columns, row.id, value, metadata)
    };
    let usage: Usage = stored_json(TOOL_CALLS, "usage_metadata", row.id, row.usage_metadata)?;
    Ok(ToolCallRow {
        id: ToolCallId(row.id),
        run_id: RunId(row.run_id),
        step_id: StepId(row.step_id),
        attempt: row.attempt,
        ordinal: row.ordinal,
        tool_type: known(TOOL_CALLS, "tool_type", row.id, row.tool_type)?,
        tool_name: row.tool_name.to_owned(),
        input: content(["input_data", "input_metadata"], row.input_data, row.input_metadata)?,
        output: content(["output_data", "output_metadata"], row.output_data, row.output_metadata)?,
        error: row.error_message.map(str::to_owned),
        usage: Usage { cost_in_cents: row.cost_in_cents.map(str::to_owned), ..usage },
        started_at: row.started_at,
        finished_at: row.finished_at,
        created_at: row.created_at,
    })
}

/// A content and what is always kept of it, from their two columns.
pub(super) fn stored_content(
    table: &'static str,
    [value_column, metadata_column]: [&'static str; 2],
    row: Uuid,
    value: Option<&str>,
    metadata: &str,
) -> Result<Content> {
    let value = value.map(|text| stored_json(table, value_column, row, text)).transpose()?;
    Ok(Content { value, digest: stored_digest(table, metadata_column, row, metadata)? })
}

/// What is always kept of a content; none where there is no content.
pub(super) fn stored_digest(
    table: &'static str,
    column: &'static str,
    row: Uuid,
    metadata: &str,
) -> Result<Option<ContentDigest>> {
    if metadata == "{}" {
        return Ok(None);
    }
    stored_json(table, column, row, metadata).map(Some)
}

fn time_limit(row: Uuid, millis: i64) -> Result<Timespan> {
    let span = u64::try_from(millis).ok().and_then(Timespan::from_millis);
    span.ok_or_else(|| Error::Inconsistent {
        table: RUNS,
        column: "time_limit_ms",
        row: row.to_string(),
    })
}
