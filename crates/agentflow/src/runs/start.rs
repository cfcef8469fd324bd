use std::collections::{HashMap, HashSet};

use agentflow_core::{
    InvalidInputs,
    audit::{Actor, Event, Resource},
    hash::Sha256,
    ids::RunId,
    tool::ToolSchema,
};
use agentflow_sql::queries::{policies, runs as sql, workflows};
use serde_json::Value;
use tokio::task::spawn_blocking;

use super::{Run, Runs, StartRun, StartRuns, Started, request::Requests, rows};
use crate::{
    error::{Error, Result},
    policies::{DecisionRow, Policies, PolicyEffect, Question, decided, decision_row},
    workflows::{WorkflowVersion, version_row},
};

/// Runs that were started before, by their keys.
type Known = HashMap<String, (Run, Sha256)>;

impl Runs {
    /// Starts a run: asks the policies in force, and hands it to the workers, or to people first. A run that waits for approval is
    /// there and has a request in [`Approvals`](crate::approvals::Approvals).
    ///
    /// With an idempotency key the same request once more gives the run that is there already, whatever became of it.
    ///
    /// Fails with [`Error::Denied`] when a policy says so (the decision is stored and recorded, a run is not), and when the principal
    /// is deactivated, which is recorded; with
    /// [`Error::Limited`] when the workspace started as many in this minute as it may, with [`Error::Conflict`] when the key was
    /// used for another request, with [`Error::InvalidInput`] or [`Error::InvalidInputs`] for an input that the workflow does not
    /// take, and with [`Error::NotFound`] for a workspace, version or principal that is not there.
    pub async fn start(&self, start: StartRun, by: &Actor) -> Result<Started> {
        const OPERATION: &str = "start a run";
        let requests = Requests::one(OPERATION, start)?;
        let mut started = self.start_all(requests, by).await?;
        Ok(started.remove(0))
    }

    /// Starts up to [`MAX_STARTS`](super::MAX_STARTS) runs of one version together: all of them or none, in one transaction. What
    /// comes of each stands in the order of `batch.runs`.
    ///
    /// Fails as [`start`](Self::start); the place of the run is in the error.
    pub async fn start_many(&self, batch: StartRuns, by: &Actor) -> Result<Vec<Started>> {
        const OPERATION: &str = "start runs";
        let requests = Requests::batch(OPERATION, batch)?;
        self.start_all(requests, by).await
    }

