//! One tenant in one file: exported from the shared tables, and imported into them under an id of its own.
//!
//! - [`Archives::export`] writes everything a tenant has, as it was at one moment, into an archive that proves itself.
//! - [`Archives::import`] reads one into a tenant, in one transaction, after all of it was verified.
//! - [`ImportedChains`]: the audit chains that a tenant had where it came from.
//!
//! What an archive is, is in [`agentflow_core::archive`]. Which table travels, and which column of it, is data: the tables
//! `archive_tables` and `archive_columns`. A table with a `tenant_id` that nobody classified is refused, so that nothing is
//! left behind unnoticed.

mod archives;
mod chains;
mod check;
mod checks;
mod export;
mod import;
mod layout;
mod load;
mod months;
mod options;
mod pipe;
mod plan;
mod reader;
mod report;
mod scan;
mod secrets;
mod source;
mod spool;
mod target;
#[cfg(test)]
mod tests;
mod values;
mod whole;
mod writer;

pub use archives::Archives;
pub use chains::{ImportedChain, ImportedChains};
pub use check::{ArchiveCheck, ArchiveFault, inspect};
pub use options::{ArchiveTrust, ExportArchive, ImportArchive, SecretsChoice};
pub use reader::{ArchiveReader, Plain, VerifiedArchive};
pub use report::{ArchiveProgress, ArchiveReport, ImportReport, MovedTable};
pub use source::Section;
pub use spool::Spool;
pub use values::{SealedSpool, SealedValue, SealedValues};
pub use writer::{ArchiveWriter, ChainHead, TableHead, Written};

const EXPORT: &str = "export a tenant";
const INSPECT: &str = "read a tenant archive";
const IMPORT: &str = "import a tenant";
