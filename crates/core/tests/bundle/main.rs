//! Bundles: what is written verifies, whatever is changed does not, and an independent program agrees.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod changed;
mod meaning;
mod random;
mod samples;
mod script;
mod written;
