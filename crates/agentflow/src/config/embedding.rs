//! What embeds memories.

use agentflow_core::InvalidInput;
use secrecy::SecretString;

use super::{invalid, number};
use crate::error::Result;

/// Where OpenAI is.
const OPENAI: &str = "https://api.openai.com/v1";

/// What makes vectors of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbeddingProvider {
    /// This program, without a model: [`LocalEmbedder`](crate::memory::LocalEmbedder). `local`.
    Local,
    /// OpenAI, or whatever speaks as it does: [`HttpEmbedder`](crate::memory::HttpEmbedder). `openai`.
    OpenAi,
}

impl std::str::FromStr for EmbeddingProvider {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        match text {
            "local" => Ok(Self::Local),
            "openai" => Ok(Self::OpenAi),
            _ => Err(InvalidInput::new("provider", "expected `local` or `openai`")),
        }
    }
}

/// What embeds memories, and what they are asked for by.
#[derive(Debug, Clone)]
pub struct EmbeddingSettings {
    /// What makes the vectors. `EMBEDDING_PROVIDER`; see [`provider`](Self::provider).
    pub provider: Option<EmbeddingProvider>,
    /// The model of a service. `EMBEDDING_MODEL`, by default `text-embedding-3-small`.
    pub model: String,
    /// The key of the service. `EMBEDDING_API_KEY`.
    pub api_key: Option<SecretString>,
    /// Numbers per vector, 1 to 16,000. `EMBEDDING_DIMENSIONS`, by default 1536.
    pub dimensions: u32,
    /// Where the service is, up to `/embeddings`. `EMBEDDING_BASE_URL`, by default where OpenAI is.
    pub base_url: Option<String>,
    /// Texts in one request to the service, 1 to 2048. `EMBEDDING_BATCH`, by default 64.
    pub batch: usize,
}

impl Default for EmbeddingSettings {
    fn default() -> Self {
        Self {
            provider: None,
            model: "text-embedding-3-small".to_owned(),
            api_key: None,
            dimensions: 1536,
            base_url: None,
            batch: 64,
        }
    }
}

impl EmbeddingSettings {
    /// What makes the vectors. Unless it is said, a service if it is said where it is or with what key; else this program, so that
    /// no text leaves it.
    pub fn provider(&self) -> EmbeddingProvider {
        let has_service = self.base_url.is_some() || self.api_key.is_some();
        let default =
            if has_service { EmbeddingProvider::OpenAi } else { EmbeddingProvider::Local };
        self.provider.unwrap_or(default)
    }

    /// Where the service is.
    pub fn base_url(&self) -> &str {
        self.base_url.as_deref().unwrap_or(OPENAI)
    }

    pub(super) fn from_lookup(set: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let mut settings = Self::default();
        if let Some(provider) = set("EMBEDDING_PROVIDER") {
            let parsed = provider.trim().parse();
            settings.provider = Some(
                parsed
                    .map_err(|error: InvalidInput| invalid("EMBEDDING_PROVIDER", &error.reason))?,
            );
        }
        if let Some(model) = set("EMBEDDING_MODEL") {
            settings.model = model;
        }
        settings.api_key = set("EMBEDDING_API_KEY").map(SecretString::from);
        settings.base_url = set("EMBEDDING_BASE_URL");
        settings.dimensions = number(set, "EMBEDDING_DIMENSIONS", settings.dimensions)?;
        if !(1..=16_000).contains(&settings.dimensions) {
            return Err(invalid("EMBEDDING_DIMENSIONS", "expected 1 to 16000"));
        }
        settings.batch = number(set, "EMBEDDING_BATCH", settings.batch)?;
        if !(1..=2048).contains(&settings.batch) {
            return Err(invalid("EMBEDDING_BATCH", "expected 1 to 2048"));
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    fn from(variables: &[(&str, &str)]) -> Result<EmbeddingSettings> {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name);
        let lookup = |name: &str| find(name).map(|(_, value)| (*value).to_owned());
        Config::from_lookup(&lookup).map(|config| config.embedding)
    }

    #[test]
    fn texts_stay_here_unless_a_service_is_named() {
        use EmbeddingProvider::{Local, OpenAi};
        let key = ("EMBEDDING_API_KEY", "sk-1");
        let url = ("EMBEDDING_BASE_URL", "http://127.0.0.1:11434/v1");
        let local = ("EMBEDDING_PROVIDER", "local");
        let openai = ("EMBEDDING_PROVIDER", "openai");
        for (variables, expected) in [
            (&[][..], Local),
            (&[("EMBEDDING_MODEL", "text-embedding-3-large")], Local),
            (&[key], OpenAi),
            (&[url], OpenAi),
            (&[key, url, local], Local),
            (&[openai], OpenAi),
        ] {
            assert_eq!(from(variables).unwrap().provider(), expected, "{variables:?}");
        }
        assert_eq!(from(&[url]).unwrap().base_url(), "http://127.0.0.1:11434/v1");
        assert_eq!(from(&[]).unwrap().base_url(), "https://api.openai.com/v1");
        assert_eq!(from(&[]).unwrap().model, "text-embedding-3-small");
        assert_eq!(from(&[]).unwrap().dimensions, 1536);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (name, value) in [
            ("EMBEDDING_PROVIDER", "cohere"),
            ("EMBEDDING_DIMENSIONS", "0"),
            ("EMBEDDING_DIMENSIONS", "16001"),
            ("EMBEDDING_BATCH", "0"),
            ("EMBEDDING_BATCH", "2049"),
            ("EMBEDDING_BATCH", "many"),
        ] {
            let error = from(&[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
