//! What is told of a provider that cannot be asked, and who is told.

use std::fmt;

use agentflow_sql::queries::audit as sql;
use futures::future::BoxFuture;
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    error::{Error, Result},
    store::Store,
    webhook::Webhook,
};

const OPERATION: &str = "send an alert about secrets";

/// What became of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretAlertKind {
    /// It cannot be asked.
    Unavailable,
    /// What it said last is given instead of asking it.
    Stale,
    /// What it has cannot be read.
    Corrupt,
    /// Another provider, which may have other values, is asked instead of it.
    Fallback,
    /// It can be asked again.
    Recovered,
}

impl SecretAlertKind {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::Stale => "stale",
            Self::Corrupt => "corrupt",
            Self::Fallback => "fallback",
            Self::Recovered => "recovered",
        }
    }
}

/// What is told: holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretAlert {
    /// What became of the provider.
    pub kind: SecretAlertKind,
    /// The name of the provider.
    pub provider: String,
    /// Why, in words.
    pub reason: String,
    /// Since when it is bad; of [`SecretAlertKind::Recovered`], since when it was.
    pub since: Timestamp,
}

impl SecretAlert {
    /// As JSON on one line, with a `type` such as `secrets.unavailable`. Less than 8000 bytes unless the name of the provider is longer.
    pub fn to_json(&self) -> String {
        let kind = format!("secrets.{}", self.kind.as_str());
        let (provider, reason, since) = (&self.provider, &self.reason, self.since.to_string());
        serde_json::json!({ "type": kind, "provider": provider, "reason": reason, "since": since })
            .to_string()
    }
}

/// Somebody who is told.
pub trait AlertSink: Send + Sync + fmt::Debug {
    /// Tells them. What fails with [`Error::Unavailable`] is tried again for some minutes, so that a receiver may hear the same twice; what
    /// fails otherwise is logged, and not tried again.
    fn tell<'a>(&'a self, alert: &'a SecretAlert) -> BoxFuture<'a, Result<()>>;
}

/// A webhook that alerts are posted to.
#[derive(Debug)]
pub struct WebhookAlerts(Webhook);

impl WebhookAlerts {
    /// Posts to this webhook.
    pub fn new(webhook: Webhook) -> Self {
        Self(webhook)
    }
}

impl AlertSink for WebhookAlerts {
    fn tell<'a>(&'a self, alert: &'a SecretAlert) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let json = alert.to_json();
            // The same for the same alert, so that a receiver can tell a repetition.
            let id = agentflow_core::hash::Sha256::of(&[json.as_bytes()]).to_string();
            self.0.post(&id[..32], "application/json", &json).await
        })
    }
}

/// A channel of PostgreSQL that alerts are sent on.
#[derive(Debug)]
pub struct NotifyAlerts {
    store: Store,
    channel: String,
}

impl NotifyAlerts {
    /// Sends on this channel, with `NOTIFY`.
    pub fn new(store: Store, channel: impl Into<String>) -> Self {
        Self { store, channel: channel.into() }
    }
}

impl AlertSink for NotifyAlerts {
    fn tell<'a>(&'a self, alert: &'a SecretAlert) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let json = alert.to_json();
            let client = self.store.admin().connect().await?;
            let told = sql::notify().bind(&client, &self.channel, &json).one().await;
            told.map(drop).map_err(|error| Error::from_postgres(OPERATION, error))
        })
    }
}
