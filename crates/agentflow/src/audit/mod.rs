//! The audit chain of a tenant: append, list, verify.
//!
//! Every entry is hashed over the entry before it, so nobody can change, remove, insert or reorder entries unseen. The
//! formula is in [`agentflow_core::audit`]; docs/audit.md shows how to check it with `psql` alone, and says what a chain
//! in a database cannot prove by itself.

mod alert;
mod append;
mod chain;
pub(crate) mod checkpoints;
mod config;
mod export;
mod group;
mod list;
mod policy;
mod prove;
mod prune;
mod segment;
mod tree;
mod verify;

use std::sync::Arc;

pub use agentflow_core::audit::{
    Actor, ActorKind, Event, EventStatus, MAX_RECORD_BYTES, Record, Resource,
};
use agentflow_core::ids::TenantId;

pub use alert::{Alert, AlertChannel, TamperedTenant, Undelivered};
pub use append::Appended;
pub(crate) use append::{
    APPEND, append_event, append_in, append_prepared, prepare_append, record_many,
};
pub use checkpoints::{
    AuditLag, CheckpointPolicy, CheckpointSigner, CheckpointSink, FileSink, Refusal, RoundReport,
    SinkReport, SinkState, WebhookSink, WriterSink, load_signing_key, store_signing_key,
};
pub use config::{AuditConfig, AuditConfigChange, LogLevel};
pub use export::{ExportOptions, ExportProgress, ExportReport};
pub(crate) use export::{Reader, Snapshot, write_bundle};
pub(crate) use group::Appends;
pub use list::{AuditEntry, AuditFilter, AuditHead};
pub(crate) use policy::{Policies, Policy, Ticket, read_policy};
pub use prove::ProvedEntry;
pub use prune::{PruneBundle, PruneOptions, PruneProgress, PruneReport};
pub(crate) use verify::verify_all;
pub use verify::{
    TenantLogVerdict, TenantVerdict, Verdict, VerifyOptions, VerifyProgress, VerifyReport,
};

pub use crate::webhook;
use crate::{error::Result, store::Shared};

/// The audit chain of one tenant.
pub struct Audit {
    shared: Arc<Shared>,
    tenant: TenantId,
}

impl std::fmt::Debug for Audit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Audit").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl Audit {
    pub(crate) fn new(shared: Arc<Shared>, tenant: TenantId) -> Self {
        Self { shared, tenant }
    }

    /// Appends one event. Returns only after it was committed.
    ///
    /// Calls that meet are committed together: under load this is many times faster than one transaction each. To
    /// record an event together with the change that it is about, use [`TenantTx::audit`](crate::TenantTx::audit).
    pub async fn append(&self, event: &Event) -> Result<Appended> {
        let record = self.shared.record(&*self.shared.policy(APPEND, self.tenant).await?, event)?;
        self.shared.appenders.call(&self.shared, self.tenant, record).await
    }

    /// Appends events in their order, all of them or none, in one round trip. The fastest way to append many: about a
    /// thousand a call. An empty slice appends nothing and fails with `InvalidInput`.
    pub async fn append_many(&self, events: &[Event]) -> Result<Appended> {
        append::append_many(&self.shared, self.tenant, events).await
    }

    /// Entries, newest first: at most `page_size` that pass `filter`.
    pub async fn list(&self, filter: &AuditFilter, page_size: u16) -> Result<Vec<AuditEntry>> {
        list::list(&self.shared, self.tenant, filter, page_size).await
    }

    /// The end of the chain.
    pub async fn head(&self) -> Result<AuditHead> {
        list::head(&self.shared, self.tenant).await
    }

    /// Verifies the whole chain, in one snapshot of the database and with constant memory. `progress` is called as work
    /// is done. A chain that was tampered with is a verdict in the report and no error.
    pub async fn verify(
        &self,
        options: &VerifyOptions,
        progress: &(dyn Fn(VerifyProgress) + Send + Sync),
    ) -> Result<VerifyReport> {
        verify_all(&self.shared, Some(self.tenant), options, progress).await
    }
}
