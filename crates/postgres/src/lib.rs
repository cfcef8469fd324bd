//! A real PostgreSQL for development and tests, without containers.
//!
//! - [`Installation`] finds the programs of a PostgreSQL with pgvector on this machine, or
//!   provisions them once into the user's cache.
//! - [`Ephemeral`] is a throw-away server in a temporary folder. It ends with our process, even
//!   when that is killed.
//! - [`Local`] is the persistent server of `af up`. It outlives our process.
//! - [`ClientPrograms`] finds `pg_dump` and its like, of the version of a server.
//! - [`testing`] gives every test its own database, cloned from a template.
//!
//! All of it works for root as well: PostgreSQL then runs under an unprivileged account.
//!
//! ```no_run
//! use agentflow_postgres::{Ephemeral, EphemeralOptions, Installation};
//!
//! let installation = Installation::find_or_provision(&mut |step| eprintln!("{step}"))?;
//! let server = Ephemeral::start(&installation, &EphemeralOptions::default())?;
//! println!("PostgreSQL {} at {}", installation.version, server.url("postgres"));
//! # Ok::<(), agentflow_postgres::Error>(())
//! ```
//!
//! This is not a way to run PostgreSQL in production.

mod account;
mod admin;
mod client;
mod cluster;
mod ephemeral;
mod error;
mod folders;
mod installation;
mod local;
pub mod testing;
mod watchdog;
mod wheel;

pub use client::ClientPrograms;
pub use ephemeral::{Ephemeral, EphemeralOptions};
pub use error::Error;
pub use installation::{Installation, Source, Version};
pub use local::{Local, Running};
