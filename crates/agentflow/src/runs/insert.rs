use std::collections::HashMap;

use agentflow_core::{
    audit::{Actor, Event, Resource},
    ids::{PrincipalId, RunId, StepId},
    run::{ContentDigest, RunStatus},
    tenancy::DataPersistenceMode,
    workflow::{OnExpiry, Step, StepAction},
};
use agentflow_sql::queries::runs as sql;
use serde_json::{Map, Value, json};
use tokio_postgres::types::Json;

use super::{
    Run, Runs, Started,
    request::{Request, Requests},
    rows,
};
use crate::{
    approvals::{self, NewRequest},
    error::{Error, Result},
    input::known,
    policies::{DecisionRow, Policies, PolicyEffect, decided},
    scope::TenantTx,
    settle::{settle, settle_with},
    workflows::WorkflowVersion,
};

/// Steps that are inserted by one statement.
const STEPS_AT_ONCE: usize = 10_000;

/// Entries that are appended by one call.
const EVENTS_AT_ONCE: usize = 1000;

/// A run that is about to be there.
struct Draft<'a> {
    /// The place in the batch.
    index: usize,
    id: RunId,
    request: &'a Request,
    decision: DecisionRow,
}

impl Draft<'_> {
    fn waits(&self) -> bool {
        self.decision.effect == PolicyEffect::RequireApproval
    }

    fn status(&self) -> RunStatus {
        if self.waits() { RunStatus::WaitingApproval } else { RunStatus::Queued }
    }

    fn row(&self, keeps_contents: bool) -> Value {
        json!({
            "id": self.id,
            "idempotency_key": self.request.new.idempotency_key,
            "request_digest": self.request.digest.to_string(),
            "input": keeps_contents.then_some(&self.request.new.input),
            "input_metadata": self.request.content,
            "status": self.status(),
            "metadata": self.request.new.metadata,
            "trigger_ref": self.request.new.trigger_ref,
        })
    }
}

impl Runs {
    /// All of them in one transaction, with their steps, decisions, requests for approval and audit entries. Nothing is started if
    /// one of the keys was taken meanwhile.
    pub(super) async fn insert(
        &self,
        requests: &Requests,
        fresh: &[usize],
        version: &WorkflowVersion,
        decisions: Vec<DecisionRow>,
        by: &Actor,
    ) -> Result<Option<Vec<(usize, Started)>>> {
        let operation = requests.operation;
        let mut drafts: Vec<_> = fresh
            .iter()
            .zip(decisions)
            .map(|(index, decision)| {
                let id = RunId(self.0.shared.next_id());
                let decision = DecisionRow { run_id: Some(id), ..decision };
                Draft { index: *index, id, request: &requests.runs[*index], decision }
            })
            .collect();
        let tx = self.0.begin(operation).await?;
        let (tx, place) = self.place(requests, tx).await?;
        if !place.keeps_contents {
            // Whoever considered may have read the workspace before that was settled.
            for draft in &mut drafts {
                draft.decision.input = None;
            }
        }
        let cap = place.write_cap;
        let tx = self.count_writes(operation, tx, requests.workspace_id, drafts.len(), cap).await?;
        let (tx, inserted) =
            self.insert_runs(requests, tx, version, &drafts, place.keeps_contents).await?;
        if inserted < drafts.len() {
            tx.rollback().await?;
            return Ok(None);
        }
        let tx = self.insert_steps(requests, tx, version, &drafts).await?;
        let decisions = drafts.iter().map(|draft| draft.decision.clone()).collect();
        let policies = Policies::new(self.0.clone());
        let (tx, decisions) = policies.insert_decisions(operation, tx, decisions).await?;
        for (draft, decision) in drafts.iter_mut().zip(decisions) {
            draft.decision = decision;
        }
        let (tx, runs) = self.read_back(operation, tx, &drafts).await?;
        let (tx, events) =
            self.request_approvals(requests, tx, version, &drafts, &runs, place, by).await?;
        for events in events.chunks(EVENTS_AT_ONCE) {
            tx.audit_many(events).await?;
        }
        tx.commit().await?;
        self.0.shared.wake_workers();
        let started = drafts.into_iter().filter_map(|draft| {
            let run = runs.get(&draft.id)?.clone();
            Some((draft.index, Started { run, is_new: true, decision: Some(draft.decision) }))
        });
        Ok(Some(started.collect()))
    }

