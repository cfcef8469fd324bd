//! How a tenant wants its audit kept.

use std::{collections::BTreeSet, fmt, str::FromStr};

use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Record, Resource},
    ids::TenantId,
};
use agentflow_sql::{client::GenericClient, queries::audit_configs as sql};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Audit, Policy};
use crate::{
    error::{Error, Result},
    input::known,
    scope::TenantTx,
    settle::{settle, settle_with},
};

const MAX_RETENTION_DAYS: u32 = 36_500;
const MAX_MASKED_FIELDS: usize = 100;
const MAX_FIELD_NAME: usize = 100;
const MAX_DESTINATION: usize = 1_024;

/// How much is recorded of what happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Who did what to which thing, when, and how it ended: no details, no addresses, no programs of callers.
    Minimal,
    /// Whole events.
    #[default]
    Standard,
    /// Also every accepted API key and session, every allowed question for a permission, and every call that says
    /// something in a conversation, stores messages, or opens the webhook secret of a team.
    Verbose,
}

impl LogLevel {
    /// The word stored for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::Standard => "standard",
            Self::Verbose => "verbose",
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for LogLevel {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "minimal" => Ok(Self::Minimal),
            "standard" => Ok(Self::Standard),
            "verbose" => Ok(Self::Verbose),
            _ => Err(InvalidInput::new("log_level", "expected minimal, standard or verbose")),
        }
    }
}

/// How a tenant wants its audit kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditConfig {
    /// The age in days from which on entries may be removed, as whole prefixes below a checkpoint.
    pub retention_days: u32,
    /// How much is recorded.
    pub log_level: LogLevel,
    /// Whether fields of details that are named like secrets are masked before they are hashed.
    pub mask_sensitive_fields: bool,
    /// Names of further fields of details to mask, whatever `mask_sensitive_fields` says. Compared without regard to
    /// case and to whatever is neither letter nor digit.
    pub masked_fields: BTreeSet<String>,
    /// Whether exports go to `export_destination` where nothing else is said.
    pub export_enabled: bool,
    /// The folder that exports go to.
    pub export_destination: Option<String>,
    /// When entries were exported last, wherever to.
    pub last_export_at: Option<Timestamp>,
}

impl Default for AuditConfig {
    /// What holds for a tenant that said nothing: a year, whole events, secrets masked, no exports.
    fn default() -> Self {
        Self {
            retention_days: 365,
            log_level: LogLevel::Standard,
            mask_sensitive_fields: true,
            masked_fields: BTreeSet::new(),
            export_enabled: false,
            export_destination: None,
            last_export_at: None,
        }
    }
}

impl AuditConfig {
    fn from_row(tenant: TenantId, row: sql::AuditConfig) -> Result<Self> {
        let inconsistent = |column| Error::Inconsistent {
            table: "audit_configs",
            column,
            row: tenant.to_string(),
        };
        Ok(Self {
            retention_days: u32::try_from(row.retention_days)
                .map_err(|_| inconsistent("retention_days"))?,
            log_level: known("audit_configs", "log_level", tenant, &row.log_level)?,
            mask_sensitive_fields: row.mask_sensitive_fields,
            masked_fields: row.masked_fields.into_iter().collect(),
            export_enabled: row.export_enabled,
            export_destination: row.export_destination,
            last_export_at: row.last_export_at,
        })
    }

    /// What is different in `after`, with what it was and what it is.
    fn changes(&self, after: &Self) -> Map<String, Value> {
        let fields = [
            ("retention_days", json!(self.retention_days), json!(after.retention_days)),
            ("log_level", json!(self.log_level), json!(after.log_level)),
            (
                "mask_sensitive_fields",
                json!(self.mask_sensitive_fields),
                json!(after.mask_sensitive_fields),
            ),
            ("masked_fields", json!(self.masked_fields), json!(after.masked_fields)),
            ("export_enabled", json!(self.export_enabled), json!(after.export_enabled)),
            ("export_destination", json!(self.export_destination), json!(after.export_destination)),
        ];
        let different = fields.into_iter().filter(|(_, from, to)| from != to);
        different
            .map(|(name, from, to)| (name.to_owned(), json!({ "from": from, "to": to })))
            .collect()
    }
}

/// What to change of how a tenant wants its audit kept; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditConfigChange {
    /// 1 to 36,500 days.
    pub retention_days: Option<u32>,
    /// How much is recorded from now on.
    pub log_level: Option<LogLevel>,
    /// Whether fields that are named like secrets are masked from now on.
    pub mask_sensitive_fields: Option<bool>,
    /// All the names of further fields to mask from now on: at most 100, of at most 100 characters.
    pub masked_fields: Option<BTreeSet<String>>,
    /// Whether exports go to the destination where nothing else is said; there must be one then.
    pub export_enabled: Option<bool>,
    /// The folder that exports go to, at most 1,024 characters; `Some(None)` for none.
    pub export_destination: Option<Option<String>>,
}

