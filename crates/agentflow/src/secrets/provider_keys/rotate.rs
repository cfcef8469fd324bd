use agentflow_core::{audit::Actor, ids::ProviderKeyId, secret::SecretKind};
use agentflow_sql::queries::provider_keys as sql;
use secrecy::SecretString;

use super::{
    ProviderKey, ProviderKeys,
    add::check_apart,
    keys::too_busy,
    sealed::{Goes, Stored},
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

const OPERATION: &str = "rotate a provider key";
/// How often it is begun anew when others change the key meanwhile.
const ATTEMPTS: usize = 5;

impl ProviderKeys {
    /// Replaces the value of a key, which is given out at once. The one before is given out along with it until the time of grace
    /// is over; the one before that is gone. What is known about the old value is forgotten.
    ///
    /// Fails with [`Error::Conflict`](crate::Error::Conflict) when the key was revoked, and with
    /// [`Error::Corrupt`](crate::Error::Corrupt) when the one before does not open or its settings were changed in the database: then
    /// revoke it and add another one.
    pub async fn rotate(
        &self,
        id: ProviderKeyId,
        value: &SecretString,
        how: &Replacing,
        by: &Actor,
    ) -> Result<ProviderKey> {
        how.check(OPERATION)?;
        sealing::check_secret(OPERATION, "value", value)?;
        sealing::check_reason(OPERATION, how.reason(), value)?;
        for _ in 0..ATTEMPTS {
            // Nothing is held while the key ring, which may be far away, is asked.
            let Stored { key, sealed: old } = self.stored(OPERATION, id).await?;
            let goes = Goes::from(&key);
            check_apart(OPERATION, &key.name, goes, value)?;
            // Also where nothing of it is kept: the new value is not to be given settings that somebody smuggled in.
            let old_value = self.open_key(OPERATION, &self.place(id), goes, &old).await?;
            sealing::check_reason(OPERATION, how.reason(), &old_value)?;
            let previous = match how.until(self.0.shared.now()) {
                Some(_) => {
                    let place = self.previous_place(id);
                    Some(self.seal_key(OPERATION, &place, goes, &old_value).await?)
                }
                None => None,
            };
            let sealed = self.seal_key(OPERATION, &self.place(id), goes, value).await?;
            let values = Values { old: &old, new: &sealed, previous };
            if let Some(key) = self.replace(id, value, &values, how, by).await? {
                return Ok(key);
            }
        }
        Err(too_busy(OPERATION))
    }

    /// `None` if the value is another one by now.
    async fn replace(
        &self,
        id: ProviderKeyId,
        value: &SecretString,
        values: &Values<'_>,
        how: &Replacing,
        by: &Actor,
    ) -> Result<Option<ProviderKey>> {
        let now = self.0.shared.now();
        let until = how.until(now).filter(|_| values.previous.is_some());
        let tx = self.0.begin(OPERATION).await?;
        let (tx, before) = self.lock(OPERATION, tx, id).await?;
        let rotated = sql::rotate_provider_key()
            .bind(
                &tx,
                &values.new,
                &values.previous,
                &until,
                &now,
                self.0.tenant.as_uuid(),
                id.as_uuid(),
                &values.old,
            )
            .await;
        let (tx, rotated) = settle(OPERATION, tx, rotated).await?;
        if rotated == 0 {
            tx.rollback().await?;
            return Ok(None);
        }
        let provider_type = &before.provider_type;
        let tx = self.look_at(OPERATION, tx, id, provider_type, value, values.new).await?;
        let (tx, key) = self.reread(OPERATION, tx, id).await?;
        let rotation = NewRotation {
            kind: SecretKind::ProviderKey,
            secret: id.0,
            old_key: before.kms_key_id.as_deref(),
            new_key: key.kms_key_id.as_deref(),
            reason: how.reason(),
        };
        let tx = log_rotation(OPERATION, &self.0, tx, &rotation, by).await?;
        let event = key
            .event("provider_key.rotated", by)
            .with_detail("reason", how.reason())
            .with_detail("previous_expires_at", until.map(|at| at.to_string()))
            .with_detail("validation_status", key.validation_status.as_str());
        tx.audit_and_commit(&event).await?;
        Ok(Some(key))
    }
}

/// Sealed values.
struct Values<'a> {
    old: &'a [u8],
    new: &'a [u8],
    previous: Option<Vec<u8>>,
}
