use std::time::Duration;

use agentflow_core::{
    ids::{ToolCallId, WorkspaceId},
    metering::UsageEvent,
    run::{ContentDigest, RunStatus, StepStatus, ToolCallReport},
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{BegunStep, Claim, meter};

/// What is kept of an error message.
pub const MAX_ERROR_CHARS: usize = 2_000;
/// The most that the contents of one report take together, as canonical JSON: 16 MiB.
pub const MAX_REPORT_BYTES: u64 = 16 << 20;
/// The most tool calls of one report.
pub const MAX_TOOL_CALLS: usize = 1_000;

/// The longest wait for another attempt: 366 days.
const MAX_WAIT: Duration = Duration::from_secs(366 * 24 * 3600);
/// The largest cost: what `numeric(20, 6)` holds.
const MAX_WHOLE_DIGITS: usize = 14;
const MAX_DECIMALS: usize = 6;
/// Why a content is refused, where its own words are not kept.
const INEXACT: &str =
    "it holds an integer that a double cannot hold exactly, U+0000, or more than 100 levels";
/// 0001-01-01T00:00:00Z. What comes before PostgreSQL writes in another way.
const FIRST_INSTANT: Timestamp = Timestamp::constant(-62_135_596_800, 0);

/// What became of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum StepOutcome {
    /// It is done.
    Succeeded {
        /// What it put out. One that JSON cannot hold exactly, that takes more than 100 levels or that is larger than
        /// [`MAX_REPORT_BYTES`] is none: the step is recorded as failed for good, with words that say so, and
        /// [`Recorded::status`](super::Recorded::status) tells. Where contents are not kept, those words quote nothing of it.
        output: Value,
        /// The place of the step to go on with, which this begins; those in between are canceled. Without one the run succeeds,
        /// with this output, and all later steps are canceled.
        next: Option<i32>,
    },
    /// It failed, and is to be tried again.
    FailedRetryable {
        /// What went wrong.
        error: String,
        /// When, from now: at most 366 days.
        after: Duration,
    },
    /// It failed for good, and so does the run. All later steps are canceled.
    Failed {
        /// What went wrong.
        error: String,
    },
}

/// What is to be recorded of a step that was begun. Made by [`Begun::report`](super::Begun::report).
///
/// Error messages are cut at [`MAX_ERROR_CHARS`].
#[derive(Debug, Clone, PartialEq)]
pub struct StepReport {
    /// The claim under which it was begun.
    pub claim: Claim,
    /// The workspace of the run.
    pub workspace_id: WorkspaceId,
    /// The step.
    pub step: BegunStep,
    /// Whether contents are stored, and not only how large they are and which.
    pub keeps_contents: bool,
    /// What became of it.
    pub outcome: StepOutcome,
    /// What it called, in this order: at most [`MAX_TOOL_CALLS`]; with more it failed for good. Where something of a call cannot be
    /// stored, that is left out, and the error message of the call says so.
    pub tool_calls: Vec<ToolCallReport>,
}

/// A report as the statement takes it.
#[derive(Debug, Serialize)]
pub(super) struct Item<'a> {
    pub(super) run_id: Uuid,
    fencing: i64,
    pub(super) step_id: Uuid,
    sequence: i32,
    pub(super) status: StepStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_metadata: Option<ContentDigest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<String>,
    run_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_output: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_output_metadata: Option<ContentDigest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_in_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_sequence: Option<i32>,
    skips: bool,
    attempt: i32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Call<'a>>,
    /// What its contents take, whether they are stored or not.
    #[serde(skip)]
    pub(super) bytes: u64,
    #[serde(skip)]
    pub(super) claim: &'a Claim,
    #[serde(skip)]
    pub(super) step_name: &'a str,
    #[serde(skip)]
    pub(super) workspace_id: WorkspaceId,
    /// What its calls used, as far as it is to be metered, but not yet for whom.
    #[serde(skip)]
    pub(super) usage: Vec<UsageEvent>,
}

