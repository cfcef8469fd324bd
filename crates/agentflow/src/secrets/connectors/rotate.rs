use agentflow_core::{audit::Actor, ids::ConnectorId, secret::SecretKind};
use agentflow_sql::queries::connectors as sql;
use secrecy::SecretString;

use super::{
    Connector, Connectors,
    connectors::{missing, too_busy},
    install::{check_config, check_reason},
};
use crate::{
    error::Result,
    secrets::{
        Replacing,
        rotation_log::{NewRotation, log_rotation},
        sealing,
    },
    settle::settle,
};

const OPERATION: &str = "rotate the credentials of a connector";
/// How often it is begun anew when others change the connector meanwhile.
const ATTEMPTS: usize = 5;

impl Connectors {
    /// Replaces the credentials of a connector, which are given out at once. Those before are given out along with them until the
    /// time of grace is over; those before that are gone. What is known about the old ones is forgotten.
    pub async fn rotate(
        &self,
        id: ConnectorId,
        config: &SecretString,
        how: &Replacing,
        by: &Actor,
    ) -> Result<Connector> {
        how.check(OPERATION)?;
        check_config(OPERATION, config)?;
        check_reason(OPERATION, how.reason(), config)?;
        let sealed = sealing::seal(OPERATION, &self.0, &self.place(id), config).await?;
        for _ in 0..ATTEMPTS {
            // Nothing is held while the key ring, which may be far away, is asked.
            let old = self.sealed(id).await?;
            let previous = match how.until(self.0.shared.now()) {
                Some(_) => {
                    let before = sealing::open(OPERATION, &self.0, &self.place(id), &old).await?;
                    check_reason(OPERATION, how.reason(), &before)?;
                    let place = self.previous_place(id);
                    Some(sealing::seal(OPERATION, &self.0, &place, &before).await?)
                }
                None => None,
            };
            if let Some(connector) = self.replace(id, &old, &sealed, previous, how, by).await? {
                return Ok(connector);
            }
        }
        Err(too_busy(OPERATION))
    }

    async fn sealed(&self, id: ConnectorId) -> Result<Vec<u8>> {
        let flight = self.0.flight(OPERATION).await?;
        let row = sql::get_sealed_connector()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .opt()
            .await;
        let row = flight.land_found(row, || missing(OPERATION, id)).await?;
        Ok(row.encrypted_config)
    }

    /// `None` if there are other credentials by now.
    async fn replace(
        &self,
        id: ConnectorId,
        old: &[u8],
        new: &[u8],
        previous: Option<Vec<u8>>,
        how: &Replacing,
        by: &Actor,
    ) -> Result<Option<Connector>> {
        let now = self.0.shared.now();
        let until = how.until(now).filter(|_| previous.is_some());
        let tx = self.0.begin(OPERATION).await?;
        let (tx, before) = self.lock(OPERATION, tx, id).await?;
        let rotated = sql::rotate_connector()
            .bind(&tx, &new, &previous, &until, &now, self.0.tenant.as_uuid(), id.as_uuid(), &old)
            .await;
        let (tx, rotated) = settle(OPERATION, tx, rotated).await?;
        if rotated == 0 {
            tx.rollback().await?;
            return Ok(None);
        }
        let (tx, connector) = self.reread(OPERATION, tx, id).await?;
        let rotation = NewRotation {
            kind: SecretKind::ConnectorCredential,
            secret: id.0,
            old_key: before.kms_key_id.as_deref(),
            new_key: connector.kms_key_id.as_deref(),
            reason: how.reason(),
        };
        let tx = log_rotation(OPERATION, &self.0, tx, &rotation, by).await?;
        let event = connector
            .event("connector.rotated", by)
            .with_detail("reason", how.reason())
            .with_detail("previous_expires_at", until.map(|at| at.to_string()));
        tx.audit_and_commit(&event).await?;
        Ok(Some(connector))
    }
}
