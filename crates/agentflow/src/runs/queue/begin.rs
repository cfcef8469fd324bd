use std::{collections::HashMap, time::Duration};

use agentflow_core::{
    ids::{PrincipalId, RunId, StepId, WorkflowVersionId, WorkspaceId},
    run::{Content, ToolCallReport, TriggerType},
    tenancy::DataPersistenceMode,
};
use agentflow_sql::queries::runs as sql;
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Claim, Queue, StepOutcome, StepReport, columns, content::stored};
use crate::{
    error::Result,
    input::{known, stored_json},
    store::Handle,
};

const BEGIN: &str = "begin steps of runs";

/// A step that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BegunStep {
    /// The id.
    pub id: StepId,
    /// Its name in the definition.
    pub name: String,
    /// Its place in the definition, from 1.
    pub sequence: i32,
    /// How often it failed before and was to be tried again.
    pub retry_count: i32,
    /// How often its worker was lost.
    pub interruptions: i32,
}

impl BegunStep {
    /// Which attempt this is, from 1.
    pub fn attempt(&self) -> i32 {
        self.retry_count.saturating_add(self.interruptions).saturating_add(1)
    }
}

/// A run whose next step was begun.
#[derive(Debug, Clone, PartialEq)]
pub struct Begun {
    /// By which claim.
    pub claim: Claim,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// What the run carries out.
    pub workflow_version_id: WorkflowVersionId,
    /// The step to do now.
    pub step: BegunStep,
    /// The input of the run, as far as it was kept.
    pub input: Content,
    /// What the steps that are done put out, by their names, as far as it was kept, in the order in which they were done.
    pub outputs: Vec<(String, Content)>,
    /// Whatever else whoever started the run said.
    pub metadata: Map<String, Value>,
    /// When the run was first claimed.
    pub started_at: Timestamp,
    /// How long it may take from then.
    pub time_limit: Option<Duration>,
    /// How much of that was left when the step was begun, by the clock of the database.
    pub time_left: Option<Duration>,
    /// What made it start.
    pub trigger_type: TriggerType,
    /// Who started it, if that is still known.
    pub triggered_by: Option<PrincipalId>,
    /// Whether its workspace keeps contents.
    pub keeps_contents: bool,
}

impl Begun {
    /// What is to be recorded of the step.
    pub fn report(&self, outcome: StepOutcome, tool_calls: Vec<ToolCallReport>) -> StepReport {
        StepReport {
            claim: self.claim,
            workspace_id: self.workspace_id,
            step: self.step.clone(),
            keeps_contents: self.keeps_contents,
            outcome,
            tool_calls,
        }
    }
}

impl Queue {
    /// Begins the next step of each of these runs that is still held by this claim. Runs that wait for approval, and those whose
    /// claim is lost, are left out; the order is any. A step that another worker began runs again, with one interruption more.
    ///
    /// Once more by the same claim, it gives the same step again.
    pub async fn begin(&self, claims: &[Claim]) -> Result<Vec<Begun>> {
        self.for_each_tenant(claims, begin_of).await
    }
}

async fn begin_of(handle: Handle, claims: Vec<Claim>) -> Result<Vec<Begun>> {
    let (runs, fencings) = columns(&claims);
    let tenant = handle.tenant.as_uuid();
    let flight = handle.flight(BEGIN).await?;
    let rows = sql::begin_steps().bind(&flight, &runs, &fencings, tenant).all().await;
    let rows = flight.land(rows).await?;
    let mut outputs = outputs(&handle, &rows).await?;
    let by_run: HashMap<_, _> = claims.iter().map(|claim| (claim.run_id.0, *claim)).collect();
    rows.iter()
        .filter_map(|row| {
            let claim = by_run.get(&row.run_id)?;
            let outputs = outputs.remove(&row.run_id).unwrap_or_default();
            Some(begun(*claim, row, outputs))
        })
        .collect()
}

type Outputs = HashMap<Uuid, Vec<(String, Content)>>;

async fn outputs(handle: &Handle, rows: &[sql::ClaimedRun]) -> Result<Outputs> {
    let runs: Vec<_> = rows.iter().filter(|row| row.sequence > 1).map(|row| row.run_id).collect();
    let mut outputs = Outputs::new();
    if runs.is_empty() {
        return Ok(outputs);
    }
    let flight = handle.flight(BEGIN).await?;
    let rows = sql::list_outputs().bind(&flight, handle.tenant.as_uuid(), &runs).all().await;
    for row in flight.land(rows).await? {
        let place = ("steps", "output", row.run_id);
        let output = stored(place, row.output.as_deref(), &row.output_metadata)?;
        outputs.entry(row.run_id).or_default().push((row.step_name, output));
    }
    Ok(outputs)
}

fn begun(claim: Claim, row: &sql::ClaimedRun, outputs: Vec<(String, Content)>) -> Result<Begun> {
    let id = row.run_id;
    let mode: DataPersistenceMode =
        known("workspaces", "data_persistence_mode", row.workspace_id, &row.data_persistence_mode)?;
    Ok(Begun {
        claim: Claim { run_id: RunId(id), ..claim },
        workspace_id: WorkspaceId(row.workspace_id),
        workflow_version_id: WorkflowVersionId(row.workflow_version_id),
        step: BegunStep {
            id: StepId(row.step_id),
            name: row.step_name.clone(),
            sequence: row.sequence,
            retry_count: row.retry_count,
            interruptions: row.interruptions,
        },
        input: stored(("runs", "input", id), row.input.as_deref(), &row.input_metadata)?,
        outputs,
        metadata: stored_json("runs", "metadata", id, &row.run_metadata)?,
        started_at: row.started_at,
        time_limit: row.time_limit_ms.map(millis),
        time_left: row.time_left_ms.map(millis),
        trigger_type: known("runs", "trigger_type", id, &row.trigger_type)?,
        triggered_by: row.triggered_by.map(PrincipalId),
        keeps_contents: mode == DataPersistenceMode::Full,
    })
}

/// What is past is over.
fn millis(time: i64) -> Duration {
    Duration::from_millis(u64::try_from(time).unwrap_or(0))
}
