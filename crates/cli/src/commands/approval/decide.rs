use std::path::PathBuf;

use agentflow::{
    approvals::{ApprovalRequestId, ApprovalStatus, Choice, Decide, Decided},
    core::{canonical, hash::Sha256},
};
use serde_json::{Map, Value};

use super::progress;
use crate::{
    commands::agent::file,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    wake::wake_workers,
};

/// Approve as the principal that --as names
///
/// The first to approve may change what is approved, with --payload; the difference is kept. With --seen nothing is approved but
/// what was looked at.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af approval approve 0197d2c1-8f3e-7c44-9a61-2f6d1c0b7e55 --as bea@acme.test
  af approval approve 0197d2c1-8f3e-7c44-9a61-2f6d1c0b7e55 --as bea@acme.test --payload less.json --reason 'half of it'")]
pub(super) struct Approve {
    #[command(flatten)]
    decision: Decision,
    /// What is approved instead, a JSON object; `-` for stdin
    #[arg(long, value_name = "FILE")]
    payload: Option<PathBuf>,
}

/// Reject as the principal that --as names
///
/// One rejection settles the request, and the run fails.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af approval reject 0197d2c1-8f3e-7c44-9a61-2f6d1c0b7e55 --as bea@acme.test --reason 'not this quarter'")]
pub(super) struct Reject {
    #[command(flatten)]
    decision: Decision,
}

/// What every decision has.
#[derive(Debug, clap::Args)]
struct Decision {
    /// The request, by id
    id: ApprovalRequestId,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The digest of the payload that was looked at: refused if it is another one by now
    #[arg(long, value_name = "SHA256", value_parser = Sha256::from_hex)]
    seen: Option<Sha256>,
}

pub(super) async fn approve(args: Approve, context: &Context) -> Result<Exit> {
    check_actor(context)?;
    let payload = match &args.payload {
        Some(path) => Some(object(path).await?),
        None => None,
    };
    decide(args.decision, Choice::Approve { payload }, context).await
}

pub(super) async fn reject(args: Reject, context: &Context) -> Result<Exit> {
    check_actor(context)?;
    decide(args.decision, Choice::Reject, context).await
}

/// The user of the system is nobody in the tenant.
fn check_actor(context: &Context) -> Result<()> {
    context.tenant_name(None)?;
    if context.options.acts_as.is_some() {
        return Ok(());
    }
    Err(Error::usage("nobody is named who decides")
        .with_hint("add --as PRINCIPAL, or set AF_ACTOR"))
}

async fn decide(decision: Decision, choice: Choice, context: &Context) -> Result<Exit> {
    let (store, tenant) = context.store_and_tenant().await?;
    let actor = context.actor_in(&tenant).await?;
    let by = actor.principal_id().ok_or_else(|| Error::usage("--as names no principal"))?;
    let Decision { id, reason, seen } = decision;
    let decide = Decide { by, choice, reason, seen };
    let decided = tenant.approvals().decide(id, &decide, &actor).await?;
    wake_workers(&store).await;
    context.output.show(&decided, text)?;
    Ok(Exit::Done)
}

async fn object(path: &std::path::Path) -> Result<Map<String, Value>> {
    let document = file::read(path).await?;
    match canonical::from_str(&document.text, "payload") {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => {
            let fault = agentflow::core::InvalidInput::new("payload", "expected an object");
            Err(document.refused(&fault.into()))
        }
        Err(fault) => Err(document.refused(&fault.into())),
    }
}

fn text(decided: &Decided) -> String {
    match decided.status {
        ApprovalStatus::Approved => "Approved; the run goes on.".to_owned(),
        ApprovalStatus::Rejected => "Rejected; the run has failed.".to_owned(),
        _ => {
            let progress = progress(decided.approvals, decided.required);
            format!("Approved by {progress}; the run still waits.")
        }
    }
}
