use std::{fmt, time::Duration};

use agentflow_core::InvalidInput;
use futures::{FutureExt, future::BoxFuture};
use reqwest::{Client, Response, StatusCode, Url, header::HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::error::Category;

use super::Embedder;
use crate::{
    error::{Error, Result},
    webhook::{LONGEST_WAIT, Patience, causes, client_builder, is_worth_repeating, retry_after},
};

const EMBED: &str = "embed texts";
/// What is read of an answer that is an error.
const REFUSAL_BYTES: usize = 16 * 1024;
/// What is told of it.
const REFUSAL_CHARACTERS: usize = 300;
/// What one number of a vector takes in JSON, generously.
const NUMBER_BYTES: usize = 64;
/// How often it is tried again where nobody listens.
const REFUSED: u32 = 2;

/// Which service embeds, with which model, and how it is asked.
#[derive(Debug, Clone)]
pub struct HttpEmbedderOptions {
    /// Where it is, up to `/embeddings`: `https://api.openai.com/v1`, `http://localhost:11434/v1` for Ollama. With `http` whoever is
    /// in between reads the texts, and the key.
    pub base_url: String,
    /// The model, 1 to 255 characters.
    pub model: String,
    /// Numbers per vector, 1 to 16,000.
    pub dimensions: u32,
    /// The key, sent as a bearer token; nothing is sent without one.
    pub api_key: Option<SecretString>,
    /// Whether to ask for so many dimensions, which models with a fixed number may refuse.
    pub send_dimensions: bool,
    /// Texts in one request, 1 to 2048.
    pub batch_size: usize,
    /// How often and how long it is tried.
    pub patience: Patience,
}

impl HttpEmbedderOptions {
    /// Without a key, 64 texts a request, five attempts of a minute each.
    pub fn new(base_url: impl Into<String>, model: impl Into<String>, dimensions: u32) -> Self {
        Self {
            base_url: base_url.into(),
            model: model.into(),
            dimensions,
            api_key: None,
            send_dimensions: false,
            batch_size: 64,
            patience: Patience { timeout: Duration::from_secs(60), ..Patience::default() },
        }
    }
}

/// Has texts embedded by a service that speaks as OpenAI does: `POST {base_url}/embeddings`. So do Ollama, vLLM, LM Studio and
/// others.
///
/// Answers 408, 425, 429 and 5xx and failures of the network are tried again, after as long as the service asks for, 30 s at
/// most; three times and for about a second in all where nobody listens. Other answers than 2xx are errors at once, redirects as
/// well. Proxies of the environment are not used. `https` trusts
/// the roots of the system. The key is shown by nothing, and taken out of what the service says.
pub struct HttpEmbedder {
    url: Url,
    authorization: Option<HeaderValue>,
    client: Client,
    options: HttpEmbedderOptions,
}

impl fmt::Debug for HttpEmbedder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpEmbedder")
            .field("url", &self.url.as_str())
            .field("model", &self.options.model)
            .field("dimensions", &self.options.dimensions)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    input: &'a [&'a str],
    encoding_format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<u32>,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    index: usize,
    embedding: Vec<f32>,
}

#[derive(Deserialize)]
struct Refusal {
    error: Fault,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Fault {
    Object { message: String },
    Text(String),
}

/// Why an attempt came to nothing.
enum Failure {
    /// Trying again may help, after so long at least.
    Passing(String, Option<Duration>),
    /// Nobody listens there: it may be starting.
    Refused(String),
    Lasting(Error),
}

impl HttpEmbedder {
    /// An embedder. Nothing is asked of the service yet.
    pub fn new(options: HttpEmbedderOptions) -> Result<Self> {
        let mut url = read_url(&options.base_url)?;
        let path = format!("{}/embeddings", url.path().trim_end_matches('/'));
        url.set_path(&path);
        if options.model.trim().is_empty()
            || options.model.chars().count() > 255
            || options.model.contains('\0')
        {
            return Err(invalid(
                "EMBEDDING_MODEL",
                "expected 1 to 255 characters, not only blanks",
            ));
        }
        if !(1..=16_000).contains(&options.dimensions) {
            return Err(invalid("EMBEDDING_DIMENSIONS", "expected 1 to 16000"));
        }
        if !(1..=2048).contains(&options.batch_size) {
            return Err(invalid("EMBEDDING_BATCH", "expected 1 to 2048"));
        }
        let authorization = options.api_key.as_ref().map(authorization).transpose()?;
        let client = client_builder(&url)
            .and_then(|builder| builder.build().map_err(|error| invalid("", causes(error))));
        let client = client.map_err(|error| match error {
            Error::InvalidSetting(input) => invalid("EMBEDDING_BASE_URL", input.reason),
            other => other,
        })?;
        Ok(Self { url, authorization, client, options })
    }

