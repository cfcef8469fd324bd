//! What concerns no tenant, or all of them.
//!
//! Works as the role of the connection string, without stepping down into the runtime role: it must own the schema.

use std::{fmt, sync::Arc};

use agentflow_core::{audit::Event, ids::TenantId};
use agentflow_migrate::{Migrator, Options};
use agentflow_sql::queries::tenancy::name_tenant;

use crate::{
    audit::{Appended, VerifyOptions, VerifyProgress, VerifyReport, verify_all},
    error::{Error, Result},
    migrations,
    scope::TenantTx,
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

    /// Verifies the chains of all tenants, in one snapshot of the database. `progress` is called as work is done.
    pub async fn verify_audit(
        &self,
        options: &VerifyOptions,
        progress: &(dyn Fn(VerifyProgress) + Send + Sync),
    ) -> Result<VerifyReport> {
        verify_all(&self.shared, None, options, progress).await
    }

    /// A connection of its own for migrations: one with nothing between it and the server, if the URL leads there.
    pub async fn connect(&self) -> Result<tokio_postgres::Client> {
        self.shared.pool.connect().await
    }

    /// The migration engine over the schema of this library.
    pub fn migrator(options: Options) -> Result<Migrator, agentflow_migrate::Error> {
        Ok(Migrator::new(migrations::source()?).with_options(options))
    }

    pub(crate) async fn begin(&self) -> Result<AdminTx> {
        let connection = self.shared.pool.get().await?;
        TenantTx::begin_as_admin(connection, Arc::clone(&self.shared)).await.map(AdminTx)
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
            Err(error) => {
                self.0.rollback().await?;
                Err(Error::from_postgres(operation, error))
            }
        }
    }
}