impl AuditConfigChange {
    fn check(&self) -> Result<(), InvalidInput> {
        if self.retention_days.is_some_and(|days| !(1..=MAX_RETENTION_DAYS).contains(&days)) {
            return Err(InvalidInput::new("retention_days", "expected 1 to 36500"));
        }
        let names = self.masked_fields.iter().flatten();
        if names.clone().count() > MAX_MASKED_FIELDS {
            return Err(InvalidInput::new("masked_fields", "expected at most 100 names"));
        }
        for name in names {
            // Keys are compared by their letters and digits: a name without any would mask nothing.
            if !is_text(name, MAX_FIELD_NAME) || !name.contains(char::is_alphanumeric) {
                let reason = "expected names of 1 to 100 characters, with letters or digits";
                return Err(InvalidInput::new("masked_fields", reason));
            }
        }
        let destination = self.export_destination.iter().flatten();
        if destination.clone().any(|destination| !is_text(destination, MAX_DESTINATION)) {
            let reason = "expected 1 to 1024 characters, not only blanks";
            return Err(InvalidInput::new("export_destination", reason));
        }
        Ok(())
    }

    /// What is to hold from now on.
    fn applied_to(self, before: &AuditConfig) -> Result<AuditConfig, InvalidInput> {
        let concerns_exports = self.export_enabled.is_some() || self.export_destination.is_some();
        let before = before.clone();
        let after = AuditConfig {
            retention_days: self.retention_days.unwrap_or(before.retention_days),
            log_level: self.log_level.unwrap_or(before.log_level),
            mask_sensitive_fields: self
                .mask_sensitive_fields
                .unwrap_or(before.mask_sensitive_fields),
            masked_fields: self.masked_fields.unwrap_or(before.masked_fields),
            export_enabled: self.export_enabled.unwrap_or(before.export_enabled),
            export_destination: self.export_destination.unwrap_or(before.export_destination),
            last_export_at: before.last_export_at,
        };
        if concerns_exports && after.export_enabled && after.export_destination.is_none() {
            let reason = "needs an export_destination";
            return Err(InvalidInput::new("export_enabled", reason));
        }
        Ok(after)
    }
}

fn is_text(text: &str, max: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= max && !text.contains('\0')
}

impl Audit {
    /// How the tenant wants its audit kept.
    pub async fn config(&self) -> Result<AuditConfig> {
        let flight = self.shared.flight("get the settings of the audit", self.tenant).await?;
        let row = sql::get_audit_config().bind(&flight, self.tenant.as_uuid()).opt().await;
        let row = flight.land(row).await?;
        row.map_or_else(
            || Ok(AuditConfig::default()),
            |row| AuditConfig::from_row(self.tenant, row),
        )
    }

    /// Changes how the tenant wants its audit kept, and returns what holds from now on: in this process at once, in
    /// others within a minute. What is recorded already stays as it is.
    ///
    /// Recorded as `audit.configured` with what every changed setting was and is; that entry keeps its details whatever
    /// the settings say. A change that changes nothing is not recorded.
    pub async fn configure(&self, change: AuditConfigChange, by: &Actor) -> Result<AuditConfig> {
        const OPERATION: &str = "configure the audit";
        change.check().map_err(Error::invalid(OPERATION))?;
        let connection = self.shared.checked_connection().await?;
        let tx = TenantTx::begin(OPERATION, connection, self.shared.clone(), self.tenant).await?;
        let id = self.shared.next_id();
        let row = sql::lock_audit_config().bind(&tx, self.tenant.as_uuid(), &id).one().await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let before = AuditConfig::from_row(self.tenant, row)?;
        let after = match change.applied_to(&before) {
            Ok(after) => after,
            Err(input) => {
                return Err(tx.refuse(Error::InvalidInput { operation: OPERATION, input }).await);
            }
        };
        let changes = before.changes(&after);
        if changes.is_empty() {
            tx.rollback().await?;
            return Ok(after);
        }
        let event =
            Event::new("audit.configured", Resource::new("audit_config", self.tenant), by.clone())
                .with_detail("changed", changes);
        // Recorded alike whatever the tenant wants left out, so nobody has to ask what that is.
        let (tx, record) = settle_with(tx, self.shared.record(&Policy::default(), &event)).await?;
        let configured = write(&tx, self.tenant, &after, &record).await;
        let (tx, _) = settle(OPERATION, tx, configured).await?;
        tx.appended_in_sql();
        let _forget = self.shared.policies.forget_afterwards(self.tenant);
        tx.commit().await?;
        Ok(after)
    }
}

/// Writes the settings and the entry that says what is changed. The database takes neither alone.
async fn write(
    client: &impl GenericClient,
    tenant: TenantId,
    config: &AuditConfig,
    record: &Record,
) -> Result<i64, tokio_postgres::Error> {
    let masked_fields: Vec<&str> = config.masked_fields.iter().map(String::as_str).collect();
    sql::configure_audit()
        .bind(
            client,
            tenant.as_uuid(),
            &i32::try_from(config.retention_days).unwrap_or(i32::MAX),
            &config.log_level.as_str(),
            &config.mask_sensitive_fields,
            &masked_fields,
            &config.export_enabled,
            &config.export_destination,
            &record.id().0,
            &record.text(),
        )
        .one()
        .await
}
