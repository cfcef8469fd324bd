use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
    ids::WorkspaceId,
    run::ContentDigest,
    workflow::check_approval_tiers,
};
use agentflow_sql::queries::tenancy as sql;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Workspaces;
use crate::{
    error::{Error, Result},
    input::{check_json_value, stored_json},
    scope::TenantTx,
    settle::{settle, settle_with},
};

/// The most days that runs and messages are kept: with many more, there is no date so long ago.
const MAX_RETENTION_DAYS: i32 = 36_500;

/// The limits and settings of a workspace.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkspaceSettings {
    /// Days that runs and messages are kept, 1 to 36,500; 90 by default.
    pub retention_days: i32,
    /// Writes it may make in a minute, 0 meaning none; 1000 by default.
    pub write_cap_per_minute: i32,
    /// Roles that may approve, by risk tier: `{"high": ["approver"]}`, 1 to 100 for each that is named.
    pub approval_tiers: Value,
    /// Everything else, an object of at most 64 kB.
    pub custom_settings: Value,
}

impl Default for WorkspaceSettings {
    fn default() -> Self {
        Self {
            retention_days: 90,
            write_cap_per_minute: 1000,
            approval_tiers: json!({}),
            custom_settings: json!({}),
        }
    }
}

/// What to change of the settings of a workspace; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WorkspaceSettingsChange {
    /// Days that runs and messages are kept, 1 to 36,500.
    pub retention_days: Option<i32>,
    /// Writes it may make in a minute, 0 meaning none.
    pub write_cap_per_minute: Option<i32>,
    /// Roles that may approve, by risk tier, all of them: `{"high": ["approver"]}`, 1 to 100 for each that is named.
    pub approval_tiers: Option<Value>,
    /// Everything else, an object of at most 64 kB, all of it.
    pub custom_settings: Option<Value>,
}

impl From<WorkspaceSettings> for WorkspaceSettingsChange {
    fn from(settings: WorkspaceSettings) -> Self {
        Self {
            retention_days: Some(settings.retention_days),
            write_cap_per_minute: Some(settings.write_cap_per_minute),
            approval_tiers: Some(settings.approval_tiers),
            custom_settings: Some(settings.custom_settings),
        }
    }
}

impl WorkspaceSettingsChange {
    fn check(&self, operation: &'static str) -> Result<()> {
        self.check_numbers().map_err(Error::invalid(operation))?;
        if let Some(tiers) = &self.approval_tiers {
            check_json_value(operation, "approval_tiers", tiers)?;
            check_approval_tiers("approval_tiers", tiers).map_err(Error::invalid(operation))?;
        }
        if let Some(custom) = &self.custom_settings {
            check_json_value(operation, "custom_settings", custom)?;
            if !custom.is_object() {
                let input = InvalidInput::new("custom_settings", "expected an object");
                return Err(Error::InvalidInput { operation, input });
            }
        }
        Ok(())
    }

    fn check_numbers(&self) -> Result<(), InvalidInput> {
        if self.retention_days.is_some_and(|days| !(1..=MAX_RETENTION_DAYS).contains(&days)) {
            return Err(InvalidInput::new("retention_days", "expected 1 to 36500 days"));
        }
        if self.write_cap_per_minute.is_some_and(|writes| writes < 0) {
            let reason = "expected 0 or more writes; 0 means none";
            return Err(InvalidInput::new("write_cap_per_minute", reason));
        }
        Ok(())
    }

    /// What is different from what holds, with what it was and what it becomes. Of custom settings, which may be large and
    /// hold anything, only the digests.
    fn changes(&self, before: &WorkspaceSettings) -> Result<Map<String, Value>, InvalidInput> {
        let mut changes = Map::new();
        let mut note = |name: &str, from: Value, to: Value| {
            changes.insert(name.to_owned(), json!({ "from": from, "to": to }));
        };
        if let Some(days) = self.retention_days.filter(|it| *it != before.retention_days) {
            note("retention_days", json!(before.retention_days), json!(days));
        }
        let (cap, cap_before) = (self.write_cap_per_minute, before.write_cap_per_minute);
        if let Some(cap) = cap.filter(|it| *it != cap_before) {
            note("write_cap_per_minute", json!(cap_before), json!(cap));
        }
        let tiers = self.approval_tiers.as_ref();
        if let Some(tiers) = tiers.filter(|it| **it != before.approval_tiers) {
            note("approval_tiers", before.approval_tiers.clone(), tiers.clone());
        }
        let custom = self.custom_settings.as_ref();
        if let Some(custom) = custom.filter(|it| **it != before.custom_settings) {
            let digest = |it| ContentDigest::of("custom_settings", it).map(|it| json!(it));
            note("custom_settings", digest(&before.custom_settings)?, digest(custom)?);
        }
        Ok(changes)
    }
}

/// The settings of a workspace as they are stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkspaceConfig {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Its settings.
    #[serde(flatten)]
    pub settings: WorkspaceSettings,
    /// When they were first set.
    pub created_at: Timestamp,
    /// When they were last changed.
    pub updated_at: Timestamp,
}

impl TryFrom<sql::WorkspaceConfig> for WorkspaceConfig {
    type Error = Error;

