use std::{fmt, str::FromStr};

use serde::Serialize;

use crate::InvalidInput;

/// Whose a key of a key ring is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyScope {
    /// Of all tenants that have none of their own.
    Shared,
    /// Of one tenant: destroying it erases what the tenant sealed, in every copy.
    Tenant,
}

impl KeyScope {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Tenant => "tenant",
        }
    }
}

/// A key of a key ring that data keys are wrapped with. Its text is `shared/3` or `tenant/1`, as in the columns `kms_key_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId {
    /// Whose it is. Of which tenant, the place of the sealed value says.
    pub scope: KeyScope,
    /// From 1.
    pub version: u32,
}

impl KeyId {
    /// A version of the shared key.
    pub const fn shared(version: u32) -> Self {
        Self { scope: KeyScope::Shared, version }
    }

    /// A version of a tenant's own key.
    pub const fn tenant(version: u32) -> Self {
        Self { scope: KeyScope::Tenant, version }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.scope.as_str(), self.version)
    }
}

impl Serialize for KeyId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for KeyId {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid =
            || InvalidInput::new("kms_key_id", "expected shared/VERSION or tenant/VERSION");
        let (scope, version) = text.split_once('/').ok_or_else(invalid)?;
        let scope = match scope {
            "shared" => KeyScope::Shared,
            "tenant" => KeyScope::Tenant,
            _ => return Err(invalid()),
        };
        let version = version.parse().ok().filter(|it| *it > 0).ok_or_else(invalid)?;
        Ok(Self { scope, version })
    }
}
