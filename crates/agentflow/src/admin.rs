//! What concerns no tenant, or all of them.
//!
//! Works as the role of the connection string, without stepping down into the runtime role: it must own the schema.

use std::{fmt, sync::Arc};

use agentflow_core::{audit::Event, ids::TenantId};
use agentflow_migrate::{Migrator, Options};
use agentflow_sql::queries::tenancy::name_tenant;

use crate::{
    archive::Archives,
    audit::{
        Appended, AuditLag, CheckpointPolicy, CheckpointSigner, CheckpointSink, RoundReport,
        SinkState, VerifyOptions, VerifyProgress, VerifyReport, checkpoints, verify_all,
    },
    error::{Error, Result},
    memory::MemoryAdmin,
    metering::MeteringAdmin,
    migrations,
    scope::TenantTx,
    secrets::key_ring::KeyRingAdmin,
    store::Shared,
    tenancy::Tenants,
};

/// The administrator's handle.
#[derive(Clone)]
pub struct Admin {
    pub(crate) shared: Arc<Shared>,
}

impl fmt::Debug for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admin").finish_non_exhaustive()
    }
}

impl Admin {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// The tenants.
    pub fn tenants(&self) -> Tenants<'_> {
        Tenants(self)
    }

    /// Archives of single tenants.
    pub fn archives(&self) -> Archives<'_> {
        Archives(self)
    }

    /// The key ring that sealed columns are encrypted with.
    pub fn key_ring(&self) -> KeyRingAdmin<'_> {
        KeyRingAdmin(self)
    }

    /// The months of usage.
    pub fn metering(&self) -> MeteringAdmin<'_> {
        MeteringAdmin(self)
    }

    /// Where memories are kept, and how their vectors are indexed.
    pub fn memory(&self) -> MemoryAdmin<'_> {
        MemoryAdmin(self)
    }

    /// Verifies the chains of all tenants, in one snapshot of the database. `progress` is called as work is done.
    pub async fn verify_audit(
        &self,
        options: &VerifyOptions,
        progress: &(dyn Fn(VerifyProgress) + Send + Sync),
    ) -> Result<VerifyReport> {
        verify_all(&self.shared, None, options, progress).await
    }

    /// Takes a checkpoint of every tenant whose chain has new entries, or of one tenant, and publishes to the sinks
    /// whatever they do not have.
    ///
    /// The new entries are verified first. What is wrong with one tenant, or with one sink, is told in the report and
    /// stops none of the others; an error is what concerns all of them. Of several that do this at once, each checkpoint
    /// is taken by one. Taking checkpoints is itself not recorded in the chains.
    ///
    /// Nothing at all is signed, and the error is [`Error::Tampered`], where the database forgot what it had signed before:
    /// as a sink can tell, or as the database itself knows of how far a sink is, or as the
    /// [memory](CheckpointSigner::with_memory) of the signer has it.
    pub async fn take_checkpoints(
        &self,
        signer: impl Into<CheckpointSigner<'_>>,
        sinks: &[Arc<dyn CheckpointSink>],
        only: Option<TenantId>,
    ) -> Result<RoundReport> {
        checkpoints::take(self, signer.into(), sinks, only).await
    }

    /// Takes checkpoints at once, and then whenever they are due, until `shutdown` is done; a round under way is finished
    /// first. Failures are logged, and tried again after a pause. `observe` is called after each round. Even without a
    /// [memory](CheckpointSigner::with_memory) of its own, the signer remembers what it signed until this returns.
    pub async fn run_checkpointer(
        &self,
        signer: impl Into<CheckpointSigner<'_>>,
        sinks: &[Arc<dyn CheckpointSink>],
        policy: CheckpointPolicy,
        observe: &(dyn Fn(&Result<RoundReport>) + Send + Sync),
        shutdown: impl Future<Output = ()> + Send,
    ) {
        checkpoints::run(self, signer.into(), sinks, policy, observe, shutdown).await;
    }

    /// What is in no checkpoint yet that every sink was given.
    pub async fn audit_lag(&self) -> Result<AuditLag> {
        checkpoints::measure(self).await
    }

    /// The sinks that were ever given something, in order of their names.
    pub async fn audit_sinks(&self) -> Result<Vec<SinkState>> {
        checkpoints::sinks(self).await
    }

    /// Forgets a sink that is no more, so that nothing counts as waiting for it. Returns whether it was known. If it comes
    /// back, it is given everything from the beginning.
    pub async fn forget_audit_sink(&self, name: &str) -> Result<bool> {
        checkpoints::forget_sink(self, name).await
    }

    /// A connection of its own for migrations: one with nothing between it and the server, if the URL leads there.
    pub async fn connect(&self) -> Result<tokio_postgres::Client> {
        self.shared.pool.connect().await
    }

    /// The migration engine over the schema of this library.
    pub fn migrator(options: Options) -> Result<Migrator, agentflow_migrate::Error> {
        Ok(Migrator::new(migrations::source()?).with_options(options))
    }

    pub(crate) async fn begin(&self, operation: &'static str) -> Result<AdminTx> {
        let connection = self.shared.pool.get().await?;
        TenantTx::begin_as_admin(operation, connection, Arc::clone(&self.shared)).await.map(AdminTx)
    }
}

/// A transaction of the administrator. Enters a tenant by naming it, so that suspended ones can be worked on.
pub(crate) struct AdminTx(TenantTx);

impl AdminTx {
    /// From here on, rows of `tenant` and of no other can be read and written where row-level security is forced.
    pub(crate) async fn enter(&self, tenant: TenantId) -> Result<()> {
        let named = name_tenant().bind(&self.0, tenant.as_uuid()).one().await;
        named.map(drop).map_err(|error| Error::from_postgres("enter a tenant", error))?;
        self.0.set_tenant(tenant);
        Ok(())
    }

    pub(crate) async fn audit(&self, event: &Event) -> Result<Appended> {
        self.0.audit(event).await
    }

    pub(crate) async fn audit_and_commit(self, event: &Event) -> Result<Appended> {
        self.0.audit_and_commit(event).await
    }

    /// What generated queries take as their client.
    pub(crate) fn client(&self) -> &TenantTx {
        &self.0
    }

    pub(crate) async fn commit(self) -> Result<()> {
        self.0.commit().await
    }

    pub(crate) async fn rollback(self) -> Result<()> {
        self.0.rollback().await
    }

    /// Rolls back because of this error, and hands it back.
    pub(crate) async fn refuse(self, error: Error) -> Error {
        self.0.refuse(error).await
    }

    /// Commits if `result` is good, rolls back if not.
    pub(crate) async fn settle<T>(self, result: Result<T>) -> Result<T> {
        match result {
            Ok(value) => self.commit().await.map(|()| value),
            Err(error) => Err(self.refuse(error).await),
        }
    }

    /// Commits if `result` is good, rolls back if not.
    pub(crate) async fn finish<T>(
        self,
        operation: &'static str,
        result: Result<T, tokio_postgres::Error>,
    ) -> Result<T> {
        match result {
            Ok(value) => {
                self.0.commit().await?;
                Ok(value)
            }
            Err(error) => Err(self.refuse(Error::from_postgres(operation, error)).await),
        }
    }
}
