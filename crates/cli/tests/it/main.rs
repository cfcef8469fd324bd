//! The command line as a user meets it: every test runs the program itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod append;
mod audit;
mod connection;
mod demo;
mod help;
mod local;
mod migrate;
mod support;
mod tenant;
mod usage;