#[derive(Debug, Serialize)]
struct Call<'a> {
    id: Uuid,
    ordinal: usize,
    tool_type: &'static str,
    tool_name: String,
    input_data: Option<&'a Value>,
    input_metadata: Content,
    output_data: Option<&'a Value>,
    output_metadata: Content,
    error_message: Option<String>,
    usage_metadata: Value,
    cost_in_cents: Option<&'a str>,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
}

/// How large a content is and which, or an empty object.
#[derive(Debug, Serialize)]
struct Content {
    #[serde(flatten)]
    digest: Option<ContentDigest>,
}

impl<'a> Item<'a> {
    pub(super) fn of(report: &'a StepReport, next_id: &dyn Fn() -> Uuid) -> Self {
        let StepReport { claim, step, keeps_contents, .. } = report;
        let mut item = Self {
            run_id: claim.run_id.0,
            fencing: claim.fencing,
            step_id: step.id.0,
            sequence: step.sequence,
            status: StepStatus::Succeeded,
            output: None,
            output_metadata: None,
            error_message: None,
            run_status: RunStatus::Running.as_str(),
            run_output: None,
            run_output_metadata: None,
            run_error: None,
            retry_in_ms: None,
            next_sequence: None,
            skips: false,
            attempt: step.attempt(),
            tool_calls: Vec::new(),
            bytes: 0,
            claim,
            step_name: &step.name,
            workspace_id: report.workspace_id,
            usage: Vec::new(),
        };
        match &report.outcome {
            StepOutcome::Succeeded { output, next } => item.succeed(report, output, *next),
            StepOutcome::FailedRetryable { error, after } => item.put_off(error, *after),
            StepOutcome::Failed { error } => item.fail(error),
        }
        for (call, ordinal) in report.tool_calls.iter().take(MAX_TOOL_CALLS).zip(1..) {
            let id = next_id();
            if call.metered {
                item.usage.extend(meter::usage(report, call, ToolCallId(id), ordinal));
            }
            item.tool_calls.push(Call::of(call, ordinal, id, *keeps_contents, &mut item.bytes));
        }
        item
    }

    fn succeed(&mut self, report: &StepReport, output: &'a Value, next: Option<i32>) {
        if report.tool_calls.len() > MAX_TOOL_CALLS {
            let count = report.tool_calls.len();
            self.fail(&format!(
                "it made {count} tool calls; at most {MAX_TOOL_CALLS} are recorded"
            ));
            return;
        }
        let digest = match digest("output", output, report.keeps_contents, &mut self.bytes) {
            Ok(digest) => digest,
            Err(reason) => {
                self.fail(&format!("its output cannot be stored: {reason}"));
                return;
            }
        };
        let kept = report.keeps_contents.then_some(output);
        (self.output, self.output_metadata) = (kept, Some(digest));
        self.next_sequence = next;
        self.skips = next.is_none_or(|next| next > self.sequence + 1);
        if next.is_none() {
            self.run_status = RunStatus::Succeeded.as_str();
            (self.run_output, self.run_output_metadata) = (kept, Some(digest));
        }
    }

    fn put_off(&mut self, error: &str, after: Duration) {
        self.status = StepStatus::FailedRetryable;
        self.run_status = RunStatus::FailedRetryable.as_str();
        self.error_message = Some(message(error));
        self.run_error = Some(message(&format!("step `{}` failed: {error}", self.step_name)));
        self.retry_in_ms = u64::try_from(after.min(MAX_WAIT).as_millis()).ok();
    }

    fn fail(&mut self, error: &str) {
        self.status = StepStatus::FailedTerminal;
        self.run_status = RunStatus::FailedTerminal.as_str();
        self.error_message = Some(message(error));
        self.run_error = Some(message(&format!("step `{}` failed: {error}", self.step_name)));
        self.skips = true;
    }

    /// How the run ends with it, if it does: without an error, or with one.
    pub(super) fn ends(&self) -> Option<Result<(), &str>> {
        if self.run_status == RunStatus::Succeeded.as_str() {
            Some(Ok(()))
        } else if self.run_status == RunStatus::FailedTerminal.as_str() {
            Some(Err(self.error_message.as_deref().unwrap_or_default()))
        } else {
            None
        }
    }
}

