use futures::future::BoxFuture;

use crate::error::Result;

/// Makes vectors of texts.
///
/// Errors: [`Error::Unavailable`] when it cannot be asked now; [`Error::Denied`] when it refuses; [`Error::InvalidInput`] for
/// what it cannot embed; [`Error::Corrupt`] for an answer that is none, such as one with another number of dimensions.
///
/// [`Error::Unavailable`]: crate::Error::Unavailable
/// [`Error::Denied`]: crate::Error::Denied
/// [`Error::InvalidInput`]: crate::Error::InvalidInput
/// [`Error::Corrupt`]: crate::Error::Corrupt
pub trait Embedder: Send + Sync {
    /// The name of the model, 1 to 255 characters. Vectors of different models are never compared.
    fn model(&self) -> &str;

    /// Numbers per vector.
    fn dimensions(&self) -> u32;

    /// How many texts are best given at once.
    fn batch_size(&self) -> usize;

    /// One vector for each text, in their order.
    fn embed<'a>(&'a self, texts: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Vec<f32>>>>;
}
