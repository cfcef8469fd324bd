//! A step as a process: JSON in, JSON out.

use std::{
    ffi::OsStr,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use agentflow::runs::{
    MAX_REPORT_BYTES, StepContext, StepFailure, StepOutput, StepResult, ToolCallReport,
};
use serde::Deserialize;
use serde_json::{Map, Value, error::Category, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use super::group::Group;
use crate::remark::{Remark, remark};

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
    stdout: Whole,
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
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_ours(name)) {
            command.env_remove(name);
        }
        let spawned = Group::spawn(&mut command);
        let (child, group) = spawned.map_err(|error| {
            StepFailure::retry(format!("the command could not be started: {error}"))
        })?;
        let quotes = step.keeps_contents;
        let shown = self.shows_stderr.then(|| format!("{} {}", step.run.id, step.step().name));
        let ended = talk(child, group, given(&step), shown.as_deref()).await;
        let ended = ended.map_err(|error| {
            StepFailure::retry(format!("the command could not be talked to: {error}"))
        })?;
        result(ended, quotes)
    }
}

/// Whether a variable says how to reach the database, or holds a secret of the worker: that is no matter of steps.
fn is_ours(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name == "DATABASE_URL" || name.starts_with("AF_") || name.starts_with("PG")
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
    // Outside of what reads them: what was read counts also when somebody else keeps a pipe open.
    let (mut whole, mut last) = (Whole::default(), String::new());
    let status = {
        let write = async {
            if let Some(mut stdin) = stdin {
                // A process need not read what it does not want.
                let _ = stdin.write_all(given.as_bytes()).await;
            }
        };
        let read = async {
            match stdout {
                Some(stdout) => whole.read(stdout).await,
                None => Ok(()),
            }
        };
        let hear = async {
            if let Some(stderr) = stderr {
                hear(stderr, shown, &mut last).await;
            }
        };
        let pipes = async { tokio::join!(write, read, hear).1 };
        tokio::pin!(pipes);
        tokio::select! {
            status = child.wait() => {
                let mut read = timeout(STRAGGLERS, &mut pipes).await;
                if read.is_err() {
                    group.kill();
                    // What left the group may keep them open for ever.
                    read = timeout(STRAGGLERS, &mut pipes).await;
                }
                read.unwrap_or(Ok(()))?;
                status?
            }
            read = &mut pipes => {
                read?;
                child.wait().await?
            }
        }
    };
    group.leave();
    Ok(Ended { status, stdout: whole, stderr: last })
}

/// What a process puts out, up to what a report takes.
#[derive(Debug, Default)]
struct Whole {
    bytes: Vec<u8>,
    /// Whether it was more.
    is_cut: bool,
}

impl Whole {
    /// To the end, also of what is too much: whoever writes it would fail of a closed pipe, and not say why.
    async fn read(&mut self, mut from: impl AsyncRead + Unpin) -> std::io::Result<()> {
        let mut chunk = Vec::with_capacity(64 << 10);
        loop {
            chunk.clear();
            if from.read_buf(&mut chunk).await? == 0 {
                return Ok(());
            }
            let most = usize::try_from(MAX_REPORT_BYTES).unwrap_or(usize::MAX);
            let room = most - self.bytes.len();
            self.is_cut |= chunk.len() > room;
            self.bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
    }
}

/// Reads what a process complains of, shows it if that is wanted, and keeps the end in `last`.
async fn hear(stderr: impl AsyncRead + Unpin, shown: Option<&str>, last: &mut String) {
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    loop {
        line.clear();
        // A line without an end is cut.
        let read = (&mut reader).take(64 << 10).read_until(b'\n', &mut line).await;
        if !read.is_ok_and(|count| count > 0) {
            return;
        }
        let text = String::from_utf8_lossy(&line);
        if let Some(step) = shown {
            remark(&Remark::Step { step, line: text.trim_end() });
        }
        last.push_str(&text);
        if last.len() > 4 * TAIL {
            last.drain(..last.len() - end_of(last).len());
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

fn result(ended: Ended, quotes: bool) -> StepResult {
    let Ended { status, stdout, stderr } = ended;
    let complaint = end_of(stderr.trim());
    let behind = if complaint.is_empty() { String::new() } else { format!(": {complaint}") };
    let answer = answer(&stdout, quotes);
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

/// Where nothing is to be quoted, what is wrong is told by its place and kind alone.
fn answer(stdout: &Whole, quotes: bool) -> Result<Answer, String> {
    if stdout.is_cut {
        return Err(format!("more than {MAX_REPORT_BYTES} bytes"));
    }
    let stdout = &stdout.bytes;
    if stdout.trim_ascii().is_empty() {
        return Ok(Answer::default());
    }
    serde_json::from_slice(stdout).map_err(|error| {
        if quotes {
            return error.to_string();
        }
        let kind = match error.classify() {
            Category::Data => "JSON of another form",
            Category::Eof => "JSON that does not end",
            Category::Io | Category::Syntax => "no JSON",
        };
        format!("{kind}, at line {} column {}", error.line(), error.column())
    })
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
        let put_out = |text: &str| Whole { bytes: text.into(), is_cut: false };
        let output = |text: &str| answer(&put_out(text), true).map(|it| it.output);
        assert_eq!(output(" \n"), Ok(Value::Null));
        assert_eq!(output("{}"), Ok(Value::Null));
        assert_eq!(output("{\"output\": [1]}\n"), Ok(json!([1])));
        for bad in ["[1]", "{} {}", "{\"out\": 1}", "done", "{\"tool_calls\": [{}]}"] {
            assert!(output(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_no_answer_is_quoted_only_where_contents_are_kept() {
        for (bad, told) in [
            (r#"{"tool_calls": "SECRET-4711"}"#, "JSON of another form, at line 1 column 28"),
            (r#"{"SECRET-4711": 1}"#, "JSON of another form, at line 1 column 14"),
            (r#"{"retry": "SECRET-4711"}"#, "JSON of another form, at line 1 column 23"),
            (r#"{"output": "SECRET-4711""#, "JSON that does not end, at line 1 column 24"),
            ("SECRET-4711", "no JSON, at line 1 column 1"),
        ] {
            let put_out = Whole { bytes: bad.into(), is_cut: false };
            assert_eq!(answer(&put_out, false).unwrap_err(), told, "{bad}");
            assert!(answer(&put_out, true).is_err());
        }
    }

    #[tokio::test]
    async fn what_is_too_much_is_read_to_its_end_and_not_kept() {
        let size = usize::try_from(MAX_REPORT_BYTES).unwrap() + 1;
        let mut whole = Whole::default();
        whole.read(&vec![b'x'; size][..]).await.unwrap();
        assert_eq!((whole.bytes.len(), whole.is_cut), (size - 1, true));
        assert_eq!(answer(&whole, true).unwrap_err(), "more than 16777216 bytes");
    }
}
