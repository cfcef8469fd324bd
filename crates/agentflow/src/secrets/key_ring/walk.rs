//! Opens what is sealed, and changes nothing.

use agentflow_core::{
    ids::TenantId,
    sealed::{Place, Sealed},
};
use agentflow_sql::queries::key_rings as sql;
use uuid::Uuid;

use super::{
    admin::KeyRingAdmin,
    provider::KeyProvider,
    rewrap::{MAX_FAILURES, RewrapFailure},
    ring::open_with,
    table::{Page, SealedTable},
};
use crate::error::{Error, Result};

/// What came of opening values.
#[derive(Default)]
pub(super) struct Opened {
    pub(super) tenants: u64,
    pub(super) readable: u64,
    pub(super) failed: u64,
    /// The first 1000.
    pub(super) failures: Vec<RewrapFailure>,
}

impl KeyRingAdmin<'_> {
    /// Opens every sealed value, whichever key it is wrapped with.
    pub(super) async fn open_all(
        &self,
        operation: &'static str,
        provider: &dyn KeyProvider,
        only: Option<TenantId>,
        size: u16,
    ) -> Result<Opened> {
        let mut all = Opened::default();
        for tenant in self.list_tenants(operation, only).await? {
            let before = all.readable + all.failed;
            for table in SealedTable::ALL {
                let mut after = None;
                loop {
                    let rows = self.read_page(operation, tenant, table, "", after, size).await?;
                    let Some(last) = rows.last() else { break };
                    after = Some(last.id);
                    for row in &rows {
                        open_row(operation, provider, tenant, table, row, &mut all).await?;
                    }
                }
            }
            all.tenants += u64::from(all.readable + all.failed > before);
        }
        Ok(all)
    }

    /// Rows of a tenant that are not wrapped with `current`, or all with `""`, in a transaction of their own: nothing is held while
    /// keys are asked for.
    pub(super) async fn read_page(
        &self,
        operation: &'static str,
        tenant: TenantId,
        table: SealedTable,
        current: &str,
        after: Option<Uuid>,
        size: u16,
    ) -> Result<Vec<sql::SealedRow>> {
        let tx = self.0.begin(operation).await?;
        let rows = async {
            tx.enter(tenant).await?;
            let page = Page { tenant, current, after, size: i64::from(size) };
            let rows = table.list(tx.client(), page).await;
            rows.map_err(|error| Error::from_postgres(operation, error))
        };
        let rows = rows.await;
        tx.settle(rows).await
    }
}

async fn open_row(
    operation: &'static str,
    provider: &dyn KeyProvider,
    tenant: TenantId,
    table: SealedTable,
    row: &sql::SealedRow,
    all: &mut Opened,
) -> Result<()> {
    for (value, place) in [&row.value, &row.previous].into_iter().zip(table.places(tenant, row.id))
    {
        let Some(value) = value else { continue };
        match open_with(operation, provider, &place, value).await {
            Ok(_) => all.readable += 1,
            Err(error) => {
                all.failed += 1;
                let failure = failure(&place, error)?;
                if all.failures.len() < MAX_FAILURES {
                    all.failures.push(failure);
                }
            }
        }
    }
    Ok(())
}

/// A value that does not open is one failure; a key ring that cannot be asked is the end.
pub(super) fn failure(place: &Place, error: Error) -> Result<RewrapFailure> {
    let (Error::Corrupt { reason, .. } | Error::Denied { reason, .. }) = error else {
        return Err(error);
    };
    Ok(RewrapFailure {
        tenant_id: place.tenant,
        table: place.table,
        column: place.column,
        row: place.row,
        reason,
    })
}

/// Which key a value says it is wrapped with.
pub(super) fn key_of(value: &[u8]) -> Option<String> {
    Sealed::parse(value).ok().map(|it| it.key().to_string())
}
