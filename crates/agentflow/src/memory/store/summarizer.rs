use agentflow_core::clock::Clock;
use futures::{FutureExt, future::BoxFuture};
use serde_json::{Map, Value, json};

use super::{Entry, SummarizeRequest, Summary};
use crate::error::{Error, Result};

/// What [`NoopSummarizer`] says, whatever it is asked.
pub const SUMMARY_PLACEHOLDER: &str = "summarization is not implemented: this is a placeholder; give the store a summarizer of your own";

/// What a summarizer says.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryText {
    /// The summary.
    pub text: String,
    /// What is to be known of it.
    pub metadata: Map<String, Value>,
}

/// Makes summaries: of a language model, say.
///
/// Errors: [`Error::Unavailable`] when it cannot be asked now, and whatever else fits.
///
/// [`Error::Unavailable`]: crate::Error::Unavailable
pub trait Summarizer: Send + Sync {
    /// A summary of `data`, in their order, for the purpose that `context` says.
    fn summarize<'a>(
        &'a self,
        context: &'a str,
        data: &'a [Value],
    ) -> BoxFuture<'a, Result<SummaryText>>;
}

/// Summarizes nothing: always says [`SUMMARY_PLACEHOLDER`].
#[derive(Debug, Clone, Copy, Default)]
pub struct NoopSummarizer;

impl Summarizer for NoopSummarizer {
    fn summarize<'a>(
        &'a self,
        context: &'a str,
        data: &'a [Value],
    ) -> BoxFuture<'a, Result<SummaryText>> {
        let metadata = Map::from_iter([
            ("implementation".to_owned(), json!("placeholder")),
            ("context_bytes".to_owned(), json!(context.len())),
            ("data_count".to_owned(), json!(data.len())),
        ]);
        async move { Ok(SummaryText { text: SUMMARY_PLACEHOLDER.to_owned(), metadata }) }.boxed()
    }
}

/// Summarizes the entries that a request names, and its data behind them.
pub(super) async fn summarize(
    summarizer: &dyn Summarizer,
    clock: &dyn Clock,
    request: SummarizeRequest,
    entries: &[Entry],
) -> Result<Summary> {
    let mut data = Vec::with_capacity(request.keys.len() + request.data.len());
    for key in &request.keys {
        let Some(entry) = entries.iter().find(|entry| entry.key == *key) else {
            return Err(Error::not_found("summarize", format!("entry `{key}`")));
        };
        data.push(entry.data.clone());
    }
    data.extend(request.data);
    let SummaryText { text, metadata } = summarizer.summarize(&request.context, &data).await?;
    Ok(Summary { summary: text, metadata, created_at: clock.now(), degraded: false })
}
