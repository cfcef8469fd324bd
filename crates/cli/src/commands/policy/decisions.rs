use std::path::PathBuf;

use agentflow::policies::{DecisionCursor, DecisionRow, PolicyDecisionId};

use super::simulate::json_of;
use crate::{
    context::Context,
    error::Result,
    exit::Exit,
    named,
    output::{facts, table},
    plain,
};

/// List what policies decided, newest first
#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Only of this workspace, by name or id
    #[arg(long)]
    workspace: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Those before this one, by id
    #[arg(long, value_name = "ID")]
    before: Option<PolicyDecisionId>,
}

/// Make a decision once more, and compare
///
/// The same versions of the policies are asked about the same. Names whatever differs: effects, reasons, texts of policies. Exits 1
/// when something does.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af policy replay 0197d2c1-8f3e-7c44-9a61-2f6d1c0b7e55
  af policy replay 0197d2c1-8f3e-7c44-9a61-2f6d1c0b7e55 --input input.json")]
pub(super) struct Replay {
    /// The decision, by id
    id: PolicyDecisionId,
    /// What the run was given, JSON, where the workspace does not keep it; `-` for stdin
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
}

pub(super) async fn list(args: &List, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let workspace = named::workspace_id(&tenant, args.workspace.as_deref()).await?;
    let policies = tenant.policies();
    let after = match args.before {
        Some(id) => policies.get_decision(id).await?.as_ref().map(DecisionCursor::from),
        None => None,
    };
    let decisions = policies.decisions(workspace, after, args.limit).await?;
    context.output.show(&decisions, |decisions| text(decisions))?;
    Ok(Exit::Done)
}

pub(super) async fn replay(args: &Replay, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let input = match &args.input {
        Some(path) => Some(json_of(path, "input").await?),
        None => None,
    };
    let replay = context.tenant().await?.policies().replay(args.id, input).await?;
    let output = &context.output;
    let exit = if replay.same { Exit::Done } else { Exit::Found };
    output.conclude(&replay, exit, |replay| {
        if replay.same {
            let told = format!("✓ {} again, for the same reasons", replay.decision.effect);
            return output.good(&told);
        }
        let lines =
            replay.differences.iter().map(|it| output.bad(&format!("✗ {}", plain::word(it))));
        lines.collect::<Vec<_>>().join("\n")
    })
}

pub(super) fn describe(decision: &DecisionRow) -> String {
    let asked: Vec<_> = decision
        .policies
        .iter()
        .map(|it| format!("{} {}: {}", it.answer.name, it.answer.version, it.answer.effect))
        .collect();
    facts(&[
        ("Effect", decision.effect.to_string()),
        ("Because", decision.reasons.join("; ")),
        ("Asked", asked.join(", ")),
        ("Digest", decision.input_digest.to_string()),
        ("ID", decision.id.to_string()),
    ])
}

fn text(decisions: &[DecisionRow]) -> String {
    if decisions.is_empty() {
        return "Nothing was decided yet.".to_owned();
    }
    let rows = decisions.iter().map(|it| {
        vec![
            format!("{:.0}", it.created_at),
            it.effect.to_string(),
            it.reasons.first().cloned().unwrap_or_default(),
            it.id.to_string(),
        ]
    });
    table(&["WHEN", "EFFECT", "BECAUSE", "ID"], rows)
}
