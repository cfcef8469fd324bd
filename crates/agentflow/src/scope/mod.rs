//! The scope of a tenant: how every tenant-scoped statement reaches the server.
//!
//! A statement travels with its own transaction, in one flight, one round trip:
//!
//! ```text
//! BEGIN; SET LOCAL ROLE af_app
//! SELECT enter_tenant($1)          refuses a tenant that is unknown or suspended
//! <the statement, which filters on tenant_id as well>
//! COMMIT
//! ```
//!
//! If entering fails, the statement meets an aborted transaction and COMMIT rolls back: nothing is read or written.
//! The settings are local to the transaction, so nothing leaks to the next borrower of the connection, nor through a
//! pooler. Only the types in here may pipeline; see docs/adr/0001-driver.md for what goes wrong otherwise.

mod control;
mod entry;
mod flight;
mod statements;
mod tx;
mod wire;

#[cfg(test)]
mod tests;

pub(crate) use control::refuse_control;
pub(crate) use flight::Flight;
pub(crate) use statements::StatementCache;
pub use tx::TenantTx;

/// Removes what a statement of the caller may have left in the session: temporary tables, cursors, locks. Sent with the
/// end of its transaction, so it costs no round trip.
pub(crate) const FORGET_SESSION: &str = include_str!("../../queries/_forget_session.sql");

pub(crate) const COMMIT: &str = "COMMIT";
pub(crate) const ROLLBACK: &str = "ROLLBACK";
