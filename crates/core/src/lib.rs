//! The part of AgentFlow that needs no database: ids, clock, domain types, credentials, canonical JSON,
//! the audit hash chain, message envelopes, agents.
//!
//! Nothing here does I/O or is async, so whatever can be checked offline is checked by the code in this crate: a
//! verifier needs it and nothing else. Time, ids and randomness come from outside, through [`clock::Clock`],
//! [`ids::IdSource`] and [`random::Entropy`], so a test can hold them still.

pub mod agent;
pub mod archive;
pub mod audit;
pub mod backup;
pub mod budget;
pub mod canonical;
pub mod clock;
pub mod envelope;
mod error;
mod fields;
pub mod hash;
pub mod identity;
pub mod ids;
pub mod memory;
pub mod merkle;
pub mod metering;
pub mod note;
pub mod policy;
pub mod random;
pub mod rules;
pub mod run;
mod schema;
pub mod sealed;
pub mod secret;
mod similar;
pub mod tenancy;
pub mod tool;
mod ulid;
mod words;
pub mod workflow;
mod yaml;

pub use error::{InvalidInput, InvalidInputs};
