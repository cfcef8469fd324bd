//! What places outside of the database have, held against what the database says.

use agentflow_core::{audit::Checkpoint, hash::Sha256, ids::TenantId};
use agentflow_sql::queries::checkpoints as sql;

use super::{TAKE, conflicting, tampered};
use crate::{admin::AdminTx, error::Error, error::Result};

/// Who has a checkpoint.
#[derive(Debug)]
pub(super) enum Witness {
    /// A sink of this name, which it was published to.
    Sink(String),
    /// The checkpointer that signed it, which remembers it here.
    Memory(String),
}

impl Witness {
    /// What it says of a checkpoint: that it was…
    pub(super) fn statement(&self) -> String {
        match self {
            Self::Sink(name) => format!("published to {name}"),
            Self::Memory(place) => format!("signed, as {place} remembers"),
        }
    }

    fn deed(&self) -> &'static str {
        match self {
            Self::Sink(_) => "published",
            Self::Memory(_) => "signed",
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Sink(name) | Self::Memory(name) => name,
        }
    }
}

/// The last checkpoint that somebody has of a log.
#[derive(Debug)]
pub(super) struct Outside {
    pub(super) witness: Witness,
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
                let row = sql::get_tenant_log_checkpoint_at().bind(tx.client(), &size).opt().await;
                row.map_err(fail)?.and_then(|row| row.root_hash)
            }
        };
        Ok(root.as_deref().and_then(Sha256::from_slice))
    }

    /// Refuses to go on where the database contradicts what was published or signed. `last` is the size of its last checkpoint.
    pub(super) async fn hold_against(
        self,
        tx: &AdminTx,
        published: &[Outside],
        last: u64,
    ) -> Result<()> {
        for Outside { witness, checkpoint } in published {
            let Checkpoint { origin, size, root } = checkpoint;
            if *size > last {
                return Err(tampered(format!(
                    "the database forgot a checkpoint that was {}: {} has {origin} at size {size}, and here its last \
                     one is at {last}",
                    witness.deed(),
                    witness.name(),
                )));
            }
            let here = match i64::try_from(*size) {
                Ok(size) => self.root(tx, size).await?,
                Err(_) => None,
            };
            match here {
                Some(here) if here == *root => {}
                Some(_) if *size == last && matches!(witness, Witness::Sink(_)) => {
                    return Err(conflicting(checkpoint, witness.name()));
                }
                Some(_) => {
                    return Err(tampered(format!(
                        "the checkpoint of {origin} at size {size} has another root than the one that was {}",
                        witness.statement()
                    )));
                }
                None => {
                    return Err(tampered(format!(
                        "the database forgot the checkpoint of {origin} at size {size}, which was {}",
                        witness.statement()
                    )));
                }
            }
        }
        Ok(())
    }
}
