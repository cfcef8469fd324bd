//! The memory that a command is about.

use agentflow::memory::{LogAction, Memories, Memory, MemoryId};

use crate::error::{Error, Result};

/// A memory that is there.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// The memory, by id
    #[arg(value_name = "ID")]
    pub(super) memory: MemoryId,
}

impl Which {
    pub(super) async fn find(&self, memories: &Memories) -> Result<Memory> {
        find(memories, self.memory).await
    }
}

/// The memory with this id, or an error that tells what became of it.
pub(super) async fn find(memories: &Memories, id: MemoryId) -> Result<Memory> {
    match memories.get(id).await? {
        Some(found) => Ok(found),
        None => Err(missing(memories, id).await?),
    }
}

/// One that is not there, or not any more.
pub(super) async fn missing(memories: &Memories, id: MemoryId) -> Result<Error> {
    let last = last_change(memories, id).await?;
    if last == Some(LogAction::Deleted) {
        let message = format!("the memory `{id}` was deleted");
        let hint = format!(
            "`af memory history {id}` tells by whom and why, and `af memory at {id} --time TIME` what it was"
        );
        return Ok(Error::found("not_found", message).with_hint(hint));
    }
    let message = format!("there is no memory `{id}`");
    Ok(Error::found("not_found", message)
        .with_hint("`af memory list --team TEAM` shows all of them"))
}

async fn last_change(memories: &Memories, id: MemoryId) -> Result<Option<LogAction>> {
    let mut last = None;
    loop {
        let after = last.map(|(seq, _)| seq);
        let page = memories.history(id, after, crate::pages::PAGE).await?;
        let is_last = page.len() < usize::from(crate::pages::PAGE);
        last = page.last().map(|entry| (entry.seq, entry.action)).or(last);
        if is_last {
            return Ok(last.map(|(_, action)| action));
        }
    }
}
