//! A step as a process: JSON in, JSON out.

use std::{
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use agentflow::runs::{
    MAX_REPORT_BYTES, StepContext, StepFailure, StepOutput, StepResult, ToolCallReport,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use super::group::Group;

/// How much of what a process writes to stderr is told.
const TAIL: usize = 1_000;
/// How long pipes may stay open once the process has ended: what it left behind may hold them.
const STRAGGLERS: Duration = Duration::from_millis(200);

/// The command that does steps.
#[derive(Debug, Clone)]
pub(super) struct Exec {
    command: Arc<str>,
    shows_stderr: bool,
}

/// What it puts out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    #[serde(default)]
    output: Value,
    #[serde(default)]
    tool_calls: Vec<ToolCallReport>,
    error: Option<String>,
    retry: Option<bool>,
}

/// What came of a process.
struct Ended {
    status: ExitStatus,
    stdout: Vec<u8>,
    /// The end of it.
    stderr: String,
}

impl Exec {
    pub(super) fn new(command: String, shows_stderr: bool) -> Self {
        Self { command: command.into(), shows_stderr }
    }

    pub(super) async fn run(&self, step: StepContext) -> StepResult {
        let mut command = shell(&self.command);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        let spawned = Group::spawn(&mut command);
        let (child, group) = spawned.map_err(|error| {
            StepFailure::retry(format!("the command could not be started: {error}"))
        })?;
        let shown = self.shows_stderr.then(|| format!("{} {}", step.run.id, step.step().name));
        let ended = talk(child, group, given(&step), shown.as_deref()).await;
        let ended = ended.map_err(|error| {
            StepFailure::retry(format!("the command could not be talked to: {error}"))
        })?;
        result(ended)
    }
}

#[cfg(unix)]
fn shell(text: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", text]);
    command
}

#[cfg(windows)]
fn shell(text: &str) -> Command {
    let mut command = Command::new("cmd");
    command.arg("/C").raw_arg(text);
    command
}

/// What the process is given.
fn given(context: &StepContext) -> String {
    let (run, step) = (&context.run, context.step());
    let outputs: Map<String, Value> = context
        .outputs
        .iter()
        .filter_map(|(name, output)| Some((name.clone(), output.value.clone()?)))
        .collect();
    let given = json!({
        "run": {
            "id": run.id,
            "tenant_id": context.tenant.id(),
            "workspace_id": run.workspace_id,
            "workflow_version_id": run.workflow_version_id,
            "trigger_type": run.trigger_type,
            "triggered_by": run.triggered_by,
            "started_at": run.started_at,
            "metadata": run.metadata,
        },
        "step": { "id": context.step_id, "name": step.name, "type": step.kind() },
        "with": context.with(),
        "tool": context.tool(),
        "agent": context.agent(),
        "input": context.input.value,
        "outputs": outputs,
        "attempt": context.attempt,
        "idempotency_key": context.idempotency_key(),
        "time_limit_ms": u64::try_from(context.time_limit.as_millis()).unwrap_or(u64::MAX),
    });
    format!("{given}\n")
}

async fn talk(
    mut child: Child,
    group: Group,
    given: String,
    shown: Option<&str>,
) -> std::io::Result<Ended> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let write = async {
        if let Some(mut stdin) = stdin {
            // A process need not read what it does not want.
            let _ = stdin.write_all(given.as_bytes()).await;
        }
    };
    let read = async {
        let mut whole = Vec::new();
        if let Some(stdout) = stdout {
            // One byte more tells that it is too much.
            stdout.take(MAX_REPORT_BYTES + 1).read_to_end(&mut whole).await?;
        }
        Ok::<_, std::io::Error>(whole)
    };
    let hear = async {
        match stderr {
            Some(stderr) => hear(stderr, shown).await,
            None => String::new(),
        }
    };
    let pipes = async {
        let ((), whole, last) = tokio::join!(write, read, hear);
        whole.map(|whole| (whole, last))
    };
    tokio::pin!(pipes);
    let (status, (stdout, stderr)) = tokio::select! {
        status = child.wait() => {
            let status = status?;
            let told = if let Ok(told) = timeout(STRAGGLERS, &mut pipes).await {
                told?
            } else {
                group.kill();
                pipes.await?
            };
            (status, told)
        }
        told = &mut pipes => {
            let told = told?;
            (child.wait().await?, told)
        }
    };
    group.leave();
    Ok(Ended { status, stdout, stderr })
}

/// Reads what a process complains of, shows it if that is wanted, and keeps the end.
async fn hear(stderr: impl AsyncRead + Unpin, shown: Option<&str>) -> String {
    let mut last = String::new();
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    loop {
        line.clear();
        // A line without an end is cut.
        let read = (&mut reader).take(64 << 10).read_until(b'\n', &mut line).await;
        if !read.is_ok_and(|count| count > 0) {
            return last;
        }
        let text = String::from_utf8_lossy(&line);
        if let Some(step) = shown {
            use std::io::Write as _;
            let _ = writeln!(std::io::stderr(), "{step}: {}", text.trim_end());
        }
        last.push_str(&text);
        if last.len() > 4 * TAIL {
            last = end_of(&last).to_owned();
        }
    }
}

/// The last characters of a text.
fn end_of(text: &str) -> &str {
    match text.char_indices().rev().nth(TAIL - 1) {
        Some((start, _)) => &text[start..],
        None => text,
    }
}

fn result(ended: Ended) -> StepResult {
    let Ended { status, stdout, stderr } = ended;
    let complaint = end_of(stderr.trim());
    let behind = if complaint.is_empty() { String::new() } else { format!(": {complaint}") };
    let answer = answer(&stdout);
    if !status.success() {
        let Answer { tool_calls, error, retry, .. } = answer.unwrap_or_default();
        let message = error.unwrap_or_else(|| format!("the command ended with {status}{behind}"));
        return Err(StepFailure { message, retry: retry.unwrap_or(true), tool_calls });
    }
    match answer {
        Ok(Answer { tool_calls, error: Some(message), retry, .. }) => {
            Err(StepFailure { message, retry: retry.unwrap_or(true), tool_calls })
        }
        Ok(Answer { output, tool_calls, .. }) => Ok(StepOutput { output, tool_calls }),
        // Whatever it did is done, and would be done twice.
        Err(reason) => Err(StepFailure::terminal(format!(
            "the command succeeded, but what it put out is not what is expected: {reason}{behind}"
        ))),
    }
}

fn answer(stdout: &[u8]) -> Result<Answer, String> {
    if stdout.len() as u64 > MAX_REPORT_BYTES {
        return Err(format!("more than {MAX_REPORT_BYTES} bytes"));
    }
    if stdout.trim_ascii().is_empty() {
        return Ok(Answer::default());
    }
    serde_json::from_slice(stdout).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_text_is_cut_between_characters() {
        assert_eq!(end_of("short"), "short");
        let long = format!("{}é{}", "a".repeat(50), "ß".repeat(TAIL - 1));
        assert_eq!(end_of(&long).chars().count(), TAIL);
        assert!(end_of(&long).starts_with('é'));
    }

    #[test]
    fn an_answer_is_one_object_or_nothing() {
        let output = |text: &str| answer(text.as_bytes()).map(|it| it.output);
        assert_eq!(output(" \n"), Ok(Value::Null));
        assert_eq!(output("{}"), Ok(Value::Null));
        assert_eq!(output("{\"output\": [1]}\n"), Ok(json!([1])));
        for bad in ["[1]", "{} {}", "{\"out\": 1}", "done", "{\"tool_calls\": [{}]}"] {
            assert!(output(bad).is_err(), "{bad}");
        }
    }
}
