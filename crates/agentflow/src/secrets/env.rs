use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use agentflow_core::secret::SecretName;
use futures::{FutureExt, future::BoxFuture};
use secrecy::SecretString;
use tokio::sync::watch;
use zeroize::Zeroize;

use super::{
    Capabilities, SecretValue, SecretsProvider, VersionSelector, Written, file::refuse_value,
    provider::unsupported,
};
use crate::error::{Error, Result};

const GET: &str = "get a secret";
const SET: &str = "set a secret";
const DELETE: &str = "delete a secret";
const LIST: &str = "list secrets";
const ROTATE: &str = "rotate a secret";

/// Where variables come from: the environment of the process, or what a test says.
pub trait Variables: Send + Sync {
    /// The value of a variable.
    fn get(&self, name: &str) -> Option<OsString>;

    /// The names of all variables.
    fn names(&self) -> Vec<OsString>;
}

/// The environment of the process.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessVariables;

impl Variables for ProcessVariables {
    fn get(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }

    fn names(&self) -> Vec<OsString> {
        std::env::vars_os().map(|(name, _)| name).collect()
    }
}

impl Variables for BTreeMap<String, OsString> {
    fn get(&self, name: &str) -> Option<OsString> {
        BTreeMap::get(self, name).cloned()
    }

    fn names(&self) -> Vec<OsString> {
        self.keys().map(OsString::from).collect()
    }
}

/// Secrets in variables of the environment.
///
/// The variable of a secret is the prefix, `AF_SECRET_` by default, and its name in upper case with `_` for `-`: `stripe-key` is in
/// `AF_SECRET_STRIPE_KEY`. So `stripe_key` and `Stripe-Key` are the same secret; [`list`](SecretsProvider::list) tells `stripe_key`. A variable
/// that is empty is as if it were not there.
///
/// The environment of a process is not changed: what is [set](SecretsProvider::set) or [deleted](SecretsProvider::delete) is so for this
/// provider and its clones alone, until they are gone.
#[derive(Clone)]
pub struct EnvProvider {
    prefix: String,
    shared: Arc<EnvState>,
}

struct EnvState {
    variables: Box<dyn Variables>,
    /// Variables that were set here, or deleted.
    overlay: RwLock<BTreeMap<String, Option<SecretString>>>,
    changes: watch::Sender<u64>,
}

impl fmt::Debug for EnvProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvProvider").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl Default for EnvProvider {
    fn default() -> Self {
        Self::new(Self::DEFAULT_PREFIX)
    }
}

impl EnvProvider {
    /// What the variables begin with unless something else is said.
    pub const DEFAULT_PREFIX: &str = "AF_SECRET_";

    /// The environment of the process. With an empty prefix, everything in it is a secret that can be asked for.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self::with_variables(prefix, ProcessVariables)
    }

    /// Variables from somewhere else.
    pub fn with_variables(prefix: impl Into<String>, variables: impl Variables + 'static) -> Self {
        let shared = EnvState {
            variables: Box::new(variables),
            overlay: RwLock::default(),
            changes: watch::Sender::new(0),
        };
        Self { prefix: prefix.into(), shared: Arc::new(shared) }
    }

    /// The variable of a secret.
    pub fn variable(&self, key: &SecretName) -> String {
        let name = key.as_str().to_ascii_uppercase().replace('-', "_");
        format!("{}{name}", self.prefix)
    }

    fn find(&self, operation: &'static str, key: &SecretName) -> Result<SecretString> {
        let variable = self.variable(key);
        let not_found = || Error::not_found(operation, format!("secret {key} ({variable})"));
        let overlay = self.shared.overlay.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(set_here) = overlay.get(&variable) {
            return set_here.clone().ok_or_else(not_found);
        }
        drop(overlay);
        let value = self.shared.variables.get(&variable).filter(|it| !it.is_empty());
        match value.ok_or_else(not_found)?.into_string() {
            Ok(mut text) => {
                let value = SecretString::from(text.as_str());
                text.zeroize();
                Ok(value)
            }
            Err(_) => Err(Error::Corrupt {
                operation,
                what: format!("the variable {variable}"),
                reason: "it is not UTF-8 text".to_owned(),
            }),
        }
    }

    fn put(&self, key: &SecretName, value: Option<SecretString>) {
        let mut overlay = self.shared.overlay.write().unwrap_or_else(PoisonError::into_inner);
        overlay.insert(self.variable(key), value);
        drop(overlay);
        self.shared.changes.send_modify(|count| *count += 1);
    }

    /// The secret that a variable is of, in lower case. None if no secret has it.
    fn key_of(&self, variable: &str) -> Option<SecretName> {
        let name = variable.strip_prefix(&self.prefix)?;
        let key: SecretName = name.to_ascii_lowercase().parse().ok()?;
        // One in lower case is not found either.
        (self.variable(&key) == variable).then_some(key)
    }
}

impl SecretsProvider for EnvProvider {
    fn name(&self) -> String {
        "env".to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            durable: false,
            writable: true,
            rotatable: false,
            versions: false,
            watchable: true,
        }
    }

    fn get<'a>(
        &'a self,
        key: &'a SecretName,
        version: VersionSelector,
    ) -> BoxFuture<'a, Result<SecretValue>> {
        async move {
            if let VersionSelector::Pinned(_) = version {
                return Err(unsupported(GET, "the environment keeps no versions of its secrets"));
            }
            Ok(SecretValue {
                value: self.find(GET, key)?,
                provider: self.name(),
                version: None,
                not_after: None,
                stale_since: None,
            })
        }
        .boxed()
    }

    fn set<'a>(
        &'a self,
        key: &'a SecretName,
        value: SecretString,
    ) -> BoxFuture<'a, Result<Written>> {
        async move {
            refuse_value(SET, key, &value)?;
            self.put(key, Some(value));
            Ok(Written { version: None })
        }
        .boxed()
    }

    fn delete<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, Result<()>> {
        async move {
            self.find(DELETE, key)?;
            self.put(key, None);
            Ok(())
        }
        .boxed()
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<SecretName>>> {
        async move {
            let overlay = self.shared.overlay.read().unwrap_or_else(PoisonError::into_inner);
            let set_here = overlay.keys().cloned();
            let all = self.shared.variables.names().into_iter();
            let variables = all.filter_map(|name| name.into_string().ok()).chain(set_here);
            let mut keys: Vec<_> = variables.filter_map(|name| self.key_of(&name)).collect();
            drop(overlay);
            keys.sort();
            keys.dedup();
            keys.retain(|key| !matches!(self.find(LIST, key), Err(Error::NotFound { .. })));
            Ok(keys)
        }
        .boxed()
    }

    fn rotate<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, Result<Written>> {
        async move {
            self.find(ROTATE, key)?;
            Err(unsupported(
                ROTATE,
                "the environment of a process is not rotated; set the variable and restart, or keep the secret in a file or Vault",
            ))
        }
        .boxed()
    }

    fn watch(&self) -> Option<watch::Receiver<u64>> {
        Some(self.shared.changes.subscribe())
    }

    fn check(&self) -> BoxFuture<'_, Result<()>> {
        async { Ok(()) }.boxed()
    }
}
