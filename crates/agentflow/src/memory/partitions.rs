use std::time::Duration;

use agentflow_core::{
    audit::{Actor, Event, Resource},
    ids::TenantId,
};
use agentflow_sql::queries::{audit::hides_tenants, memory_partitions as sql};
use serde::Serialize;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use super::{
    IndexProgress, IndexReport, IndexSpec,
    reindex::{self, Storage},
};
use crate::{
    admin::{Admin, AdminTx},
    error::{Error, Result},
};

const PROMOTE: &str = "promote the memories of a tenant";
const LIST: &str = "list the partitions of memories";
const DROP: &str = "drop partitions of memories";

/// How long to wait for locks at once.
const WAIT: &str = "10s";
/// How often to try.
const TRIES: u32 = 5;
/// The time between two tries.
const PAUSE: Duration = Duration::from_secs(1);
/// What the partitions of tenants are called, before their ids.
const PREFIX: &str = "memories_";

/// Where memories are kept, for the operator. Made by [`Admin::memory`].
#[derive(Debug, Clone, Copy)]
pub struct MemoryAdmin<'a>(pub(crate) &'a Admin);

/// A partition of a tenant's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemoryPartition {
    /// Whose it is.
    pub tenant: TenantId,
    /// Memories, as the server last estimated them.
    pub estimated_rows: u64,
    /// How much room it takes on the disk, with its indexes.
    pub bytes: u64,
    /// The index of its vectors: `hnsw` or `ivfflat`; none: searches compare them all.
    pub index: Option<String>,
}

/// How far a promotion is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PromoteProgress {
    /// The memories are being moved; the number of the try.
    Moving(u32),
    /// So many memories were moved.
    Moved(u64),
    /// They are being indexed.
    Indexing(IndexProgress),
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PromoteReport {
    /// How many memories were moved.
    pub moved: u64,
    /// What was indexed.
    #[serde(flatten)]
    pub indexed: IndexReport,
}

