use std::{fmt, path::PathBuf, sync::Arc};

use agentflow::{
    core::{
        backup::BackupId,
        clock::{Clock, SystemClock},
        random::{Entropy, Generator},
    },
    secrets::AgeIdentity,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::{Trust, check::Check};

/// How a backup is restored.
#[derive(Clone)]
pub struct RestoreOptions {
    /// Whose backups are believed.
    pub trust: Trust,
    /// What opens it, if it is encrypted.
    pub identity: Option<AgeIdentity>,
    /// The database it becomes; by default the configured one.
    pub into: Option<String>,
    /// Brings back these tables only, which the configured database must have lost: as SQL names them.
    pub tables: Vec<String>,
    /// How many things are restored at once, at least 1.
    pub jobs: usize,
    /// Drops the database that was replaced; otherwise it stays under another name.
    pub drop_old: bool,
    /// Everything belongs to the role that restores, and nobody is granted anything. For servers with other roles.
    pub no_owner: bool,
    /// The locale that texts are sorted by, of the C library of the server; by default the one of the backup, which the server must
    /// know.
    pub locale: Option<String>,
    /// Puts everything into the default tablespace.
    pub no_tablespaces: bool,
    /// Where the parts are put while they are read, which needs room for all of them; by default the system's folder for
    /// temporary files. The log of a program that failed stays there.
    pub staging: Option<PathBuf>,
    /// Names the database that is replaced.
    pub clock: Arc<dyn Clock>,
    /// Names the database while it is made.
    pub entropy: Arc<dyn Entropy>,
}

impl RestoreOptions {
    /// Of the configured database, by the default of everything else.
    pub fn new(trust: Trust) -> Self {
        Self {
            trust,
            identity: None,
            into: None,
            tables: Vec::new(),
            jobs: 2,
            drop_old: false,
            no_owner: false,
            locale: None,
            no_tablespaces: false,
            staging: None,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(Generator::from_os()),
        }
    }
}

impl fmt::Debug for RestoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestoreOptions")
            .field("trust", &self.trust)
            .field("into", &self.into)
            .field("tables", &self.tables)
            .field("jobs", &self.jobs)
            .field("drop_old", &self.drop_old)
            .field("no_owner", &self.no_owner)
            .field("locale", &self.locale)
            .field("no_tablespaces", &self.no_tablespaces)
            .finish_non_exhaustive()
    }
}

/// A backup that was restored.
#[derive(Debug, Clone, Serialize)]
pub struct RestoreReport {
    /// Which.
    pub backup: BackupId,
    /// When its snapshot was taken: what changed since is not in it.
    pub created_at: Timestamp,
    /// The key that signed it; none if nobody was asked, or nobody did.
    pub signed_by: Option<String>,
    /// The database.
    pub database: String,
    /// The name under which the database stays that was there before.
    pub replaced: Option<String>,
    /// Whether that one was dropped.
    pub dropped_old: bool,
    /// Roles that were missing and are there now. They cannot log in: they were not in the backup, nor were their passwords.
    pub roles_created: Vec<String>,
    /// Databases that interrupted restores had left, and that are gone now.
    pub leftovers_dropped: Vec<String>,
    /// Tables whose rows were restored.
    pub tables: u64,
    /// Their rows.
    pub rows: u64,
    /// What was looked at afterwards. All of it held, unless tables came back to a database in use: see
    /// [`has_passed`](Self::has_passed).
    pub checks: Vec<Check>,
    /// How long each phase took.
    pub phases: Vec<PhaseTime>,
    /// What is to be done still, or was not done, although the backup was restored.
    pub remarks: Vec<String>,
}

impl RestoreReport {
    /// Whether every check held.
    pub fn has_passed(&self) -> bool {
        self.checks.iter().all(Check::has_passed)
    }
}

/// How long something took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PhaseTime {
    /// What, in a word or two.
    pub name: &'static str,
    /// In milliseconds.
    pub milliseconds: u64,
}

/// The database that a restore is about to replace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RestoreTarget {
    /// Its name.
    pub database: String,
    /// Its size in bytes; none if it is not there, so that nothing is replaced.
    pub bytes: Option<u64>,
}
