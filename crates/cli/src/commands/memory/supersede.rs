use agentflow::memory::{Memory, NewMemory};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    embedding,
    text::first_line,
    values::{object, part},
    which::Which,
};
use crate::{context::Context, error::Result, exit::Exit};

/// Put a new memory in the place of an old one
///
/// The old one stays as it was and is not found any more; it knows the one that took its place. The new one has the team, type,
/// agent and user of the old one, and whatever is not told of it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af memory supersede 01998a5d-ac96-774b-bcce-b302099a8057 'Ann prefers coffee' --reason 'said so today'")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// What is remembered from now on
    #[arg(allow_hyphen_values = true)]
    text: String,
    /// Another subject
    #[arg(long)]
    subject: Option<String>,
    /// How much it matters, 1 to 10
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=10))]
    importance: Option<u8>,
    /// How sure it is, 0 to 1
    #[arg(long, value_name = "P", value_parser = part)]
    confidence: Option<f64>,
    /// Other tags, all of them; several with commas
    #[arg(long = "tag", value_name = "TAG", value_delimiter = ',')]
    tags: Option<Vec<String>>,
    /// Other metadata, all of it: a JSON object
    #[arg(long, value_name = "JSON", value_parser = object)]
    metadata: Option<Map<String, Value>>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    embed: embedding::Choice,
}

/// Both of them.
#[derive(Serialize)]
struct Shown {
    old: Memory,
    new: Memory,
}

impl Args {
    fn successor(&self, old: &Memory) -> NewMemory {
        let mut new = NewMemory::new(old.team_id, old.memory_type, self.text.trim());
        new.agent_id = old.agent_id;
        new.user_id = old.user_id;
        new.subject = self.subject.clone().or_else(|| old.subject.clone());
        new.importance = self.importance.unwrap_or(old.importance);
        new.confidence = self.confidence.unwrap_or(old.confidence);
        new.is_pinned = old.is_pinned;
        new.source_type = agentflow::memory::MemorySource::Explicit;
        new.related_to.clone_from(&old.related_to);
        new.tags = self.tags.clone().unwrap_or_else(|| old.tags.clone());
        new.metadata = self.metadata.clone().unwrap_or_else(|| old.metadata.clone());
        new.expires_at = old.expires_at;
        new
    }
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let memories = args.embed.memories(context, &tenant)?;
    let old = args.which.find(&memories).await?;
    let by = context.actor_in(&tenant).await?;
    let new = args.successor(&old);
    let (old, new) = memories.supersede(old.id, new, Some(&args.reason), &by).await?;
    context.output.show(&Shown { old, new }, |Shown { old, new }| {
        let (was, is) = (first_line(&old.content), first_line(&new.content));
        format!("{} (version {}): {is}\ntook the place of {}: {was}", new.id, new.version, old.id)
    })?;
    Ok(Exit::Done)
}
