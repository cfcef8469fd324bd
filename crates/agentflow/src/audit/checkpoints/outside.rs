//! What places outside of the database have, held against what the database says.

use agentflow_core::{audit::Checkpoint, hash::Sha256, ids::TenantId};
use agentflow_sql::queries::checkpoints as sql;

use super::{TAKE, conflicting, tampered};
use crate::{admin::AdminTx, error::Error, error::Result};

/// The last checkpoint a sink has of a log.
#[derive(Debug)]
pub(super) struct Outside {
    pub(super) sink: String,
    pub(super) checkpoint: Checkpoint,
}

/// A log in the database.
#[derive(Debug, Clone, Copy)]
pub(super) enum Log {
    Tenant(TenantId),
    Tenants,
}

impl Log {
    /// The root that the database has of this size.
    async fn root(self, tx: &AdminTx, size: i64) -> Result<Option<Sha256>> {
        let fail = |error| Error::from_postgres(TAKE, error);
        let root = match self {
            Self::Tenant(tenant) => sql::get_checkpoint()
                .bind(tx.client(), tenant.as_uuid(), &size)
                .opt()
                .await
                .map_err(fail)?
                .and_then(|row| row.root_hash),
            Self::Tenants => {
                let root = sql::get_tenant_log_root().bind(tx.client(), &size).opt().await;
                root.map_err(fail)?.flatten()
            }
        };
        Ok(root.as_deref().and_then(Sha256::from_slice))
    }

    /// Refuses to go on where the database contradicts what was published. `last` is the size of its last checkpoint.
    pub(super) async fn hold_against(
        self,
        tx: &AdminTx,
        published: &[Outside],
        last: u64,
    ) -> Result<()> {
        for Outside { sink, checkpoint } in published {
            let Checkpoint { origin, size, root } = checkpoint;
            if *size > last {
                return Err(tampered(format!(
                    "the database forgot a checkpoint that was published: {sink} has {origin} at size {size}, and here \
                     its last one is at {last}"
                )));
            }
            let here = match i64::try_from(*size) {
                Ok(size) => self.root(tx, size).await?,
                Err(_) => None,
            };
            match here {
                Some(here) if here == *root => {}
                Some(_) if *size == last => return Err(conflicting(checkpoint, sink)),
                Some(_) => {
                    return Err(tampered(format!(
                        "the checkpoint of {origin} at size {size} has another root than the one published to {sink}"
                    )));
                }
                None => {
                    return Err(tampered(format!(
                        "the database forgot the checkpoint of {origin} at size {size}, which was published to {sink}"
                    )));
                }
            }
        }
        Ok(())
    }
}
