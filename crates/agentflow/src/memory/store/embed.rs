use agentflow_core::memory::Embedding;

use crate::{
    error::Result,
    memory::{Embedder, settings::embed_all},
};

/// The embedding of one text; none of one that nothing can be made of.
pub(super) async fn embed_one(
    operation: &'static str,
    embedder: &dyn Embedder,
    text: &str,
) -> Result<Option<Embedding>> {
    Ok(embed_all(operation, embedder, &[text]).await?.pop().flatten())
}
