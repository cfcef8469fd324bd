use std::{collections::HashMap, sync::Arc};

use agentflow_core::{
    audit::{Actor, Event, Resource},
    hash::Sha256,
    ids::{PolicyDecisionId, PolicyId, PrincipalId, RunId, WorkflowVersionId, WorkspaceId},
    policy::{Answer, Asked, Decision, Document, Limits, Policy, PolicyEffect, decide},
    rules::Problems,
    workflow::RiskTier,
};
use agentflow_sql::queries::policies as sql;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio_postgres::types::Json;

use super::{Policies, facts::InForce, policies::as_inputs, rows};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::settle,
};

/// What policies are to be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Where the run is to be.
    pub workspace_id: WorkspaceId,
    /// What is to run; nothing in particular if absent, and then the risk is high.
    pub workflow_version_id: Option<WorkflowVersionId>,
    /// Who wants it.
    pub principal_id: PrincipalId,
    /// What the run is given.
    pub input: Value,
    /// When; now if absent.
    pub time: Option<Timestamp>,
}

/// A policy that is not stored, to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdHoc {
    /// What it is called in the decision.
    pub name: String,
    /// The text, in Rego.
    pub rego: String,
}

/// What one policy said in a decision that is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAnswer {
    /// The version of the policy.
    pub policy_id: PolicyId,
    /// What it said.
    #[serde(flatten)]
    pub answer: Answer,
}

/// A decision as it is stored. It never changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecisionRow {
    /// The id.
    pub id: PolicyDecisionId,
    /// Where the run was to be.
    pub workspace_id: WorkspaceId,
    /// What was to run, if it is still there.
    pub workflow_version_id: Option<WorkflowVersionId>,
    /// The run it was for.
    pub run_id: Option<RunId>,
    /// What was decided.
    pub effect: PolicyEffect,
    /// Why.
    pub reasons: Vec<String>,
    /// What each policy said, in the order they were asked.
    pub policies: Vec<StoredAnswer>,
    /// What they were asked about, but for the input: the tenant, the workspace, the workflow, the version, the principal, the time.
    pub context: Map<String, Value>,
    /// What the run is given, where the workspace keeps contents.
    pub input: Option<Value>,
    /// The digest of what they were asked about: the context, with the input in it.
    pub input_digest: Sha256,
    /// The program that evaluated, with its version.
    pub engine: String,
    /// When it was stored.
    pub created_at: Timestamp,
}

/// The last decision of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionCursor {
    /// When it was made.
    pub created_at: Timestamp,
    /// Its id.
    pub id: PolicyDecisionId,
}

impl From<&DecisionRow> for DecisionCursor {
    fn from(row: &DecisionRow) -> Self {
        Self { created_at: row.created_at, id: row.id }
    }
}

impl Policies {
    /// What the policies in force would decide. With `instead`, what those would. Nothing is stored and nothing recorded.
    ///
    /// Fails with [`Error::NotFound`] for a workspace, version or principal that is not there, and with [`Error::InvalidInputs`]
    /// when a policy that is tried does not compile.
    pub async fn simulate(
        &self,
        question: &Question,
        instead: Option<&[AdHoc]>,
    ) -> Result<Decision> {
        const OPERATION: &str = "simulate policies";
        for tried in instead.unwrap_or_default() {
            self.compiled(OPERATION, &tried.name, &tried.name, &tried.rego).await?;
        }
        let tx = self.0.begin(OPERATION).await?;
        let (tx, mut facts) = self.facts(OPERATION, tx, question).await?;
        tx.rollback().await?;
        if let Some(instead) = instead {
            facts.policies = instead
                .iter()
                .map(|tried| InForce {
                    id: None,
                    name: tried.name.clone(),
                    version: "0.0.0".to_owned(),
                    rego: tried.rego.clone(),
                    digest: Some(Sha256::of(&[tried.rego.as_bytes()])),
                })
                .collect();
        }
        let document = facts.input.document().map_err(Error::invalid(OPERATION))?;
        let policies = facts.policies.into();
        Ok(self.ask(policies, facts.risk, document, Limits::default()).await.0)
    }

