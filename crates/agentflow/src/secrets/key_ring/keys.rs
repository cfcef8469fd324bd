//! The text of a key file, and the keys in it.

use std::{collections::BTreeMap, fmt};

use agentflow_core::{
    clock::Clock,
    ids::TenantId,
    random::Entropy,
    sealed::{KeyId, KeyScope, WrappingKey},
};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::provider::Wrapping;
use crate::error::{Error, Result};

const FORMAT: &str = "agentflow-key-ring/1";
const WRAP: &str = "wrap a data key";
const UNWRAP: &str = "unwrap a data key";
const FIND: &str = "find the current key";

/// All keys of a key ring that is kept as a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "they are the names in the file")]
pub(super) struct Keys {
    format: Format,
    ring: Uuid,
    current: u32,
    #[serde(deserialize_with = "unique")]
    keys: BTreeMap<u32, StoredKey>,
    #[serde(default, deserialize_with = "unique")]
    tenants: BTreeMap<Uuid, TenantKeys>,
    #[serde(default, deserialize_with = "unique")]
    erased: BTreeMap<Uuid, Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TenantKeys {
    #[serde(deserialize_with = "unique")]
    keys: BTreeMap<u32, StoredKey>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Format {
    #[serde(rename = "agentflow-key-ring/1")]
    One,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct StoredKey(WrappingKey);

impl Serialize for StoredKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_base64())
    }
}

impl<'de> Deserialize<'de> for StoredKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Borrowed from the text, so that no copy of the key stays in memory that is not wiped.
        let text = <&str>::deserialize(deserializer)?;
        let key = WrappingKey::from_base64(text);
        key.map(Self).ok_or_else(|| de::Error::custom("expected 32 bytes in base64"))
    }
}

/// A map in which no key comes twice: of two, it would be a matter of luck which one counts.
fn unique<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    struct Visitor<K, V>(std::marker::PhantomData<(K, V)>);

    impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> de::Visitor<'de> for Visitor<K, V> {
        type Value = BTreeMap<K, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: de::MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
            let mut map = BTreeMap::new();
            while let Some((key, value)) = access.next_entry()? {
                if map.insert(key, value).is_some() {
                    return Err(de::Error::custom("a key comes twice"));
                }
            }
            Ok(map)
        }
    }

    deserializer.deserialize_map(Visitor(std::marker::PhantomData))
}

impl Keys {
    /// A new key ring with version 1 of the shared key.
    pub(super) fn generate(entropy: &dyn Entropy) -> Self {
        let mut ring = [0; 16];
        entropy.fill(&mut ring);
        Self {
            format: Format::One,
            ring: uuid::Builder::from_random_bytes(ring).into_uuid(),
            current: 1,
            keys: BTreeMap::from([(1, StoredKey(WrappingKey::generate(entropy)))]),
            tenants: BTreeMap::new(),
            erased: BTreeMap::new(),
        }
    }

