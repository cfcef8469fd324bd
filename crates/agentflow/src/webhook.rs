//! Webhooks: a body is posted to a URL, signed as Standard Webhooks says, and posted again where that may help.

use std::{fmt, sync::Arc, time::Duration};

use agentflow_core::{
    InvalidInput,
    clock::{Clock, SystemClock},
    hash::Sha256,
};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::{Client, ClientBuilder, Response, StatusCode, Url, redirect};
use rustls::{ClientConfig, RootCertStore};
use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, Result};

const POST: &str = "post to a webhook";
/// What secrets begin with in the form that Standard Webhooks gives them; base64 follows.
const SECRET_PREFIX: &str = "whsec_";
/// The longest time that a server may ask us to wait.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How often and how patiently a webhook is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How often a body is posted at most.
    pub attempts: u32,
    /// The time between the first two attempts; it doubles each time.
    pub first_delay: Duration,
    /// How long the server may take to answer.
    pub timeout: Duration,
}

impl Default for Patience {
    /// Five attempts, half a second after the first, ten seconds for each.
    fn default() -> Self {
        Self {
            attempts: 5,
            first_delay: Duration::from_millis(500),
            timeout: Duration::from_secs(10),
        }
    }
}

/// A URL that bodies are posted to.
///
/// With a secret, requests have the headers of [Standard Webhooks](https://www.standardwebhooks.com): `webhook-id`,
/// `webhook-timestamp`, and `webhook-signature`, which is `v1,` and the base64 of the HMAC-SHA-256 of
/// `id.timestamp.body`. Answers 408, 425, 429 and 5xx and failures of the network are tried again; other answers than 2xx
/// are errors at once, redirects as well. Proxies of the environment are not used. `https` trusts the roots of the system;
/// `http` is allowed, and whoever is in between can read it and keep it back, though not change it unseen if there is a
/// secret.
pub struct Webhook {
    url: Url,
    place: String,
    /// Each of them signs. Nothing is signed without any.
    keys: Vec<hmac::Key>,
    client: Client,
    patience: Patience,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Webhook {
    /// A webhook for an `https://` or `http://` URL. The secret is `whsec_` and base64, or any text, whose bytes are used.
    pub fn new(url: &str, secret: Option<SecretString>) -> Result<Self> {
        let url = read_url(url)?;
        let keys = secret.map(|secret| read_secret(&secret)).transpose()?.into_iter().collect();
        let patience = Patience::default();
        let client = client(&url)?;
        Ok(Self { place: place(&url), url, keys, client, patience, clock: Arc::new(SystemClock) })
    }

    /// The same, signed with another secret as well: while secrets are rotated, receivers may know either. The header then has
    /// both signatures, with a blank between them.
    pub fn with_previous_secret(mut self, secret: &SecretString) -> Result<Self> {
        self.keys.push(read_secret(secret)?);
        Ok(self)
    }

    /// The same, tried so often.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// The same, tried once, and given so long at most.
    #[must_use]
    pub(crate) fn once(mut self, longest: Duration) -> Self {
        let timeout = self.patience.timeout.min(longest);
        self.patience = Patience { attempts: 1, timeout, ..self.patience };
        self
    }

    /// The same, with a clock of its own for the time that is signed.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Where it leads to, for people and logs: scheme, host and port, and a few digits that tell one URL of a host from
    /// others. The path is left out, for it is often all that protects a webhook.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Posts a body. `id` is the same for all attempts, so that the receiver can tell a repetition.
    pub async fn post(&self, id: &str, content_type: &str, body: &str) -> Result<()> {
        let mut delay = self.patience.first_delay;
        let mut attempt = 1;
        loop {
            let (reason, wait) = match self.attempt(id, content_type, body).await {
                Ok(response) if response.status().is_success() => return Ok(()),
                Ok(response) if !is_worth_repeating(response.status()) => {
                    let reason = format!("{} answered {}", self.place, response.status());
                    return Err(Error::Conflict { operation: POST, reason });
                }
                Ok(response) => {
                    let reason = format!("{} answered {}", self.place, response.status());
                    (reason, retry_after(&response))
                }
                Err(error) => (format!("{}: {}", self.place, causes(error)), None),
            };
            if attempt >= self.patience.attempts {
                return Err(Error::Unavailable { operation: POST, reason, source: None });
            }
            tracing::debug!(attempt, reason, "a webhook is tried again");
            tokio::time::sleep(wait.unwrap_or(Duration::ZERO).min(LONGEST_WAIT).max(delay)).await;
            delay = delay.saturating_mul(2);
            attempt += 1;
        }
    }

    async fn attempt(
        &self,
        id: &str,
        content_type: &str,
        body: &str,
    ) -> Result<Response, reqwest::Error> {
        let timestamp = self.clock.now().as_second();
        let mut request = self
            .client
            .post(self.url.clone())
            .timeout(self.patience.timeout)
            .header("content-type", content_type)
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp);
        if !self.keys.is_empty() {
            let signed = format!("{id}.{timestamp}.{body}");
            let sign = |key| format!("v1,{}", STANDARD.encode(hmac::sign(key, signed.as_bytes())));
            let signatures: Vec<_> = self.keys.iter().map(sign).collect();
            request = request.header("webhook-signature", signatures.join(" "));
        }
        request.body(body.to_owned()).send().await
    }
}

