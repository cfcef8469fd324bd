//! Carrying a run out: its steps in their order, until it ends, waits or is left.

use std::sync::Arc;

use agentflow_core::{
    run::{Content, ContentDigest, Outputs},
    workflow::WorkflowDefinition,
};
use serde_json::Value;
use tokio::time::Instant;

use super::{Crew, StepFailure, recorder::Answer, start::Taken, stats::count};
use crate::{
    approvals::PassedGate,
    runs::{Begun, BegunStep, RecordedKind, StepId, StepOutcome, StepStatus, ToolCallReport},
};

/// So many lost workers are not by chance: the step is what they were lost of.
pub(super) const MAX_INTERRUPTIONS: i32 = 20;

/// A run that is being carried out.
pub(super) struct Course {
    pub(super) begun: Begun,
    pub(super) definition: Arc<WorkflowDefinition>,
    /// The place of its step, from 0.
    pub(super) index: usize,
    /// What the steps before put out, as far as it is kept or was done here.
    pub(super) outputs: Outputs,
    /// When its time is over. By the clock of the database, from which this one only counts on: another may be ahead by hours.
    pub(super) ends: Option<Instant>,
    /// The gate that let it go on.
    pub(super) passed: Option<PassedGate>,
}

/// What became of a step.
pub(super) enum Done {
    /// This is to be recorded.
    With(StepOutcome, Vec<ToolCallReport>),
    /// The run waits.
    Held,
    /// Nothing is to be recorded: the run is lost, or given back.
    Stopped,
}

impl Done {
    /// With the place of the step to go on with, from 0.
    pub(super) fn succeeded(
        output: Value,
        next: Option<usize>,
        calls: Vec<ToolCallReport>,
    ) -> Self {
        let next = next.and_then(|next| i32::try_from(next + 1).ok());
        Self::With(StepOutcome::Succeeded { output, next }, calls)
    }

    pub(super) fn failed(error: impl Into<String>) -> Self {
        Self::With(StepOutcome::Failed { error: error.into() }, Vec::new())
    }
}

impl Crew {
    /// Carries out a run from the step that was begun.
    pub(super) async fn carry(
        self: Arc<Self>,
        begun: Begun,
        taken: Taken,
        passed: Option<PassedGate>,
    ) {
        let claim = begun.claim;
        let ends = begun.time_left.and_then(|left| Instant::now().checked_add(left));
        if begun.step.interruptions >= MAX_INTERRUPTIONS {
            let message =
                format!("{MAX_INTERRUPTIONS} workers were lost in step `{}`", begun.step.name);
            return self.fail(&claim, &message).await;
        }
        let version = begun.workflow_version_id;
        let definition = self
            .persist(|| self.definitions.get(&self.settings.store, claim.tenant_id, version))
            .await;
        let definition = match definition {
            Ok(definition) => definition,
            Err(error) => return self.fail_if_unreadable(&claim, &error).await,
        };
        let Some((index, _)) = definition.step(&begun.step.name) else {
            let message = format!("the definition has no step `{}`", begun.step.name);
            return self.fail(&claim, &message).await;
        };
        let outputs = begun.outputs.iter().cloned().collect();
        let mut course = Course { begun, definition, index, outputs, ends, passed };
        while self.advance(&mut course, &taken).await {
            if self.leaves.is_cancelled() {
                drop(taken);
                return self.give_back(claim).await;
            }
        }
    }

    /// Does the step of a run and records it. Whether there is another one now.
    async fn advance(&self, course: &mut Course, taken: &Taken) -> bool {
        let (outcome, mut calls) = match self.do_step(course, &taken.held.lost).await {
            Done::With(outcome, calls) => (outcome, calls),
            Done::Held => {
                count(&self.counters.held);
                return false;
            }
            Done::Stopped => {
                if !self.gives_up.is_cancelled() {
                    count(&self.counters.lost);
                }
                return false;
            }
        };
        if self.settings.meters_tool_calls {
            for call in &mut calls {
                call.metered = true;
            }
        }
        let report = course.begun.report(outcome.clone(), calls);
        let Answer { kind, status } = self.recorder.record(report).await;
        let next_step_id = match kind {
            RecordedKind::Now { next_step_id } | RecordedKind::Before { next_step_id } => {
                next_step_id
            }
            RecordedKind::Lost => {
                count(&self.counters.lost);
                return false;
            }
        };
        // Whatever was reported: what cannot be stored has failed.
        if status == StepStatus::FailedTerminal {
            count(&self.counters.failed);
            return false;
        }
        self.count_recorded(&outcome);
        match (outcome, next_step_id) {
            (StepOutcome::Succeeded { output, next: Some(next) }, Some(id)) => {
                course.go_on(output, next, id)
            }
            (StepOutcome::FailedRetryable { after, .. }, _) => {
                self.retry_at(Instant::now() + after);
                false
            }
            _ => false,
        }
    }

    fn count_recorded(&self, outcome: &StepOutcome) {
        match outcome {
            StepOutcome::Succeeded { next, .. } => {
                count(&self.counters.steps);
                if next.is_none() {
                    count(&self.counters.succeeded);
                }
            }
            StepOutcome::FailedRetryable { .. } => count(&self.counters.retries),
            StepOutcome::Failed { .. } => count(&self.counters.failed),
        }
    }
}

impl Course {
    /// Goes on to the step at `next`, from 1, which was begun with the one before.
    fn go_on(&mut self, output: Value, next: i32, id: StepId) -> bool {
        let index = usize::try_from(next).ok().and_then(|next| next.checked_sub(1));
        let Some((index, step)) =
            index.and_then(|index| Some((index, self.definition.steps.get(index)?)))
        else {
            return false;
        };
        let digest = ContentDigest::of("output", &output).ok();
        let output = Content { value: Some(output), digest };
        self.outputs.insert(std::mem::take(&mut self.begun.step.name), output);
        self.index = index;
        self.begun.step = BegunStep {
            id,
            name: step.name.clone(),
            sequence: next,
            retry_count: 0,
            interruptions: 0,
        };
        true
    }

    /// What is to be recorded of an attempt that failed.
    pub(super) fn failure(&self, crew: &Crew, failure: StepFailure) -> Done {
        use agentflow_core::{run::with_jitter, workflow::StepAction};

        let StepFailure { message, retry, tool_calls } = failure;
        let policy = match &self.definition.steps[self.index].action {
            StepAction::LlmCall(call) => Some(&call.retry),
            StepAction::ConnectorAction(action) => Some(&action.retry),
            StepAction::ApprovalGate(_) | StepAction::Branch(_) => None,
        };
        let failures = u32::try_from(self.begun.step.retry_count).unwrap_or(u32::MAX);
        let outcome = match policy.filter(|policy| retry && policy.has_another(failures)) {
            Some(policy) => {
                let after = with_jitter(policy.wait_after(failures), crew.entropy());
                StepOutcome::FailedRetryable { error: message, after }
            }
            None => StepOutcome::Failed { error: message },
        };
        Done::With(outcome, tool_calls)
    }
}
