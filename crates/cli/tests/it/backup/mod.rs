//! Backups as a user takes and restores them.

mod base;
mod commands;
pub(crate) mod content;
#[cfg(target_os = "linux")]
mod full_disk;
mod mistakes;
mod runbook;
pub(crate) mod scene;
#[cfg(unix)]
mod signals;
