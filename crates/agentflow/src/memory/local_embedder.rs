use agentflow_core::{
    InvalidInput,
    memory::{LOCAL_MODEL, hash_features},
};
use futures::{FutureExt, future::BoxFuture};

use super::Embedder;
use crate::error::{Error, Result};

/// How many texts are embedded before others get their turn.
const BATCH: usize = 250;

/// Embeds texts without a model and without a network, always alike: by hashing their words and the trigrams of their
/// characters. Finds what is worded alike, not what means the same. Its model is called `local-hash-v1`.
///
/// ```
/// # async fn example() -> Result<(), agentflow::Error> {
/// use agentflow::memory::{Embedder, LocalEmbedder};
///
/// let embedder = LocalEmbedder::new(1536)?;
/// let vectors = embedder.embed(&["The customer prefers email."]).await?;
/// assert_eq!(vectors[0].len(), 1536);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalEmbedder {
    dimensions: u32,
}

impl LocalEmbedder {
    /// One that makes vectors of so many numbers, 1 to 16,000. With few of them texts look alike by chance: less than 256 are not
    /// worthwhile.
    pub fn new(dimensions: u32) -> Result<Self> {
        if !(1..=16_000).contains(&dimensions) {
            let input = InvalidInput::new("dimensions", "expected 1 to 16000");
            return Err(Error::InvalidSetting(input));
        }
        Ok(Self { dimensions })
    }
}

impl Embedder for LocalEmbedder {
    fn model(&self) -> &str {
        LOCAL_MODEL
    }

    fn dimensions(&self) -> u32 {
        self.dimensions
    }

    fn batch_size(&self) -> usize {
        BATCH
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Vec<f32>>>> {
        async move {
            let mut vectors = Vec::with_capacity(texts.len());
            for (index, text) in texts.iter().enumerate() {
                if index > 0 && index % BATCH == 0 {
                    tokio::task::yield_now().await;
                }
                vectors.push(hash_features(text, self.dimensions as usize));
            }
            Ok(vectors)
        }
        .boxed()
    }
}
