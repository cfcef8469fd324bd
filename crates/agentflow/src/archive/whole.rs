//! A snapshot in which the last checkpoint of a tenant's chain is of the whole chain.

use std::sync::Arc;

use agentflow_core::ids::TenantId;
use tokio_postgres::Client;

use super::{EXPORT, options::ExportArchive};
use crate::{
    admin::Admin,
    audit::{CheckpointSigner, CheckpointSink, Reader, Snapshot},
    error::{Error, Result},
};

const HOLD: &str = include_str!("../../queries/_archive_hold.sql");

/// Opens one. A checkpoint is taken first; where the chain goes on too fast, appending is held off for a moment.
pub(super) async fn open(
    admin: &Admin,
    tenant: TenantId,
    options: &ExportArchive<'_>,
) -> Result<Snapshot> {
    if let Some(signer) = &options.signer {
        checkpoint(admin, signer, &options.sinks, tenant).await?;
    }
    let snapshot = Snapshot::open(&admin.shared, tenant, Reader::Admin, EXPORT).await?;
    let Some(left) = uncovered(&snapshot).await? else { return Ok(snapshot) };
    snapshot.close().await?;
    let Some(signer) = &options.signer else {
        let reason = format!(
            "{left} entries of the audit chain are in no checkpoint, which the archive ends with; take one with \
             `af audit checkpoint`, or give the signing key"
        );
        return Err(Error::Conflict { operation: EXPORT, reason });
    };
    let snapshot = hold_and_open(admin, signer, tenant).await?;
    if !options.sinks.is_empty() {
        checkpoint(admin, signer, &options.sinks, tenant).await?;
    }
    Ok(snapshot)
}

async fn hold_and_open(
    admin: &Admin,
    signer: &CheckpointSigner<'_>,
    tenant: TenantId,
) -> Result<Snapshot> {
    // A connection of its own, which ends with it: those of the pool are needed meanwhile.
    let held = hold(admin, tenant).await?;
    // Without the sinks, which were asked a moment ago: nobody should wait for a network.
    checkpoint(admin, signer, &[], tenant).await?;
    let snapshot = Snapshot::open(&admin.shared, tenant, Reader::Admin, EXPORT).await?;
    let left = uncovered(&snapshot).await?;
    drop(held);
    if left.is_none() {
        return Ok(snapshot);
    }
    let reason = "the audit chain went on while it was held; try again".to_owned();
    Err(Error::Conflict { operation: EXPORT, reason })
}

async fn hold(admin: &Admin, tenant: TenantId) -> Result<Client> {
    let client = admin.connect().await?;
    // The tenant is a UUID by type, so nothing a user wrote gets into this text.
    let text = HOLD.replace("$1", &format!("'{tenant}'"));
    let held = client.batch_execute(&text).await;
    held.map_err(|error| Error::from_postgres(EXPORT, error))?;
    Ok(client)
}

async fn checkpoint(
    admin: &Admin,
    signer: &CheckpointSigner<'_>,
    sinks: &[Arc<dyn CheckpointSink>],
    tenant: TenantId,
) -> Result<()> {
    let report = admin.take_checkpoints(signer.clone(), sinks, Some(tenant)).await?;
    match report.refused.into_iter().next() {
        None => Ok(()),
        Some(refusal) => Err(refusal.error),
    }
}

/// How many entries come after the last checkpoint. `None` if there are none.
async fn uncovered(snapshot: &Snapshot) -> Result<Option<i64>> {
    let (last, _) = snapshot.ends().await?;
    let left = last - snapshot.covered().await?;
    Ok((left > 0).then_some(left))
}
