//! What is sealed of a key: the key, and that it goes with these settings and no others.

use agentflow_core::{canonical, hash::Sha256, ids::ProviderKeyId, sealed::Place};
use agentflow_sql::queries::provider_keys as sql;
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use serde_json::{Map, Value, json};

use super::{
    ProviderKey, ProviderKeys,
    keys::{missing, revoked},
    rows::TABLE,
};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    secrets::sealing,
    settle::settle,
};

/// The length of the hash in front of the key.
const HASH: usize = 32;

/// What a key is sealed together with, so that who writes to the database cannot have it sent elsewhere.
#[derive(Debug, Clone, Copy)]
pub(super) struct Goes<'a> {
    pub(super) provider_type: &'a str,
    pub(super) settings: &'a Map<String, Value>,
}

impl<'a> From<&'a ProviderKey> for Goes<'a> {
    fn from(key: &'a ProviderKey) -> Self {
        Self { provider_type: &key.provider_type, settings: &key.settings }
    }
}

impl Goes<'_> {
    /// The same before it is stored and after it was read: `jsonb` writes numbers in its own way.
    fn hash(&self, operation: &'static str) -> Result<Sha256> {
        let whole = json!({ "provider_type": self.provider_type, "settings": self.settings });
        let text =
            canonical::to_string_as_doubles(&whole, "").map_err(Error::invalid(operation))?;
        Ok(Sha256::of(&[text.as_bytes()]))
    }
}

/// A key and what is sealed of it.
pub(super) struct Stored {
    pub(super) key: ProviderKey,
    pub(super) sealed: Vec<u8>,
}

impl ProviderKeys {
    /// Fails with [`Error::NotFound`], and with [`Error::Conflict`] when the key was revoked.
    pub(super) async fn stored(
        &self,
        operation: &'static str,
        id: ProviderKeyId,
    ) -> Result<Stored> {
        let key = self.get(id).await?.ok_or_else(|| missing(operation, id))?;
        let flight = self.0.flight(operation).await?;
        let row = sql::get_sealed_provider_key()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .opt()
            .await;
        let row = flight.land_found(row, || missing(operation, id)).await?;
        let sealed = row.encrypted_key.ok_or_else(|| revoked(operation))?;
        Ok(Stored { key, sealed })
    }

    /// What is sealed of a key whose row the transaction holds; `None` once it was revoked.
    pub(super) async fn sealed_now(
        &self,
        operation: &'static str,
        tx: TenantTx,
        id: ProviderKeyId,
    ) -> Result<(TenantTx, Option<Vec<u8>>)> {
        let row = sql::get_sealed_provider_key()
            .bind(&tx, self.0.tenant.as_uuid(), id.as_uuid())
            .opt()
            .await;
        let (tx, row) = settle(operation, tx, row).await?;
        Ok((tx, row.and_then(|row| row.encrypted_key)))
    }

    pub(super) async fn seal_key(
        &self,
        operation: &'static str,
        place: &Place,
        goes: Goes<'_>,
        value: &SecretString,
    ) -> Result<Vec<u8>> {
        let text = value.expose_secret().as_bytes();
        let mut content = Zeroizing::new(Vec::with_capacity(HASH + text.len()));
        content.extend_from_slice(goes.hash(operation)?.as_bytes());
        content.extend_from_slice(text);
        let ring = self.0.shared.key_ring(operation).await?;
        ring.seal(operation, place, &content).await
    }

    /// Fails with [`Error::Corrupt`] when it does not open, and when it was sealed with other settings or for another provider.
    pub(super) async fn open_key(
        &self,
        operation: &'static str,
        place: &Place,
        goes: Goes<'_>,
        sealed: &[u8],
    ) -> Result<SecretString> {
        let ring = self.0.shared.key_ring(operation).await?;
        let content = ring.open(operation, place, sealed).await?;
        let Some((hash, text)) = content.split_at_checked(HASH) else {
            return Err(Error::Corrupt {
                operation,
                what: format!("{TABLE}.{} of row {}", place.column, place.row),
                reason: "it is too short".to_owned(),
            });
        };
        // What cannot be hashed was never stored by us.
        if goes.hash(operation).ok().is_none_or(|it| it.as_bytes() != hash) {
            return Err(Error::Corrupt {
                operation,
                what: format!("{TABLE}.settings of row {}", place.row),
                reason: "they, or the type of the provider, are not those that the key was sealed with; revoke the key and add it again".to_owned(),
            });
        }
        sealing::text(operation, place, text)
    }
}
