use agentflow_core::{
    audit::{Actor, Event, Resource},
    ids::{PrincipalId, ProviderKeyId, WorkspaceId},
    secret::{CheckResult, ValidationStatus, ValidationTest},
};
use agentflow_sql::queries::provider_keys as sql;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    input::{known, stored_json},
};

pub(super) const TABLE: &str = "provider_keys";

/// A key for a provider of models as it is stored: without the key.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProviderKey {
    /// The id.
    pub id: ProviderKeyId,
    /// The workspace it is of.
    pub workspace_id: WorkspaceId,
    /// What it is for: `openai`, `azure_openai`, `anthropic`, `cohere`, or another.
    pub provider_type: String,
    /// What it is called, unique among those of the workspace for the provider that were not revoked.
    pub name: String,
    /// What is no secret: `base_url`, `api_version`, and whatever else the service needs.
    pub settings: Map<String, Value>,
    /// The key of the key ring that it is wrapped with: `shared/3`. None once it was revoked.
    pub kms_key_id: Option<String>,
    /// The key of the key ring that the one before is wrapped with, as long as that is kept.
    pub previous_kms_key_id: Option<String>,
    /// Until when the one before the latest rotation is given out.
    pub previous_expires_at: Option<Timestamp>,
    /// Whether it is the one that the workspace uses for the provider.
    pub is_active: bool,
    /// What is known about it. A key that is `invalid` is given out all the same.
    pub validation_status: ValidationStatus,
    /// Why it is `invalid`.
    pub validation_error: Option<String>,
    /// When it was found out.
    pub validation_timestamp: Option<Timestamp>,
    /// When a service last opened it, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// The principal who added it, if one did.
    pub created_by: Option<PrincipalId>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When the row was last changed.
    pub updated_at: Timestamp,
    /// When it was last replaced.
    pub rotated_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The services that may open it, in order of their ids.
    pub services: Vec<PrincipalId>,
}

impl ProviderKey {
    pub(super) fn event(&self, action: &str, by: &Actor) -> Event {
        event(action, self.id, self.workspace_id, by)
            .with_detail("provider_type", self.provider_type.as_str())
            .with_detail("name", self.name.as_str())
    }

    /// Whether there is nothing left to open.
    pub fn is_revoked(&self) -> bool {
        self.revoked_at.is_some()
    }
}

pub(super) fn event(action: &str, id: ProviderKeyId, workspace: WorkspaceId, by: &Actor) -> Event {
    let mut event = Event::new(action, Resource::new("provider_key", id), by.clone());
    event.workspace_id = Some(workspace.0);
    event
}

impl TryFrom<sql::ProviderKey> for ProviderKey {
    type Error = Error;

    fn try_from(row: sql::ProviderKey) -> Result<Self> {
        let id = row.id;
        Ok(Self {
            id: ProviderKeyId(id),
            workspace_id: WorkspaceId(row.workspace_id),
            provider_type: row.provider_type,
            name: row.name,
            settings: stored_json(TABLE, "settings", id, &row.settings)?,
            kms_key_id: row.kms_key_id,
            previous_kms_key_id: row.previous_kms_key_id,
            previous_expires_at: row.previous_expires_at,
            is_active: row.is_active,
            validation_status: known(TABLE, "validation_status", id, &row.validation_status)?,
            validation_error: row.validation_error,
            validation_timestamp: row.validation_timestamp,
            last_used_at: row.last_used_at,
            created_by: row.created_by.map(PrincipalId),
            created_at: row.created_at,
            updated_at: row.updated_at,
            rotated_at: row.rotated_at,
            revoked_at: row.revoked_at,
            services: row.services.into_iter().map(PrincipalId).collect(),
        })
    }
}

/// What a check of a key came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KeyCheck {
    /// The id.
    pub id: Uuid,
    /// How it was checked.
    pub validation_test: ValidationTest,
    /// What it came to.
    pub result: CheckResult,
    /// More about it: `reason`, and `of`, which tells one value from another. Never any part of a key.
    pub result_details: Map<String, Value>,
    /// When.
    pub validated_at: Timestamp,
}

impl TryFrom<sql::ListValidationResults> for KeyCheck {
    type Error = Error;

    fn try_from(row: sql::ListValidationResults) -> Result<Self> {
        const TABLE: &str = "key_validation_results";
        Ok(Self {
            id: row.id,
            validation_test: known(TABLE, "validation_test", row.id, &row.validation_test)?,
            result: known(TABLE, "result", row.id, &row.result)?,
            result_details: stored_json(TABLE, "result_details", row.id, &row.result_details)?,
            validated_at: row.validated_at,
        })
    }
}
