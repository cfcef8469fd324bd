use std::{pin::pin, time::Duration};

use agentflow_core::{
    audit::{Actor, Event, Resource},
    ids::TenantId,
};
use agentflow_sql::queries::memory_partitions as sql;
use futures::future::{Either, select};
use tokio_postgres::Client;

use super::{IndexKind, IndexProgress, IndexReport, IndexSpec, VectorIndex};
use crate::{
    admin::Admin,
    error::{Error, Result},
};

const INDEX: &str = "index the memories of a tenant";
/// The most that an index of pgvector holds of its type `vector`.
const MOST_DIMENSIONS: u32 = 2000;
/// How often to ask how far it is.
const ASK: Duration = Duration::from_millis(500);
/// Before this, indexes were damaged while they were vacuumed or built.
const SOUND: (u32, u32, u32) = (0, 8, 4);

/// How the memories of a tenant are kept, as far as it matters for an index.
pub(super) struct Storage {
    pub(super) is_promoted: bool,
    dimensions: Option<u32>,
}

impl Storage {
    pub(super) async fn read(admin: &Admin, tenant: TenantId) -> Result<Self> {
        let tx = admin.begin(INDEX).await?;
        let found = async {
            tx.enter(tenant).await?;
            let version = sql::pgvector_version().bind(tx.client()).opt().await;
            let version = version.map_err(|error| Error::from_postgres(INDEX, error))?;
            check_version(version.as_deref().unwrap_or_default())?;
            let found = sql::get_memory_storage().bind(tx.client(), tenant.as_uuid()).opt().await;
            found.map_err(|error| Error::from_postgres(INDEX, error))
        };
        let found = found.await;
        let found = tx.settle(found).await?;
        let dimensions = found.as_ref().and_then(|it| it.embedding_dimensions);
        let dimensions = dimensions.map(i32::unsigned_abs);
        if let Some(dimensions) = dimensions.filter(|it| *it > MOST_DIMENSIONS) {
            let reason = format!(
                "its vectors have {dimensions} dimensions, and indexes of pgvector hold {MOST_DIMENSIONS} at most; embed the \
                 memories anew with fewer dimensions first (EMBEDDING_DIMENSIONS)"
            );
            return Err(Error::Unsupported { operation: INDEX, reason });
        }
        let is_promoted = found.is_some_and(|it| it.promoted_at.is_some());
        Ok(Self { is_promoted, dimensions })
    }
}

fn check_version(version: &str) -> Result<()> {
    let mut numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    if (next(), next(), next()) >= SOUND {
        return Ok(());
    }
    let reason = format!(
        "pgvector {version} is installed, and before 0.8.4 indexes were damaged while they were built or vacuumed; install a newer \
         one, and then ALTER EXTENSION vector UPDATE"
    );
    Err(Error::Unsupported { operation: INDEX, reason })
}

/// Tables are moved and indexed by their owner, who sees all that is in them.
pub(super) async fn check_owner(admin: &Admin, operation: &'static str) -> Result<()> {
    let tx = admin.begin(operation).await?;
    let owns = sql::owns_memories().bind(tx.client()).one().await;
    if tx.finish(operation, owns).await? {
        return Ok(());
    }
    let reason = "the role of the connection string does not own the tables of memories; connect as the owner of the tables";
    Err(Error::Denied { operation, reason: reason.to_owned() })
}

/// A connection that indexes are made over, outside of transactions.
struct Builder<'a> {
    admin: &'a Admin,
    client: Client,
    tenant: TenantId,
    pid: i32,
    progress: &'a (dyn Fn(IndexProgress) + Send + Sync),
}

/// Makes the indexes of a partition anew, and drops those from before.
pub(super) async fn build(
    admin: &Admin,
    tenant: TenantId,
    spec: IndexSpec,
    by: &Actor,
    progress: &(dyn Fn(IndexProgress) + Send + Sync),
) -> Result<IndexReport> {
    spec.check()?;
    check_owner(admin, INDEX).await?;
    let storage = Storage::read(admin, tenant).await?;
    if !storage.is_promoted {
        let reason = "it has no partition of its own yet, and those that share one have no index of vectors; promote it first";
        return Err(Error::Conflict { operation: INDEX, reason: reason.to_owned() });
    }
    let builder = Builder::connect(admin, tenant, progress).await?;
    let memories = builder.count().await?;
    let before = builder.indexes().await?;
    let mut leftovers = 0;
    for index in before.iter().filter(|index| !index.is_valid) {
        builder.run(&index.drop_statement).await?;
        leftovers += 1;
    }
    let is_worded = |index: &sql::ListMemoryIndexes| index.is_valid && index.method == "gin";
    if !before.iter().any(is_worded) {
        builder.build_words().await?;
    }
    let kind = spec.kind.settled(memories);
    let name = match storage.dimensions {
        None => None,
        Some(dimensions) => {
            let memory = spec.memory(memories, dimensions.into());
            Some((builder.build_vectors(kind, dimensions, memory).await?, dimensions))
        }
    };
    builder.analyze().await?;
    let is_old = |index: &&sql::ListMemoryIndexes| {
        index.is_valid && matches!(index.method.as_str(), "hnsw" | "ivfflat")
    };
    if name.is_some() {
        record(admin, tenant, kind, memories, by).await?;
        for index in before.iter().filter(is_old) {
            builder.run(&index.drop_statement).await?;
        }
    }
    let after = builder.indexes().await?;
    let bytes = |name: &str| {
        after.iter().find(|index| index.name == name).map_or(0, |index| index.bytes.unsigned_abs())
    };
    let index = name.map(|(name, dimensions)| {
        let bytes = bytes(&name);
        VectorIndex { name, kind, dimensions, bytes }
    });
    Ok(IndexReport { index, memories, leftovers })
}

