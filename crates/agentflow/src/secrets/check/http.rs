use std::{net::IpAddr, time::Duration};

use agentflow_core::InvalidInput;
use futures::future::BoxFuture;
use reqwest::{StatusCode, Url, header::HeaderValue};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use super::{CheckedKey, KeyChecker, Outcome};
use crate::webhook::{causes, client};

const BASE_URL: &str = "base_url";
const API_VERSION: &str = "api_version";

/// Asks providers over HTTP for the list of their models, which every key may read.
///
/// Where a provider is, `base_url` in the settings of a key says, without which it is where everybody finds it: for `openai`,
/// `https://api.openai.com/v1`; for `anthropic`, `https://api.anthropic.com`; for `cohere`, `https://api.cohere.com`.
/// `azure_openai` and all others need it. Whoever is not one of these four is asked as OpenAI is. `api_version` is sent to
/// `azure_openai` and `anthropic`.
///
/// 2xx passes, 401 and 403 fail, and with everything else it cannot be told. Redirects are not followed, proxies of the
/// environment not used, and what the provider answers is not read. Only `https` is used, unless
/// [`with_loopback`](Self::with_loopback) says otherwise.
#[derive(Debug, Clone)]
pub struct HttpKeyChecker {
    timeout: Duration,
    allows_loopback: bool,
}

impl Default for HttpKeyChecker {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpKeyChecker {
    /// A checker that gives providers ten seconds.
    pub fn new() -> Self {
        Self { timeout: Duration::from_secs(10), allows_loopback: false }
    }

    /// The same, which also asks servers on this machine, without encryption. Not for where tenants choose the settings: what is
    /// there is not meant for them.
    #[must_use]
    pub fn with_loopback(mut self) -> Self {
        self.allows_loopback = true;
        self
    }

    /// The same, which gives providers so long.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    async fn ask(&self, key: CheckedKey<'_>) -> Result<StatusCode, String> {
        let request = Request::read(key)?;
        self.check_url(&request.url)?;
        let client = client(&request.url).map_err(|error| error.to_string())?;
        let mut call = client.get(request.url).timeout(self.timeout);
        for (name, value) in request.headers {
            call = call.header(name, value);
        }
        let answer = call.send().await.map_err(|error| {
            if error.is_timeout() {
                return format!("no answer within {} s", self.timeout.as_secs_f32());
            }
            causes(error)
        })?;
        Ok(answer.status())
    }

    fn check_url(&self, url: &Url) -> Result<(), String> {
        let host = url.host_str().unwrap_or_default();
        let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        let is_loopback = host == "localhost" || address.is_some_and(|it| it.is_loopback());
        if is_loopback && !self.allows_loopback {
            return Err("base_url leads to this machine, which is not asked".to_owned());
        }
        if url.scheme() == "https" || is_loopback {
            return Ok(());
        }
        Err("base_url is not https, so the key would be seen on the way".to_owned())
    }
}

impl KeyChecker for HttpKeyChecker {
    fn check<'a>(&'a self, key: CheckedKey<'a>) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            match self.ask(key).await {
                Ok(status) if status.is_success() => Outcome::pass(),
                Ok(status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)) => {
                    Outcome::fail(format!("the provider answered {status}"))
                }
                Ok(status @ StatusCode::TOO_MANY_REQUESTS) => {
                    Outcome::error(format!("the provider answered {status}: a quota is used up"))
                }
                Ok(status) if status.is_redirection() => {
                    Outcome::error(format!("the provider answered {status}, which is not followed"))
                }
                Ok(status) => Outcome::error(format!("the provider answered {status}")),
                Err(reason) => Outcome::error(reason),
            }
        })
    }
}

/// What is sent.
struct Request {
    url: Url,
    headers: Vec<(&'static str, HeaderValue)>,
}

impl Request {
    fn read(key: CheckedKey<'_>) -> Result<Self, String> {
        let (default, path, header) = match key.provider_type {
            "openai" => (Some("https://api.openai.com/v1"), "models", "authorization"),
            "anthropic" => (Some("https://api.anthropic.com"), "v1/models", "x-api-key"),
            "cohere" => (Some("https://api.cohere.com"), "v1/models", "authorization"),
            "azure_openai" => (None, "openai/models", "api-key"),
            _ => (None, "models", "authorization"),
        };
        let base = match text(key.settings, BASE_URL).map_err(|fault| fault.to_string())? {
            Some(base) => base,
            None => default.ok_or_else(|| {
                format!("base_url is not in the settings, which {} needs", key.provider_type)
            })?,
        };
        let mut url = read_url(base).map_err(ToOwned::to_owned)?;
        let joined = format!("{}/{path}", url.path().trim_end_matches('/'));
        url.set_path(&joined);
        let version = text(key.settings, API_VERSION).map_err(|fault| fault.to_string())?;
        let mut headers = vec![(header, credential(header, key)?)];
        match key.provider_type {
            "azure_openai" => {
                url.query_pairs_mut().append_pair("api-version", version.unwrap_or("2024-10-21"));
            }
            "anthropic" => {
                let version = HeaderValue::from_str(version.unwrap_or("2023-06-01"));
                let version = version.map_err(|_| "api_version is no version".to_owned())?;
                headers.push(("anthropic-version", version));
            }
            _ => {}
        }
        Ok(Self { url, headers })
    }
}

fn credential(header: &str, key: CheckedKey<'_>) -> Result<HeaderValue, String> {
    let text = key.value.expose_secret();
    let prefix = if header == "authorization" { "Bearer " } else { "" };
    let mut line =
        secrecy::zeroize::Zeroizing::new(String::with_capacity(prefix.len() + text.len()));
    line.push_str(prefix);
    line.push_str(text);
    let value = HeaderValue::from_str(&line);
    let mut value = value.map_err(|_| "the key has characters that cannot be sent".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

/// Where a provider is, as the settings of a key say.
fn read_url(text: &str) -> Result<Url, &'static str> {
    let url: Url = text.parse().map_err(|_| "base_url is malformed")?;
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
        return Err("base_url does not begin with https:// or http://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a user name or password does not belong in base_url");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("base_url ends before the ?");
    }
    Ok(url)
}

fn text<'a>(settings: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, InvalidInput> {
    match settings.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(InvalidInput::new(format!("settings.{key}"), "expected a text")),
    }
}

/// What is wrong with those settings that are read here.
pub(in crate::secrets) fn check_settings(
    settings: &Map<String, Value>,
) -> Result<(), InvalidInput> {
    text(settings, API_VERSION)?;
    if let Some(url) = text(settings, BASE_URL)? {
        read_url(url).map_err(|reason| InvalidInput::new("settings.base_url", reason))?;
    }
    Ok(())
}