    async fn embed_batch(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        let mut delay = self.options.patience.first_delay;
        let mut attempt = 1;
        loop {
            let (reason, wait) = match self.attempt(texts).await {
                Ok(vectors) => return Ok(vectors),
                Err(Failure::Lasting(error)) => return Err(error),
                Err(Failure::Passing(reason, wait)) => (reason, wait),
                Err(Failure::Refused(reason)) => {
                    attempt = attempt.max(self.options.patience.attempts.saturating_sub(REFUSED));
                    (reason, None)
                }
            };
            if attempt >= self.options.patience.attempts {
                let reason = format!("the embedding service {reason}");
                return Err(Error::Unavailable { operation: EMBED, reason, source: None });
            }
            tracing::info!(attempt, reason, "the embedding service is asked again");
            tokio::time::sleep(pause(wait, delay)).await;
            delay = delay.saturating_mul(2);
            attempt += 1;
        }
    }

    async fn attempt(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, Failure> {
        let lost = |error: reqwest::Error| {
            let is_refused = error.is_connect() && !error.is_timeout();
            let reason = format!("{}: {}", self.place(), causes(error));
            if is_refused { Failure::Refused(reason) } else { Failure::Passing(reason, None) }
        };
        let request = Request {
            model: &self.options.model,
            input: texts,
            encoding_format: "float",
            dimensions: self.options.send_dimensions.then_some(self.options.dimensions),
        };
        let body = serde_json::to_vec(&request).map_err(|error| {
            Failure::Lasting(Error::invalid(EMBED)(InvalidInput::new("text", error.to_string())))
        })?;
        let mut call = self
            .client
            .post(self.url.clone())
            .timeout(self.options.patience.timeout)
            .header("content-type", "application/json");
        if let Some(authorization) = &self.authorization {
            call = call.header("authorization", authorization);
        }
        let answer = call.body(body).send().await.map_err(lost)?;
        let status = answer.status();
        if is_worth_repeating(status) {
            let reason = format!("{} answered {status}", self.place());
            return Err(Failure::Passing(reason, retry_after(&answer)));
        }
        if !status.is_success() {
            let (text, _) = read(answer, REFUSAL_BYTES).await.unwrap_or_default();
            return Err(Failure::Lasting(self.refusal(status, &text)));
        }
        let numbers = texts.len() * self.options.dimensions as usize;
        // Whoever sends more does not send what was asked for.
        let most = 2 * numbers * NUMBER_BYTES + 1024 * 1024;
        match read(answer, most).await.map_err(lost)? {
            (text, true) => self.vectors(&text, texts.len()).map_err(Failure::Lasting),
            (_, false) => Err(Failure::Lasting(self.corrupt("it is far too long"))),
        }
    }

    fn vectors(&self, text: &[u8], count: usize) -> Result<Vec<Vec<f32>>> {
        let answer: Answer = serde_json::from_slice(text).map_err(|error| {
            let what = match error.classify() {
                Category::Data => "it is JSON, but not of embeddings: expected `data` with `index` and `embedding`",
                Category::Eof => "it ends in the middle",
                Category::Syntax | Category::Io => "it is not JSON",
            };
            self.corrupt(what)
        })?;
        let mut vectors = vec![None; count];
        for item in answer.data {
            let found = item.embedding.len();
            let Some(place) = vectors.get_mut(item.index).filter(|place| place.is_none()) else {
                let index = item.index;
                let reason = if index < count {
                    format!("it has two vectors with the index {index}")
                } else {
                    format!("{count} texts were sent, and it has a vector with the index {index}")
                };
                return Err(self.corrupt(reason));
            };
            if found != self.options.dimensions as usize {
                let reason = format!(
                    "a vector has {found} dimensions, and {} were expected; set EMBEDDING_DIMENSIONS to what `{}` makes",
                    self.options.dimensions, self.options.model
                );
                return Err(self.corrupt(reason));
            }
            *place = Some(item.embedding);
        }
        let missing = || self.corrupt(format!("{count} texts were sent, and fewer vectors came"));
        vectors.into_iter().collect::<Option<_>>().ok_or_else(missing)
    }

    fn refusal(&self, status: StatusCode, text: &[u8]) -> Error {
        let said = self.said(text);
        let reason = format!("{} answered {status}{said}", self.place());
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                // Some repeat a part of the key there.
                let reason = format!("{} answered {status}; see EMBEDDING_API_KEY", self.place());
                Error::Denied { operation: EMBED, reason }
            }
            StatusCode::NOT_FOUND => {
                let what = format!(
                    "model `{}` at {} ({reason}; check EMBEDDING_BASE_URL and EMBEDDING_MODEL)",
                    self.options.model, self.url
                );
                Error::NotFound { operation: EMBED, what }
            }
            StatusCode::BAD_REQUEST
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNPROCESSABLE_ENTITY => {
                Error::invalid(EMBED)(InvalidInput::new("text", reason))
            }
            status if status.is_redirection() => {
                let reason = format!(
                    "{reason}, which is not followed; set EMBEDDING_BASE_URL to where it leads"
                );
                Error::Unsupported { operation: EMBED, reason }
            }
            _ => Error::Unsupported { operation: EMBED, reason },
        }
    }

