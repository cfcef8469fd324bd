use std::sync::Arc;

use agentflow_core::{
    audit::EventStatus,
    hash::Sha256,
    ids::{AuditId, TenantId, WorkspaceId},
};
use agentflow_sql::queries::audit as sql;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::{
    error::{Error, Result},
    store::Shared,
};

/// Which entries to list. By default all of them.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only entries before this position: the last one of the page before.
    pub before_seq: Option<i64>,
    /// Only this action.
    pub action: Option<String>,
    /// Only this actor.
    pub actor_id: Option<String>,
    /// Only this kind of thing.
    pub resource_type: Option<String>,
    /// Only this thing.
    pub resource_id: Option<String>,
    /// Only what ended so.
    pub status: Option<EventStatus>,
    /// Only what happened then or later.
    pub since: Option<Timestamp>,
    /// Only what happened earlier.
    pub until: Option<Timestamp>,
}

/// An entry of the chain.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditEntry {
    /// Position in the chain, from 1.
    pub seq: i64,
    /// The id.
    pub id: AuditId,
    /// When it happened.
    pub occurred_at: Option<Timestamp>,
    /// What was done.
    pub action: Option<String>,
    /// The kind of actor.
    pub actor_type: Option<String>,
    /// Which actor.
    pub actor_id: Option<String>,
    /// The kind of thing it was done to.
    pub resource_type: Option<String>,
    /// Which thing.
    pub resource_id: Option<String>,
    /// How it ended.
    pub status: Option<String>,
    /// Where it came from.
    pub source: Option<String>,
    /// The workspace it belongs to.
    pub workspace_id: Option<WorkspaceId>,
    /// Everything else.
    pub details: Option<Value>,
    /// The hash of the entry before.
    pub prev_hash: Sha256,
    /// The hash of this entry.
    pub hash: Sha256,
    /// The text that was hashed.
    pub record: String,
}

impl TryFrom<sql::AuditEntry> for AuditEntry {
    type Error = Error;

    fn try_from(row: sql::AuditEntry) -> Result<Self> {
        let hash = |column, bytes: &[u8]| {
            Sha256::from_slice(bytes).ok_or(Error::Inconsistent {
                table: "audits",
                column,
                row: row.id.to_string(),
            })
        };
        Ok(Self {
            seq: row.seq,
            id: AuditId(row.id),
            prev_hash: hash("prev_hash", &row.prev_hash)?,
            hash: hash("hash", &row.hash)?,
            occurred_at: row.occurred_at,
            action: row.action,
            actor_type: row.actor_type,
            actor_id: row.actor_id,
            resource_type: row.resource_type,
            resource_id: row.resource_id,
            status: row.status,
            source: row.source,
            workspace_id: row.workspace_id.map(WorkspaceId),
            details: row.details,
            record: row.record,
        })
    }
}

/// The end of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AuditHead {
    /// Position of the last entry; 0 for an empty chain.
    pub seq: i64,
    /// Its hash.
    pub hash: Sha256,
    /// Position of the last entry that retention removed; 0 for none.
    pub pruned_seq: i64,
}

pub(super) async fn list(
    shared: &Arc<Shared>,
    tenant: TenantId,
    filter: &AuditFilter,
    page_size: u16,
) -> Result<Vec<AuditEntry>> {
    let flight = shared.flight("list audit entries", tenant).await?;
    let rows = sql::list_audits()
        .bind(
            &flight,
            tenant.as_uuid(),
            &filter.before_seq,
            &filter.action,
            &filter.actor_id,
            &filter.resource_type,
            &filter.resource_id,
            &filter.status.map(EventStatus::as_str),
            &filter.since,
            &filter.until,
            &i64::from(page_size),
        )
        .all()
        .await;
    flight.land(rows).await?.into_iter().map(AuditEntry::try_from).collect()
}

pub(super) async fn head(shared: &Arc<Shared>, tenant: TenantId) -> Result<AuditHead> {
    const OPERATION: &str = "read the head of the audit chain";
    let flight = shared.flight(OPERATION, tenant).await?;
    let row = sql::get_audit_head().bind(&flight, tenant.as_uuid()).opt().await;
    let missing = || Error::not_found(OPERATION, "the chain");
    let row = flight.land_found(row, missing).await?;
    let inconsistent =
        |column| Error::Inconsistent { table: "audit_heads", column, row: tenant.to_string() };
    Ok(AuditHead {
        seq: row.seq.ok_or_else(|| inconsistent("seq"))?,
        hash: row
            .hash
            .as_deref()
            .and_then(Sha256::from_slice)
            .ok_or_else(|| inconsistent("hash"))?,
        pruned_seq: row.pruned_seq.ok_or_else(|| inconsistent("pruned_seq"))?,
    })
}
