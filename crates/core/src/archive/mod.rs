//! Archives of one tenant: everything it has, in one file that proves itself.
//!
//! An archive is a tar, whose entries are its parts, in this order and no other:
//!
//! ```text
//! tables/agents.csv.zst     the rows of a table as CSV, compressed; one part for each table that travels
//! tables/…
//! chain.bundle.zst          the audit chain: a bundle as in audit::bundle, compressed
//! sealed.jsonl.age          secrets, encrypted for those who may open them where the tenant goes; not always there
//! manifest.json             an ArchiveManifest as canonical JSON
//! manifest.note             a signed note that binds manifest.json; not there if nobody signed
//! ```
//!
//! Nothing in it depends on when it was made, or by whom: headers have no times and no owners, and the program is not named. The
//! manifest has the length and the hash of every part as it is stored, and of every table as it is read; the note has the hash of
//! the manifest. An encrypted archive is such a tar inside of one age file.

mod manifest;
mod note;
#[cfg(test)]
mod tests;

pub use manifest::{
    ArchiveChain, ArchiveManifest, ArchivePart, ArchiveSealed, ArchiveTable, CHAIN_PART, FORMAT,
    MANIFEST_PART, MAX_MANIFEST_BYTES, MAX_TABLES, NOTE_PART, SEALED_PART, SourceTenant,
    TableClass, is_table_name, table_part,
};
pub use note::{ArchiveNoteError, verify_note};
