use std::{fs, fs::File, io::BufReader, path::Path};

use agentflow::core::{backup::BackupId, hash::Sha256};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::files;
use crate::{Error, Result};

/// The form of [`BaseBackup`] that this program writes.
pub const BASE_FORMAT: &str = "agentflow.dev/base@v1";
/// The file that says what a base backup is.
pub(super) const RECORD_FILE: &str = "base.json";
/// The folder of the files of the server.
pub(super) const DATA: &str = "data";
/// PostgreSQL's own list of them, with a hash of each.
const MANIFEST: &str = "backup_manifest";

/// How a base backup came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BaseKind {
    /// All files of the server.
    Full,
    /// The blocks that changed since its parent.
    Incremental,
    /// Made of a full one and those that built upon it, without the server; as good as a full one.
    Combined,
}

impl BaseKind {
    /// As text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Incremental => "incremental",
            Self::Combined => "combined",
        }
    }
}

/// A copy of the files of a server, as `base.json` beside them tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseBackup {
    /// [`BASE_FORMAT`].
    pub format: String,
    /// Its name, which is that of its folder too.
    pub id: BackupId,
    /// How it came about.
    pub kind: BaseKind,
    /// What an incremental one builds upon.
    pub parent: Option<BackupId>,
    /// What a combined one was made of, the full one first.
    pub combined_from: Vec<BackupId>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// The version of the server, such as `18.6`.
    pub postgres_version: String,
    /// What tells this server's files from those of others.
    pub system_identifier: String,
    /// The timeline it was taken on.
    pub timeline: u32,
    /// Where in the write-ahead log it begins.
    pub start_lsn: String,
    /// Where it is consistent.
    pub end_lsn: String,
    /// How long its files are together, in bytes.
    pub bytes: u64,
    /// The hash of PostgreSQL's own manifest, which holds a hash of each file.
    pub manifest_sha256: Sha256,
    /// The hash of the manifest of the parent, as it was when this one was made.
    pub parent_manifest_sha256: Option<Sha256>,
    /// The program that made it, such as `af/0.1.0`.
    pub program: String,
}

impl BaseBackup {
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(folder.join(RECORD_FILE))
            .map_err(|error| format!("{RECORD_FILE} cannot be read: {error}"))?;
        let record: Self = serde_json::from_str(&text)
            .map_err(|error| format!("{RECORD_FILE} is not as it should be: {error}"))?;
        if record.format != BASE_FORMAT {
            return Err(format!(
                "{RECORD_FILE} has the format `{}`, which this program does not know",
                record.format
            ));
        }
        if folder.file_name().is_none_or(|name| name != record.id.as_str()) {
            return Err(format!(
                "{RECORD_FILE} is that of {}: the folder was renamed, or its files were",
                record.id
            ));
        }
        if record.parent.is_some() != (record.kind == BaseKind::Incremental) {
            return Err(format!("{RECORD_FILE} contradicts itself about what it builds upon"));
        }
        Ok(record)
    }

    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        const OPERATION: &str = "write the record of a base backup";
        let path = folder.join(RECORD_FILE);
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| Error::io(OPERATION, &path)(error.into()))?;
        fs::write(&path, text + "\n").map_err(Error::io(OPERATION, &path))?;
        files::sync(&path)
    }

    /// The major version of the server.
    pub fn postgres_major(&self) -> Option<u16> {
        self.postgres_version.split('.').next()?.parse().ok()
    }
}

/// What PostgreSQL's manifest says of a backup as a whole.
#[derive(Debug, Deserialize)]
pub(super) struct ServerManifest {
    #[serde(rename = "System-Identifier")]
    pub(super) system_identifier: u64,
    #[serde(rename = "WAL-Ranges")]
    pub(super) wal_ranges: Vec<WalRange>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WalRange {
    #[serde(rename = "Timeline")]
    pub(super) timeline: u32,
    #[serde(rename = "Start-LSN")]
    pub(super) start: String,
    #[serde(rename = "End-LSN")]
    pub(super) end: String,
}

impl ServerManifest {
    /// The timeline, and the first and the last position in the write-ahead log that are needed.
    pub(super) fn range(&self) -> (u32, String, String) {
        let first = self.wal_ranges.first();
        let last = self.wal_ranges.last();
        (
            last.map_or(0, |it| it.timeline),
            first.map_or_else(String::new, |it| it.start.clone()),
            last.map_or_else(String::new, |it| it.end.clone()),
        )
    }

    /// Reads it, and its hash.
    pub(super) fn read(data: &Path) -> Result<(Self, Sha256)> {
        const OPERATION: &str = "read the manifest of a base backup";
        let path = data.join(MANIFEST);
        let open = || File::open(&path).map_err(Error::io(OPERATION, &path));
        let sha256 = crate::files::hash(open()?).map_err(Error::io(OPERATION, &path))?;
        let manifest = serde_json::from_reader(BufReader::new(open()?));
        Ok((manifest.map_err(|error| Error::io(OPERATION, &path)(error.into()))?, sha256))
    }
}

/// Where it is.
pub(super) fn manifest_path(folder: &Path) -> std::path::PathBuf {
    folder.join(DATA).join(MANIFEST)
}
