use std::fmt;

use agentflow_core::secret::SecretName;
use futures::future::BoxFuture;
use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::watch;

use crate::error::{Error, Result};

/// Which version of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VersionSelector {
    /// The newest.
    #[default]
    Latest,
    /// This one, for providers that keep versions.
    Pinned(u64),
}

/// A secret, and what is known about it.
#[derive(Debug, Clone)]
pub struct SecretValue {
    /// The secret. Shown by nothing.
    pub value: SecretString,
    /// The provider that had it: `env`, `file:PATH`, `vault:URL`.
    pub provider: String,
    /// The version, where the provider keeps versions.
    pub version: Option<u64>,
    /// After this it is no longer good, where the provider says so.
    pub not_after: Option<Timestamp>,
    /// Since when the provider could not be asked, if this is what it said last.
    pub stale_since: Option<Timestamp>,
}

/// What a change left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The version that was made, where the provider keeps versions.
    pub version: Option<u64>,
}

/// What a provider can do besides giving a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says one thing that a provider can do or not"
)]
pub struct Capabilities {
    /// [`SecretsProvider::set`] and [`SecretsProvider::delete`] last longer than this process.
    pub durable: bool,
    /// [`SecretsProvider::set`] and [`SecretsProvider::delete`] work at all.
    pub writable: bool,
    /// [`SecretsProvider::rotate`] works.
    pub rotatable: bool,
    /// It keeps versions.
    pub versions: bool,
    /// It tells of changes by itself.
    pub watchable: bool,
}

/// Where secrets come from.
///
/// Errors: [`Error::NotFound`] when it has no such secret; [`Error::Unavailable`] when it cannot be asked, so that another may
/// be, or what it said last may still be good; [`Error::Corrupt`] when what it has cannot be read; [`Error::Denied`] when it
/// refuses; [`Error::Unsupported`] for what it cannot do. None of them holds a value.
///
/// A provider checks nothing about who asks: [`Secrets`](super) does.
///
/// ```
/// use agentflow::{
///     Error, Result,
///     secrets::{Capabilities, SecretName, SecretValue, SecretsProvider, VersionSelector, Written},
/// };
/// use futures::{FutureExt, future::BoxFuture};
/// use secrecy::SecretString;
///
/// /// One secret, which is compiled in.
/// #[derive(Debug)]
/// struct Fixed;
///
/// fn cannot<T: Send + 'static>(operation: &'static str) -> BoxFuture<'static, Result<T>> {
///     let reason = "what is compiled in does not change".to_owned();
///     async move { Err(Error::Unsupported { operation, reason }) }.boxed()
/// }
///
/// impl SecretsProvider for Fixed {
///     fn name(&self) -> String {
///         "fixed".to_owned()
///     }
///
///     fn capabilities(&self) -> Capabilities {
///         Capabilities::default()
///     }
///
///     fn get<'a>(&'a self, key: &'a SecretName, _: VersionSelector) -> BoxFuture<'a, Result<SecretValue>> {
///         async move {
///             if key.as_str() != "greeting" {
///                 // So that a chain asks the next one.
///                 return Err(Error::NotFound { operation: "get a secret", what: format!("secret {key}") });
///             }
///             Ok(SecretValue {
///                 value: "hello".into(),
///                 provider: self.name(),
///                 version: None,
///                 not_after: None,
///                 stale_since: None,
///             })
///         }
///         .boxed()
///     }
///
///     fn set<'a>(&'a self, _: &'a SecretName, _: SecretString) -> BoxFuture<'a, Result<Written>> {
///         cannot("set a secret")
///     }
///
///     fn delete<'a>(&'a self, _: &'a SecretName) -> BoxFuture<'a, Result<()>> {
///         cannot("delete a secret")
///     }
///
///     fn list(&self) -> BoxFuture<'_, Result<Vec<SecretName>>> {
///         async { Ok(vec!["greeting".parse().map_err(Error::InvalidSetting)?]) }.boxed()
///     }
///
///     fn rotate<'a>(&'a self, _: &'a SecretName) -> BoxFuture<'a, Result<Written>> {
///         cannot("rotate a secret")
///     }
///
///     fn check(&self) -> BoxFuture<'_, Result<()>> {
///         async { Ok(()) }.boxed()
///     }
/// }
/// ```
pub trait SecretsProvider: Send + Sync + fmt::Debug {
    /// What to call it: `env`, `file:PATH`, `vault:URL`. Holds no secret.
    fn name(&self) -> String;

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// A secret.
    fn get<'a>(
        &'a self,
        key: &'a SecretName,
        version: VersionSelector,
    ) -> BoxFuture<'a, Result<SecretValue>>;

    /// Stores a secret, whether it was there or not.
    fn set<'a>(
        &'a self,
        key: &'a SecretName,
        value: SecretString,
    ) -> BoxFuture<'a, Result<Written>>;

    /// Removes a secret, which must be there.
    fn delete<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, Result<()>>;

    /// The names of all secrets, sorted.
    fn list(&self) -> BoxFuture<'_, Result<Vec<SecretName>>>;

    /// Replaces a secret, which must be there, by a new random one: 32 bytes as 64 hexadecimal digits.
    fn rotate<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, Result<Written>>;

    /// Counts up whenever something changed that [`get`](Self::get) or [`list`](Self::list) would tell. `None` where it does not tell of changes.
    fn watch(&self) -> Option<watch::Receiver<u64>> {
        None
    }

    /// Whether it can be asked now. What is wrong is the error.
    fn check(&self) -> BoxFuture<'_, Result<()>>;
}

/// The error of what a provider cannot do.
pub(super) fn unsupported(operation: &'static str, reason: impl Into<String>) -> Error {
    Error::Unsupported { operation, reason: reason.into() }
}
