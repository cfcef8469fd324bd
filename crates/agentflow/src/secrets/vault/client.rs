use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use agentflow_core::clock::Clock;
use reqwest::{
    Response, StatusCode, Url,
    header::{CONTENT_TYPE, HeaderValue},
    redirect,
};
use rustify::Endpoint;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use tokio::task::AbortHandle;
use zeroize::Zeroizing;

use super::{
    error::{Complaints, refusal},
    session::Sessions,
    settings::{VaultAuth, VaultOptions, invalid},
};
use crate::error::{Error, Result};

/// The longest answer that is read, in bytes. A secret is at most 1 MiB; lists of names are longer.
const MAX_ANSWER: usize = 16 << 20;

/// A connection to a server. Clones share the login. Nothing is sent before the first call.
#[derive(Clone)]
pub(in crate::secrets) struct Client(pub(super) Arc<Inner>);

pub(super) struct Inner {
    http: reqwest::Client,
    origin: String,
    namespace: Option<HeaderValue>,
    timeout: Duration,
    pub(super) auth: VaultAuth,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) sessions: Sessions,
    /// What renews the token while nobody calls.
    pub(super) keeper: Mutex<Option<AbortHandle>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        let keeper = self.keeper.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(keeper) = keeper.take() {
            keeper.abort();
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("origin", &self.0.origin).finish_non_exhaustive()
    }
}

/// What the server answered, wiped when it is dropped.
pub(in crate::secrets) struct Answer {
    pub(in crate::secrets) status: StatusCode,
    body: Zeroizing<Vec<u8>>,
    place: String,
}

impl Answer {
    /// Where it came from: the address and the path.
    pub(in crate::secrets) fn place(&self) -> &str {
        &self.place
    }

    /// Reads it. What is wrong with it is told without any part of it.
    pub(in crate::secrets) fn read<T: DeserializeOwned>(
        &self,
        operation: &'static str,
    ) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| Error::Corrupt {
            operation,
            what: format!("the answer of {}", self.place),
            reason: format!("it is not what the API promises (at column {})", error.column()),
        })
    }

    /// Reads it, if it has this form.
    pub(in crate::secrets) fn try_read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// What the server said was wrong.
    pub(in crate::secrets) fn complaints(&self) -> Complaints {
        Complaints::read(&self.body)
    }

    /// The error that it is.
    pub(in crate::secrets) fn refusal(&self, operation: &'static str) -> Error {
        refusal(operation, &self.place, self.status, &self.complaints())
    }

    /// Itself, unless it is an error.
    pub(in crate::secrets) fn accepted(self, operation: &'static str) -> Result<Self> {
        if self.status.is_success() { Ok(self) } else { Err(self.refusal(operation)) }
    }

    /// The same of what was asked to be changed: what the server itself does not accept would not be accepted later either.
    pub(in crate::secrets) fn accepted_change(self, operation: &'static str) -> Result<Self> {
        let is_refused = matches!(
            self.status,
            StatusCode::BAD_REQUEST
                | StatusCode::METHOD_NOT_ALLOWED
                | StatusCode::PAYLOAD_TOO_LARGE
                | StatusCode::UNPROCESSABLE_ENTITY
        );
        if is_refused && self.complaints().are_the_servers() {
            let status = self.status.as_u16();
            let reason =
                format!("{} answered {status}: it does not accept the request", self.place);
            return Err(Error::Conflict { operation, reason });
        }
        self.accepted(operation)
    }
}

impl Client {
    pub(in crate::secrets) fn new(settings: &VaultOptions, clock: Arc<dyn Clock>) -> Result<Self> {
        settings.check()?;
        let url = settings.url()?;
        let namespace = settings.namespace.as_deref().map(HeaderValue::from_str);
        let namespace = namespace.transpose().map_err(|error| invalid("VAULT_NAMESPACE", error))?;
        Ok(Self(Arc::new(Inner {
            http: http_client(settings, &url)?,
            origin: url.origin().ascii_serialization(),
            namespace,
            timeout: settings.timeout,
            auth: settings.auth.clone(),
            clock,
            sessions: Sessions::default(),
            keeper: Mutex::new(None),
        })))
    }

    /// Scheme, host and port of the server.
    pub(in crate::secrets) fn origin(&self) -> &str {
        &self.0.origin
    }

