//! The part of AgentFlow that needs no database: ids, clock, domain types, canonical JSON and the audit hash chain.
//!
//! Nothing here does I/O or is async, so whatever can be checked offline is checked by the code in this crate: a
//! verifier needs it and nothing else. Time, ids and randomness come from outside, through [`clock::Clock`] and
//! [`ids::IdSource`], so a test can hold them still.

pub mod audit;
pub mod canonical;
pub mod clock;
mod error;
pub mod hash;
pub mod ids;
pub mod tenancy;

pub use error::InvalidInput;
