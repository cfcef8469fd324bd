//! Runs, the queue they wait in, and the workers that do them.

mod branches;
mod cancel;
mod cap;
#[cfg(unix)]
mod chaos;
mod claims;
mod contents;
mod fairness;
mod fencing;
mod guarded;
mod hooks;
mod idempotency;
mod leases;
mod list;
mod owner;
pub mod planted;
mod prune;
mod reports;
mod resume;
mod retries;
mod start;
mod stop;
pub mod support;
mod tables;
mod timeline;
mod transitions;
mod unquoted;
mod worker;
mod working;
