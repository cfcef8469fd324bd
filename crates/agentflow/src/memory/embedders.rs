use std::sync::Arc;

use super::{Embedder, HttpEmbedder, HttpEmbedderOptions, LocalEmbedder};
use crate::{
    config::{EmbeddingProvider, EmbeddingSettings},
    error::Result,
};

/// The embedder that the settings ask for.
///
/// Errors: [`Error::InvalidSetting`](crate::Error::InvalidSetting). Nothing is asked of a service yet.
pub fn embedder_from(settings: &EmbeddingSettings) -> Result<Arc<dyn Embedder>> {
    match settings.provider() {
        EmbeddingProvider::Local => Ok(Arc::new(LocalEmbedder::new(settings.dimensions)?)),
        EmbeddingProvider::OpenAi => {
            let options = HttpEmbedderOptions {
                api_key: settings.api_key.clone(),
                // Others refuse what they do not know, and have as many numbers as they have.
                send_dimensions: settings.model.starts_with("text-embedding-3-"),
                batch_size: settings.batch,
                ..HttpEmbedderOptions::new(
                    settings.base_url(),
                    &settings.model,
                    settings.dimensions,
                )
            };
            Ok(Arc::new(HttpEmbedder::new(options)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_decide_on_the_embedder() {
        let local = EmbeddingSettings { dimensions: 256, ..Default::default() };
        let embedder = embedder_from(&local).unwrap();
        assert_eq!((embedder.model(), embedder.dimensions()), ("local-hash-v1", 256));

        let service = EmbeddingSettings {
            base_url: Some("http://127.0.0.1:11434/v1/".to_owned()),
            model: "nomic-embed-text".to_owned(),
            dimensions: 768,
            batch: 32,
            ..Default::default()
        };
        let embedder = embedder_from(&service).unwrap();
        assert_eq!((embedder.model(), embedder.dimensions()), ("nomic-embed-text", 768));
        assert_eq!(embedder.batch_size(), 32);
    }

    #[test]
    fn what_cannot_be_used_is_told_at_once() {
        for url in ["", "127.0.0.1", "ftp://127.0.0.1", "http://ann:pw@127.0.0.1", "http://a/?b"] {
            let settings =
                EmbeddingSettings { base_url: Some(url.to_owned()), ..Default::default() };
            let Err(error) = embedder_from(&settings) else { panic!("{url} was taken") };
            assert!(error.to_string().contains("EMBEDDING_BASE_URL"), "{error}");
        }
    }
}