impl MemoryAdmin<'_> {
    /// Moves the memories of a tenant into a partition of their own, and [indexes](Self::reindex) them there: for tenants with more
    /// memories than can be compared with one by one, some ten thousand. It is recorded in the tenant's chain.
    ///
    /// All is moved, with tags and accesses, or nothing, and nothing of it is in the histories. Meanwhile whoever writes memories
    /// of this tenant waits. Others do only at the end, as everybody does: while the shared partition is looked through for rows of the
    /// tenant, and tags and accesses are put back. Nobody is made to wait for more than half a second by a lock that is not there
    /// yet. Whoever has a snapshot from before and reads memories of the tenant for the first time afterwards sees none.
    ///
    /// Errors: [`Error::Denied`] for a role that does not own the tables; [`Error::Conflict`] if they have a partition already;
    /// [`Error::NotFound`]; [`Error::Unavailable`] when others kept
    /// memories locked all the time; [`Error::Unsupported`] for a pgvector before 0.8.4, and for vectors of more than 2000
    /// dimensions, which cannot be indexed. If indexing fails, they have been moved, and are found as before, slowly; do
    /// that again.
    pub async fn promote(
        &self,
        tenant: TenantId,
        spec: IndexSpec,
        by: &Actor,
        progress: &(dyn Fn(PromoteProgress) + Send + Sync),
    ) -> Result<PromoteReport> {
        spec.check()?;
        reindex::check_owner(self.0, PROMOTE).await?;
        Storage::read(self.0, tenant).await?;
        let moved = self
            .patiently(PROMOTE, |number| {
                progress(PromoteProgress::Moving(number));
                self.move_memories(tenant, by)
            })
            .await?;
        progress(PromoteProgress::Moved(moved));
        tracing::info!(%tenant, moved, "the memories of a tenant have a partition of their own");
        let indexing = |it| progress(PromoteProgress::Indexing(it));
        let indexed = reindex::build(self.0, tenant, spec, by, &indexing).await?;
        Ok(PromoteReport { moved, indexed })
    }

    /// Indexes the memories of a tenant that has a partition of its own: the vectors by a new index, after which those from before are
    /// dropped, and the words if they are not. Nobody waits for it, and searches use the old index until the new one is
    /// there. It is recorded in the tenant's chain.
    ///
    /// What an interrupted call left is removed by the next one. Where nothing is embedded yet, there is no index of vectors; do
    /// it again when something is.
    ///
    /// Errors: [`Error::Denied`] for a role that does not own the tables; [`Error::Conflict`] without a partition of its own, or while somebody else does the same; [`Error::Unsupported`] as for
    /// [`promote`](Self::promote).
    pub async fn reindex(
        &self,
        tenant: TenantId,
        spec: IndexSpec,
        by: &Actor,
        progress: &(dyn Fn(IndexProgress) + Send + Sync),
    ) -> Result<IndexReport> {
        reindex::build(self.0, tenant, spec, by, progress).await
    }

    /// The partitions that tenants have of their own, in order of the ids; also of tenants that were deleted meanwhile.
    ///
    /// Errors: [`Error::Denied`] for a role that does not see all tenants.
    pub async fn partitions(&self) -> Result<Vec<MemoryPartition>> {
        let tx = self.0.begin(LIST).await?;
        let hidden = hides_tenants().bind(tx.client()).one().await;
        if hidden.map_err(|error| Error::from_postgres(LIST, error))? {
            tx.finish(LIST, Ok(())).await?;
            return Err(Error::tenants_hidden(LIST));
        }
        let rows = sql::list_memory_partitions().bind(tx.client()).all().await;
        let rows = tx.finish(LIST, rows).await?;
        let partition = |row: sql::ListMemoryPartitions| {
            let id = row.name.strip_prefix(PREFIX).and_then(|id| Uuid::parse_str(id).ok());
            let id = id.ok_or_else(|| Error::Inconsistent {
                table: "memories",
                column: "partition",
                row: row.name.clone(),
            })?;
            Ok(MemoryPartition {
                tenant: TenantId(id),
                estimated_rows: row.estimated_rows.unsigned_abs(),
                bytes: row.bytes.unsigned_abs(),
                index: row.method,
            })
        };
        rows.into_iter().map(partition).collect()
    }

    /// Drops the partitions of tenants that were deleted, whose memories went with them; returns which. Whoever uses memories
    /// waits for a moment.
    ///
    /// Errors: [`Error::Denied`] for a role that does not own the tables.
    pub async fn drop_orphans(&self) -> Result<Vec<TenantId>> {
        reindex::check_owner(self.0, DROP).await?;
        let mut dropped = Vec::new();
        for partition in self.partitions().await? {
            let tenant = partition.tenant;
            if self.patiently(DROP, |_| self.drop_partition(tenant)).await? {
                dropped.push(tenant);
            }
        }
        Ok(dropped)
    }

    async fn move_memories(&self, tenant: TenantId, by: &Actor) -> Result<u64> {
        let now = self.0.shared.now();
        let tx = self.begin_waiting(PROMOTE).await?;
        let moved = async {
            tx.enter(tenant).await?;
            let moved =
                sql::promote_memories().bind(tx.client(), tenant.as_uuid(), &now).one().await;
            let moved = moved.map_err(|error| Error::from_postgres(PROMOTE, error))?;
            let event = Event::new("memory.promoted", Resource::new("tenant", tenant), by.clone())
                .with_detail("memories", moved);
            tx.audit(&event).await?;
            Ok(moved.unsigned_abs())
        };
        let moved = moved.await;
        tx.settle(moved).await
    }

    async fn drop_partition(&self, tenant: TenantId) -> Result<bool> {
        let tx = self.begin_waiting(DROP).await?;
        let dropped = sql::drop_memory_partition().bind(tx.client(), tenant.as_uuid()).one().await;
        tx.finish(DROP, dropped).await
    }

    async fn begin_waiting(&self, operation: &'static str) -> Result<AdminTx> {
        let tx = self.0.begin(operation).await?;
        let told = sql::wait_for_locks().bind(tx.client(), &WAIT).one().await;
        match told {
            Ok(_) => Ok(tx),
            Err(error) => tx.finish(operation, Err(error)).await,
        }
    }

    /// Does it again while others are in the way.
    async fn patiently<T, F>(
        &self,
        operation: &'static str,
        mut work: impl FnMut(u32) -> F,
    ) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        for number in 1..=TRIES {
            match work(number).await {
                Err(error) if is_in_the_way(&error) => {
                    tracing::debug!(%error, number, "memories are in use");
                }
                other => return other,
            }
            if number < TRIES {
                tokio::time::sleep(PAUSE).await;
            }
        }
        let reason = "memories were in use all the time; nothing was changed, try again later";
        Err(Error::Unavailable { operation, reason: reason.to_owned(), source: None })
    }
}

fn is_in_the_way(error: &Error) -> bool {
    let Error::Database { source, .. } = error else { return false };
    source.code() == Some(&SqlState::LOCK_NOT_AVAILABLE)
}
