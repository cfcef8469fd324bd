//! The message envelope: contract, canonical form, hash, and an independent program that agrees.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod contract;
mod properties;
mod samples;
mod script;
mod turns;
