use agentflow::core::backup::{BackupId, BackupKind};
use jiff::Timestamp;
use serde::Serialize;

use super::html;
use crate::{Fault, check::Check, restore::PhaseTime};

/// What reports of this version say of themselves.
pub const DRILL_FORMAT: &str = "agentflow.dev/drill@v1";

/// What came of a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The backup was restored, and every check held.
    Passed,
    /// It was not, or not all of them did.
    Failed,
}

/// A drill, for those who must see that backups can be restored.
#[derive(Debug, Clone, Serialize)]
pub struct DrillReport {
    /// `agentflow.dev/drill@v1`.
    pub format: &'static str,
    /// What came of it.
    pub verdict: Verdict,
    /// Which backup.
    pub backup: BackupId,
    /// Where it is kept, without credentials.
    pub location: String,
    /// What it holds; none if its manifest could not be read.
    pub kind: Option<BackupKind>,
    /// The name of the database that was backed up.
    pub database: Option<String>,
    /// The key that signed it; none if nobody was asked, or nobody did.
    pub signed_by: Option<String>,
    /// When its snapshot was taken.
    pub created_at: Option<Timestamp>,
    /// When the drill began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// How old the backup was when the drill began, in seconds: what was written since would have been lost (RPO).
    pub rpo_seconds: Option<i64>,
    /// How long it took from the beginning until the restored database was checked and analyzed, in milliseconds: a server to restore to included,
    /// and the time until somebody noticed that it was needed not (RTO).
    pub rto_milliseconds: u64,
    /// The version of the server that was backed up.
    pub postgres_version: Option<String>,
    /// The version of the server it was restored to.
    pub restored_to_version: Option<String>,
    /// The version of the `pg_restore` that did it.
    pub pg_restore_version: Option<String>,
    /// The newest migration in it.
    pub migration_version: Option<u64>,
    /// The program that did the drill.
    pub program: String,
    /// How many parts it has.
    pub parts: u64,
    /// The length of all of them, as they are stored.
    pub bytes: u64,
    /// Whether they are encrypted.
    pub is_encrypted: bool,
    /// How many tables with rows it has.
    pub tables: u64,
    /// How many rows.
    pub rows: u64,
    /// How long each phase took.
    pub phases: Vec<PhaseTime>,
    /// What was looked at.
    pub checks: Vec<Check>,
    /// Where the drill did something else than a restore would do, unless it is told to.
    pub remarks: Vec<String>,
    /// Why it ended early, if it did.
    pub error: Option<String>,
}

impl DrillReport {
    /// Whether every check held.
    pub fn has_passed(&self) -> bool {
        self.verdict == Verdict::Passed
    }

    /// Everything that is not as it must be.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.checks.iter().flat_map(|check| &check.faults)
    }

    /// The report as one HTML file that needs nothing else, runs nothing, and can be printed.
    pub fn to_html(&self) -> String {
        html::page(self)
    }
}
