//! Definitions of workflows: every mistake by its place, one digest for one meaning, versions in their order.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod digest;
mod faults;
mod graph;
mod plans;
mod samples;
mod shape;
mod versions;
