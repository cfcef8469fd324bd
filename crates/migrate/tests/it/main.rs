//! The engine against a real PostgreSQL. Each test has a database of its own.

#![expect(clippy::expect_used, reason = "a test ends at whatever it did not expect")]

mod concurrent_index;
mod crash;
mod down;
mod failure;
mod folder;
mod history;
mod lock;
mod support;
mod up;
