use agentflow::{
    core::{agent::RetrievalWeights, ids::ConversationId},
    memory::{RecallRequest, Recalled},
};

use super::{embedding::embedded, filter::Filter, search::or_otherwise, weights::weights};
use crate::{context::Context, error::Result, exit::Exit, output::counted};

/// Show what an agent would be told before it answers
///
/// The best of what fits the question, is recent, matters, is from the conversation, or is related to what was found, within a
/// budget of tokens. Text is as in the prompt; JSON has the scores too.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af memory recall 'where is my order' --team support --agent ada --user ann@example.com --budget 500")]
pub(super) struct Args {
    /// What is asked; without it, what was used lately and what matters
    #[arg(allow_hyphen_values = true)]
    query: Option<String>,
    #[command(flatten)]
    filter: Filter,
    /// At most so many tokens; by the settings of --agent if absent, else 2000
    #[arg(long, value_name = "TOKENS")]
    budget: Option<u32>,
    /// How much each signal counts, 0 to 1, such as semantic=0.7,recency=0.3; by the settings of --agent if absent
    #[arg(long, value_name = "WEIGHTS", value_parser = weights)]
    weights: Option<RetrievalWeights>,
    /// The conversation that is going on, by id
    #[arg(long, value_name = "ID")]
    conversation: Option<ConversationId>,
    /// Do not count them as read
    #[arg(long)]
    no_touch: bool,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let memories = embedded(context, &tenant)?;
    let filter = args.filter.find(&tenant).await?;
    let mut request = RecallRequest::new(filter, args.query.as_deref().unwrap_or_default());
    request.query.clone_from(&args.query);
    request.budget = args.budget;
    request.weights = args.weights;
    request.conversation = args.conversation;
    request.touch = !args.no_touch;
    let recalled = memories.recall(request).await.map_err(|error| {
        or_otherwise(error, "look for words with `af memory search --mode text`")
    })?;
    let output = &context.output;
    output.show(&recalled, Recalled::to_prompt)?;
    if !output.is_json() {
        if let Some(why) = &recalled.unembedded {
            output.note(&format!("note: {why}"));
        }
        for warning in &recalled.warnings {
            output.warn(&format!("warning: {warning}"));
        }
        let taken = counted(recalled.packed.len(), "memory", "memories");
        let (tokens, budget) = (recalled.tokens, recalled.budget);
        let left = recalled.left_out;
        output.note(&format!("{taken}, about {tokens} of {budget} tokens; {left} left out."));
    }
    Ok(Exit::Done)
}
