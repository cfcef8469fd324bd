//! Secrets in a file.

mod age;
mod age_stream;
mod atomic;
mod change;
mod dotenv;
mod fault;
mod format;
mod json;
mod look;
mod modes;
mod provider;
mod reload;
mod state;
#[cfg(test)]
mod tests;
mod yaml;

pub use self::age::AgeIdentity;
pub use age_stream::{AgeReader, AgeRecipients};
pub(in crate::secrets) use atomic::{lock, make_folder, read_private, write_private};
pub(in crate::secrets) use change::refuse_value;
pub(in crate::secrets) use fault::Fault;
pub(in crate::secrets) use modes::{refuse_open_folder, refuse_special, refuse_writable};
pub use provider::{FileOptions, FileProvider};
