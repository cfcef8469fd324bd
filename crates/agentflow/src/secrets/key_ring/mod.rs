//! The keys that sealed columns are encrypted with, and what is done with them.
//!
//! Every sealed value has a data key of its own. A [`KeyProvider`] wraps and unwraps data keys and never gives away what it wraps
//! them with.

mod admin;
mod canary;
mod check;
mod environment;
mod erase;
mod init;
mod keys;
mod local;
mod provider;
mod retire;
mod rewrap;
mod ring;
mod source;
mod survey;
mod table;
mod transit;
mod walk;

pub use admin::KeyRingAdmin;
pub use agentflow_core::sealed::{KeyId, KeyScope, Place};
pub use environment::EnvironmentKeyProvider;
pub use init::InitializedKeyRing;
pub use local::LocalKeyProvider;
pub use provider::{KeyCapabilities, KeyChange, KeyProvider, Wrapping};
pub use rewrap::{RewrapFailure, RewrapOptions, RewrapProgress, RewrapRefusal, RewrapReport};
pub(crate) use ring::KeyRing;
pub(crate) use source::KeyRingSource;
pub use survey::{KeyRingStatus, KeyRingVersion, KeyRingVersionState, SealedCounts, TenantKey};
pub use transit::TransitKeyProvider;

/// The place of a sealed value, if there is such a column.
pub(crate) fn place_of(
    tenant: agentflow_core::ids::TenantId,
    table: &str,
    column: &str,
    row: uuid::Uuid,
) -> Option<Place> {
    table::SealedTable::place(tenant, table, column, row)
}
