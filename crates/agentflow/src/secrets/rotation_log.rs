//! What became of the secrets of a tenant: when they were rotated, by whom and why. Never a value.

use agentflow_core::{audit::Actor, ids::PrincipalId, secret::SecretKind};
use agentflow_sql::queries::rotation_log as sql;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::{error::Result, input::known, scope::TenantTx, settle::settle, store::Handle};

/// Why, where whoever did it says no more.
pub(crate) const ROTATED: &str = "rotated";
/// A secret that was taken out of use.
pub(crate) const REVOKED: &str = "revoked";

/// A rotation of a secret, or a change of the key that it is wrapped with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rotation {
    /// The id.
    pub id: Uuid,
    /// What kind of secret it was.
    pub secret_type: SecretKind,
    /// Which one: the id of a provider key, a connector, an API key, a team.
    pub secret_id: Uuid,
    /// The key of the key ring that it was wrapped with, if it was there and wrapped.
    pub old_kms_key_id: Option<String>,
    /// The key of the key ring that it has been wrapped with since.
    pub new_kms_key_id: Option<String>,
    /// The principal who did it, if one did who is still there.
    pub rotated_by: Option<PrincipalId>,
    /// `rotated`, `rewrapped`, `revoked`, or what whoever did it said.
    pub rotation_reason: String,
    /// When.
    pub created_at: Timestamp,
}

impl TryFrom<sql::ListRotations> for Rotation {
    type Error = crate::Error;

    fn try_from(row: sql::ListRotations) -> Result<Self> {
        Ok(Self {
            id: row.id,
            secret_type: known("secret_rotation_log", "secret_type", row.id, &row.secret_type)?,
            secret_id: row.secret_id,
            old_kms_key_id: row.old_kms_key_id,
            new_kms_key_id: row.new_kms_key_id,
            rotated_by: row.rotated_by.map(PrincipalId),
            rotation_reason: row.rotation_reason,
            created_at: row.created_at,
        })
    }
}

/// Where a page of the log ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationCursor {
    /// When the last one of the page was.
    pub created_at: Timestamp,
    /// Its id.
    pub id: Uuid,
}

impl From<&Rotation> for RotationCursor {
    fn from(rotation: &Rotation) -> Self {
        Self { created_at: rotation.created_at, id: rotation.id }
    }
}

/// The rotations of the secrets of a tenant. Others write here; nothing in it is ever changed.
#[derive(Debug, Clone)]
pub struct RotationLog(Handle);

impl RotationLog {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// A page of rotations, the newest first, behind the last one of the page before: of all secrets, or of one.
    pub async fn list(
        &self,
        secret: Option<Uuid>,
        after: Option<RotationCursor>,
        limit: u16,
    ) -> Result<Vec<Rotation>> {
        let flight = self.0.flight("list rotations of secrets").await?;
        let rows = sql::list_rotations()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &secret,
                &after.map(|it| it.id),
                &after.map(|it| it.created_at),
                &i64::from(limit),
            )
            .all()
            .await;
        let rows = flight.land(rows).await?;
        rows.into_iter().map(Rotation::try_from).collect()
    }
}

/// A rotation to be written down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewRotation<'a> {
    pub(crate) kind: SecretKind,
    pub(crate) secret: Uuid,
    pub(crate) old_key: Option<&'a str>,
    pub(crate) new_key: Option<&'a str>,
    /// 1 to 255 characters.
    pub(crate) reason: &'a str,
}

/// Writes a rotation down. On an error the transaction is rolled back.
pub(crate) async fn log_rotation(
    operation: &'static str,
    handle: &Handle,
    tx: TenantTx,
    new: &NewRotation<'_>,
    by: &Actor,
) -> Result<TenantTx> {
    let inserted = sql::insert_rotation()
        .bind(
            &tx,
            handle.tenant.as_uuid(),
            &handle.shared.next_id(),
            &new.kind.as_str(),
            &new.secret,
            &new.old_key,
            &new.new_key,
            &by.principal_id().map(|id| id.0),
            &new.reason,
            &handle.shared.now(),
        )
        .await;
    Ok(settle(operation, tx, inserted).await?.0)
}
