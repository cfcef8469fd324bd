//! Ids: UUID version 7 (RFC 9562), so that they sort by time of creation.

use std::{fmt, str::FromStr, sync::Mutex};

use jiff::Timestamp;
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::InvalidInput;

/// A source of new ids.
pub trait IdSource: Send + Sync {
    /// A new id whose time part is `now`, in milliseconds.
    fn next_id(&self, now: Timestamp) -> Uuid;
}

/// Ids with 74 random bits. Seeded by the operating system, or by a number for repeatable tests.
#[derive(Debug)]
pub struct RandomIds(Mutex<StdRng>);

impl RandomIds {
    /// Ids that nobody can foresee.
    pub fn from_os() -> Self {
        Self(Mutex::new(rand::make_rng()))
    }

    /// The same ids every time, for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl IdSource for RandomIds {
    fn next_id(&self, now: Timestamp) -> Uuid {
        let mut random = [0_u8; 10];
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).fill_bytes(&mut random);
        // Instants before 1970 do not occur; they would only sort as if they were at its start.
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The id as a plain UUID.
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidInput;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self).map_err(|_| {
                    InvalidInput::new(concat!($what, "_id"), format!("`{text}` is not a UUID"))
                })
            }
        }
    };
}

id!(
    /// The id of a tenant.
    TenantId,
    "tenant"
);
id!(
    /// The id of a workspace.
    WorkspaceId,
    "workspace"
);
id!(
    /// The id of an environment of a workspace.
    EnvironmentId,
    "environment"
);
id!(
    /// The id of an audit entry.
    AuditId,
    "audit"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_are_version_7() {
        let ids = RandomIds::seeded(1);
        let earlier = ids.next_id(Timestamp::from_millisecond(1_700_000_000_000).unwrap());
        let later = ids.next_id(Timestamp::from_millisecond(1_700_000_000_001).unwrap());
        assert!(earlier < later);
        assert_eq!(earlier.get_version_num(), 7);
    }

    #[test]
    fn a_seed_repeats_its_ids() {
        let now = Timestamp::from_millisecond(1_700_000_000_000).unwrap();
        assert_eq!(RandomIds::seeded(7).next_id(now), RandomIds::seeded(7).next_id(now));
        assert_ne!(RandomIds::from_os().next_id(now), RandomIds::from_os().next_id(now));
    }

    #[test]
    fn a_malformed_id_is_named() {
        let error = "acme".parse::<TenantId>().unwrap_err();
        assert_eq!(error.to_string(), "tenant_id: `acme` is not a UUID");
    }
}
