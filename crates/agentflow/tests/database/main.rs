//! The schema as a whole, filled: how every statement is planned over many rows, and what an upgrade keeps. A binary of its own,
//! for both take a while.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]
#![expect(unreachable_pub, reason = "the modules of a test binary share freely")]

mod filler;
mod plans;
#[path = "../it/isolation/planters.rs"]
#[expect(dead_code, reason = "shared with the other test binary")]
mod planters;
#[path = "../it/support.rs"]
#[expect(dead_code, reason = "shared with the other test binary")]
mod support;
mod upgrade;
