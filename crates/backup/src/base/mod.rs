//! Base backups: copies of all files of a server, taken and put together by PostgreSQL's own programs.
//!
//! Each is a folder below `base/`, of the name of its id, with the files of the server in `data/` and [`BaseBackup`] as `base.json`.
//! A full one stands alone. An incremental one holds what changed since its parent, and is nothing without it: so a parent is not
//! deleted, and combining verifies every file of every link, which `pg_combinebackup` does not do.
//!
//! They are of the whole server, with all its databases and roles, and fit the same major version only. They are not signed, and
//! not encrypted: their hashes tell decay from health, and nothing about somebody who can write to the folder.

mod combine;
mod files;
mod folder;
mod record;
mod require;
pub(crate) mod run;
mod take;
mod verify;

use agentflow::core::backup::BackupId;

use crate::{Error, Fault};

pub use combine::{combine_base, restore_base};
pub use folder::{BaseFolder, ListedBase};
pub use record::{BASE_FORMAT, BaseBackup, BaseKind};
pub use take::{BaseOptions, BaseTools, Parent, create_base, create_incremental_base};
pub use verify::{BaseFault, BaseVerification, verify_base};

/// The first version of PostgreSQL with incremental base backups.
const OLDEST: u16 = 17;
const CHECKSUMS: &str = "--manifest-checksums=SHA256";
const PROGRAM: &str = concat!("af/", env!("CARGO_PKG_VERSION"));

/// A base backup that is not what was made.
fn corrupt(operation: &'static str, id: &BackupId, faults: &[String]) -> Error {
    let faults = faults.iter().map(|fault| Fault::new(id, fault)).collect();
    Error::Corrupt { operation, what: format!("base backup {id}"), faults }
}

/// How far work with a base backup is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BaseProgress {
    /// Files come from the server; so many bytes of about so many, which is 0 while it is not known.
    Copying {
        /// Bytes that are here.
        done: u64,
        /// Bytes that there will be.
        total: u64,
    },
    /// Every file of this one is read and hashed.
    Verifying(BackupId),
    /// Links are put together.
    Combining,
}