    /// Reads [`to_text`](Self::to_text). What is wrong names a place and quotes nothing.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let keys: Self = serde_json::from_slice(text).map_err(|error| {
            // The words of the error may quote a key.
            format!(
                "line {}, column {}: it is not a key file ({FORMAT})",
                error.line(),
                error.column()
            )
        })?;
        if !keys.keys.contains_key(&keys.current) {
            return Err(format!("its current version {} is not among its keys", keys.current));
        }
        let tenants = keys.tenants.values().map(|it| &it.keys);
        if tenants.chain([&keys.keys]).any(|it| it.is_empty() || it.contains_key(&0)) {
            return Err("versions are counted from 1, and there is one at least".to_owned());
        }
        if let Some(both) = keys.erased.keys().find(|it| keys.tenants.contains_key(it)) {
            return Err(format!("the keys of tenant {both} were erased, and are there"));
        }
        Ok(keys)
    }

    /// The text to keep.
    pub(super) fn to_text(&self) -> Zeroizing<Vec<u8>> {
        let tenant = |it: &TenantKeys| 128 + it.keys.len() * 96;
        let size = 256
            + self.keys.len() * 96
            + self.tenants.values().map(tenant).sum::<usize>()
            + self.erased.len() * 96;
        // Large enough from the start: growing would leave a copy of the keys behind.
        let mut text = Zeroizing::new(Vec::with_capacity(size));
        #[expect(clippy::expect_used, reason = "maps with text keys, written to memory")]
        serde_json::to_writer_pretty(&mut *text, self).expect("keys are JSON");
        text.push(b'\n');
        text
    }

    pub(super) fn ring(&self) -> String {
        self.ring.to_string()
    }

    pub(super) fn current(&self, tenant: TenantId) -> Result<KeyId> {
        if let Some(keys) = self.tenants.get(tenant.as_uuid()) {
            return Ok(KeyId::tenant(newest(&keys.keys)));
        }
        self.refuse_erased(FIND, tenant)?;
        Ok(KeyId::shared(self.current))
    }

    pub(super) fn versions(&self, scope: KeyScope, tenant: TenantId) -> Vec<u32> {
        let keys = match scope {
            KeyScope::Shared => Some(&self.keys),
            KeyScope::Tenant => self.tenants.get(tenant.as_uuid()).map(|it| &it.keys),
        };
        keys.map(|it| it.keys().copied().collect()).unwrap_or_default()
    }

    pub(super) fn tenants(&self) -> Vec<TenantId> {
        self.tenants.keys().copied().map(TenantId).collect()
    }

    pub(super) fn wrap(
        &self,
        wrapping: Wrapping<'_>,
        data_key: &[u8; 32],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>> {
        let key = self.find(WRAP, wrapping)?;
        Ok(key.wrap(wrapping.context, data_key, entropy))
    }

    pub(super) fn unwrap(
        &self,
        wrapping: Wrapping<'_>,
        wrapped: &[u8],
    ) -> Result<Zeroizing<[u8; 32]>> {
        let key = self.find(UNWRAP, wrapping)?;
        key.unwrap(wrapping.context, wrapped).map_err(|error| Error::Corrupt {
            operation: UNWRAP,
            what: "a wrapped data key".to_owned(),
            reason: error.to_string(),
        })
    }

    fn find(&self, operation: &'static str, wrapping: Wrapping<'_>) -> Result<&WrappingKey> {
        let KeyId { scope, version } = wrapping.key;
        // Of an erased tenant nothing is opened, and what was wrapped with the shared key neither.
        self.refuse_erased(operation, wrapping.tenant)?;
        let keys = match scope {
            KeyScope::Shared => Some(&self.keys),
            KeyScope::Tenant => self.tenants.get(wrapping.tenant.as_uuid()).map(|it| &it.keys),
        };
        let key = keys.and_then(|it| it.get(&version));
        key.map(|it| &it.0).ok_or_else(|| Error::not_found(operation, key_name(wrapping)))
    }

    pub(super) fn refuse_erased(&self, operation: &'static str, tenant: TenantId) -> Result<()> {
        match self.erased.get(tenant.as_uuid()) {
            None => Ok(()),
            Some(at) => Err(Error::Denied {
                operation,
                reason: format!("the key of tenant {tenant} was erased on {at}"),
            }),
        }
    }

    pub(super) fn stage(&mut self, entropy: &dyn Entropy) -> u32 {
        let version = newest(&self.keys).max(self.current) + 1;
        self.keys.insert(version, StoredKey(WrappingKey::generate(entropy)));
        version
    }

    pub(super) fn activate(&mut self) -> u32 {
        self.current = newest(&self.keys);
        self.current
    }

    /// Whether a version could be retired.
    pub(super) fn check_retire(&self, operation: &'static str, version: u32) -> Result<()> {
        if version >= self.current {
            let reason = format!(
                "version {version} is in use, or about to be; the current one is {}",
                self.current
            );
            return Err(Error::Conflict { operation, reason });
        }
        if !self.keys.contains_key(&version) {
            return Err(Error::not_found(
                operation,
                format!("version {version} of the shared key"),
            ));
        }
        Ok(())
    }

    pub(super) fn retire(&mut self, operation: &'static str, version: u32) -> Result<()> {
        self.check_retire(operation, version)?;
        self.keys.remove(&version);
        Ok(())
    }

    pub(super) fn create_tenant_key(
        &mut self,
        operation: &'static str,
        tenant: TenantId,
        entropy: &dyn Entropy,
    ) -> Result<u32> {
        self.refuse_erased(operation, tenant)?;
        let empty = || TenantKeys { keys: BTreeMap::new() };
        let keys = &mut self.tenants.entry(*tenant.as_uuid()).or_insert_with(empty).keys;
        let version = newest(keys) + 1;
        keys.insert(version, StoredKey(WrappingKey::generate(entropy)));
        Ok(version)
    }

    pub(super) fn erase(
        &mut self,
        operation: &'static str,
        tenant: TenantId,
        clock: &dyn Clock,
    ) -> Result<()> {
        if self.erased.contains_key(tenant.as_uuid()) {
            return Ok(());
        }
        let missing = || Error::not_found(operation, format!("a key of tenant {tenant}'s own"));
        self.tenants.remove(tenant.as_uuid()).ok_or_else(missing)?;
        self.erased.insert(*tenant.as_uuid(), clock.now());
        Ok(())
    }
}

fn newest(keys: &BTreeMap<u32, StoredKey>) -> u32 {
    keys.last_key_value().map_or(0, |(version, _)| *version)
}

pub(super) fn key_name(wrapping: Wrapping<'_>) -> String {
    match wrapping.key.scope {
        KeyScope::Shared => format!("key {} in this key ring", wrapping.key),
        KeyScope::Tenant => {
            format!("key {} of tenant {} in this key ring", wrapping.key, wrapping.tenant)
        }
    }
}
