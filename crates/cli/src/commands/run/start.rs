use std::path::PathBuf;

use agentflow::{
    PrincipalId, Tenant,
    audit::Actor,
    runs::{RunStatus, StartRun, Started, TriggerType},
    workflows::SemVer,
};
use serde_json::{Map, Value, json};

use super::describe;
use crate::{
    commands::{policy::json_of, workflow},
    context::Context,
    error::{Error, Result},
    exit::Exit,
    named,
    wake::wake_workers,
};

/// Start a run of a workflow
///
/// The policies in force are asked first. What they allow waits for a worker (`af run work`), what needs approval waits for
/// people (`af approval list`), and what they deny is not started: exits 1. With --key the same request can be repeated, and
/// starts nothing more.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af run start Refunds --for ann@acme.test
  echo '{\"order\": \"O-1\"}' | af run start Refunds --for billing --input - --key order-O-1
  af run start Refunds --at 1.0.0 --for billing --trigger webhook --trigger-ref 'delivery 77'")]
pub(super) struct Args {
    #[command(flatten)]
    which: workflow::Which,
    /// The version of the workflow; the latest if absent
    #[arg(long, value_name = "VERSION")]
    at: Option<SemVer>,
    /// Who wants it, and cannot approve it: a principal, by id, e-mail or name of a service; the one of --as if absent
    #[arg(long = "for", value_name = "PRINCIPAL")]
    principal: Option<String>,
    /// What the run is given, a JSON object; `-` for stdin; `{}` if absent
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// An idempotency key, unique in the workspace
    #[arg(long)]
    key: Option<String>,
    /// What makes it start: manual, scheduled, incident or webhook
    #[arg(long, value_name = "TYPE", default_value = "manual")]
    trigger: TriggerType,
    /// The same in words
    #[arg(long, value_name = "TEXT")]
    trigger_ref: Option<String>,
    /// What is to be found with it, a JSON object; kept also where contents are not; `-` for stdin
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
}

pub(super) async fn run(args: Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let input = match &args.input {
        Some(path) => json_of(path, "input").await?,
        None => json!({}),
    };
    let metadata = match &args.metadata {
        Some(path) => object(json_of(path, "metadata").await?)?,
        None => Map::new(),
    };
    let (store, tenant) = context.store_and_tenant().await?;
    let workflow = args.which.find(&tenant).await?;
    let version = workflow::version(&tenant, &workflow, args.at.as_ref()).await?;
    let by = context.actor_in(&tenant).await?;
    let start = StartRun {
        workspace_id: workflow.workspace_id,
        workflow_version_id: version.id,
        principal_id: wanted_by(&tenant, args.principal.as_deref(), &by).await?,
        input,
        trigger_type: args.trigger,
        trigger_ref: args.trigger_ref,
        idempotency_key: args.key,
        metadata,
    };
    let started = tenant.runs().start(start, &by).await?;
    wake_workers(&store).await;
    context.output.show(&started, text)?;
    Ok(Exit::Done)
}

async fn wanted_by(tenant: &Tenant, name: Option<&str>, by: &Actor) -> Result<PrincipalId> {
    match (name, by.principal_id()) {
        (Some(name), _) => Ok(named::principal(tenant, name).await?.id),
        (None, Some(id)) => Ok(id),
        (None, None) => Err(Error::usage("nobody is named who wants the run")
            .with_hint("name a principal with --for, or with --as")),
    }
}

fn object(json: Value) -> Result<Map<String, Value>> {
    match json {
        Value::Object(object) => Ok(object),
        _ => Err(Error::found("invalid_input", "metadata: expected an object")),
    }
}

fn text(started: &Started) -> String {
    let told = match (started.is_new, started.run.status) {
        (false, _) => "It was started before, with the same key.",
        (true, RunStatus::WaitingApproval) => {
            "It waits for approval: `af approval list` shows the request."
        }
        (true, _) => "It waits for a worker: `af run work` is one.",
    };
    format!("{}\n\n{told}", describe::run(&started.run))
}
