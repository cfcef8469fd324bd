use agentflow::memory::{MemoryChange, MemoryId};
use serde_json::{Map, Value};

use super::{
    embedding,
    text::{Names, whole},
    values::{object, part},
    which::Which,
};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    instant::End,
};

/// Change a memory, and say why
///
/// What is not told stays. With another text it is embedded anew, and its version goes up; to keep the old one beside the new
/// one there is `af memory supersede`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af memory update 01998a5d-ac96-774b-bcce-b302099a8057 --importance 9 --reason 'asked for twice'
  af memory update 01998a5d-ac96-774b-bcce-b302099a8057 --text 'Ann prefers coffee' --reason 'said so today'")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// Another text
    #[arg(long, allow_hyphen_values = true)]
    text: Option<String>,
    /// Another subject
    #[arg(long)]
    subject: Option<String>,
    /// No subject any more
    #[arg(long, conflicts_with = "subject")]
    no_subject: bool,
    /// How much it matters, 1 to 10
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=10))]
    importance: Option<u8>,
    /// How sure it is, 0 to 1
    #[arg(long, value_name = "P", value_parser = part)]
    confidence: Option<f64>,
    /// Other metadata, all of it: a JSON object
    #[arg(long, value_name = "JSON", value_parser = object)]
    metadata: Option<Map<String, Value>>,
    /// Other memories that it has to do with, all of them, by id; several with commas
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    related: Option<Vec<MemoryId>>,
    #[command(flatten)]
    end: End,
    /// It never ends any more
    #[arg(long, conflicts_with_all = ["expires_at", "expires_in"])]
    no_expiry: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    embed: embedding::Choice,
}

impl Args {
    fn change(&self) -> MemoryChange {
        MemoryChange {
            content: self.text.clone(),
            subject: match &self.subject {
                Some(subject) => Some(Some(subject.clone())),
                None => self.no_subject.then_some(None),
            },
            importance: self.importance,
            confidence: self.confidence,
            metadata: self.metadata.clone(),
            related_to: self.related.clone(),
            expires_at: match self.end.at() {
                Some(at) => Some(Some(at)),
                None => self.no_expiry.then_some(None),
            },
        }
    }
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let change = args.change();
    if change == MemoryChange::default() {
        let hint = "say what, as in --importance 9; see `af memory update --help`";
        return Err(Error::usage("nothing is to be changed").with_hint(hint));
    }
    let tenant = context.tenant().await?;
    let memories = args.embed.memories(context, &tenant)?;
    let before = args.which.find(&memories).await?;
    let by = context.actor_in(&tenant).await?;
    let after = memories.update(before.id, change, Some(&args.reason), &by).await?;
    let names = Names::of_memory(&tenant, &after).await?;
    context.output.show(&after, |after| {
        let what = if before == *after { "is so already" } else { "was changed" };
        format!("The memory {} {what}.\n\n{}", after.id, whole(after, &names))
    })?;
    Ok(Exit::Done)
}