    /// Asks the policies in force, and stores and records what they decide. What the run is given is stored only where the
    /// workspace keeps contents, the rest of what they were asked about and the digest always; elsewhere the reason why a policy
    /// failed quotes nothing of it either. Whoever is refused is told by the decision, not by an error.
    ///
    /// Fails with [`Error::NotFound`] for a workspace, version or principal that is not there.
    pub async fn decide(
        &self,
        question: &Question,
        run: Option<RunId>,
        by: &Actor,
    ) -> Result<DecisionRow> {
        const OPERATION: &str = "decide by policies";
        let inputs = [question.input.clone()];
        let rows = self.consider(OPERATION, question, &inputs).await?;
        let rows: Vec<_> = rows.into_iter().map(|row| DecisionRow { run_id: run, ..row }).collect();
        let tx = self.0.begin(OPERATION).await?;
        let (tx, mut rows) = self.insert_decisions(OPERATION, tx, rows).await?;
        let row = rows.remove(0);
        tx.audit_and_commit(&decided(&row, by)).await?;
        Ok(row)
    }

    /// What the policies in force decide about each of these inputs. Nothing is stored, and no connection is held while policies
    /// think.
    pub(crate) async fn consider(
        &self,
        operation: &'static str,
        question: &Question,
        inputs: &[Value],
    ) -> Result<Vec<DecisionRow>> {
        let tx = self.0.begin(operation).await?;
        let (tx, mut facts) = self.facts(operation, tx, question).await?;
        tx.rollback().await?;
        let ids: Vec<_> = facts.policies.iter().filter_map(|policy| policy.id).collect();
        let policies: Arc<[InForce]> = facts.policies.into();
        let mut rows = Vec::with_capacity(inputs.len());
        for input in inputs {
            facts.input.input = input.clone();
            let document = facts.input.document().map_err(Error::invalid(operation))?;
            let document = if facts.keeps_input { document } else { document.private() };
            let asked = self.ask(Arc::clone(&policies), facts.risk, document, Limits::default());
            let (decision, document) = asked.await;
            let answers = ids.iter().zip(decision.policies);
            let (context, input) = document.split();
            rows.push(DecisionRow {
                id: PolicyDecisionId(self.0.shared.next_id()),
                workspace_id: question.workspace_id,
                workflow_version_id: question.workflow_version_id,
                run_id: None,
                effect: decision.effect,
                reasons: decision.reasons,
                policies: answers
                    .map(|(id, answer)| StoredAnswer { policy_id: *id, answer })
                    .collect(),
                context,
                input: Some(input).filter(|input| facts.keeps_input && !input.is_null()),
                input_digest: decision.input_digest,
                engine: decision.engine,
                created_at: Timestamp::UNIX_EPOCH,
            });
        }
        Ok(rows)
    }

    /// Stores decisions about one workspace, and tells when. They are still to be recorded; see [`decided`].
    pub(crate) async fn insert_decisions(
        &self,
        operation: &'static str,
        tx: TenantTx,
        mut rows: Vec<DecisionRow>,
    ) -> Result<(TenantTx, Vec<DecisionRow>)> {
        let Some(workspace) = rows.first().map(|row| row.workspace_id) else {
            return Ok((tx, rows));
        };
        let stored = sql::insert_policy_decisions()
            .bind(&tx, self.0.tenant.as_uuid(), workspace.as_uuid(), &Json(&rows))
            .all()
            .await;
        let (tx, stored) = settle(operation, tx, stored).await?;
        let times: HashMap<_, _> = stored.into_iter().map(|row| (row.id, row.created_at)).collect();
        for row in &mut rows {
            row.created_at = times.get(&row.id.0).copied().unwrap_or(row.created_at);
        }
        Ok((tx, rows))
    }