    async fn start_all(&self, requests: Requests, by: &Actor) -> Result<Vec<Started>> {
        let mut known = self.known(&requests).await?;
        loop {
            let fresh = fresh(&requests, &known)?;
            if fresh.is_empty() {
                return self.assemble(&requests, known, Vec::new()).await;
            }
            let version = self.version(&requests).await?;
            check_inputs(&requests, &fresh, &version).await?;
            let decisions = self.decisions(&requests, &fresh, by).await?;
            let inserted = self.insert(&requests, &fresh, &version, decisions, by).await;
            match inserted {
                Ok(Some(started)) => return self.assemble(&requests, known, started).await,
                // Somebody was faster with some of the keys: those are known now.
                Ok(None) => known = self.known(&requests).await?,
                Err(limited @ Error::Limited { .. }) => {
                    let before = known.len();
                    known = self.known(&requests).await?;
                    if known.len() == before {
                        return Err(limited);
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The runs that have keys of these requests.
    async fn known(&self, requests: &Requests) -> Result<Known> {
        let keys = requests.keys();
        if keys.is_empty() {
            return Ok(Known::new());
        }
        let flight = self.0.flight(requests.operation).await?;
        let found = sql::list_runs_by_keys()
            .bind(&flight, self.0.tenant.as_uuid(), requests.workspace_id.as_uuid(), &keys)
            .map(rows::run_with_digest)
            .all()
            .await;
        let found = flight.land(found).await?;
        let found = found.into_iter().map(|run| {
            let (run, digest) = run?;
            Ok((run.idempotency_key.clone().unwrap_or_default(), (run, digest)))
        });
        found.collect()
    }

    async fn version(&self, requests: &Requests) -> Result<WorkflowVersion> {
        let id = requests.workflow_version_id;
        let flight = self.0.flight(requests.operation).await?;
        let row = workflows::get_workflow_version()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .map(version_row)
            .opt()
            .await;
        let missing =
            || Error::not_found(requests.operation, format!("version {id} of a workflow"));
        flight.land_found(row, missing).await?
    }

    /// What the policies say about each. Refusals are stored and recorded here, for nothing else of them is.
    async fn decisions(
        &self,
        requests: &Requests,
        fresh: &[usize],
        by: &Actor,
    ) -> Result<Vec<DecisionRow>> {
        let operation = requests.operation;
        let question = Question {
            workspace_id: requests.workspace_id,
            workflow_version_id: Some(requests.workflow_version_id),
            principal_id: requests.principal_id,
            input: Value::Null,
            time: None,
        };
        let inputs: Vec<_> =
            fresh.iter().map(|index| requests.runs[*index].new.input.clone()).collect();
        let policies = Policies::new(self.0.clone());
        let decisions = match policies.consider(operation, &question, &inputs).await {
            Err(error @ Error::Denied { .. }) => {
                self.0.record(&refused(requests, &error, by)).await?;
                return Err(error);
            }
            decisions => decisions?,
        };
        let Some(reason) = denial(requests, fresh, &decisions) else {
            return Ok(decisions);
        };
        let denials: Vec<_> =
            decisions.into_iter().filter(|it| it.effect == PolicyEffect::Deny).collect();
        let tx = self.0.begin(operation).await?;
        let (tx, denials) = policies.insert_decisions(operation, tx, denials).await?;
        let events: Vec<_> = denials.iter().map(|row| decided(row, by)).collect();
        tx.audit_many(&events).await?;
        tx.commit().await?;
        Err(Error::Denied { operation, reason })
    }

    /// In the order of the requests, with the decisions of those that were there before.
    async fn assemble(
        &self,
        requests: &Requests,
        known: Known,
        started: Vec<(usize, Started)>,
    ) -> Result<Vec<Started>> {
        let mut decisions = self.decisions_of(requests.operation, &known).await?;
        let mut by_place: HashMap<usize, Started> = started.into_iter().collect();
        let mut by_key: HashMap<&str, Started> = HashMap::new();
        for (key, (run, _)) in &known {
            let decision = decisions.remove(&run.id);
            by_key.insert(key, Started { run: run.clone(), is_new: false, decision });
        }
        let mut all = Vec::with_capacity(requests.runs.len());
        for (index, request) in requests.runs.iter().enumerate() {
            let key = request.new.idempotency_key.as_deref();
            if let Some(started) = by_place.remove(&index) {
                if let Some(key) = key {
                    by_key.insert(key, Started { is_new: false, ..started.clone() });
                }
                all.push(started);
            } else if let Some(started) = key.and_then(|key| by_key.get(key)) {
                all.push(started.clone());
            }
        }
        Ok(all)
    }

    async fn decisions_of(
        &self,
        operation: &'static str,
        known: &Known,
    ) -> Result<HashMap<RunId, DecisionRow>> {
        if known.is_empty() {
            return Ok(HashMap::new());
        }
        let ids: Vec<_> = known.values().map(|(run, _)| run.id.0).collect();
        let flight = self.0.flight(operation).await?;
        let found = policies::list_decisions_of_runs()
            .bind(&flight, self.0.tenant.as_uuid(), &ids)
            .map(decision_row)
            .all()
            .await;
        let mut decisions = HashMap::new();
        for decision in flight.land(found).await? {
            let decision = decision?;
            if let Some(run) = decision.run_id {
                decisions.entry(run).or_insert(decision);
            }
        }
        Ok(decisions)
    }
}

/// The places of those that are to be started: the first of each key that is not known.
fn fresh(requests: &Requests, known: &Known) -> Result<Vec<usize>> {
    let mut seen = HashSet::new();
    let mut fresh = Vec::new();
    for (index, request) in requests.runs.iter().enumerate() {
        let key = request.new.idempotency_key.as_deref();
        match key.and_then(|key| known.get(key)) {
            Some((_, digest)) => requests.check_repeat(request, *digest)?,
            None if key.is_none_or(|key| seen.insert(key)) => fresh.push(index),
            None => (),
        }
    }
    Ok(fresh)
}

/// By the schema of the workflow, if it has one. That takes the time of a processor, so it is done where it stops nobody else.
async fn check_inputs(
    requests: &Requests,
    fresh: &[usize],
    version: &WorkflowVersion,
) -> Result<()> {
    let Some(schema) = version.definition.input.clone() else { return Ok(()) };
    let operation = requests.operation;
    let place = |index: &usize| requests.place(*index, "input");
    let inputs: Vec<_> =
        fresh.iter().map(|index| (place(index), requests.runs[*index].new.input.clone())).collect();
    let checked = spawn_blocking(move || {
        let schema = ToolSchema::new(&schema).map_err(|error| InvalidInputs(vec![error]))?;
        inputs.iter().try_for_each(|(place, input)| schema.check(input, place))
    });
    let checked = checked.await.map_err(|error| {
        let reason = format!("checking was not finished: {error}");
        Error::Unavailable { operation, reason, source: None }
    })?;
    checked.map_err(Error::all_invalid(operation))
}

/// That somebody may start nothing, whatever policies say.
fn refused(requests: &Requests, error: &Error, by: &Actor) -> Event {
    let resource = Resource::new("permission", "run:start");
    let mut event = Event::new("access.denied", resource, by.clone())
        .failed()
        .with_detail("permission", "run:start")
        .with_detail("principal_id", requests.principal_id.to_string())
        .with_detail("workspace_id", requests.workspace_id.to_string())
        .with_detail("reason", error.to_string());
    event.workspace_id = Some(requests.workspace_id.0);
    event
}

/// The first refusal, as it is told: where, if that needs saying, and why.
fn denial(requests: &Requests, fresh: &[usize], decisions: &[DecisionRow]) -> Option<String> {
    let denied = fresh.iter().zip(decisions).find(|(_, it)| it.effect == PolicyEffect::Deny);
    denied.map(|(index, decision)| {
        let place = requests.place(*index, "");
        let place = place.strip_suffix('.').map_or(String::new(), |place| format!("{place}: "));
        format!("{place}policies do not allow it: {}", decision.reasons.join("; "))
    })
}
