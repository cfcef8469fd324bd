use std::{fs::File, io::Write};

use agentflow_core::{audit::Actor, ids::TenantId};

use super::{
    ArchiveReport, ExportArchive, ImportArchive, ImportReport, export, import,
    report::ArchiveProgress,
};
use crate::{admin::Admin, error::Result};

pub(super) type Progress<'a> = &'a (dyn Fn(ArchiveProgress<'_>) + Send + Sync);

/// Tenants on their way out and in, as the administrator moves them.
#[derive(Debug)]
pub struct Archives<'a>(pub(crate) &'a Admin);

impl Archives<'_> {
    /// Exports a tenant, as it is at one moment, whatever is written meanwhile.
    ///
    /// A checkpoint of its chain is taken first, and the export is recorded in it afterwards. The same data makes the same bytes,
    /// unless they are encrypted. What `writer` was given is of no use when this fails: write to a temporary file, and rename
    /// it when this returns. `writer` works in a thread of its own; it is flushed at the end, but not synced.
    pub async fn export<W: Write + Send + 'static>(
        &self,
        tenant: TenantId,
        options: &ExportArchive<'_>,
        by: &Actor,
        writer: W,
        progress: &(dyn Fn(ArchiveProgress<'_>) + Send + Sync),
    ) -> Result<ArchiveReport> {
        export::export(self.0, tenant, options, by, writer, progress).await
    }

    /// Imports a tenant, in one transaction, after all of the archive was verified: it is there as it was, but for its id, or nothing
    /// of it is. The ids of its rows stay, and the chain it had is among its [imported chains](crate::archive::ImportedChains).
    ///
    /// Rows are written without triggers, for which the role of the connection string must be allowed to set
    /// `session_replication_role`; what foreign keys demand is checked of every row before the end. Room for months of usage that
    /// there was none for is made apart, and stays whatever becomes of the import.
    ///
    /// An API key names its tenant, so under a new id those it had authenticate nobody. Whoever imports a tenant that goes on where it
    /// came from has two of them: import it suspended.
    pub async fn import(
        &self,
        file: File,
        options: &ImportArchive,
        by: &Actor,
        progress: &(dyn Fn(ArchiveProgress<'_>) + Send + Sync),
    ) -> Result<ImportReport> {
        import::import(self.0, file, options, by, progress).await
    }
}