    /// The decision with this id.
    pub async fn get_decision(&self, id: PolicyDecisionId) -> Result<Option<DecisionRow>> {
        let flight = self.0.flight("get a decision of policies").await?;
        let row = sql::get_policy_decision()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .map(rows::decision)
            .opt()
            .await;
        flight.land(row).await?.transpose()
    }

    /// A page of at most `limit` decisions, newest first, behind `after`.
    pub async fn decisions(
        &self,
        workspace: Option<WorkspaceId>,
        after: Option<DecisionCursor>,
        limit: u16,
    ) -> Result<Vec<DecisionRow>> {
        let flight = self.0.flight("list decisions of policies").await?;
        let rows = sql::list_policy_decisions()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &workspace.map(|id| id.0),
                &after.map(|cursor| cursor.id.0),
                &after.map(|cursor| cursor.created_at),
                &i64::from(limit),
            )
            .map(rows::decision)
            .all()
            .await;
        flight.land(rows).await?.into_iter().collect()
    }

    /// The compiled policy, where it is all right to wait.
    pub(super) async fn compiled(
        &self,
        operation: &'static str,
        field: &str,
        name: &str,
        rego: &str,
    ) -> Result<Arc<Policy>> {
        let kept = self.0.shared.compiled_policies.clone();
        let (name, rego) = (name.to_owned(), rego.to_owned());
        let compiled = blocking(move || kept.get(&name, &rego)).await;
        compiled.map_err(|problems: Problems| {
            Error::all_invalid(operation)(as_inputs(field, &problems))
        })
    }

    /// Compiling and asking take a processor for as long as they last, so they are done where they stop nobody else.
    pub(super) async fn ask(
        &self,
        policies: Arc<[InForce]>,
        risk: RiskTier,
        document: Document,
        limits: Limits,
    ) -> (Decision, Document) {
        let kept = self.0.shared.compiled_policies.clone();
        blocking(move || {
            let ready: Vec<_> = policies
                .iter()
                .map(|policy| {
                    let digest = Sha256::of(&[policy.rego.as_bytes()]);
                    if policy.digest != Some(digest) {
                        return (
                            digest,
                            Err("its text is not the one that was published: the digest differs"
                                .to_owned()),
                        );
                    }
                    let compiled = kept.get(&policy.name, &policy.rego);
                    (digest, compiled.map_err(|problems| problems.to_string().replace('\n', "; ")))
                })
                .collect();
            let asked: Vec<_> = policies
                .iter()
                .zip(&ready)
                .map(|(policy, (digest, compiled))| Asked {
                    name: &policy.name,
                    version: &policy.version,
                    policy: compiled.as_ref().map(AsRef::as_ref).map_err(String::as_str),
                    digest: *digest,
                })
                .collect();
            (decide(&asked, risk, &document, &limits), document)
        })
        .await
    }
}

/// The entry for a decision.
pub(crate) fn decided(row: &DecisionRow, by: &Actor) -> Event {
    Event::new("policy.decided", Resource::new("policy_decision", row.id), by.clone())
        .with_detail("effect", row.effect.as_str())
        .with_detail("workspace_id", row.workspace_id.to_string())
        .with_detail("workflow_version_id", row.workflow_version_id.map(|id| id.to_string()))
        .with_detail("run_id", row.run_id.map(|id| id.to_string()))
        .with_detail("input_digest", row.input_digest.to_string())
        .with_detail("policies", row.policies.iter().map(told).collect::<Vec<_>>())
}

fn told(stored: &StoredAnswer) -> String {
    let Answer { name, version, effect, .. } = &stored.answer;
    format!("{name} {version}: {effect}")
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // The work catches what panics in it; and a runtime that is shut down runs nobody who could wait here.
        Err(error) => std::panic::resume_unwind(match error.try_into_panic() {
            Ok(panic) => panic,
            Err(error) => Box::new(error.to_string()),
        }),
    }
}
