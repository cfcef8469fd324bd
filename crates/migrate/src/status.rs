//! What the database has seen of the known migrations.

use crate::history::Record;
use crate::source::{Source, Version};
use crate::verify::find;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeSet;

/// One migration, known or recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// Its version.
    pub version: Version,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: State,
    /// Its up script; `None` if it is only recorded.
    pub file: Option<String>,
    /// When it was applied.
    pub applied_at: Option<Timestamp>,
    /// How long it took.
    pub duration_ms: Option<i64>,
    /// Who applied it.
    pub applied_by: Option<String>,
}

/// Where a migration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// Not applied yet.
    Pending,
    /// Not applied, although a newer one is.
    OutOfOrder,
    /// Applied.
    Applied,
    /// Applied, but its file is another one now.
    Changed,
    /// Its script, which has no transaction, did not finish.
    Dirty,
    /// Applied, but its file is missing.
    Missing,
    /// Applied, and newer than every known file: this program is older than the database.
    Unknown,
}

/// The version of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Current {
    /// The newest recorded version.
    pub version: Version,
    /// Whether any migration is dirty.
    pub dirty: bool,
}

/// Known and recorded migrations, ordered by version.
pub(crate) fn status(source: &Source, records: &[Record]) -> Vec<Status> {
    let versions: BTreeSet<Version> = source
        .migrations()
        .iter()
        .map(|migration| migration.version)
        .chain(records.iter().map(|record| record.version))
        .collect();
    versions.into_iter().map(|version| one(source, records, version)).collect()
}

fn one(source: &Source, records: &[Record], version: Version) -> Status {
    let migration = source.get(version);
    let record = find(records, version);
    let newest_file = source.newest().unwrap_or(0);
    let newest_record = records.last().map_or(0, |record| record.version);
    let state = match (migration, record) {
        (_, Some(record)) if record.dirty => State::Dirty,
        (Some(migration), Some(record)) if migration.up.checksum() != record.checksum => {
            State::Changed
        }
        (Some(_), Some(_)) => State::Applied,
        (None, _) if version > newest_file => State::Unknown,
        (None, _) => State::Missing,
        (Some(_), None) if version < newest_record => State::OutOfOrder,
        (Some(_), None) => State::Pending,
    };
    let name = migration.map(|it| &it.name).or(record.map(|it| &it.name));
    Status {
        version,
        name: name.cloned().unwrap_or_default(),
        state,
        file: migration.map(|migration| migration.up.file.clone()),
        applied_at: record.map(|record| record.applied_at),
        duration_ms: record.map(|record| record.duration_ms),
        applied_by: record.map(|record| record.applied_by.clone()),
    }
}

/// The version of the database; `None` if no migration is recorded.
pub(crate) fn current(records: &[Record]) -> Option<Current> {
    let version = records.last()?.version;
    Some(Current { version, dirty: records.iter().any(|record| record.dirty) })
}

/// Recorded versions newer than every known file.
pub(crate) fn unknown(source: &Source, records: &[Record]) -> Vec<Version> {
    let newest = source.newest().unwrap_or(0);
    records.iter().map(|record| record.version).filter(|&version| version > newest).collect()
}

/// Whether every known migration up to `target` is recorded and none of them is dirty.
pub(crate) fn reached(source: &Source, records: &[Record], target: Version) -> bool {
    let known = source.migrations().iter().take_while(|migration| migration.version <= target);
    known.into_iter().all(|it| find(records, it.version).is_some_and(|record| !record.dirty))
}
