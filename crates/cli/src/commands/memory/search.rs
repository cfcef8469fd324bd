use agentflow::{
    core::{agent::RetrievalWeights, ids::ConversationId},
    memory::{Ranking, SearchCursor, SearchMode, SearchPage, SearchRequest},
};

use super::{embedding::embedded, filter::Filter, signals::told, weights::weights};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{Output, counted},
};

/// Find memories by their words and by their meaning
///
/// What only one of both finds is found too, such as a number of an order. The score of each is the sum of five signals: how
/// well it fits (semantic), how lately it was used (recency), how much it matters (importance), whether it is from the
/// conversation (continuity), and whether what it is related to was found (relationship); --explain shows them. With --agent
/// only what that agent may see, with --user only what is about that user or nobody in particular.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af memory search 'what does Ann drink' --team support --agent ada --user ann@example.com
  af memory search 7F-4431-K --team support --mode text
  af memory search refunds --team support --tag policy --min-importance 7 --since 90d --explain
  af memory search refunds --team support --path '$.amount ? (@ > 500)'")]
pub(super) struct Args {
    /// What is asked
    #[arg(allow_hyphen_values = true)]
    query: String,
    #[command(flatten)]
    filter: Filter,
    /// By what they are looked for: hybrid, vector (meaning alone) or text (words alone)
    #[arg(long, default_value = "hybrid")]
    mode: SearchMode,
    /// By what they are put in order: score, or relevance (how well they fit, and nothing else)
    #[arg(long, default_value = "score")]
    rank: Ranking,
    /// How much each signal counts, 0 to 1, such as semantic=0.7,recency=0.3; by the settings of --agent if absent
    #[arg(long, value_name = "WEIGHTS", value_parser = weights)]
    weights: Option<RetrievalWeights>,
    /// The conversation that is going on, by id: what was taken from it scores higher
    #[arg(long, value_name = "ID")]
    conversation: Option<ConversationId>,
    /// Show how each score came about
    #[arg(long)]
    explain: bool,
    /// Do not count them as read
    #[arg(long)]
    no_touch: bool,
    /// How many candidates of each kind are scored, 1 to 1000; four times the limit if absent, at least 200
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pool: Option<u16>,
    /// How thoroughly the index of a promoted tenant is searched, 1 to 1000
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = clap::value_parser!(u16).range(1..=1000))]
    effort: u16,
    /// At most so many, 1 to 100
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=100))]
    limit: u16,
    /// The next page, by what the last one gave
    #[arg(long, value_name = "CURSOR")]
    after: Option<SearchCursor>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    // Whoever looks for words needs no embedder, and is not to fail for one.
    let memories = match args.mode {
        SearchMode::Text => tenant.memories(),
        SearchMode::Hybrid | SearchMode::Vector => embedded(context, &tenant)?,
    };
    let mut request = SearchRequest::new(args.filter.find(&tenant).await?, &args.query);
    request.mode = args.mode;
    request.ranking = args.rank;
    request.weights = args.weights;
    request.conversation = args.conversation;
    request.limit = args.limit;
    request.pool = args.pool;
    request.effort = args.effort;
    request.after = args.after;
    request.touch = !args.no_touch;
    let page = memories
        .search(request)
        .await
        .map_err(|error| or_otherwise(error, "search with --mode text"))?;
    let output = &context.output;
    output.show(&page, |page| text(page, args.explain, output))?;
    if !output.is_json() {
        if let Some(why) = &page.unembedded {
            output.note(&format!("note: {why}"));
        }
        if let Some(next) = &page.next {
            output.note(&format!("There are more: --after {next}"));
        }
    }
    Ok(Exit::Done)
}

/// What another model embedded can still be found by its words.
pub(super) fn or_otherwise(error: agentflow::Error, otherwise: &str) -> Error {
    let is_conflict = matches!(error, agentflow::Error::Conflict { .. });
    let error = Error::from(error);
    if !is_conflict {
        return error;
    }
    error.with_hint(format!(
        "set EMBEDDING_MODEL and EMBEDDING_DIMENSIONS as `af memory settings` shows them, or {otherwise}"
    ))
}

fn text(page: &SearchPage, explains: bool, output: &Output) -> String {
    if page.found.is_empty() {
        return "Nothing was found.".to_owned();
    }
    let found: Vec<_> = page.found.iter().map(|found| told(found, explains, output)).collect();
    let candidates = counted(page.total, "candidate", "candidates");
    format!("{}\n\n{} of {candidates}.", found.join("\n\n"), page.found.len())
}
