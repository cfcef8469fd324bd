use std::path::{Path, PathBuf};

use agentflow::{
    Tenant,
    core::canonical,
    policies::{AdHoc, Decision, PolicyEffect, Question},
    workflows::SemVer,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::decisions::describe;
use crate::{
    commands::{agent::file, workflow},
    context::Context,
    error::Result,
    exit::Exit,
    instant::instant,
    named,
    output::facts,
};

/// What policies are asked about.
#[derive(Debug, clap::Args)]
pub(super) struct Asked {
    /// Where the run is to be: the workspace, by name or id
    #[arg(long)]
    workspace: String,
    /// What is to run: the workflow, by name or id; without one the risk is high
    #[arg(long)]
    workflow: Option<String>,
    /// The version of the workflow; the latest if absent
    #[arg(long, value_name = "VERSION", requires = "workflow")]
    at: Option<SemVer>,
    /// Who wants it: a principal, by id, e-mail or name of a service
    #[arg(long = "for", value_name = "PRINCIPAL")]
    principal: String,
    /// What the run is given, JSON; `-` for stdin; `{}` if absent
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
}

/// See what the policies in force would decide
///
/// Nothing is stored, and nothing recorded. Exits 0 whatever they say.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af policy simulate --workspace Finance --workflow Refunds --for ann@acme.test
  echo '{\"amount\": 900}' | af policy simulate --workspace Finance --for bot --input - --with budget.rego")]
pub(super) struct Args {
    #[command(flatten)]
    asked: Asked,
    /// When, for policies that look at the time; now if absent
    #[arg(long = "time", value_name = "TIME", value_parser = instant)]
    time: Option<Timestamp>,
    /// Ask this text instead of the policies in force; may be repeated
    #[arg(long = "with", value_name = "FILE")]
    with: Vec<PathBuf>,
}

/// Ask the policies in force, and store and record what they decide
///
/// What the run is given is stored where the workspace keeps contents, all else they were asked about always. Exits 1 when they deny.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af policy decide --workspace Finance --workflow Refunds --for ann@acme.test")]
pub(super) struct Decide {
    #[command(flatten)]
    asked: Asked,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let mut tried = Vec::new();
    for path in &args.with {
        let document = file::read(path).await?;
        tried.push(AdHoc { name: document.name, rego: document.text });
    }
    let (tenant, question) = question(&args.asked, args.time, context).await?;
    let instead = (!tried.is_empty()).then_some(&tried[..]);
    let decision = tenant.policies().simulate(&question, instead).await?;
    context.output.show(&decision, text)?;
    Ok(Exit::Done)
}

pub(super) async fn decide(args: &Decide, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let (tenant, question) = question(&args.asked, None, context).await?;
    let by = context.actor_in(&tenant).await?;
    let decision = tenant.policies().decide(&question, None, &by).await?;
    let exit = if decision.effect == PolicyEffect::Deny { Exit::Found } else { Exit::Done };
    context.output.conclude(&decision, exit, describe)
}

async fn question(
    asked: &Asked,
    time: Option<Timestamp>,
    context: &Context,
) -> Result<(Tenant, Question)> {
    let input = match &asked.input {
        Some(path) => json_of(path, "input").await?,
        None => json!({}),
    };
    let tenant = context.tenant().await?;
    let workspace_id = named::workspace(&tenant, &asked.workspace).await?.id;
    let principal_id = named::principal(&tenant, &asked.principal).await?.id;
    let workflow_version_id = match &asked.workflow {
        Some(name) => {
            let workflow = workflow::by_name(&tenant, name, Some(&asked.workspace)).await?;
            Some(workflow::version(&tenant, &workflow, asked.at.as_ref()).await?.id)
        }
        None => None,
    };
    Ok((tenant, Question { workspace_id, workflow_version_id, principal_id, input, time }))
}

pub(crate) async fn json_of(path: &Path, root: &str) -> Result<Value> {
    let document = file::read(path).await?;
    canonical::from_str(&document.text, root).map_err(|fault| document.refused(&fault.into()))
}

fn text(decision: &Decision) -> String {
    let asked: Vec<_> = decision
        .policies
        .iter()
        .map(|it| format!("{} {}: {}", it.name, it.version, it.effect))
        .collect();
    facts(&[
        ("Effect", decision.effect.to_string()),
        ("Because", decision.reasons.join("; ")),
        ("Asked", asked.join(", ")),
        ("Digest", decision.input_digest.to_string()),
    ])
}