    async fn place(&self, requests: &Requests, tx: TenantTx) -> Result<(TenantTx, Place)> {
        let workspace = requests.workspace_id;
        let row = sql::get_run_workspace()
            .bind(&tx, self.0.tenant.as_uuid(), workspace.as_uuid())
            .opt()
            .await;
        let (tx, row) = settle(requests.operation, tx, row).await?;
        let place = row
            .ok_or_else(|| Error::not_found(requests.operation, format!("workspace {workspace}")))
            .and_then(|row| {
                let mode: DataPersistenceMode = known(
                    "workspaces",
                    "data_persistence_mode",
                    workspace,
                    &row.data_persistence_mode,
                )?;
                let keeps_contents = mode == DataPersistenceMode::Full;
                Ok(Place { keeps_contents, write_cap: row.write_cap_per_minute })
            });
        settle_with(tx, place).await
    }

    async fn insert_runs(
        &self,
        requests: &Requests,
        tx: TenantTx,
        version: &WorkflowVersion,
        drafts: &[Draft<'_>],
        keeps_contents: bool,
    ) -> Result<(TenantTx, usize)> {
        let rows: Vec<_> = drafts.iter().map(|draft| draft.row(keeps_contents)).collect();
        let time_limit = version.definition.timeout.map(|it| it.as_millis().cast_signed());
        let inserted = sql::insert_runs()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                requests.workspace_id.as_uuid(),
                version.id.as_uuid(),
                &requests.trigger_type.as_str(),
                &Some(requests.principal_id.0),
                &time_limit,
                &Json(rows),
            )
            .all()
            .await;
        let (tx, inserted) = settle(requests.operation, tx, inserted).await?;
        Ok((tx, inserted.len()))
    }

