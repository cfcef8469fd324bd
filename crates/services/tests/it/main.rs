//! What is said of real services, and of those that are down in every way.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod combinations;
mod compose;
mod foreign;
mod network;
mod postgres;
mod qdrant;
mod redis;
mod secrets;
mod servers;
mod support;
mod talker;
