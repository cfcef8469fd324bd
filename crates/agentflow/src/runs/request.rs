//! What is asked for when runs are started, checked before anything else is.

use std::collections::HashMap;

use agentflow_core::{
    InvalidInput, canonical,
    hash::Sha256,
    ids::{PrincipalId, WorkflowVersionId, WorkspaceId},
    run::{ContentDigest, TriggerType},
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Run;
use crate::{
    error::{Error, Result},
    input::check_json,
    policies::DecisionRow,
};

/// The most runs that are started at once.
pub const MAX_STARTS: usize = 1000;

/// The largest input, in bytes of canonical JSON.
const MAX_INPUT_BYTES: u64 = 1024 * 1024;

/// What the inputs and metadata of a batch may take together, which are sent in one statement.
const MAX_BATCH_BYTES: u64 = 64 * 1024 * 1024;

/// A run to be started.
#[derive(Debug, Clone, PartialEq)]
pub struct StartRun {
    /// Where.
    pub workspace_id: WorkspaceId,
    /// Of what: a version of a workflow of that workspace.
    pub workflow_version_id: WorkflowVersionId,
    /// Who wants it, and cannot approve it. Policies are asked about them.
    pub principal_id: PrincipalId,
    /// What it is given: an object, as the schema of the workflow wants it, at most 1 MB.
    pub input: Value,
    /// What makes it start.
    pub trigger_type: TriggerType,
    /// The same in the words of whoever starts it: 1 to 255 characters.
    pub trigger_ref: Option<String>,
    /// A key for the request, unique in the workspace, 1 to 255 characters: with it the same request can be repeated, and starts
    /// nothing more.
    pub idempotency_key: Option<String>,
    /// Whatever is to be found with it, at most 64 kB. Kept also where contents are not.
    pub metadata: Map<String, Value>,
}

impl StartRun {
    /// A run that somebody starts by hand, without an input.
    pub fn new(
        workspace_id: WorkspaceId,
        workflow_version_id: WorkflowVersionId,
        principal_id: PrincipalId,
    ) -> Self {
        Self {
            workspace_id,
            workflow_version_id,
            principal_id,
            input: json!({}),
            trigger_type: TriggerType::Manual,
            trigger_ref: None,
            idempotency_key: None,
            metadata: Map::new(),
        }
    }
}

/// What is a run's own in a batch; see [`StartRun`].
#[derive(Debug, Clone, PartialEq)]
pub struct NewRun {
    /// What it is given.
    pub input: Value,
    /// What makes it start, in words.
    pub trigger_ref: Option<String>,
    /// A key for the request.
    pub idempotency_key: Option<String>,
    /// Whatever is to be found with it.
    pub metadata: Map<String, Value>,
}

impl Default for NewRun {
    fn default() -> Self {
        Self { input: json!({}), trigger_ref: None, idempotency_key: None, metadata: Map::new() }
    }
}

impl NewRun {
    /// One with this input and nothing else.
    pub fn with(input: Value) -> Self {
        Self { input, ..Self::default() }
    }

    /// The same with an idempotency key.
    #[must_use]
    pub fn keyed(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }
}

/// Runs of one version to be started together.
#[derive(Debug, Clone, PartialEq)]
pub struct StartRuns {
    /// Where.
    pub workspace_id: WorkspaceId,
    /// Of what: a version of a workflow of that workspace.
    pub workflow_version_id: WorkflowVersionId,
    /// Who wants them, and cannot approve them.
    pub principal_id: PrincipalId,
    /// What makes them start.
    pub trigger_type: TriggerType,
    /// Each of them: 1 to [`MAX_STARTS`].
    pub runs: Vec<NewRun>,
}

/// What came of starting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Started {
    /// The run.
    #[serde(flatten)]
    pub run: Run,
    /// Whether it was started just now, and not before with the same key.
    pub is_new: bool,
    /// What the policies decided when it was started; absent if that is no longer stored.
    pub decision: Option<DecisionRow>,
}

/// What a run is to be, seen to be acceptable.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) new: NewRun,
    /// Of the input.
    pub(super) content: ContentDigest,
    metadata_bytes: u64,
    /// Of the request, which tells whether a repeated key is a repeated request.
    pub(super) digest: Sha256,
}

/// Everything that is asked for, in its order.
#[derive(Debug)]
pub(super) struct Requests {
    pub(super) operation: &'static str,
    pub(super) workspace_id: WorkspaceId,
    pub(super) workflow_version_id: WorkflowVersionId,
    pub(super) principal_id: PrincipalId,
    pub(super) trigger_type: TriggerType,
    pub(super) runs: Vec<Request>,
    /// Whether it is a batch, in which the place of each has to be told.
    is_batch: bool,
}

