//! Doing one step of a run, by its type.

use std::time::Duration;

use agentflow_core::{
    ids::TenantId,
    run::{choose, next_after, place_of},
    secret::Caller,
    workflow::{ApprovalGate, Branch, StepAction, Target, Timespan},
};
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    Crew, RunContext, StepContext, StepFailure, StepOutput,
    attempt::{Attempt, attempt},
    carry::{Course, Done},
};
use crate::{
    approvals::{HeldGate, Hold},
    secrets::SecretsAccess,
};

impl Crew {
    /// Does the step that a run has come to.
    pub(super) async fn do_step(&self, course: &Course, stopped: &CancellationToken) -> Done {
        if stopped.is_cancelled() {
            return Done::Stopped;
        }
        let left = course.time_left();
        if left.is_some_and(|left| left.is_zero()) {
            return course.too_long();
        }
        match &course.definition.steps[course.index].action {
            StepAction::Branch(branch) => course.branch(branch).await,
            StepAction::ApprovalGate(gate) => self.gate(course, gate).await,
            StepAction::LlmCall(call) => self.handle(course, call.timeout, left, stopped).await,
            StepAction::ConnectorAction(action) => {
                self.handle(course, action.timeout, left, stopped).await
            }
        }
    }

    async fn handle(
        &self,
        course: &Course,
        timeout: Timespan,
        left: Option<Duration>,
        stopped: &CancellationToken,
    ) -> Done {
        let handler = match self.settings.handlers.find(&course.definition.steps[course.index]) {
            Ok(handler) => handler,
            Err(failure) => return course.failure(self, failure),
        };
        let of_step = Duration::from(timeout);
        let limit = left.map_or(of_step, |left| left.min(of_step));
        let context = self.context(course, limit, stopped.child_token());
        match attempt(handler, context, stopped).await {
            Attempt::Done(Ok(StepOutput { output, tool_calls })) => {
                Done::succeeded(output, next_after(&course.definition, course.index), tool_calls)
            }
            Attempt::Done(Err(failure)) => course.failure(self, failure),
            Attempt::OutOfTime if limit < of_step => course.too_long(),
            Attempt::OutOfTime => {
                course.failure(self, StepFailure::retry(format!("it took longer than {timeout}")))
            }
            Attempt::Stopped => Done::Stopped,
        }
    }

    fn context(
        &self,
        course: &Course,
        time_limit: Duration,
        cancellation: CancellationToken,
    ) -> StepContext {
        let begun = &course.begun;
        StepContext {
            tenant: self.settings.store.tenant(begun.claim.tenant_id),
            run: RunContext {
                id: begun.claim.run_id,
                workspace_id: begun.workspace_id,
                workflow_version_id: begun.workflow_version_id,
                trigger_type: begun.trigger_type,
                triggered_by: begun.triggered_by,
                started_at: begun.started_at,
                metadata: begun.metadata.clone(),
            },
            step_id: begun.step.id,
            attempt: begun.step.attempt().cast_unsigned(),
            input: begun.input.clone(),
            outputs: course.outputs.clone(),
            definition: course.definition.clone(),
            keeps_contents: begun.keeps_contents,
            time_limit,
            cancellation,
            index: course.index,
            provided: self.settings.provided.clone(),
            secrets: self.secrets_of(begun.claim.tenant_id),
        }
    }

    /// What handlers may do with secrets in a tenant.
    fn secrets_of(&self, tenant: TenantId) -> Option<SecretsAccess> {
        let secrets = self.settings.secrets.as_ref()?;
        Some(secrets.for_caller(Caller::of(tenant, self.actor.clone())))
    }

    /// Asks people, unless they were asked and approved.
    async fn gate(&self, course: &Course, gate: &ApprovalGate) -> Done {
        let begun = &course.begun;
        let next = next_after(&course.definition, course.index);
        if let Some(passed) = course.passed.as_ref().filter(|it| it.step_id == begun.step.id) {
            return Done::succeeded(passed.output.clone(), next, Vec::new());
        }
        let approvals = self.settings.store.tenant(begun.claim.tenant_id).approvals();
        let held = HeldGate {
            workspace_id: begun.workspace_id,
            step_id: begun.step.id,
            requested_by: begun.triggered_by,
            gate,
        };
        match self.persist(|| approvals.hold(&begun.claim, &held, &self.actor)).await {
            Ok(Hold::Waiting) => {
                // Somebody is to tell the hook.
                self.due.notify_one();
                Done::Held
            }
            Ok(Hold::Passed(passed)) => Done::succeeded(passed.output, next, Vec::new()),
            Ok(Hold::Lost) => Done::Stopped,
            Err(error) if super::may_pass(&error) => Done::Stopped,
            Err(error) => Done::failed(format!("nobody could be asked for approval: {error}")),
        }
    }
}

impl Course {
    /// What is left of the time of the run.
    fn time_left(&self) -> Option<Duration> {
        self.ends.map(|ends| ends.saturating_duration_since(Instant::now()))
    }

    fn too_long(&self) -> Done {
        let limit = self.begun.time_limit.unwrap_or_default();
        let limit = u64::try_from(limit.as_millis()).ok().and_then(Timespan::from_millis);
        let limit = limit.map_or_else(|| "its time limit".to_owned(), |limit| limit.to_string());
        Done::failed(format!("the run took longer than {limit}"))
    }

    /// Says where a branch goes. On a thread of its own: conditions take the time of a processor.
    async fn branch(&self, branch: &Branch) -> Done {
        let (branch, input, outputs) =
            (branch.clone(), self.begun.input.clone(), self.outputs.clone());
        let chosen = tokio::task::spawn_blocking(move || choose(&branch, &input, &outputs)).await;
        match chosen {
            Ok(Ok(target)) => {
                let next = place_of(&self.definition, &target);
                let goto = match target {
                    Target::Step(name) => name,
                    Target::End => "end".to_owned(),
                };
                Done::succeeded(json!({ "goto": goto }), next, Vec::new())
            }
            Ok(Err(reason)) if self.begun.keeps_contents => Done::failed(reason.to_string()),
            Ok(Err(reason)) => Done::failed(reason.without_values()),
            Err(error) => Done::failed(format!("the conditions could not be asked: {error}")),
        }
    }
}
