//! The way to secrets for everybody: who asks, may they, and what came of it.

use std::{sync::Arc, time::Duration};

use agentflow_core::{
    InvalidInput,
    secret::{AccessRules, Caller, MASK, SecretName, Verb},
};
use secrecy::{ExposeSecret, SecretString};

use super::{
    Access, AccessLog, AccessOutcome, Alerts, SecretValue, SecretsProvider, VersionSelector,
    Written,
};
use crate::error::{Error, Result};

/// Secrets, guarded: a provider, the rules of who may do what, and the log of who did.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), agentflow::Error> {
/// use std::sync::Arc;
///
/// use agentflow::{
///     audit::Actor,
///     secrets::{AccessRules, Caller, EnvProvider, Secrets, TracingLog, VersionSelector},
/// };
///
/// let rules = AccessRules::parse("rules: [{principal: 'service:*', keys: [pkg_name], verbs: [get]}]").unwrap();
/// let secrets = Secrets::new(Arc::new(EnvProvider::new("CARGO_")), rules, Arc::new(TracingLog));
/// let access = secrets.for_caller(Caller::without_tenant(Actor::service("billing")));
/// let name = access.get("pkg_name", VersionSelector::Latest).await?;
/// assert_eq!(name.provider, "env");
/// assert!(access.get("pkg_version", VersionSelector::Latest).await.is_err(), "no rule allows that");
/// # Ok(())
/// # }
/// ```
///
/// Every access goes the same way: the name is checked, then the rules are asked, then the provider; and what came of it is logged,
/// denials and what is no name as well. Changes are logged before they are made, too. What cannot be logged is refused: no value is
/// given and nothing is changed.
#[derive(Debug, Clone)]
pub struct Secrets {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    provider: Arc<dyn SecretsProvider>,
    rules: AccessRules,
    log: Arc<dyn AccessLog>,
    alerts: Alerts,
}

impl Secrets {
    /// Guards a provider.
    pub fn new(
        provider: Arc<dyn SecretsProvider>,
        rules: AccessRules,
        log: Arc<dyn AccessLog>,
    ) -> Self {
        Self::with_alerts(provider, rules, log, Alerts::default())
    }

    /// Guards a provider that tells these.
    pub(super) fn with_alerts(
        provider: Arc<dyn SecretsProvider>,
        rules: AccessRules,
        log: Arc<dyn AccessLog>,
        alerts: Alerts,
    ) -> Self {
        Self { inner: Arc::new(Inner { provider, rules, log, alerts }) }
    }

    /// Waits until the alerts of providers are delivered or given up, but not longer than `longest`; says whether they are. A program that
    /// ends calls it last, for alerts are told in the background. See [`Alerts::flush`]; of secrets that were made with
    /// [`new`](Self::new) there are none.
    pub async fn flush_alerts(&self, longest: Duration) -> bool {
        self.inner.alerts.flush(longest).await
    }

    /// What a caller may do.
    pub fn for_caller(&self, caller: Caller) -> SecretsAccess {
        SecretsAccess { inner: Arc::clone(&self.inner), caller }
    }

    /// The provider, past the rules and the log: to be told of changes, or what it can do.
    pub fn provider(&self) -> &Arc<dyn SecretsProvider> {
        &self.inner.provider
    }
}

/// Secrets for one caller.
#[derive(Debug, Clone)]
pub struct SecretsAccess {
    inner: Arc<Inner>,
    caller: Caller,
}

/// How an operation is called in errors.
const fn operation(verb: Verb) -> &'static str {
    match verb {
        Verb::Get => "get a secret",
        Verb::Set => "set a secret",
        Verb::Delete => "delete a secret",
        Verb::List => "list secrets",
        Verb::Rotate => "rotate a secret",
    }
}

impl SecretsAccess {
    /// Who it is for.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// A secret.
    pub async fn get(&self, key: &str, version: VersionSelector) -> Result<SecretValue> {
        let key = self.admit(Verb::Get, key).await?;
        let got = self.inner.provider.get(&key, version).await;
        let mut access = self.access(Verb::Get, Some(key.as_str()));
        if let Ok(value) = &got {
            access.provider.clone_from(&value.provider);
            access.version = value.version;
            access.stale_since = value.stale_since;
        }
        self.conclude(access, got).await
    }

    /// Stores a secret, whether it was there or not. An empty one is refused.
    pub async fn set(&self, key: &str, value: SecretString) -> Result<Written> {
        let key = self.admit(Verb::Set, key).await?;
        let access = self.access(Verb::Set, Some(key.as_str()));
        if value.expose_secret().is_empty() {
            let input = InvalidInput::new("value", "value cannot be empty");
            let refused = Err(Error::InvalidInput { operation: operation(Verb::Set), input });
            return self.conclude(access, refused).await;
        }
        self.attempt(&access).await?;
        let written = self.inner.provider.set(&key, value).await;
        self.conclude_change(access, written).await
    }

