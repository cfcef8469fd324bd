//! Tests against real servers. They provision PostgreSQL when the machine has none.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail with them")]

mod ephemeral;
mod helper;
mod installation;
mod local;
mod needs;
mod testing;