impl Requests {
    pub(super) fn one(operation: &'static str, start: StartRun) -> Result<Self> {
        let run = NewRun {
            input: start.input,
            trigger_ref: start.trigger_ref,
            idempotency_key: start.idempotency_key,
            metadata: start.metadata,
        };
        let batch = StartRuns {
            workspace_id: start.workspace_id,
            workflow_version_id: start.workflow_version_id,
            principal_id: start.principal_id,
            trigger_type: start.trigger_type,
            runs: vec![run],
        };
        Self::check(operation, batch, false)
    }

    pub(super) fn batch(operation: &'static str, batch: StartRuns) -> Result<Self> {
        if batch.runs.is_empty() || batch.runs.len() > MAX_STARTS {
            let reason = format!("expected 1 to {MAX_STARTS} of them, got {}", batch.runs.len());
            return Err(Error::invalid(operation)(InvalidInput::new("runs", reason)));
        }
        Self::check(operation, batch, true)
    }

    fn check(operation: &'static str, batch: StartRuns, is_batch: bool) -> Result<Self> {
        let mut requests = Self {
            operation,
            workspace_id: batch.workspace_id,
            workflow_version_id: batch.workflow_version_id,
            principal_id: batch.principal_id,
            trigger_type: batch.trigger_type,
            runs: Vec::with_capacity(batch.runs.len()),
            is_batch,
        };
        let mut bytes = 0;
        for (index, new) in batch.runs.into_iter().enumerate() {
            let request = requests.request(index, new)?;
            bytes += request.content.bytes + request.metadata_bytes;
            requests.runs.push(request);
            if bytes > MAX_BATCH_BYTES {
                let reason = "their inputs and metadata take more than 64 MB together: start them in smaller batches";
                return Err(Error::invalid(operation)(InvalidInput::new("runs", reason)));
            }
        }
        requests.check_keys()?;
        Ok(requests)
    }

    fn request(&self, index: usize, new: NewRun) -> Result<Request> {
        let invalid = |field: &str, reason: &str| {
            let input = InvalidInput::new(self.place(index, field), reason);
            Error::invalid(self.operation)(input)
        };
        if !new.input.is_object() {
            return Err(invalid("input", "expected an object"));
        }
        let content = ContentDigest::of(&self.place(index, "input"), &new.input);
        let content = content.map_err(Error::invalid(self.operation))?;
        if content.bytes > MAX_INPUT_BYTES {
            return Err(invalid("input", "expected at most 1 MB of JSON"));
        }
        let texts = [("trigger_ref", &new.trigger_ref), ("idempotency_key", &new.idempotency_key)];
        for (field, text) in texts {
            let Some(text) = text else { continue };
            if !(1..=255).contains(&text.chars().count()) || text.contains('\0') {
                return Err(invalid(field, "expected 1 to 255 characters"));
            }
        }
        check_json(self.operation, "metadata", &new.metadata).map_err(|error| match error {
            Error::InvalidInput { operation, input } => {
                let field = self.place(index, &input.field);
                Error::invalid(operation)(InvalidInput::new(field, input.reason))
            }
            other => other,
        })?;
        let request = json!({
            "workflow_version_id": self.workflow_version_id,
            "input": content.sha256.to_string(),
            "trigger_type": self.trigger_type,
            "trigger_ref": new.trigger_ref,
        });
        let text = canonical::to_string_as_doubles(&request, "request");
        let text = text.map_err(Error::invalid(self.operation))?;
        let digest = Sha256::of(&[text.as_bytes()]);
        let metadata_bytes = serde_json::to_string(&new.metadata).map_or(0, |it| it.len() as u64);
        Ok(Request { new, content, metadata_bytes, digest })
    }

    /// A key twice must be the same request twice.
    fn check_keys(&self) -> Result<()> {
        let mut seen = HashMap::new();
        for request in &self.runs {
            let Some(key) = &request.new.idempotency_key else { continue };
            let digest = *seen.entry(key).or_insert(request.digest);
            self.check_repeat(request, digest)?;
        }
        Ok(())
    }

    /// With a key that was used, the request must be the one it was used for.
    pub(super) fn check_repeat(&self, request: &Request, before: Sha256) -> Result<()> {
        if request.digest == before {
            return Ok(());
        }
        let key = request.new.idempotency_key.as_deref().unwrap_or_default();
        let reason = format!(
            "the idempotency key `{key}` was used for another request: another version, input or trigger; use another key"
        );
        Err(Error::Conflict { operation: self.operation, reason })
    }

    pub(super) fn keys(&self) -> Vec<&str> {
        self.runs.iter().filter_map(|it| it.new.idempotency_key.as_deref()).collect()
    }

    /// How a field of a run is called in errors.
    pub(super) fn place(&self, index: usize, field: &str) -> String {
        if self.is_batch { format!("runs[{index}].{field}") } else { field.to_owned() }
    }
}
