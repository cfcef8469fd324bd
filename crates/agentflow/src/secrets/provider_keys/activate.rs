use agentflow_core::{audit::Actor, ids::ProviderKeyId, secret::SecretKind};
use agentflow_sql::queries::provider_keys as sql;
use jiff::{SignedDuration, Timestamp};

use super::{ProviderKey, ProviderKeys, keys::revoked};
use crate::{
    error::Result,
    secrets::rotation_log::{NewRotation, REVOKED, log_rotation},
    settle::{settle, settle_with},
};

/// How long what checks found is kept.
const CHECKS_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

impl ProviderKeys {
    /// Makes a key the one that its workspace uses for its provider, instead of the one that was. Fails with
    /// [`Error::Conflict`](crate::Error::Conflict) when it was revoked.
    pub async fn activate(&self, id: ProviderKeyId, by: &Actor) -> Result<ProviderKey> {
        const OPERATION: &str = "activate a provider key";
        let tenant = self.0.tenant.as_uuid();
        let tx = self.0.begin(OPERATION).await?;
        let locked = sql::lock_provider_keys_beside().bind(&tx, tenant, id.as_uuid()).all().await;
        let (tx, _) = settle(OPERATION, tx, locked).await?;
        let (tx, before) = self.lock(OPERATION, tx, id).await?;
        if before.is_active {
            tx.rollback().await?;
            return Ok(before);
        }
        let answer = if before.is_revoked() { Err(revoked(OPERATION)) } else { Ok(()) };
        let (tx, ()) = settle_with(tx, answer).await?;
        let replaced =
            sql::deactivate_provider_keys_beside().bind(&tx, tenant, id.as_uuid()).opt().await;
        let (tx, replaced) = settle(OPERATION, tx, replaced).await?;
        let activated = sql::activate_provider_key().bind(&tx, tenant, id.as_uuid()).await;
        let (tx, _) = settle(OPERATION, tx, activated).await?;
        let (tx, key) = self.reread(OPERATION, tx, id).await?;
        let event = key
            .event("provider_key.activated", by)
            .with_detail("replaces", replaced.map(|id| id.to_string()));
        tx.audit_and_commit(&event).await?;
        Ok(key)
    }

    /// Ends the use of a key at once: it, and the one before it, are wiped from the row and cannot be had again. Who has opened it
    /// may still have it, so that it has to be revoked at the provider as well. Revoking twice changes nothing.
    pub async fn revoke(&self, id: ProviderKeyId, by: &Actor) -> Result<ProviderKey> {
        const OPERATION: &str = "revoke a provider key";
        let now = self.0.shared.now();
        let tx = self.0.begin(OPERATION).await?;
        let (tx, before) = self.lock(OPERATION, tx, id).await?;
        if before.is_revoked() {
            tx.rollback().await?;
            return Ok(before);
        }
        let wiped =
            sql::revoke_provider_key().bind(&tx, &now, self.0.tenant.as_uuid(), id.as_uuid()).await;
        let (tx, _) = settle(OPERATION, tx, wiped).await?;
        let rotation = NewRotation {
            kind: SecretKind::ProviderKey,
            secret: id.0,
            old_key: before.kms_key_id.as_deref(),
            new_key: None,
            reason: REVOKED,
        };
        let tx = log_rotation(OPERATION, &self.0, tx, &rotation, by).await?;
        let (tx, key) = self.reread(OPERATION, tx, id).await?;
        let event =
            key.event("provider_key.revoked", by).with_detail("was_active", before.is_active);
        tx.audit_and_commit(&event).await?;
        Ok(key)
    }

    /// Removes the values before the latest rotation whose time is over, and says how many there were. They are not given out any
    /// more in any case; this takes them out of the database. What checks found more than 30 days ago goes as well, but for the
    /// newest of each key and kind of check.
    pub async fn prune(&self, by: &Actor) -> Result<u64> {
        const OPERATION: &str = "prune provider keys";
        let (tenant, now) = (self.0.tenant.as_uuid(), self.0.shared.now());
        let tx = self.0.begin(OPERATION).await?;
        let pruned = sql::prune_provider_keys().bind(&tx, tenant, &now).all().await;
        let (tx, pruned) = settle(OPERATION, tx, pruned).await?;
        let oldest = now.checked_sub(CHECKS_KEPT).unwrap_or(Timestamp::MIN);
        let checks = sql::prune_validation_results().bind(&tx, tenant, &oldest).await;
        let (tx, checks) = settle(OPERATION, tx, checks).await?;
        if pruned.is_empty() && checks == 0 {
            tx.rollback().await?;
            return Ok(0);
        }
        let event = crate::secrets::pruned("provider_key", pruned.len(), by);
        tx.audit_and_commit(&event.with_detail("checks", checks)).await?;
        Ok(pruned.len() as u64)
    }
}
