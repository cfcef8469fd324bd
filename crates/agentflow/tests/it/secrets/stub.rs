//! A provider that does as it is told, and those who are told what happens.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use agentflow::{
    Error, Result,
    secrets::{
        Access, AccessLog, AlertSink, Capabilities, SecretAlert, SecretName, SecretValue,
        SecretsProvider, VersionSelector, Written,
    },
};
use futures::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{mpsc, watch};

/// What a stub is to fail with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Unavailable,
    Corrupt,
    Denied,
}

#[derive(Debug)]
pub struct Stub {
    name: &'static str,
    pub capabilities: Capabilities,
    state: Mutex<State>,
    changes: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    secrets: BTreeMap<SecretName, SecretValue>,
    fault: Option<Fault>,
    /// What was asked, as `get key`.
    asked: Vec<String>,
}

impl Stub {
    /// One that can do everything.
    pub fn new(name: &'static str, secrets: &[(&str, &str)]) -> Arc<Self> {
        let all = Capabilities {
            durable: true,
            writable: true,
            rotatable: true,
            versions: true,
            watchable: true,
        };
        Self::with(name, all, secrets)
    }

    pub fn with(
        name: &'static str,
        capabilities: Capabilities,
        secrets: &[(&str, &str)],
    ) -> Arc<Self> {
        let changes = watch::Sender::new(0);
        let stub = Self { name, capabilities, state: Mutex::default(), changes };
        for (key, value) in secrets {
            stub.put(key, value);
        }
        Arc::new(stub)
    }

    /// Changes a secret behind everybody's back, and tells of it.
    pub fn put(&self, key: &str, value: &str) {
        let key: SecretName = key.parse().unwrap();
        self.write(&key, value.into());
    }

    pub fn remove(&self, key: &str) {
        self.state.lock().unwrap().secrets.remove(&key.parse::<SecretName>().unwrap());
    }

    pub fn end(&self, key: &str, not_after: &str) {
        let mut state = self.state.lock().unwrap();
        let secret = state.secrets.get_mut(&key.parse::<SecretName>().unwrap()).unwrap();
        secret.not_after = Some(not_after.parse().unwrap());
    }

    /// From now on what it has is what it said last, as of this time.
    pub fn age(&self, key: &str, stale_since: Option<&str>) {
        let mut state = self.state.lock().unwrap();
        if let Some(secret) = state.secrets.get_mut(&key.parse::<SecretName>().unwrap()) {
            secret.stale_since = stale_since.map(|it| it.parse().unwrap());
        }
    }

    pub fn fail(&self, fault: impl Into<Option<Fault>>) {
        self.state.lock().unwrap().fault = fault.into();
    }

    /// What it was asked since the last time.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }

    pub fn value(&self, key: &str) -> Option<String> {
        let state = self.state.lock().unwrap();
        let secret = state.secrets.get(&key.parse::<SecretName>().unwrap());
        secret.map(|it| it.value.expose_secret().to_owned())
    }

    fn write(&self, key: &SecretName, value: SecretString) -> Written {
        let mut state = self.state.lock().unwrap();
        let before = state.secrets.get(key).and_then(|it| it.version).unwrap_or(0);
        let version = Some(before + 1);
        let provider = self.name.to_owned();
        let value = SecretValue { value, provider, version, not_after: None, stale_since: None };
        state.secrets.insert(key.clone(), value);
        self.changes.send_modify(|count| *count += 1);
        Written { version }
    }

    fn ask(&self, what: String) -> Result<()> {
        let mut state = self.state.lock().unwrap();
        state.asked.push(what);
        let operation = "ask the stub";
        match state.fault {
            None => Ok(()),
            Some(Fault::Unavailable) => {
                Err(Error::Unavailable { operation, reason: "it is away".to_owned(), source: None })
            }
            Some(Fault::Corrupt) => {
                let (what, reason) = (self.name.to_owned(), "line 3 is damaged".to_owned());
                Err(Error::Corrupt { operation, what, reason })
            }
            Some(Fault::Denied) => {
                Err(Error::Denied { operation, reason: "it does not want to".to_owned() })
            }
        }
    }

