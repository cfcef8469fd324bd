use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use agentflow::{
    core::{
        backup::{BackupId, BackupKind, Manifest},
        clock::{Clock, SystemClock},
        note::SigningKey,
        random::{Entropy, Generator},
    },
    secrets::AgeRecipients,
};

use crate::Compression;

/// How a backup is made.
#[derive(Clone)]
pub struct CreateOptions {
    /// What it holds.
    pub kind: BackupKind,
    /// The tables, for [`BackupKind::Tables`]: as SQL names them, such as `audits` or `public.audits`. A table with partitions
    /// brings them along.
    pub tables: Vec<String>,
    /// How many tables are read at once, at least 1. There is one connection for each, and two more.
    pub jobs: usize,
    /// How rows are compressed; by default as [`Programs::default_compression`](crate::Programs::default_compression) says.
    pub compression: Option<Compression>,
    /// Whom it is encrypted for; nobody if none.
    pub recipients: Option<AgeRecipients>,
    /// Who signs it; nobody if none, and then it proves nothing.
    pub key: Option<SigningKey>,
    /// Where it is put together before it goes to an object store, which needs room for the whole of it; by default the system's
    /// folder for temporary files. A backup into a folder is put together there.
    pub staging: Option<PathBuf>,
    /// Goes on with an upload that was interrupted, instead of making a new backup.
    pub resume: Option<Resume>,
    /// How long the lock of a table is waited for; 60 s by default.
    pub lock_wait: Duration,
    /// The name and version of the program that makes it, such as `af/0.1.0`.
    pub program: String,
    /// Tells when it is made.
    pub clock: Arc<dyn Clock>,
    /// Makes its name.
    pub entropy: Arc<dyn Entropy>,
}

/// Which interrupted upload is gone on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resume {
    /// The newest.
    Newest,
    /// That of this backup.
    Backup(BackupId),
}

impl Default for CreateOptions {
    fn default() -> Self {
        Self {
            kind: BackupKind::Full,
            tables: Vec::new(),
            jobs: 2,
            compression: None,
            recipients: None,
            key: None,
            staging: None,
            resume: None,
            lock_wait: Duration::from_secs(60),
            program: concat!("agentflow-backup/", env!("CARGO_PKG_VERSION")).to_owned(),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(Generator::from_os()),
        }
    }
}

impl fmt::Debug for CreateOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateOptions")
            .field("kind", &self.kind)
            .field("tables", &self.tables)
            .field("jobs", &self.jobs)
            .field("compression", &self.compression)
            .field("is_encrypted", &self.recipients.is_some())
            .field("is_signed", &self.key.is_some())
            .finish_non_exhaustive()
    }
}

/// A backup that was made.
#[derive(Debug, Clone)]
pub struct Created {
    /// What it is.
    pub manifest: Manifest,
    /// Whether it is signed.
    pub is_signed: bool,
    /// How long it took to be there.
    pub took: Duration,
}