    /// Sends a request, logged in. Of answers that are errors, only 403 is read: it is [`Error::Denied`], once it is clear
    /// that a new token would not help.
    pub(in crate::secrets) async fn call<E: Endpoint>(
        &self,
        operation: &'static str,
        endpoint: &E,
    ) -> Result<Answer> {
        let (token, number) = self.session(operation).await?;
        let answer = self.0.send(operation, endpoint, Some(&token)).await?;
        if answer.status != StatusCode::FORBIDDEN {
            return Ok(answer);
        }
        let Some(token) = self.after_refusal(operation, number).await? else {
            return Err(answer.refusal(operation));
        };
        let answer = self.0.send(operation, endpoint, Some(&token)).await?;
        if answer.status == StatusCode::FORBIDDEN {
            Err(answer.refusal(operation))
        } else {
            Ok(answer)
        }
    }
}

impl Inner {
    /// Sends a request.
    pub(super) async fn send<E: Endpoint>(
        &self,
        operation: &'static str,
        endpoint: &E,
        token: Option<&SecretString>,
    ) -> Result<Answer> {
        let malformed = || Error::Unsupported {
            operation,
            reason: "no request can be made of these names".to_owned(),
        };
        let (parts, body) = endpoint.request(&self.origin).map_err(|_| malformed())?.into_parts();
        let mut url: Url = parts.uri.to_string().parse().map_err(|_| malformed())?;
        let path = format!("/v1{}", url.path());
        url.set_path(&path);
        // Endpoints with a query that was not given end with a question mark.
        if url.query() == Some("") {
            url.set_query(None);
        }
        let mut request = self
            .http
            .request(parts.method, url)
            .timeout(self.timeout)
            // Without it, an agent that listens here answers nobody, so that no web page can ask it.
            .header("X-Vault-Request", "true");
        if let Some(token) = token {
            let mut token =
                HeaderValue::from_str(token.expose_secret()).map_err(|_| malformed())?;
            token.set_sensitive(true);
            request = request.header("X-Vault-Token", token);
        }
        if let Some(namespace) = &self.namespace {
            request = request.header("X-Vault-Namespace", namespace);
        }
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let answer = match request.send().await {
            Ok(response) => self.receive(response, path).await,
            Err(error) => Err(self.unreachable(error)),
        };
        answer.map_err(|reason| Error::Unavailable { operation, reason, source: None })
    }

    async fn receive(&self, mut response: Response, path: String) -> Result<Answer, String> {
        let status = response.status();
        // With room for a secret as they usually are, so that growing leaves no parts of it behind.
        let mut body = Zeroizing::new(Vec::with_capacity(16 << 10));
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(error))? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(format!("{} answered more than {MAX_ANSWER} bytes", self.origin));
            }
            if body.capacity() < body.len() + chunk.len() {
                let mut larger = Zeroizing::new(Vec::with_capacity(2 * (body.len() + chunk.len())));
                larger.extend_from_slice(&body);
                body = larger;
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body, place: format!("{}{path}", self.origin) })
    }

    /// What happened, without the URL, whose host is said.
    fn unreachable(&self, error: reqwest::Error) -> String {
        if error.is_timeout() {
            return format!("{} did not answer within {:?}", self.origin, self.timeout);
        }
        let error = error.without_url();
        let mut text = format!("{} cannot be reached: {error}", self.origin);
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        text
    }
}

/// A client with our own TLS. Redirects are not followed, for the token would be sent along.
fn http_client(settings: &VaultOptions, url: &Url) -> Result<reqwest::Client> {
    const NAME: &str = "VAULT_CACERT";
    let mut roots = RootCertStore::empty();
    if let Some(path) = &settings.ca_cert {
        let unusable = |error: &dyn fmt::Display| {
            invalid(NAME, format!("cannot use {}: {error}", path.display()))
        };
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unusable(&error))? {
            let certificate = certificate.map_err(|error| unusable(&error))?;
            roots.add(certificate).map_err(|error| unusable(&error))?;
        }
        if roots.is_empty() {
            return Err(unusable(&"it holds no certificate"));
        }
    } else if url.scheme() == "https" {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(invalid(
                NAME,
                "the system has no trusted roots; set it to a file with the root",
            ));
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| invalid(NAME, error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .build()
        .map_err(|error| invalid("VAULT_ADDR", error.without_url()))
}
