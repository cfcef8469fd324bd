//! Telling somebody that the audit was tampered with: once a run, on each channel.

use std::{fmt, sync::Arc};

use agentflow_core::ids::TenantId;
use agentflow_sql::queries::audit as sql;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::{TenantVerdict, Verdict, VerifyReport, webhook::Webhook};
use crate::{
    admin::Admin,
    config::AlertSetting,
    error::{Error, Result},
};

const OPERATION: &str = "send an alert";
/// PostgreSQL takes less than 8000 bytes with a notification.
const MAX_PAYLOAD_BYTES: usize = 7_900;
/// How many tampered tenants an alert names; the report has them all.
const MAX_NAMED: usize = 10;
/// The longest message that is quoted, in characters.
const MAX_MESSAGE: usize = 400;

/// Who is told.
#[derive(Clone)]
pub enum AlertChannel {
    /// The log, as an error.
    Log,
    /// Whoever listens on this channel of the database.
    Notify(String),
    /// A webhook.
    Webhook(Arc<Webhook>),
}

impl AlertChannel {
    /// The channel of a setting; requests to a webhook are signed with `secret`.
    pub fn open(setting: &AlertSetting, secret: Option<&SecretString>) -> Result<Self> {
        Ok(match setting {
            AlertSetting::Log => Self::Log,
            AlertSetting::Notify(channel) => Self::Notify(channel.clone()),
            AlertSetting::Webhook(url) => {
                Self::Webhook(Arc::new(Webhook::new(url.expose_secret(), secret.cloned())?))
            }
        })
    }
}

impl fmt::Display for AlertChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Log => f.write_str("log"),
            Self::Notify(channel) => write!(f, "notify:{channel}"),
            Self::Webhook(webhook) => f.write_str(webhook.place()),
        }
    }
}

impl fmt::Debug for AlertChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AlertChannel({self})")
    }
}

/// What is told: that something is wrong, and what is first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// What happened: always `audit.tampered`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// When verification began.
    pub timestamp: Timestamp,
    /// How many tenants are tampered with.
    pub tampered_tenants: usize,
    /// The first of them, or all if they are few.
    pub tenants: Vec<TamperedTenant>,
    /// What is wrong with the first; with the log of all tenants, or with the tables themselves, if it is those.
    pub error_message: String,
}

/// A tenant whose chain is tampered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TamperedTenant {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Its first wrong entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_tampered_seq: Option<i64>,
    /// What is wrong with it.
    pub error_message: String,
}

/// An alert that a channel did not take.
#[derive(Debug, Clone)]
pub struct Undelivered {
    /// The channel.
    pub channel: String,
    /// Why not.
    pub error: Error,
}

impl Alert {
    /// What to tell about a run of verification. None if nothing is tampered with, or nobody knows: verification that
    /// failed for another reason says nothing about the chains.
    pub fn of(result: &Result<VerifyReport>, now: Timestamp) -> Option<Self> {
        match result {
            Ok(report) if report.status == Verdict::Tampered => Some(Self::of_report(report)),
            Err(error @ Error::Tampered { .. }) => Some(Self {
                kind: "audit.tampered",
                timestamp: now,
                tampered_tenants: 0,
                tenants: Vec::new(),
                error_message: quote(&error.to_string()),
            }),
            _ => None,
        }
    }

    fn of_report(report: &VerifyReport) -> Self {
        let is_tampered = |tenant: &&TenantVerdict| tenant.status == Verdict::Tampered;
        let tampered = report.tenants.iter().filter(is_tampered);
        let named = tampered.clone().take(MAX_NAMED).map(|tenant| TamperedTenant {
            tenant_id: tenant.tenant_id,
            first_tampered_seq: tenant.first_tampered_seq,
            error_message: quote(tenant.error_message.as_deref().unwrap_or_default()),
        });
        Self {
            kind: "audit.tampered",
            timestamp: report.timestamp,
            tampered_tenants: tampered.clone().count(),
            tenants: named.collect(),
            error_message: quote(report.error_message.as_deref().unwrap_or_default()),
        }
    }

    /// As JSON on one line, of less than 8000 bytes.
    pub fn to_json(&self) -> Result<String> {
        let mut alert = self.clone();
        loop {
            let json = serde_json::to_string(&alert).map_err(|error| Error::Conflict {
                operation: OPERATION,
                reason: error.to_string(),
            })?;
            // What does not fit is in the report.
            if json.len() <= MAX_PAYLOAD_BYTES || alert.tenants.pop().is_none() {
                return Ok(json);
            }
        }
    }
}

/// The beginning of a message, which may quote what an attacker wrote.
fn quote(message: &str) -> String {
    message.chars().take(MAX_MESSAGE).collect()
}

impl Admin {
    /// Tells every channel, each of them once, and returns those that did not take it.
    pub async fn send_alert(&self, alert: &Alert, channels: &[AlertChannel]) -> Vec<Undelivered> {
        let sent = channels.iter().map(|channel| async move {
            let failed = self.tell(alert, channel).await.err();
            failed.map(|error| Undelivered { channel: channel.to_string(), error })
        });
        futures::future::join_all(sent).await.into_iter().flatten().collect()
    }

    async fn tell(&self, alert: &Alert, channel: &AlertChannel) -> Result<()> {
        let json = alert.to_json()?;
        match channel {
            AlertChannel::Log => {
                tracing::error!(
                    alert = json,
                    tampered_tenants = alert.tampered_tenants,
                    "the audit was tampered with: {}",
                    alert.error_message
                );
                Ok(())
            }
            AlertChannel::Notify(name) => {
                let connection = self.shared.pool.get().await?;
                let client: &tokio_postgres::Client = &connection;
                connection.take_off();
                let sent = sql::notify().bind(client, name, &json).one().await;
                sent.map_err(|error| Error::from_postgres(OPERATION, error))?;
                connection.touch_down();
                Ok(())
            }
            AlertChannel::Webhook(webhook) => {
                let id = self.shared.next_id().to_string();
                webhook.post(&id, "application/json", &json).await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(message: &str) -> Alert {
        let tenant = TamperedTenant {
            tenant_id: TenantId(uuid::Uuid::nil()),
            first_tampered_seq: Some(7),
            error_message: quote(message),
        };
        Alert {
            kind: "audit.tampered",
            timestamp: Timestamp::UNIX_EPOCH,
            tampered_tenants: 40,
            tenants: vec![tenant; MAX_NAMED],
            error_message: quote(message),
        }
    }

    #[test]
    fn an_alert_fits_a_notification_whatever_the_messages_are() {
        for message in ["entry 7 is missing", &"\u{1}".repeat(9_000), &"\u{1F600}".repeat(9_000)] {
            let json = alert(message).to_json().unwrap();
            assert!(json.len() < 8_000, "{} bytes", json.len());
            assert!(json.contains(r#""type":"audit.tampered""#) && !json.contains('\n'));
        }
        assert!(
            alert("short").to_json().unwrap().matches("first_tampered_seq").count() == MAX_NAMED
        );
    }

    #[test]
    fn what_failed_for_another_reason_is_no_alarm() {
        let failed = Err(Error::not_found("verify the audit chain", "tenant"));
        assert_eq!(Alert::of(&failed, Timestamp::UNIX_EPOCH), None);
        let faults = vec!["public.audits is not a table".to_owned()];
        let alert = Alert::of(&Err(Error::Tampered { faults }), Timestamp::UNIX_EPOCH).unwrap();
        assert!(alert.error_message.contains("is not a table"));
    }
}
