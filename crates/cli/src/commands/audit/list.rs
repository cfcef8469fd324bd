use agentflow::audit::{AuditEntry, AuditFilter};

use super::filter::Filter;
use crate::{context::Context, error::Result, exit::Exit, output::table};

/// List entries, newest first
///
/// Filters are combined. The next page begins before the last entry of this one.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af audit list --tenant acme --action run.failed --since 2026-11-01
  af audit list --tenant acme --before 4711")]
pub(crate) struct Args {
    #[command(flatten)]
    filter: Filter,
    /// At most so many, 1 to 10000
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    limit: u16,
    /// Only entries before this position in the chain
    #[arg(long, value_name = "SEQ")]
    before: Option<i64>,
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let store = context.store().await?;
    let tenant = store.tenant(context.tenant_id(&store).await?);
    let filter = AuditFilter { before_seq: args.before, ..args.filter.into() };
    let entries = tenant.audit().list(&filter, args.limit).await?;
    context.output.show(&entries, |entries| list(entries))?;
    if entries.len() == usize::from(args.limit)
        && let Some(last) = entries.last().filter(|last| last.seq > 1 && !context.output.is_json())
    {
        context.output.note(&format!("There may be more: --before {}", last.seq));
    }
    Ok(Exit::Done)
}

fn list(entries: &[AuditEntry]) -> String {
    if entries.is_empty() {
        return "There is no such entry.".to_owned();
    }
    let shown = |value: &Option<String>| value.clone().unwrap_or_default();
    let pair = |one: &Option<String>, other: &Option<String>| match (one, other) {
        (Some(one), Some(other)) => format!("{one}:{other}"),
        (one, other) => shown(if one.is_some() { one } else { other }),
    };
    let rows = entries.iter().map(|entry| {
        vec![
            entry.seq.to_string(),
            entry.occurred_at.map(|at| format!("{at:.0}")).unwrap_or_default(),
            shown(&entry.action),
            pair(&entry.actor_type, &entry.actor_id),
            pair(&entry.resource_type, &entry.resource_id),
            shown(&entry.status),
        ]
    });
    table(&["SEQ", "WHEN", "ACTION", "ACTOR", "RESOURCE", "STATUS"], rows)
}