    fn there(&self, key: &SecretName) -> Result<SecretValue> {
        let state = self.state.lock().unwrap();
        state.secrets.get(key).cloned().ok_or_else(|| Error::NotFound {
            operation: "ask the stub",
            what: format!("secret {key}"),
        })
    }
}

impl SecretsProvider for Stub {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn get<'a>(
        &'a self,
        key: &'a SecretName,
        version: VersionSelector,
    ) -> BoxFuture<'a, Result<SecretValue>> {
        Box::pin(async move {
            self.ask(format!("get {key}"))?;
            if matches!(version, VersionSelector::Pinned(_)) && !self.capabilities.versions {
                let reason = "the stub keeps no versions".to_owned();
                return Err(Error::Unsupported { operation: "ask the stub", reason });
            }
            self.there(key)
        })
    }

    fn set<'a>(
        &'a self,
        key: &'a SecretName,
        value: SecretString,
    ) -> BoxFuture<'a, Result<Written>> {
        Box::pin(async move {
            self.ask(format!("set {key}"))?;
            Ok(self.write(key, value))
        })
    }

    fn delete<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.ask(format!("delete {key}"))?;
            self.there(key)?;
            self.remove(key.as_str());
            Ok(())
        })
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<SecretName>>> {
        Box::pin(async move {
            self.ask("list".to_owned())?;
            Ok(self.state.lock().unwrap().secrets.keys().cloned().collect())
        })
    }

    fn rotate<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, Result<Written>> {
        Box::pin(async move {
            self.ask(format!("rotate {key}"))?;
            let before = self.there(key)?;
            Ok(self.write(key, format!("{}, rotated", before.value.expose_secret()).into()))
        })
    }

    fn watch(&self) -> Option<watch::Receiver<u64>> {
        self.capabilities.watchable.then(|| self.changes.subscribe())
    }

    fn check(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move { self.ask("check".to_owned()) })
    }
}

/// A log that remembers, and can be told to fail.
#[derive(Debug, Default)]
pub struct Remembered {
    accesses: Mutex<Vec<Access>>,
    /// How many more it takes before it fails.
    room: Mutex<Option<usize>>,
}

impl Remembered {
    pub fn with_room_for(count: usize) -> Self {
        Self { room: Mutex::new(Some(count)), ..Self::default() }
    }

    /// What was logged since the last time.
    pub fn accesses(&self) -> Vec<Access> {
        std::mem::take(&mut self.accesses.lock().unwrap())
    }

    /// The same as `get key: done`.
    pub fn lines(&self) -> Vec<String> {
        let line = |it: &Access| {
            let key = it.key.as_deref().map(|key| format!(" {key}")).unwrap_or_default();
            format!("{}{key}: {}", it.verb, it.outcome.as_str())
        };
        self.accesses().iter().map(line).collect()
    }
}

impl AccessLog for Remembered {
    fn record<'a>(&'a self, access: &'a Access) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            if let Some(room) = self.room.lock().unwrap().as_mut() {
                *room = room.checked_sub(1).ok_or_else(|| Error::Unavailable {
                    operation: "log an access",
                    reason: "the log is full".to_owned(),
                    source: None,
                })?;
            }
            self.accesses.lock().unwrap().push(access.clone());
            Ok(())
        })
    }
}

/// Passes on what it is told.
#[derive(Debug)]
pub struct Told(mpsc::UnboundedSender<SecretAlert>);

impl Told {
    pub fn new() -> (Arc<Self>, mpsc::UnboundedReceiver<SecretAlert>) {
        let (told, hears) = mpsc::unbounded_channel();
        (Arc::new(Self(told)), hears)
    }
}

impl AlertSink for Told {
    fn tell<'a>(&'a self, alert: &'a SecretAlert) -> BoxFuture<'a, Result<()>> {
        let _ = self.0.send(alert.clone());
        Box::pin(std::future::ready(Ok(())))
    }
}
