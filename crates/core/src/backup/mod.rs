//! Backups: what a manifest says, who signed it, which names its parts may have, and which backups are kept.
//!
//! A backup is a folder, or a prefix of an object store, of the name of its [`BackupId`]:
//!
//! ```text
//! 20261122T080000Z-7f3a9c21/
//!     data/toc.dat            the files of `pg_dump -Fd`, each of them a part
//!     data/4021.dat.zst
//!     manifest.json           a Manifest as canonical JSON
//!     manifest.note           a signed note that binds manifest.json
//! ```
//!
//! The manifest names every part with its length and hash, and the note names the manifest with its hash: who has the public key can
//! tell that nothing was changed, cut off, left out, or taken from another backup.

mod id;
mod keep;
mod manifest;
mod note;
mod part_name;
mod properties;
#[cfg(test)]
mod tests;
mod text;

pub use id::BackupId;
pub use keep::Keep;
pub use manifest::{
    AuditState, BackupKind, ChainState, Encryption, MANIFEST_FILE, Manifest, NOTE_FILE, Part,
    TableRows, TenantLogState,
};
pub use note::{Binding, BindingError, verify_note};
pub use part_name::{DATA_FOLDER, PartName};
pub use properties::{DatabaseGrant, DatabaseProperties, DatabaseSetting};
pub use text::{FORMAT, MAX_MANIFEST_BYTES};