async fn record(
    admin: &Admin,
    tenant: TenantId,
    kind: IndexKind,
    memories: u64,
    by: &Actor,
) -> Result<()> {
    let tx = admin.begin(INDEX).await?;
    let recorded = async {
        tx.enter(tenant).await?;
        let (options, now) = (kind.options(), admin.shared.now());
        sql::record_memory_index()
            .bind(tx.client(), &kind.method(), &options.to_string(), &now, tenant.as_uuid())
            .await
            .map_err(|error| Error::from_postgres(INDEX, error))?;
        let event = Event::new("memory.reindexed", Resource::new("tenant", tenant), by.clone())
            .with_detail("kind", kind.method())
            .with_detail("options", options)
            .with_detail("memories", memories);
        tx.audit(&event).await.map(drop)
    };
    let recorded = recorded.await;
    tx.settle(recorded).await
}

impl<'a> Builder<'a> {
    async fn connect(
        admin: &'a Admin,
        tenant: TenantId,
        progress: &'a (dyn Fn(IndexProgress) + Send + Sync),
    ) -> Result<Self> {
        let client = admin.connect().await?;
        let prepared = async {
            let pid = sql::backend_pid().bind(&client).one().await?;
            let it = sql::prepare_to_index().bind(&client, tenant.as_uuid()).one().await?;
            Ok((pid, it.is_alone))
        };
        let (pid, is_alone) = prepared.await.map_err(failed)?;
        if !is_alone {
            let reason = "they are being indexed already".to_owned();
            return Err(Error::Conflict { operation: INDEX, reason });
        }
        Ok(Self { admin, client, tenant, pid, progress })
    }

    async fn count(&self) -> Result<u64> {
        let tx = self.admin.begin(INDEX).await?;
        let count = async {
            tx.enter(self.tenant).await?;
            let count =
                sql::count_all_memories().bind(tx.client(), self.tenant.as_uuid()).one().await;
            count.map_err(failed)
        };
        let count = count.await;
        Ok(tx.settle(count).await?.unsigned_abs())
    }

    async fn indexes(&self) -> Result<Vec<sql::ListMemoryIndexes>> {
        let tenant = self.tenant.as_uuid();
        sql::list_memory_indexes().bind(&self.client, tenant).all().await.map_err(failed)
    }

    async fn build_words(&self) -> Result<()> {
        let statement = sql::word_index_statement()
            .bind(&self.client, self.tenant.as_uuid(), &self.fresh_name("words"))
            .one()
            .await
            .map_err(failed)?;
        self.run(&statement).await
    }

    async fn build_vectors(&self, kind: IndexKind, dimensions: u32, memory: u64) -> Result<String> {
        let name = self.fresh_name("vectors");
        let statement = async {
            let memory = format!("{memory}MB");
            sql::give_index_memory().bind(&self.client, &memory).one().await?;
            let (options, dimensions) = (kind.options().to_string(), dimensions.cast_signed());
            sql::vector_index_statement()
                .bind(
                    &self.client,
                    self.tenant.as_uuid(),
                    &name,
                    &dimensions,
                    &kind.method(),
                    &options,
                )
                .one()
                .await
        };
        let statement = statement.await.map_err(failed)?;
        self.run(&statement).await?;
        Ok(name)
    }

    async fn analyze(&self) -> Result<()> {
        let statement =
            sql::analyze_statement().bind(&self.client, self.tenant.as_uuid()).one().await;
        let statement = statement.map_err(failed)?;
        self.run(&statement).await
    }

    /// One that no other index has, nor had.
    fn fresh_name(&self, what: &str) -> String {
        let partition = self.tenant.as_uuid().simple();
        let id = self.admin.shared.next_id().simple().to_string();
        format!("memories_{partition}_{what}_{}", &id[id.len() - 8..])
    }

    /// Runs what must not be in a transaction, and tells now and then how far it is.
    async fn run(&self, statement: &str) -> Result<()> {
        let mut work = pin!(self.client.batch_execute(statement));
        loop {
            match select(work.as_mut(), pin!(tokio::time::sleep(ASK))).await {
                Either::Left((done, _)) => return done.map_err(failed),
                Either::Right(((), _)) => {
                    // The work goes on whether or not somebody can be told of it.
                    let mut asked = pin!(self.ask());
                    match select(work.as_mut(), asked.as_mut()).await {
                        Either::Left((done, _)) => return done.map_err(failed),
                        Either::Right((Ok(Some(progress)), _)) => (self.progress)(progress),
                        Either::Right((Ok(None), _)) => {}
                        Either::Right((Err(error), _)) => {
                            tracing::debug!(%error, "it cannot be told how far an index is");
                        }
                    }
                }
            }
        }
    }

    async fn ask(&self) -> Result<Option<IndexProgress>> {
        let tx = self.admin.begin(INDEX).await?;
        let found = sql::index_progress().bind(tx.client(), &self.pid).opt().await;
        let found = tx.finish(INDEX, found).await?;
        Ok(found.map(|it| IndexProgress {
            phase: it.phase,
            done: it.done.unsigned_abs(),
            total: it.total.unsigned_abs(),
        }))
    }
}

fn failed(error: tokio_postgres::Error) -> Error {
    Error::from_postgres(INDEX, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_pgvector_that_damage_indexes_are_refused() {
        for sound in ["0.8.4", "0.8.6", "0.9.0", "0.10", "1.0.0"] {
            assert!(check_version(sound).is_ok(), "{sound}");
        }
        for unsound in ["0.8.3", "0.8", "0.7.4", "0.5.1", ""] {
            let error = check_version(unsound).unwrap_err().to_string();
            assert!(error.contains("0.8.4") && error.contains("damaged"), "{error}");
        }
    }
}
