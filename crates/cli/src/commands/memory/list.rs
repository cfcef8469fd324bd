use agentflow::memory::{MemoryId, MemoryStatus};

use super::{filter::Filter, text::rows};
use crate::{context::Context, error::Result, exit::Exit, output::counted};

/// List memories of a team, oldest first
///
/// Filters are combined. With --agent only what that agent may see, with --user only what is about that user or nobody in
/// particular.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af memory list --team support --type semantic,episodic --min-importance 7
  af memory list --team support --status archived --since 7d
  af memory list --team support --metadata '{\"source\":\"crm\"}' --count")]
pub(super) struct Args {
    #[command(flatten)]
    filter: Filter,
    /// Only these: active, disputed, superseded, archived; active and disputed ones if absent
    #[arg(long = "status", value_name = "STATUS", value_delimiter = ',')]
    statuses: Vec<MemoryStatus>,
    /// At most so many, 1 to 1000
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Only those behind this one
    #[arg(long, value_name = "ID")]
    after: Option<MemoryId>,
    /// Only tell how many there are
    #[arg(long, conflicts_with_all = ["limit", "after"])]
    count: bool,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let filter = args.filter.find_of(&tenant, &args.statuses).await?;
    let memories = tenant.memories();
    if args.count {
        let count = memories.count(&filter).await?;
        let shown = serde_json::json!({ "count": count });
        context.output.show(&shown, |_| format!("{}.", counted(count, "memory", "memories")))?;
        return Ok(Exit::Done);
    }
    let page = memories.list(&filter, args.after, args.limit).await?;
    context.output.show(&page, |page| {
        if page.is_empty() { "There are no such memories.".to_owned() } else { rows(page) }
    })?;
    if page.len() == usize::from(args.limit)
        && let Some(last) = page.last().filter(|_| !context.output.is_json())
    {
        context.output.note(&format!("There may be more: --after {}", last.id));
    }
    Ok(Exit::Done)
}
