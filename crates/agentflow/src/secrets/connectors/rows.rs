use agentflow_core::{
    audit::{Actor, Event, Resource},
    ids::{ConnectorId, PrincipalId, WorkspaceId},
    secret::ValidationStatus,
};
use agentflow_sql::queries::connectors as sql;
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    error::{Error, Result},
    input::known,
};

pub(super) const TABLE: &str = "connector_installations";

/// A connector of a workspace as it is stored: without its credentials.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Connector {
    /// The id.
    pub id: ConnectorId,
    /// The workspace it is of.
    pub workspace_id: WorkspaceId,
    /// What it connects to: `github`, `slack`.
    pub connector_type: String,
    /// The version of the connector.
    pub connector_version: String,
    /// What it is called, unique within the workspace.
    pub display_name: String,
    /// The key of the key ring that its credentials are wrapped with: `shared/3`.
    pub kms_key_id: Option<String>,
    /// The key of the key ring that those before are wrapped with, as long as they are kept.
    pub previous_kms_key_id: Option<String>,
    /// Until when those before the latest rotation are given out.
    pub previous_expires_at: Option<Timestamp>,
    /// While false, nobody may open its credentials.
    pub is_enabled: bool,
    /// What is known about its credentials.
    pub validation_status: ValidationStatus,
    /// Why they are `invalid`.
    pub validation_error: Option<String>,
    /// When it was found out.
    pub validation_timestamp: Option<Timestamp>,
    /// The principal who installed it, if one did.
    pub installed_by: Option<PrincipalId>,
    /// When it was installed.
    pub created_at: Timestamp,
    /// When the row was last changed.
    pub updated_at: Timestamp,
    /// When its credentials were last replaced.
    pub rotated_at: Option<Timestamp>,
    /// The services that may open its credentials, in order of their ids.
    pub services: Vec<PrincipalId>,
}

impl Connector {
    pub(super) fn event(&self, action: &str, by: &Actor) -> Event {
        event(action, self.id, self.workspace_id, by)
            .with_detail("connector_type", self.connector_type.as_str())
            .with_detail("display_name", self.display_name.as_str())
    }
}

pub(super) fn event(action: &str, id: ConnectorId, workspace: WorkspaceId, by: &Actor) -> Event {
    let mut event = Event::new(action, Resource::new("connector", id), by.clone());
    event.workspace_id = Some(workspace.0);
    event
}

impl TryFrom<sql::Connector> for Connector {
    type Error = Error;

    fn try_from(row: sql::Connector) -> Result<Self> {
        Ok(Self {
            id: ConnectorId(row.id),
            workspace_id: WorkspaceId(row.workspace_id),
            connector_type: row.connector_type,
            connector_version: row.connector_version,
            display_name: row.display_name,
            kms_key_id: row.kms_key_id,
            previous_kms_key_id: row.previous_kms_key_id,
            previous_expires_at: row.previous_expires_at,
            is_enabled: row.is_enabled,
            validation_status: known(TABLE, "validation_status", row.id, &row.validation_status)?,
            validation_error: row.validation_error,
            validation_timestamp: row.validation_timestamp,
            installed_by: row.installed_by.map(PrincipalId),
            created_at: row.created_at,
            updated_at: row.updated_at,
            rotated_at: row.rotated_at,
            services: row.services.into_iter().map(PrincipalId).collect(),
        })
    }
}