fn invalid(reason: impl fmt::Display) -> Error {
    Error::InvalidSetting(InvalidInput::new("webhook", reason))
}

fn read_url(text: &str) -> Result<Url> {
    // What is wrong is told without the URL.
    let url: Url =
        text.parse().map_err(|error| invalid(format!("the URL is malformed: {error}")))?;
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
        return Err(invalid("expected a URL that begins with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("a user name or password does not belong in the URL"));
    }
    Ok(url)
}

pub(crate) fn read_secret(secret: &SecretString) -> Result<hmac::Key> {
    let text = secret.expose_secret();
    let bytes = match text.strip_prefix(SECRET_PREFIX) {
        Some(encoded) => STANDARD
            .decode(encoded)
            .map_err(|_| invalid("expected base64 behind whsec_ in the secret"))?,
        None => text.as_bytes().to_vec(),
    };
    if bytes.is_empty() {
        return Err(invalid("the secret is empty"));
    }
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &zeroize::Zeroizing::new(bytes)))
}

fn place(url: &Url) -> String {
    let digits = Sha256::of(&[url.as_str().as_bytes()]).to_string();
    format!("{}#{}", url.origin().ascii_serialization(), &digits[..8])
}

/// A client with our own TLS, so that there is one set of roots and one provider.
fn client(url: &Url) -> Result<Client> {
    client_builder(url)?.build().map_err(|error| invalid(causes(error)))
}

/// The same, to be built: without proxies, and redirects are not followed.
pub(crate) fn client_builder(url: &Url) -> Result<ClientBuilder> {
    let mut roots = RootCertStore::empty();
    if url.scheme() == "https" {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(invalid("the system has no trusted roots, which https needs"));
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(invalid)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(redirect::Policy::none()))
}

/// Whether the same may be answered better a little later.
pub(crate) fn is_worth_repeating(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY
        )
}

/// How long the server asks us to wait. The form with a date is not read.
pub(crate) fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get("retry-after")?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// An error with its causes, without the URL.
pub(crate) fn causes(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_url_of_a_webhook_is_refused_without_repeating_it() {
        for url in ["", "hooks/T0/secret", "ftp://a/secret", "https://ann:secret@a/", "https:///"] {
            let error = Webhook::new(url, None).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_place_tells_urls_apart_and_hides_their_paths() {
        let place = |url: &str| Webhook::new(url, None).unwrap().place().to_owned();
        let one = place("http://hooks.example.com:8080/T0/secret");
        assert!(one.starts_with("http://hooks.example.com:8080#"), "{one}");
        assert_eq!(one.len(), "http://hooks.example.com:8080#".len() + 8);
        assert_ne!(one, place("http://hooks.example.com:8080/T1/secret"));
        assert!(!format!("{:?}", Webhook::new("http://a/secret", None)).contains("secret"));
    }

    #[test]
    fn secrets_are_base64_behind_their_prefix_or_any_text() {
        let new = |secret: &str| Webhook::new("http://a/", Some(SecretString::from(secret)));
        assert!(new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_ok());
        assert!(new("any text").is_ok());
        for secret in ["", "whsec_", "whsec_&&"] {
            assert!(new(secret).is_err(), "{secret}");
        }
    }
}
