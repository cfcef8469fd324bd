use std::{sync::Arc, time::Duration};

use agentflow::{
    SinkSetting, Store,
    audit::{CheckpointPolicy, CheckpointSigner, CheckpointSink, RoundReport},
};

use super::trust::{EarlierKeys, Loaded, Signer};
use crate::{
    context::Context,
    duration::duration,
    error::{Error, Result},
    exit::Exit,
    interrupt,
    metrics::{Gauges, Serving},
    output::counted,
};

/// Take signed checkpoints
///
/// Takes a checkpoint of every tenant with new entries, or of one, and publishes to the sinks whatever they do not have. New
/// entries are verified before they are signed. Exits 1 when a tenant's chain is not right, which is then not signed, and
/// 3 when a sink cannot be reached, which gets everything the next time.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Sinks:
  file:PATH           appended to a file, which should be where the administrator of the database cannot change it
  https://… http://…  posted, signed by AF_AUDIT_WEBHOOK_SECRET as Standard Webhooks are
  stdout              printed, with everything else on stderr

Examples:
  af audit checkpoint --key-file audit.key --sink file:/mnt/worm/checkpoints
  af audit checkpoint --watch --every 10s --entries 1000")]
pub(crate) struct Args {
    #[command(flatten)]
    signer: Signer,
    #[command(flatten)]
    earlier: EarlierKeys,
    /// Where checkpoints go to, may be repeated; by default AF_AUDIT_SINKS
    #[arg(long = "sink", value_name = "SINK", value_parser = |text: &str| text.parse::<SinkSetting>().map_err(|error| error.reason))]
    sinks: Vec<SinkSetting>,
    /// Go on until interrupted, and take one whenever it is due
    #[arg(long)]
    watch: bool,
    /// With --watch: a new entry waits at most so long
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10s", requires = "watch")]
    every: Duration,
    /// With --watch: so many new entries of a tenant do not wait
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..), requires = "watch")]
    entries: u64,
    #[command(flatten)]
    serving: Serving,
}

impl Args {
    pub(super) fn served(&self) -> Option<&Serving> {
        self.watch.then_some(&self.serving)
    }

    fn open_sinks(&self, context: &Context) -> Result<Vec<Arc<dyn CheckpointSink>>> {
        let audit = context.settings()?.audit;
        if self.sinks.is_empty() {
            return Ok(audit.open_sinks()?);
        }
        let secret = audit.webhook_secret.as_ref();
        Ok(self.sinks.iter().map(|sink| sink.open(secret)).collect::<Result<_, _>>()?)
    }
}

fn prints_checkpoints(sinks: &[Arc<dyn CheckpointSink>]) -> bool {
    sinks.iter().any(|sink| sink.name() == "stdout")
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let key = args.signer.key(context)?;
    let signer = key.signer(&args.earlier);
    let sinks = args.open_sinks(context)?;
    let store = context.store().await?;
    if args.watch {
        if context.options.tenant.as_deref().is_some_and(|tenant| !tenant.is_empty()) {
            return Err(Error::usage(
                "--watch takes checkpoints of all tenants; leave --tenant out",
            ));
        }
        let policy = CheckpointPolicy {
            every: args.every,
            entries: args.entries,
            ..CheckpointPolicy::default()
        };
        let _served = args.serving.serve(context, &store, Gauges::Audit).await?;
        return watch(&store, context, (signer, &sinks, policy)).await;
    }
    let only = if context.options.tenant.as_deref().is_none_or(str::is_empty) {
        None
    } else {
        Some(context.tenant_id(&store).await?)
    };
    let taken = store.admin().take_checkpoints(signer, &sinks, only).await;
    let report = taken.map_err(|error| {
        let is_older = is_forgotten(&error.to_string());
        let told = Error::from(error);
        if is_older { told.with_hint(after_restore(&key)) } else { told }
    })?;
    if report.refused.iter().any(|it| is_forgotten(&it.error.to_string())) {
        context.output.note(&after_restore(&key));
    }
    if prints_checkpoints(&sinks) {
        context.output.note(&text(&report));
        return Ok(exit(&report));
    }
    context.output.conclude(&report, exit(&report), text)
}

/// Whether a database lacks what was signed, as one does that an older backup was restored to.
fn is_forgotten(error: &str) -> bool {
    error.contains("the database forgot")
}

/// What to do where nobody tampered with anything.
fn after_restore(key: &Loaded) -> String {
    format!(
        "if an older backup was restored on purpose, move {} away, which remembers what was signed since, and sign again; if this key \
         signs for another database, give each its own; else find out who changed the database",
        key.memory().display()
    )
}

/// A tenant that was refused weighs more than a sink that is away: the next round does not mend it.
fn exit(report: &RoundReport) -> Exit {
    if !report.refused.is_empty() {
        Exit::Found
    } else if report.is_complete() {
        Exit::Done
    } else {
        Exit::Unavailable
    }
}

async fn watch(
    store: &Store,
    context: &Context,
    (signer, sinks, policy): (CheckpointSigner<'_>, &[Arc<dyn CheckpointSink>], CheckpointPolicy),
) -> Result<Exit> {
    // What would fail in the same way for ever is told at once.
    store.admin().audit_lag().await?;
    let to_stderr = prints_checkpoints(sinks);
    let observe = |round: &agentflow::Result<RoundReport>| match round {
        Ok(report) if to_stderr || !context.output.is_json() => context.output.note(&text(report)),
        // Nobody reads any more, or somebody does: both are no reason to end.
        Ok(report) => drop(context.output.json(report)),
        Err(error) => context.output.warn(&format!("no checkpoint was taken: {error}")),
    };
    store.admin().run_checkpointer(signer, sinks, policy, &observe, ended()).await;
    Ok(Exit::Done)
}

async fn ended() {
    interrupt::is_awaited();
    interrupt::asked().await;
}

fn text(report: &RoundReport) -> String {
    let mut lines = Vec::new();
    if report.checkpoints == 0 && report.deleted == 0 {
        lines.push("No chain has new entries.".to_owned());
    } else {
        lines.push(format!(
            "Took {} over {}.",
            counted(report.checkpoints, "checkpoint", "checkpoints"),
            counted(report.entries, "new entry", "new entries")
        ));
    }
    for refusal in &report.refused {
        lines.push(format!("✗ tenant {} is not signed: {}", refusal.tenant_id, refusal.error));
    }
    for sink in &report.sinks {
        match &sink.error {
            None => lines.push(format!(
                "✓ {} was given {}{}",
                sink.name,
                counted(sink.published, "checkpoint", "checkpoints"),
                if sink.restarted { ", from the beginning: what it had is gone" } else { "" }
            )),
            Some(error) => lines.push(format!("✗ {}: {error}", sink.name)),
        }
    }
    lines.join("\n")
}