    fn try_from(row: sql::WorkspaceConfig) -> Result<Self> {
        let json = |column, text: &str| stored_json("workspace_configs", column, row.id, text);
        Ok(Self {
            workspace_id: WorkspaceId(row.workspace_id),
            settings: WorkspaceSettings {
                retention_days: row.retention_days,
                write_cap_per_minute: row.write_cap_per_minute,
                approval_tiers: json("approval_tiers", &row.approval_tiers)?,
                custom_settings: json("custom_settings", &row.custom_settings)?,
            },
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn event(id: WorkspaceId, by: &Actor) -> Event {
    Event::new("workspace.configured", Resource::new("workspace", id), by.clone())
}

impl Workspaces {
    /// The settings of a workspace, if any were set; otherwise those of [`WorkspaceSettings::default`] are in force.
    pub async fn config(&self, id: WorkspaceId) -> Result<Option<WorkspaceConfig>> {
        let flight = self.shared.flight("get the settings of a workspace", self.tenant).await?;
        let row = sql::get_workspace_config()
            .bind(&flight, self.tenant.as_uuid(), id.as_uuid())
            .opt()
            .await;
        let row = flight.land(row).await?;
        row.map(WorkspaceConfig::try_from).transpose()
    }

    /// Sets the settings of a workspace, all of them, whatever they were. To change some of them, use
    /// [`adjust`](Self::adjust).
    pub async fn configure(
        &self,
        id: WorkspaceId,
        settings: &WorkspaceSettings,
        by: &Actor,
    ) -> Result<WorkspaceConfig> {
        const OPERATION: &str = "set the settings of a workspace";
        WorkspaceSettingsChange::from(settings.clone()).check(OPERATION)?;
        let tx = self.begin(OPERATION).await?;
        let row = sql::put_workspace_config()
            .bind(
                &tx,
                self.tenant.as_uuid(),
                &self.shared.next_id(),
                id.as_uuid(),
                &settings.retention_days,
                &settings.write_cap_per_minute,
                &settings.approval_tiers,
                &settings.custom_settings,
            )
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let event = event(id, by)
            .with_detail("retention_days", settings.retention_days)
            .with_detail("write_cap_per_minute", settings.write_cap_per_minute)
            .with_detail("approval_tiers", settings.approval_tiers.clone());
        tx.audit_and_commit(&event).await?;
        row.try_into()
    }

    /// Changes some settings of a workspace, and returns all that hold from now on. Others that are changed at the same time
    /// are not lost: who comes second waits, and finds what the first one made of it.
    ///
    /// Recorded as `workspace.configured` with what every changed setting was and is, custom settings by their digests. A
    /// change that changes nothing is not recorded, unless the defaults were in force and are now set. Fails with
    /// [`Error::InvalidInput`] when nothing is named, and with [`Error::NotFound`] when the workspace is not there.
    pub async fn adjust(
        &self,
        id: WorkspaceId,
        change: WorkspaceSettingsChange,
        by: &Actor,
    ) -> Result<WorkspaceConfig> {
        const OPERATION: &str = "change the settings of a workspace";
        if change == WorkspaceSettingsChange::default() {
            let input = InvalidInput::new("settings", "expected at least one to change");
            return Err(Error::InvalidInput { operation: OPERATION, input });
        }
        change.check(OPERATION)?;
        let (tx, before, is_new) = self.lock_config(OPERATION, id).await?;
        let changes = change.changes(&before.settings).map_err(Error::invalid(OPERATION));
        let (tx, changes) = settle_with(tx, changes).await?;
        if changes.is_empty() && !is_new {
            tx.rollback().await?;
            return Ok(before);
        }
        let row = sql::adjust_workspace_config()
            .bind(
                &tx,
                &change.retention_days,
                &change.write_cap_per_minute,
                &change.approval_tiers,
                &change.custom_settings,
                self.tenant.as_uuid(),
                id.as_uuid(),
            )
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let (tx, after) = settle_with(tx, WorkspaceConfig::try_from(row)).await?;
        tx.audit_and_commit(&event(id, by).with_detail("changed", changes)).await?;
        Ok(after)
    }

    /// The settings, which nobody else changes until the transaction ends, and whether they are the defaults, which were not
    /// stored before.
    async fn lock_config(
        &self,
        operation: &'static str,
        id: WorkspaceId,
    ) -> Result<(TenantTx, WorkspaceConfig, bool)> {
        let tx = self.begin(operation).await?;
        let inserted = sql::insert_default_workspace_config()
            .bind(&tx, self.tenant.as_uuid(), &self.shared.next_id(), id.as_uuid())
            .await;
        let (tx, inserted) = settle(operation, tx, inserted).await?;
        let row =
            sql::lock_workspace_config().bind(&tx, self.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, row) = settle(operation, tx, row).await?;
        // Deleted since, with its settings.
        let row = row.ok_or_else(|| Error::not_found(operation, "the workspace"));
        let config = row.and_then(WorkspaceConfig::try_from);
        let (tx, config) = settle_with(tx, config).await?;
        Ok((tx, config, inserted > 0))
    }
}
