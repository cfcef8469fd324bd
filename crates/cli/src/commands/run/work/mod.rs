mod exec;
mod group;

use std::time::Duration;

use agentflow::{
    runs::{CancellationToken, StepContext, StepType, WorkerStats},
    webhook::Webhook,
};
use secrecy::SecretString;

use self::exec::Exec;
use crate::{
    context::Context,
    duration::duration,
    error::{Error, Result},
    exit::Exit,
    interrupt,
    metrics::{Gauges, Serving},
    output::counted,
};

/// Holds the secret that what is posted to --approval-hook is signed with.
const HOOK_SECRET: &str = "AF_APPROVAL_WEBHOOK_SECRET";

/// Claim runs and do their steps by a command
///
/// For each step that calls a model or a tool, CMD is started by `sh -c` (Windows: `cmd /C`), in a process group of its own, with
/// one JSON object on stdin: `run` (`id`, `tenant_id`, `workspace_id`, `workflow_version_id`, `trigger_type`, `triggered_by`,
/// `started_at`, `metadata`), `step` (`id`, `name`, `type`), `with`, `tool`, `agent`, `input`, `outputs` by the names of the steps,
/// `attempt`, `idempotency_key` and `time_limit_ms`. In a workspace that keeps no contents, `input` is null, and `outputs` has only
/// what this worker did itself.
///
/// CMD puts out one JSON object, or nothing: `output`, and `tool_calls`, an array of `tool_type` (llm or connector), `tool_name`,
/// `input`, `output`, `error`, `usage` (`input_tokens`, `output_tokens`, `cost_in_cents` as text), `started_at`, `finished_at` and
/// `metered`: whether what it used is metered, as with --meter it is for all.
/// Exit code 0 is success. Any other is a failure that is worth another attempt, 75 as well; with `error` in the object that is the
/// message, and with `"retry": false` there is no other attempt. What it writes to stderr is shown with -v, and its end is in the
/// message. When its time is over, or its run is canceled or lost, the whole group is killed. A step can be done twice, when its
/// worker is lost before it was recorded: `idempotency_key` is the same then.
///
/// Works on the runs of all tenants, or of the one that --tenant names. Ctrl-C lets running steps end for 10 s, gives the rest back
/// to others, and ends; the second one ends at once. What is posted to --approval-hook is signed with AF_APPROVAL_WEBHOOK_SECRET as
/// Standard Webhooks are, if that is set.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af run work --exec ./step.py
  af run work --exec 'jq \"{output: {echo: .with}}\"' --until-idle --tenant acme
  af run work --exec ./step.py --slots 50 --lease 1m --approval-hook https://chat.acme.test/hook")]
pub(super) struct Args {
    /// What does a step
    #[arg(long, value_name = "CMD")]
    exec: String,
    /// How many runs it carries out at once
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    slots: u16,
    /// How long others leave its runs alone when nothing is heard of it; renewed meanwhile
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    lease: Duration,
    /// End once nothing is due
    #[arg(long)]
    until_idle: bool,
    /// The name of the worker in what is recorded; host and process if absent
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Meter what the reported tool calls used: tokens and calls, for the workspace and whoever started the run
    #[arg(long)]
    meter: bool,
    /// Post requests for approval to this URL
    #[arg(long, value_name = "URL")]
    approval_hook: Option<String>,
    #[command(flatten)]
    serving: Serving,
}

impl Args {
    pub(super) fn served(&self) -> &Serving {
        &self.serving
    }
}

pub(super) async fn run(args: Args, context: &Context) -> Result<Exit> {
    if args.exec.trim().is_empty() {
        return Err(Error::usage("--exec is empty; name the command that does a step"));
    }
    let hook = args.approval_hook.as_deref().map(hook).transpose()?;
    let store = context.store().await?;
    let name = args.name.unwrap_or_else(default_name);
    let exec = Exec::new(args.exec, context.options.verbose > 0);
    let handler = move |step: StepContext| {
        let exec = exec.clone();
        async move { exec.run(step).await }
    };
    let mut builder = store
        .run_worker(&name)
        .on(StepType::LlmCall, handler.clone())
        .on(StepType::ConnectorAction, handler)
        .slots(args.slots)
        .lease(args.lease)
        .until_idle(args.until_idle)
        .meter_tool_calls(args.meter);
    let mut whose = "all tenants".to_owned();
    if let Some(tenant) = context.options.tenant.as_deref().filter(|it| !it.is_empty()) {
        builder = builder.tenants([context.tenant_id(&store).await?]);
        whose = format!("tenant {tenant}");
    }
    if let Some(hook) = hook {
        builder = builder.approval_hook(hook);
    }
    let _served = args.serving.serve(context, &store, Gauges::Runs).await?;
    context.output.note(&format!("Worker {name} takes runs of {whose}. Ctrl-C stops it."));
    interrupt::is_awaited();
    let stop = CancellationToken::new();
    let worker = builder.build();
    let work = worker.run(stop.clone());
    let asked = async {
        interrupt::asked().await;
        stop.cancel();
        context.output.note("Stopping: running steps have 10 s to end. Ctrl-C ends them at once.");
        std::future::pending::<()>().await;
    };
    let stats = tokio::select! {
        stats = work => stats?,
        () = asked => return Err(Error::Interrupted),
    };
    context.output.show(&stats, sentence)?;
    Ok(Exit::Done)
}

fn hook(url: &str) -> Result<Webhook> {
    let secret = std::env::var(HOOK_SECRET).ok().filter(|secret| !secret.is_empty());
    Ok(Webhook::new(url, secret.map(SecretString::from))?)
}

fn default_name() -> String {
    let named = ["HOSTNAME", "COMPUTERNAME"].iter().find_map(|name| {
        std::env::var(name).ok().filter(|it| !it.is_empty() && it.chars().count() <= 200)
    });
    format!("{}-{}", named.as_deref().unwrap_or("af"), std::process::id())
}

fn sentence(stats: &WorkerStats) -> String {
    let steps = counted(stats.steps, "step", "steps");
    let mut parts = vec![
        format!("{} succeeded", counted(stats.succeeded, "run", "runs")),
        format!("{} failed", stats.failed),
    ];
    for (count, what) in [
        (stats.retries, "put off for another attempt"),
        (stats.held, "waiting for approval"),
        (stats.lost, "lost or canceled"),
        (stats.given_back, "given back"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    format!("Did {steps}: {}.", parts.join(", "))
}