    /// What the service says is wrong, without the key, in one line and cut short.
    fn said(&self, text: &[u8]) -> String {
        let Ok(refusal) = serde_json::from_slice::<Refusal>(text) else { return String::new() };
        let mut message = match refusal.error {
            Fault::Object { message } | Fault::Text(message) => message,
        };
        if let Some(key) = &self.options.api_key {
            message = message.replace(key.expose_secret(), "***");
        }
        let printable = message.chars().map(|it| if it.is_control() { ' ' } else { it });
        format!(": {}", printable.take(REFUSAL_CHARACTERS).collect::<String>())
    }

    fn corrupt(&self, reason: impl Into<String>) -> Error {
        let what = format!("the answer of {}", self.place());
        Error::Corrupt { operation: EMBED, what, reason: reason.into() }
    }

    fn place(&self) -> String {
        self.url.origin().ascii_serialization()
    }
}

impl Embedder for HttpEmbedder {
    fn model(&self) -> &str {
        &self.options.model
    }

    fn dimensions(&self) -> u32 {
        self.options.dimensions
    }

    fn batch_size(&self) -> usize {
        self.options.batch_size
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Vec<f32>>>> {
        async move {
            let mut vectors = Vec::with_capacity(texts.len());
            for batch in texts.chunks(self.options.batch_size) {
                vectors.extend(self.embed_batch(batch).await?);
            }
            Ok(vectors)
        }
        .boxed()
    }
}

/// As long as the service asks for, but not for ever, and never less than our own.
fn pause(asked: Option<Duration>, delay: Duration) -> Duration {
    asked.unwrap_or(Duration::ZERO).min(LONGEST_WAIT).max(delay)
}

/// So much of it at most, and whether that is all.
async fn read(mut answer: Response, most: usize) -> Result<(Vec<u8>, bool), reqwest::Error> {
    let mut text = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if text.len() + chunk.len() > most {
            return Ok((text, false));
        }
        text.extend_from_slice(&chunk);
    }
    Ok((text, true))
}

fn authorization(key: &SecretString) -> Result<HeaderValue> {
    let key = key.expose_secret();
    let mut line =
        secrecy::zeroize::Zeroizing::new(String::with_capacity("Bearer ".len() + key.len()));
    line.push_str("Bearer ");
    line.push_str(key);
    let value = HeaderValue::from_str(&line);
    let mut value =
        value.map_err(|_| invalid("EMBEDDING_API_KEY", "it has characters that cannot be sent"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn invalid(name: &str, reason: impl Into<String>) -> Error {
    Error::InvalidSetting(InvalidInput::new(name, reason.into()))
}

fn read_url(text: &str) -> Result<Url> {
    // What is wrong is told without the URL.
    let invalid = |reason: &str| invalid("EMBEDDING_BASE_URL", reason);
    let url: Url =
        text.parse().map_err(|_| invalid("expected a URL, such as https://api.openai.com/v1"))?;
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
        return Err(invalid("expected a URL that begins with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("a user name or password does not belong in it"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("expected one that ends before the ?"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_waited_for_as_long_as_it_asks_but_not_for_ever() {
        let second = Duration::from_secs(1);
        assert_eq!(pause(None, second), second);
        assert_eq!(pause(Some(3 * second), second), 3 * second);
        assert_eq!(pause(Some(Duration::ZERO), second), second);
        assert_eq!(pause(Some(3600 * second), second), LONGEST_WAIT);
        assert_eq!(pause(None, 60 * second), 60 * second);
    }
}
