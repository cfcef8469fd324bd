use std::{fmt, net::IpAddr, sync::Arc, time::Duration};

use agentflow_core::InvalidInput;
use futures::future::BoxFuture;
use reqwest::{StatusCode, Url, dns::Resolve, header::HeaderValue};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use super::{
    CheckedKey, KeyChecker, Outcome,
    addresses::{Guarded, System, may_be_asked},
};
use crate::webhook::client_builder;

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
/// environment not used, and what the provider answers is not read. What went wrong is told by its kind only, so that nobody can
/// look around in a network by what they are told.
///
/// Only `https` is used, and only addresses of the internet are asked: neither those of this machine nor of private networks, also
/// when a name leads there. [`with_loopback`](Self::with_loopback) allows this machine. For a provider in a network of your own,
/// write a [`KeyChecker`].
#[derive(Clone)]
pub struct HttpKeyChecker {
    timeout: Duration,
    allows_loopback: bool,
    resolver: Arc<dyn Resolve>,
}

impl fmt::Debug for HttpKeyChecker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpKeyChecker")
            .field("timeout", &self.timeout)
            .field("allows_loopback", &self.allows_loopback)
            .finish_non_exhaustive()
    }
}

impl Default for HttpKeyChecker {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpKeyChecker {
    /// A checker that gives providers ten seconds.
    pub fn new() -> Self {
        let timeout = Duration::from_secs(10);
        Self { timeout, allows_loopback: false, resolver: Arc::new(System) }
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
        let (inner, allows_loopback) = (Arc::clone(&self.resolver), self.allows_loopback);
        let client = client_builder(&request.url)
            .map_err(|error| error.to_string())?
            .dns_resolver(Guarded { inner, allows_loopback })
            .build()
            .map_err(|_| "TLS cannot be set up".to_owned())?;
        let mut call = client.get(request.url).timeout(self.timeout);
        for (name, value) in request.headers {
            call = call.header(name, value);
        }
        let answer = call.send().await;
        Ok(answer.map_err(|error| self.describe(&error))?.status())
    }

    /// What kind of failure it is. Its causes would tell who asks what there is in our network.
    fn describe(&self, error: &reqwest::Error) -> String {
        if error.is_timeout() {
            return format!("no answer within {} s", self.timeout.as_secs_f32());
        }
        if is_of_tls(error) { "TLS failed" } else { "it cannot be reached" }.to_owned()
    }

    fn check_url(&self, url: &Url) -> Result<(), String> {
        let host = url.host_str().unwrap_or_default();
        let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        let name = host.strip_suffix('.').unwrap_or(host);
        let is_loopback = match address {
            Some(address) => address.to_canonical().is_loopback(),
            None => name == "localhost" || name.ends_with(".localhost"),
        };
        if is_loopback && !self.allows_loopback {
            return Err("base_url leads to this machine, which is not asked".to_owned());
        }
        // Names are looked at once they are resolved.
        if address.is_some_and(|it| !may_be_asked(it, self.allows_loopback)) {
            return Err(
                "base_url leads to no address of the internet, so it is not asked".to_owned()
            );
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
                Ok(status @ StatusCode::TOO_MANY_REQUESTS) => Outcome::out_of_quota(format!(
                    "the provider answered {status}: a quota is used up"
                )),
                Ok(status) if status.is_redirection() => {
                    Outcome::error("the provider answered 3xx, which is not followed")
                }
                Ok(status) => {
                    let class = status.as_u16() / 100;
                    Outcome::error(format!("the provider answered {class}xx"))
                }
                Err(reason) => Outcome::error(reason),
            }
        })
    }
}

fn is_of_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    // What an error of input and output holds is not among its causes.
    let held = error.downcast_ref::<std::io::Error>().and_then(|it| it.get_ref());
    error.is::<rustls::Error>()
        || held.is_some_and(|it| is_of_tls(it))
        || error.source().is_some_and(is_of_tls)
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

#[cfg(test)]
mod tests {
    use std::net::{SocketAddr, TcpListener};

    use reqwest::dns::{Addrs, Name, Resolving};
    use secrecy::SecretString;
    use serde_json::json;

    use super::*;

    struct Finds(SocketAddr);

    impl Resolve for Finds {
        fn resolve(&self, _: Name) -> Resolving {
            let found = self.0;
            Box::pin(async move { Ok(Box::new(std::iter::once(found)) as Addrs) })
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_not_asked() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let checker =
            HttpKeyChecker { resolver: Arc::new(Finds(address)), ..HttpKeyChecker::new() };
        let settings =
            json!({ "base_url": format!("https://models.example.com:{}", address.port()) });
        let value = SecretString::from("sk-planted");
        let key = CheckedKey {
            provider_type: "openai",
            settings: settings.as_object().unwrap(),
            value: &value,
        };
        let checker = checker.with_timeout(Duration::from_millis(500));
        assert_eq!(checker.check(key).await, Outcome::error("it cannot be reached"));
        assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    }
}
