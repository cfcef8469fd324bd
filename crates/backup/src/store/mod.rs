//! Where backups are kept: a folder, or an object store.

mod bucket;
mod fault;
mod folder;
mod open;
mod reader;
#[expect(clippy::module_inception, reason = "the noun of the module is the noun of the domain")]
mod store;
mod upload;

pub use reader::PartReader;
pub use store::{BackupStore, Entry, EntryKind};
