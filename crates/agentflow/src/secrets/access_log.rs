//! Who did what with which secret, and what came of it: never what the secret is.

use std::fmt;

use agentflow_core::{
    audit::{Event, Resource},
    secret::{Caller, Verb},
};
use futures::future::BoxFuture;
use jiff::Timestamp;

use crate::{error::Result, store::Store};

/// What came of an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessOutcome {
    /// It is allowed, and about to be done. Told of changes, of which it must be known that they may have been made.
    Attempted,
    /// It was done.
    Done,
    /// There is no such secret.
    NotFound,
    /// What was given for the name of a secret is none, so nothing was asked.
    Invalid,
    /// It is not allowed: by a rule, or by the provider.
    Denied,
    /// The provider could not be asked, or could not do it.
    Failed,
}

impl AccessOutcome {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attempted => "attempted",
            Self::Done => "done",
            Self::NotFound => "not_found",
            Self::Invalid => "invalid",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing went wrong.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Attempted | Self::Done)
    }
}

/// An access to be logged. Holds no secret: what was given for a name and is none is masked, for it may be one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Access {
    /// Who.
    pub caller: Caller,
    /// What.
    pub verb: Verb,
    /// The name of the secret; [`MASK`](super::MASK) for what is none, and absent for a list.
    pub key: Option<String>,
    /// What came of it.
    pub outcome: AccessOutcome,
    /// Whom it was asked of: the provider that had it, or all of them.
    pub provider: String,
    /// The version that was given or made.
    pub version: Option<u64>,
    /// Since when the provider could not be asked, if what it said last was given.
    pub stale_since: Option<Timestamp>,
    /// How many names a list has.
    pub count: Option<usize>,
    /// Why not.
    pub reason: Option<String>,
}

/// Where accesses are logged.
///
/// An access that cannot be logged is refused: no value is given and nothing is changed.
pub trait AccessLog: Send + Sync + fmt::Debug {
    /// Logs an access. Returns once it is safe.
    fn record<'a>(&'a self, access: &'a Access) -> BoxFuture<'a, Result<()>>;
}

/// Logs accesses with `tracing`, under the target `agentflow::secrets::access`: as information what was done, as a warning what was not.
#[derive(Debug, Clone, Copy, Default)]
pub struct TracingLog;

impl AccessLog for TracingLog {
    fn record<'a>(&'a self, access: &'a Access) -> BoxFuture<'a, Result<()>> {
        trace(access);
        Box::pin(std::future::ready(Ok(())))
    }
}

fn trace(access: &Access) {
    // The level of an event is part of where it stands.
    macro_rules! event {
        ($level:ident) => {
            tracing::$level!(
                target: "agentflow::secrets::access",
                principal = %access.caller.principal,
                tenant = access.caller.tenant.map(tracing::field::display),
                verb = access.verb.as_str(),
                key = access.key,
                outcome = access.outcome.as_str(),
                provider = access.provider,
                version = access.version,
                stale_since = access.stale_since.map(tracing::field::display),
                count = access.count,
                reason = access.reason,
                "a secret was asked for"
            )
        };
    }
    if access.outcome.is_success() {
        event!(info);
    } else {
        event!(warn);
    }
}

/// Logs accesses in the audit chain of the caller's tenant: `secret.read`, `secret.write`, `secret.delete`, `secret.list`,
/// `secret.rotate`. Those of callers of no tenant have no chain, and go to `tracing` as with [`TracingLog`].
#[derive(Debug, Clone)]
pub struct StoreLog {
    store: Store,
    source: Option<String>,
}

impl StoreLog {
    /// In the chains of this store.
    pub fn new(store: Store) -> Self {
        Self { store, source: None }
    }

    /// The same, with a word for where accesses come from: `cli`, `worker`. By default `api`.
    #[must_use]
    pub fn from_source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    fn event(&self, access: &Access) -> Event {
        let action = match access.verb {
            Verb::Get => "secret.read",
            Verb::Set => "secret.write",
            Verb::Delete => "secret.delete",
            Verb::List => "secret.list",
            Verb::Rotate => "secret.rotate",
        };
        let resource = match &access.key {
            Some(key) => Resource::new("secret", key),
            None => Resource::kind("secret"),
        };
        let mut event = Event::new(action, resource, access.caller.principal.clone())
            .with_detail("outcome", access.outcome.as_str())
            .with_detail("provider", access.provider.as_str());
        if let Some(version) = access.version {
            // As text where a double would not hold it.
            event = match i64::try_from(version) {
                Ok(number) if version < 1 << 53 => event.with_detail("version", number),
                _ => event.with_detail("version", version.to_string()),
            };
        }
        if let Some(since) = access.stale_since {
            event = event.with_detail("stale_since", since.to_string());
        }
        if let Some(count) = access.count {
            event = event.with_detail("count", count);
        }
        if let Some(reason) = &access.reason {
            event = event.with_detail("reason", reason.as_str());
        }
        if let Some(source) = &self.source {
            event = event.from_source(source.as_str());
        }
        if access.outcome.is_success() { event } else { event.failed() }
    }
}

impl AccessLog for StoreLog {
    fn record<'a>(&'a self, access: &'a Access) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let Some(tenant) = access.caller.tenant else {
                trace(access);
                return Ok(());
            };
            self.store.tenant(tenant).audit().append(&self.event(access)).await.map(drop)
        })
    }
}
