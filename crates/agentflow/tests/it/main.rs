//! The library against a real PostgreSQL. One binary, one server, a database for each test.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may panic")]

mod isolation;
mod startup;
mod support;
mod tenancy;
