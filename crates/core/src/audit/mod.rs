//! The audit chain: what an entry says, how it is written, and how entries hang together.
//!
//! An [`Event`] says what happened. A [`Record`] is that event as canonical JSON, the exact text that is hashed and
//! stored. Each tenant has a chain of its own:
//!
//! ```text
//! hash       = SHA-256(prev_hash || record)
//! first prev = SHA-256("agentflow/audit/v1\n" || the 16 bytes of the tenant id)
//! ```

pub mod bundle;
mod chain;
mod checkpoint;
mod checkpoint_file;
mod event;
pub mod mask;
mod proof;
mod record;
mod tenant_log;

pub use chain::{genesis_hash, link_hash};
pub use checkpoint::{Checkpoint, SignedCheckpoint, TrustedKeys, tenant_log_origin, tenant_origin};
pub use checkpoint_file::{CheckpointReader, TornEnd, read_checkpoints};
pub use event::{Actor, ActorKind, Event, EventStatus, Resource};
pub use proof::{EntryProof, ProofError, ProvenEntry};
pub use record::{MAX_RECORD_BYTES, Record};
pub use tenant_log::TenantLogEntry;
