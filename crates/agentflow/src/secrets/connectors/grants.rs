use agentflow_core::{
    audit::Actor,
    ids::{ConnectorId, PrincipalId},
};
use agentflow_sql::queries::connectors as sql;

use super::{Connector, Connectors};
use crate::{error::Result, scope::TenantTx, secrets::services::share_service, settle::settle};

impl Connectors {
    /// Lets a service open the credentials of a connector. Fails with [`Error::InvalidInput`](crate::Error::InvalidInput) for a person,
    /// with [`Error::NotFound`](crate::Error::NotFound) when the connector or the service is not there, and with
    /// [`Error::Conflict`](crate::Error::Conflict) when the service is inactive.
    pub async fn grant(
        &self,
        id: ConnectorId,
        service: PrincipalId,
        by: &Actor,
    ) -> Result<Connector> {
        const OPERATION: &str = "grant a connector";
        let tx = self.0.begin(OPERATION).await?;
        let (tx, before) = self.lock(OPERATION, tx, id).await?;
        if before.services.contains(&service) {
            tx.rollback().await?;
            return Ok(before);
        }
        let tx = share_service(OPERATION, &self.0, tx, service).await?;
        let tx = self.insert_grant(OPERATION, tx, id, service).await?;
        let (tx, connector) = self.reread(OPERATION, tx, id).await?;
        let event =
            connector.event("connector.granted", by).with_detail("service", service.to_string());
        tx.audit_and_commit(&event).await?;
        Ok(connector)
    }

    /// Lets a service open the credentials of a connector no more. What it has opened before, it may still have: rotate them if it
    /// should not.
    pub async fn ungrant(
        &self,
        id: ConnectorId,
        service: PrincipalId,
        by: &Actor,
    ) -> Result<Connector> {
        const OPERATION: &str = "withdraw a connector";
        let tx = self.0.begin(OPERATION).await?;
        let (tx, before) = self.lock(OPERATION, tx, id).await?;
        let deleted = sql::ungrant_connector()
            .bind(&tx, self.0.tenant.as_uuid(), id.as_uuid(), service.as_uuid())
            .await;
        let (tx, deleted) = settle(OPERATION, tx, deleted).await?;
        if deleted == 0 {
            tx.rollback().await?;
            return Ok(before);
        }
        let (tx, connector) = self.reread(OPERATION, tx, id).await?;
        let event =
            connector.event("connector.ungranted", by).with_detail("service", service.to_string());
        tx.audit_and_commit(&event).await?;
        Ok(connector)
    }

    pub(super) async fn insert_grant(
        &self,
        operation: &'static str,
        tx: TenantTx,
        id: ConnectorId,
        service: PrincipalId,
    ) -> Result<TenantTx> {
        let now = self.0.shared.now();
        let inserted = sql::grant_connector()
            .bind(&tx, self.0.tenant.as_uuid(), id.as_uuid(), service.as_uuid(), &now)
            .await;
        Ok(settle(operation, tx, inserted).await?.0)
    }
}