impl<'a> Call<'a> {
    fn of(
        call: &'a ToolCallReport,
        ordinal: usize,
        id: Uuid,
        keeps_contents: bool,
        bytes: &mut u64,
    ) -> Self {
        let mut notes = Vec::new();
        let mut content = |name: &str, value: Option<&'a Value>| match value
            .map(|value| digest(name, value, keeps_contents, bytes).map(|digest| (value, digest)))
        {
            None => (None, Content { digest: None }),
            Some(Ok((value, digest))) => {
                (keeps_contents.then_some(value), Content { digest: Some(digest) })
            }
            Some(Err(reason)) => {
                notes.push(format!("its {name} cannot be stored: {reason}"));
                (None, Content { digest: None })
            }
        };
        let (input_data, input_metadata) = content("input", Some(&call.input));
        let (output_data, output_metadata) = content("output", call.output.as_ref());
        let cost_in_cents = call.usage.cost_in_cents.as_deref().filter(|cost| {
            let is_cost = is_cost(cost);
            if !is_cost {
                notes.push(
                    "its cost is no decimal number of cents with at most six places".to_owned(),
                );
            }
            is_cost
        });
        let usage_metadata = usage(call, keeps_contents, bytes).unwrap_or_else(|reason| {
            notes.push(format!("its usage cannot be stored: {reason}"));
            Value::Object(serde_json::Map::new())
        });
        let error = call.error.iter().cloned().chain(notes).collect::<Vec<_>>().join("; ");
        Self {
            id,
            ordinal,
            tool_type: call.tool_type.as_str(),
            tool_name: name(&call.tool_name),
            input_data,
            input_metadata,
            output_data,
            output_metadata,
            error_message: (call.error.is_some() || !error.is_empty()).then(|| message(&error)),
            usage_metadata,
            cost_in_cents,
            started_at: call.started_at.filter(|at| *at >= FIRST_INSTANT),
            finished_at: call.finished_at.filter(|at| *at >= FIRST_INSTANT),
        }
    }
}

/// What was used besides the cost, which has a column of its own.
fn usage(call: &ToolCallReport, keeps_contents: bool, bytes: &mut u64) -> Result<Value, String> {
    let mut usage = serde_json::to_value(&call.usage).map_err(|error| error.to_string())?;
    if let Some(usage) = usage.as_object_mut() {
        usage.remove("cost_in_cents");
    }
    digest("usage", &usage, keeps_contents, bytes)?;
    Ok(usage)
}

/// Adds to `bytes` what it takes, and fails where that is too much. Where contents are not kept, the reason quotes none: paths and
/// numbers are content as well.
fn digest(
    field: &str,
    value: &Value,
    keeps_contents: bool,
    bytes: &mut u64,
) -> Result<ContentDigest, String> {
    let digest = ContentDigest::of(field, value)
        .map_err(|error| if keeps_contents { error.to_string() } else { INEXACT.to_owned() })?;
    if *bytes + digest.bytes > MAX_REPORT_BYTES {
        return Err(format!(
            "it takes {} bytes; what a step reports may take {MAX_REPORT_BYTES} in all",
            digest.bytes
        ));
    }
    *bytes += digest.bytes;
    Ok(digest)
}

pub(super) fn is_cost(text: &str) -> bool {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str, most| {
        (1..=most).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit())
    };
    digits(whole, MAX_WHOLE_DIGITS) && digits(decimals, MAX_DECIMALS)
}

/// The name of a tool as its column takes it.
pub(super) fn name(text: &str) -> String {
    let name: String = text.chars().take(255).map(printable).collect();
    if name.is_empty() { "unnamed".to_owned() } else { name }
}

/// An error message as it is kept.
pub(super) fn message(text: &str) -> String {
    text.chars().take(MAX_ERROR_CHARS).map(printable).collect()
}

/// PostgreSQL stores every character but U+0000.
fn printable(character: char) -> char {
    if character == '\0' { char::REPLACEMENT_CHARACTER } else { character }
}