    /// Removes a secret, which must be there.
    pub async fn delete(&self, key: &str) -> Result<()> {
        let key = self.admit(Verb::Delete, key).await?;
        let access = self.access(Verb::Delete, Some(key.as_str()));
        self.attempt(&access).await?;
        let deleted = self.inner.provider.delete(&key).await;
        self.conclude_change(access, deleted.map(|()| Written { version: None })).await.map(drop)
    }

    /// Replaces a secret, which must be there, by a new random one: 32 bytes as 64 hexadecimal digits.
    pub async fn rotate(&self, key: &str) -> Result<Written> {
        let key = self.admit(Verb::Rotate, key).await?;
        let access = self.access(Verb::Rotate, Some(key.as_str()));
        self.attempt(&access).await?;
        let rotated = self.inner.provider.rotate(&key).await;
        self.conclude_change(access, rotated).await
    }

    /// The names of the secrets that the caller may list, sorted.
    pub async fn list(&self) -> Result<Vec<SecretName>> {
        let mut access = self.access(Verb::List, None);
        if let Err(reason) = self.inner.rules.decide_list(&self.caller) {
            return Err(self.deny(access, operation(Verb::List), reason).await);
        }
        let rules = &self.inner.rules;
        let listed = self.inner.provider.list().await.map(|mut names| {
            names.retain(|name| rules.allows(&self.caller, name, Verb::List));
            names
        });
        access.count = listed.as_ref().ok().map(Vec::len);
        self.conclude(access, listed).await
    }

    /// Reads a name, and asks the rules.
    async fn admit(&self, verb: Verb, key: &str) -> Result<SecretName> {
        let operation = operation(verb);
        let name = match key.parse::<SecretName>() {
            Ok(name) => name,
            Err(input) => {
                let mut access = self.access(verb, Some(MASK));
                access.outcome = AccessOutcome::Invalid;
                access.reason = Some(input.reason.clone());
                self.note(&access).await;
                return Err(Error::InvalidInput { operation, input });
            }
        };
        match self.inner.rules.decide(&self.caller, &name, verb) {
            Ok(()) => Ok(name),
            Err(reason) => {
                Err(self.deny(self.access(verb, Some(name.as_str())), operation, reason).await)
            }
        }
    }

    async fn deny(&self, mut access: Access, operation: &'static str, reason: String) -> Error {
        access.outcome = AccessOutcome::Denied;
        access.reason = Some(reason.clone());
        self.note(&access).await;
        Error::Denied { operation, reason }
    }

    fn access(&self, verb: Verb, key: Option<&str>) -> Access {
        Access {
            caller: self.caller.clone(),
            verb,
            key: key.map(str::to_owned),
            outcome: AccessOutcome::Done,
            provider: self.inner.provider.name(),
            version: None,
            stale_since: None,
            count: None,
            reason: None,
        }
    }

    /// Logs what was refused. It stays refused if that fails.
    async fn note(&self, access: &Access) {
        if let Err(error) = self.inner.log.record(access).await {
            tracing::warn!(
                target: "agentflow::secrets",
                %error, principal = %access.caller.principal, verb = access.verb.as_str(), key = access.key,
                "a refused access to a secret could not be logged"
            );
        }
    }

    async fn attempt(&self, access: &Access) -> Result<()> {
        let attempted = Access { outcome: AccessOutcome::Attempted, ..access.clone() };
        self.inner.log.record(&attempted).await
    }

    /// Logs what came of it, and only then gives it.
    async fn conclude<T>(&self, mut access: Access, result: Result<T>) -> Result<T> {
        match result {
            Ok(value) => {
                self.inner.log.record(&access).await?;
                Ok(value)
            }
            Err(error) => {
                access.outcome = outcome(&error);
                access.reason = Some(error.to_string());
                self.note(&access).await;
                Err(error)
            }
        }
    }

    async fn conclude_change(
        &self,
        mut access: Access,
        result: Result<Written>,
    ) -> Result<Written> {
        access.version = result.as_ref().ok().and_then(|written| written.version);
        let is_made = result.is_ok();
        let concluded = self.conclude(access, result).await;
        match concluded {
            Err(error) if is_made => Err(Error::Unavailable {
                operation: "log that a secret was changed",
                reason: "it was changed, and that it was attempted is logged".to_owned(),
                source: Some(Arc::new(error)),
            }),
            other => other,
        }
    }
}

fn outcome(error: &Error) -> AccessOutcome {
    match error {
        Error::NotFound { .. } => AccessOutcome::NotFound,
        Error::Denied { .. } => AccessOutcome::Denied,
        _ => AccessOutcome::Failed,
    }
}