    async fn insert_steps(
        &self,
        requests: &Requests,
        mut tx: TenantTx,
        version: &WorkflowVersion,
        drafts: &[Draft<'_>],
    ) -> Result<TenantTx> {
        let steps = &version.definition.steps;
        let inputs: Result<Vec<_>> = steps.iter().map(given).collect();
        let (back, inputs) = settle_with(tx, inputs).await?;
        tx = back;
        let mut rows = Vec::new();
        for (place, draft) in drafts.iter().enumerate() {
            for (index, step) in steps.iter().enumerate() {
                rows.push(json!({
                    "id": StepId(self.0.shared.next_id()),
                    "run_id": draft.id,
                    "step_name": step.name,
                    "step_type": step.kind(),
                    "sequence": index + 1,
                    "input_metadata": inputs[index],
                }));
            }
            if rows.len() >= STEPS_AT_ONCE || place + 1 == drafts.len() {
                let rows = Json(std::mem::take(&mut rows));
                let (tenant, workspace) =
                    (self.0.tenant.as_uuid(), requests.workspace_id.as_uuid());
                let done = sql::insert_steps().bind(&tx, tenant, workspace, &rows).await;
                (tx, _) = settle(requests.operation, tx, done).await?;
            }
        }
        Ok(tx)
    }

    async fn read_back(
        &self,
        operation: &'static str,
        tx: TenantTx,
        drafts: &[Draft<'_>],
    ) -> Result<(TenantTx, HashMap<RunId, Run>)> {
        let ids: Vec<_> = drafts.iter().map(|draft| draft.id.0).collect();
        let runs = sql::list_runs_by_ids()
            .bind(&tx, &ids, self.0.tenant.as_uuid())
            .map(rows::run)
            .all()
            .await;
        let (tx, runs) = settle(operation, tx, runs).await?;
        let runs: Result<HashMap<_, _>> =
            runs.into_iter().map(|run| run.map(|run| (run.id, run))).collect();
        settle_with(tx, runs).await
    }

    /// Asks people where policies want it. Gives what is to be recorded of all runs.
    #[expect(clippy::too_many_arguments, reason = "everything that is there by then")]
    async fn request_approvals(
        &self,
        requests: &Requests,
        mut tx: TenantTx,
        version: &WorkflowVersion,
        drafts: &[Draft<'_>],
        runs: &HashMap<RunId, Run>,
        place: Place,
        by: &Actor,
    ) -> Result<(TenantTx, Vec<Event>)> {
        let mut events = Vec::new();
        for draft in drafts {
            let Some(run) = runs.get(&draft.id) else { continue };
            events.push(decided(&draft.decision, by));
            events.push(created(run, requests.principal_id, by));
            if !draft.waits() {
                continue;
            }
            let payload = shown(draft, run, place.keeps_contents);
            let subject = format!("Start {} {}?", run.workflow_name, run.version);
            let request = NewRequest {
                workspace_id: requests.workspace_id,
                run_id: draft.id,
                step_id: None,
                requested_by: Some(requests.principal_id),
                risk_tier: version.risk_tier,
                subject: &subject,
                payload: &payload,
                required_approvers: 1,
                on_expiry: OnExpiry::Reject,
                expires_after: None,
            };
            let asked =
                approvals::insert_request(requests.operation, &self.0, tx, &request, by).await?;
            events.push(asked.1.event);
            tx = asked.0;
        }
        Ok((tx, events))
    }
}

/// What starting depends on.
#[derive(Clone, Copy)]
struct Place {
    keeps_contents: bool,
    write_cap: i32,
}

/// What the definition gives to a step.
fn given(step: &Step) -> Result<Value> {
    let with = match &step.action {
        StepAction::LlmCall(call) => &call.with,
        StepAction::ConnectorAction(action) => &action.with,
        StepAction::ApprovalGate(gate) => &gate.with,
        StepAction::Branch(_) => return Ok(json!({})),
    };
    let digest = ContentDigest::of("with", &Value::Object(with.clone()));
    digest.map(|digest| json!(digest)).map_err(Error::invalid("start a run"))
}

/// What people see who are to let a run start. The input only where the workspace keeps contents: this is kept.
fn shown(draft: &Draft<'_>, run: &Run, keeps_contents: bool) -> Map<String, Value> {
    let mut shown = Map::from_iter([
        ("workflow".to_owned(), json!(run.workflow_name)),
        ("version".to_owned(), json!(run.version)),
        ("reasons".to_owned(), json!(draft.decision.reasons)),
        ("input_digest".to_owned(), json!(draft.request.content)),
    ]);
    if keeps_contents {
        shown.insert("input".to_owned(), draft.request.new.input.clone());
    }
    shown
}

fn created(run: &Run, principal: PrincipalId, by: &Actor) -> Event {
    event("run.created", run, by)
        .with_detail("workflow", run.workflow_name.clone())
        .with_detail("workflow_version_id", run.workflow_version_id.to_string())
        .with_detail("version", run.version.to_string())
        .with_detail("trigger_type", run.trigger_type.as_str())
        .with_detail("triggered_by", principal.to_string())
        .with_detail("status", run.status.as_str())
        .with_detail("input_sha256", run.input.digest.map(|it| it.sha256.to_string()))
}

/// Something that happened to a run.
pub(super) fn event(action: &str, run: &Run, by: &Actor) -> Event {
    let mut event = Event::new(action, Resource::new("run", run.id), by.clone());
    event.workspace_id = Some(run.workspace_id.0);
    event
}
