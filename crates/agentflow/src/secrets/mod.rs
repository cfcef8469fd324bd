//! Secrets: where they come from, who may have them, and how those in the database are sealed.
//!
//! - [`SecretsProvider`]: secrets by name, from the environment, files, Vault, or several in turn.
//! - [`key_ring`]: the keys that sealed columns are encrypted with.

mod access_log;
mod alert;
mod alerts;
mod chain;
mod check;
mod connectors;
mod env;
mod file;
mod grace;
mod guard;
pub mod key_ring;
mod open;
mod provider;
mod provider_keys;
pub(crate) mod rotation_log;
pub(crate) mod sealing;
mod services;
mod vault;

use agentflow_core::audit::{Actor, Event, Resource};

pub use access_log::{Access, AccessLog, AccessOutcome, StoreLog, TracingLog};
pub use agentflow_core::secret::{
    AccessRule, AccessRules, Caller, KeyPattern, MASK, PrincipalPattern, SecretName, Tenants, Verb,
};
pub use agentflow_core::secret::{CheckResult, SecretKind, ValidationStatus, ValidationTest};
pub use alert::{AlertSink, NotifyAlerts, SecretAlert, SecretAlertKind, WebhookAlerts};
pub use alerts::Alerts;
pub use chain::{ChainLink, ChainProvider, ChainRole};
pub use check::{CheckedKey, HttpKeyChecker, KeyChecker, Outcome};
pub use connectors::{Connector, ConnectorFilter, ConnectorSecret, Connectors, NewConnector};
pub use env::{EnvProvider, ProcessVariables, Variables};
pub use file::{AgeIdentity, AgeReader, AgeRecipients, FileOptions, FileProvider};
pub use grace::Replacing;
pub use guard::{Secrets, SecretsAccess};
pub use provider::{Capabilities, SecretValue, SecretsProvider, VersionSelector, Written};
pub use provider_keys::{
    KeyCheck, NewProviderKey, ProviderKey, ProviderKeyFilter, ProviderKeys, ProviderSecret,
    ValidateOptions, Validated,
};
pub use rotation_log::{Rotation, RotationCursor, RotationLog};
pub use vault::{VaultAuth, VaultOptions, VaultProvider};

/// That values before the latest rotation were removed from the database, because their time is over.
pub(crate) fn pruned(kind: &str, count: usize, by: &Actor) -> Event {
    Event::new(format!("{kind}.pruned"), Resource::kind(kind), by.clone())
        .with_detail("count", count)
}
