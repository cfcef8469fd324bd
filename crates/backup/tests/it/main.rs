//! Backups of real servers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod base;
mod base_folder;
mod create;
mod drill;
#[cfg(unix)]
mod kill;
mod list;
mod prune;
mod restore;
mod restore_more;
mod resume;
mod s3;
mod s3_server;
mod samples;
mod send;
mod store;
mod table;
mod verify;
mod world;
