use agentflow::memory::{MemoryAt, MemoryId};
use jiff::Timestamp;

use super::{
    text::{Names, indented, json, or_nothing},
    which::missing,
};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    instant::past,
    output::facts,
    who::joined,
};

/// Show a memory as it was at a moment
///
/// Made up from its history, also when it was deleted since: then as it was before that. Exits 1 when it was not there yet.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af memory at 01998a5d-ac96-774b-bcce-b302099a8057 --time 2026-11-01T12:00:00Z
  af memory at 01998a5d-ac96-774b-bcce-b302099a8057 --time 30d")]
pub(super) struct Args {
    /// The memory, by id
    #[arg(value_name = "ID")]
    memory: MemoryId,
    /// When: a time, a day in UTC, or how long ago, such as 30d
    #[arg(long, value_name = "TIME", value_parser = past)]
    time: Timestamp,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let memories = tenant.memories();
    let Some(then) = memories.at(args.memory, args.time).await? else {
        let first = memories.history(args.memory, None, 1).await?;
        let Some(first) = first.first() else {
            return Err(missing(&memories, args.memory).await?);
        };
        let message = format!("the memory `{}` was not there at {}", args.memory, args.time);
        let hint = format!("its history begins at {}", first.at);
        return Err(Error::found("not_found", message).with_hint(hint));
    };
    let memory = &then.memory;
    let names = Names::of(&tenant, memory.team_id, memory.agent_id, memory.user_id).await?;
    context.output.show(&then, |then| text(then, &names))?;
    Ok(Exit::Done)
}

fn text(then: &MemoryAt, names: &Names) -> String {
    let memory = &then.memory;
    let state = if memory.is_pinned { "pinned, " } else { "" };
    let embedding = memory.embedding_model.as_ref().map(|model| {
        format!("{model}, {} dimensions", memory.embedding_dimensions.unwrap_or_default())
    });
    let last = if then.deleted_at.is_some() { ", the last one before it was deleted" } else { "" };
    let [team, agent, user] = names.facts();
    let known = facts(&[
        ("ID", memory.id.to_string()),
        ("Since", format!("{} (change {}{last})", then.as_of, then.seq)),
        ("Deleted", then.deleted_at.map(|it| it.to_string()).unwrap_or_default()),
        ("Type", memory.memory_type.to_string()),
        (
            "Status",
            format!("{state}{}, {}, version {}", memory.status, memory.tier, memory.version),
        ),
        team,
        agent,
        user,
        ("Key", memory.entry_key.clone().unwrap_or_default()),
        ("Subject", memory.subject.clone().unwrap_or_default()),
        ("Tags", joined(&then.tags)),
        ("Importance", format!("{} of 10", memory.importance)),
        ("Confidence", memory.confidence.to_string()),
        ("Source", memory.source_type.to_string()),
        ("Metadata", json(&memory.metadata)),
        ("Embedding", embedding.unwrap_or_default()),
        ("Superseded by", or_nothing(memory.superseded_by)),
        ("Contradicts", joined(&memory.contradicts)),
        ("Related to", joined(&memory.related_to)),
        ("Expires", memory.expires_at.map(|it| it.to_string()).unwrap_or_default()),
    ]);
    format!("{}\n\n{known}", indented(&memory.content))
}
