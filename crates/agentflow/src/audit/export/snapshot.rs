use std::sync::Arc;

use agentflow_core::{hash::Sha256, ids::TenantId};
use agentflow_sql::queries::{audit as sql, tenancy::name_tenant};
use tokio_postgres::Client;

use super::Signed;
use crate::{
    error::{Error, Result},
    pool::Connection,
    scope::ROLLBACK,
    store::Shared,
};

const BEGIN: &str = include_str!("../../../queries/_begin_verification.sql");
const ENTER_TENANT: &str = include_str!("../../../queries/_enter_tenant.sql");

/// Who reads a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// The tenant itself, in the runtime role. Refused while it is suspended.
    Tenant,
    /// The role of the connection string.
    Admin,
}

/// The chain of one tenant as it was at one moment, whatever is appended meanwhile.
pub(crate) struct Snapshot {
    connection: Connection,
    tenant: TenantId,
    operation: &'static str,
}

impl Snapshot {
    pub(crate) async fn open(
        shared: &Arc<Shared>,
        tenant: TenantId,
        reader: Reader,
        operation: &'static str,
    ) -> Result<Self> {
        let connection = match reader {
            Reader::Tenant => shared.checked_connection().await?,
            Reader::Admin => shared.pool.get().await?,
        };
        connection.take_off();
        let mut opening = format!("{BEGIN}{}", shared.statements.clear_names());
        if reader == Reader::Tenant {
            // The tenant is a UUID by type, so nothing a user wrote gets into this text.
            let enter = ENTER_TENANT.replace("$1", &format!("'{tenant}'"));
            opening.push_str("; SET LOCAL ROLE af_app; ");
            opening.push_str(&enter);
        }
        if let Err(error) = connection.batch_execute(&opening).await {
            if connection.batch_execute(ROLLBACK).await.is_ok() {
                connection.touch_down();
            }
            return Err(Error::from_postgres(operation, error));
        }
        let snapshot = Self { connection, tenant, operation };
        if reader == Reader::Admin {
            let named = name_tenant().bind(snapshot.client(), tenant.as_uuid()).one().await;
            named.map_err(|error| snapshot.failed(error))?;
        }
        Ok(snapshot)
    }

    pub(crate) fn client(&self) -> &Client {
        &self.connection
    }

    pub(crate) fn tenant(&self) -> TenantId {
        self.tenant
    }

    pub(in crate::audit) fn operation(&self) -> &'static str {
        self.operation
    }

    pub(crate) fn failed(&self, error: tokio_postgres::Error) -> Error {
        Error::from_postgres(self.operation, error)
    }

    /// The last entry there is, and the last that retention removed.
    pub(crate) async fn ends(&self) -> Result<(i64, i64)> {
        let row = sql::get_audit_head().bind(self.client(), self.tenant.as_uuid()).opt().await;
        let row = row.map_err(|error| self.failed(error))?;
        let row = row.ok_or_else(|| Error::not_found(self.operation, "the chain of the tenant"))?;
        let is_head = |bytes: &[u8]| Sha256::from_slice(bytes).is_some();
        match (row.seq, row.pruned_seq) {
            (Some(seq), Some(pruned)) if row.hash.as_deref().is_some_and(is_head) => {
                Ok((seq, pruned))
            }
            _ => {
                Err(Error::Tampered { faults: vec!["the head of the chain is not a head".into()] })
            }
        }
    }

    /// How many entries the last checkpoint covers; 0 if none was taken.
    pub(crate) async fn covered(&self) -> Result<i64> {
        let last = Signed::last(self, None).await?;
        Ok(last.map_or(0, |signed| signed.point.seq))
    }

    pub(crate) async fn close(self) -> Result<()> {
        let ended = self.connection.batch_execute("COMMIT").await;
        ended.map_err(|error| self.failed(error))?;
        self.connection.touch_down();
        Ok(())
    }
}
