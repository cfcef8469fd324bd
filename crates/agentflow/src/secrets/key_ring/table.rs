//! The tables with sealed columns: each has one for the value in force and one for that before it.

use agentflow_core::{ids::TenantId, sealed::Place};
use agentflow_sql::queries::key_rings as sql;
use uuid::Uuid;

use crate::scope::TenantTx;

type PgResult<T> = Result<T, tokio_postgres::Error>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SealedTable {
    ProviderKeys,
    Connectors,
    Teams,
}

/// Which rows of a table are wanted: those of a tenant that are not wrapped with `current`, in the order of their ids. With `""`
/// for it, all that have something sealed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) tenant: TenantId,
    pub(super) current: &'a str,
    pub(super) after: Option<Uuid>,
    pub(super) size: i64,
}

impl SealedTable {
    pub(super) const ALL: [Self; 3] = [Self::ProviderKeys, Self::Connectors, Self::Teams];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ProviderKeys => "provider_keys",
            Self::Connectors => "connector_installations",
            Self::Teams => "teams",
        }
    }

    /// What the rotation log calls it.
    pub(super) fn secret_type(self) -> &'static str {
        match self {
            Self::ProviderKeys => "provider_key",
            Self::Connectors => "connector_credential",
            Self::Teams => "webhook_secret",
        }
    }

    /// Where the value in force is, and where the one before.
    pub(super) fn places(self, tenant: TenantId, row: Uuid) -> [Place; 2] {
        let columns = match self {
            Self::ProviderKeys => ["encrypted_key", "previous_encrypted_key"],
            Self::Connectors => ["encrypted_config", "previous_encrypted_config"],
            Self::Teams => ["webhook_secret", "previous_webhook_secret"],
        };
        columns.map(|column| Place { table: self.name(), column, tenant, row })
    }

    /// The place of a value, if there is such a column.
    pub(super) fn place(tenant: TenantId, table: &str, column: &str, row: Uuid) -> Option<Place> {
        let places = Self::ALL.into_iter().flat_map(|it| it.places(tenant, row));
        places.into_iter().find(|place| place.table == table && place.column == column)
    }

    /// The rows of a page. None of them is locked.
    pub(super) async fn list(self, tx: &TenantTx, page: Page<'_>) -> PgResult<Vec<sql::SealedRow>> {
        let tenant = page.tenant.as_uuid();
        let Page { current, after, size, .. } = &page;
        macro_rules! rows {
            ($query:ident) => {
                sql::$query().bind(tx, tenant, current, after, size).all().await
            };
        }
        match self {
            Self::ProviderKeys => rows!(list_provider_keys),
            Self::Connectors => rows!(list_connectors),
            Self::Teams => rows!(list_teams),
        }
    }

    /// Replaces the values of a row, if they still are what was read.
    pub(super) async fn replace(
        self,
        tx: &TenantTx,
        tenant: TenantId,
        old: &sql::SealedRow,
        [value, previous]: &[Option<Vec<u8>>; 2],
    ) -> PgResult<bool> {
        let tenant = tenant.as_uuid();
        macro_rules! count {
            ($query:ident) => {
                sql::$query()
                    .bind(tx, value, previous, tenant, &old.id, &old.value, &old.previous)
                    .await
            };
        }
        let count = match self {
            Self::ProviderKeys => count!(rewrap_provider_key),
            Self::Connectors => count!(rewrap_connector),
            Self::Teams => count!(rewrap_team),
        };
        Ok(count? > 0)
    }
}
