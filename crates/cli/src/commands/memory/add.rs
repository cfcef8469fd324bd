use agentflow::memory::{Added, Memory};
use serde::Serialize;

use super::{
    embedding, load,
    search::or_otherwise,
    text::{Names, whole},
    values::Values,
};
use crate::{context::Context, error::Result, exit::Exit};

/// Remember something, or everything in a file
///
/// The same text of the same team, type, agent and user is one memory: adding it again changes nothing, and says so. With
/// --file every passage is a memory: it reads files of any size, can be interrupted and run again, and exits 1 when passages
/// were refused. A line of JSON may have every field of a memory (`content`, `memory_type`, `agent_id`, `user_id`, `subject`,
/// `importance`, `confidence`, `is_pinned`, `source_type`, `tags`, `metadata`, `expires_at` …); what it leaves out is as the
/// options say.
///
/// Memories are embedded as EMBEDDING_PROVIDER, EMBEDDING_MODEL and EMBEDDING_DIMENSIONS say; without a key or an address, by a
/// model that is built in.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["text", "file"]))]
#[command(after_long_help = "\
Examples:
  af memory add 'Ann prefers tea' --team support --type user_profile --user ann@example.com
  af memory add 'Refunds above 500 need approval' --team support --importance 9 --pin --tag refunds,policy
  af memory add --file handbook.txt --team support --tag handbook
  zcat facts.jsonl.gz | af memory add --file - --split jsonl --team support")]
pub(super) struct Args {
    /// What is remembered
    #[arg(value_name = "TEXT", allow_hyphen_values = true)]
    text: Option<String>,
    #[command(flatten)]
    source: load::Source,
    #[command(flatten)]
    values: Values,
    #[command(flatten)]
    embed: embedding::Choice,
}

/// A memory that was added.
#[derive(Serialize)]
struct Shown {
    /// Whether it was made now.
    created: bool,
    #[serde(flatten)]
    memory: Memory,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let file = args.source.file.as_deref();
    let input = file.map(load::open).transpose()?;
    let tenant = context.tenant().await?;
    let memories = args.embed.memories(context, &tenant)?;
    let text = args.text.as_deref().unwrap_or_default();
    let template = args.values.memory(&tenant, text).await?;
    let by = context.actor_in(&tenant).await?;
    if let (Some(path), Some(input)) = (file, input) {
        let target = load::Target { memories, template, by };
        return load::run(&args.source, path, input, target, context).await;
    }
    let Added { memory, created } = memories.add(template, &by).await.map_err(|error| {
        or_otherwise(error, "embed them all anew with `af memory reindex --embed`")
    })?;
    let names = Names::of_memory(&tenant, &memory).await?;
    context.output.show(&Shown { created, memory }, |Shown { created, memory }| {
        let what = if *created { "Added" } else { "Known already:" };
        format!("{what} {}.\n\n{}", memory.id, whole(memory, &names))
    })?;
    Ok(Exit::Done)
}
