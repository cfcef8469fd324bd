//! Contradictions between the files and the history.

use crate::history::Record;
use crate::source::{Source, Version};
use serde::Serialize;
use std::fmt;

/// One contradiction between the files and the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finding {
    /// The up script is not the one that was applied.
    Changed {
        /// The version.
        version: Version,
        /// Its file.
        file: String,
        /// Checksum in the history.
        recorded: String,
        /// Checksum of the file.
        found: String,
    },
    /// A recorded version older than the newest file has no file.
    Missing {
        /// The version.
        version: Version,
        /// Its recorded name.
        name: String,
    },
    /// A pending version is older than the newest applied one.
    OutOfOrder {
        /// The version.
        version: Version,
        /// Its file.
        file: String,
        /// The newest applied version.
        newest: Version,
    },
    /// A script without a transaction began and did not finish.
    Dirty {
        /// The version.
        version: Version,
        /// Its recorded name.
        name: String,
    },
}

impl Finding {
    /// Whether `up` refuses to run; a dirty migration is what `up` finishes.
    pub(crate) fn blocks_up(&self, allow_out_of_order: bool) -> bool {
        match self {
            Finding::Changed { .. } | Finding::Missing { .. } => true,
            Finding::OutOfOrder { .. } => !allow_out_of_order,
            Finding::Dirty { .. } => false,
        }
    }

    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Finding::Changed { .. } => {
                "an applied script stays as it is: restore it and write a new migration; where only \
                 the text differs and the database is right, force records the new checksum"
            }
            Finding::Missing { .. } => {
                "restore the file, or use force to make the history what the files say"
            }
            Finding::OutOfOrder { .. } => {
                "give it a number above the newest applied one, or allow migrations out of order"
            }
            Finding::Dirty { .. } => {
                "run up to finish it, down to take it back, or repair by hand and then force a \
                 version"
            }
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Changed { version, file, .. } => {
                write!(f, "{version} changed after it was applied: {file}")
            }
            Finding::Missing { version, name } => {
                write!(f, "{version} ({name}) is applied, but its file is missing")
            }
            Finding::OutOfOrder { version, file, newest } => {
                write!(f, "{version} is pending but older than {newest}, which is applied: {file}")
            }
            Finding::Dirty { version, name } => {
                write!(f, "{version} ({name}) is dirty: its script did not finish")
            }
        }
    }
}

/// Every contradiction, ordered by version. A dirty row may well differ from its file: someone
/// corrected the script.
pub(crate) fn verify(source: &Source, records: &[Record]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for record in records {
        let Record { version, ref name, ref checksum, .. } = *record;
        let known = source.get(version);
        if record.dirty {
            findings.push(Finding::Dirty { version, name: name.clone() });
        } else if let Some(migration) = known {
            let found = migration.up.checksum();
            if found != *checksum {
                let (file, recorded) = (migration.up.file.clone(), checksum.clone());
                findings.push(Finding::Changed { version, file, recorded, found });
            }
        }
        if known.is_none() && source.newest().is_some_and(|newest| version < newest) {
            findings.push(Finding::Missing { version, name: name.clone() });
        }
    }
    let newest = records.last().map_or(0, |record| record.version);
    for migration in source.migrations().iter().take_while(|it| it.version < newest) {
        if find(records, migration.version).is_none() {
            let (version, file) = (migration.version, migration.up.file.clone());
            findings.push(Finding::OutOfOrder { version, file, newest });
        }
    }
    findings.sort_by_key(|finding| match finding {
        Finding::Changed { version, .. }
        | Finding::Missing { version, .. }
        | Finding::OutOfOrder { version, .. }
        | Finding::Dirty { version, .. } => *version,
    });
    findings
}

/// The record of a version, in records ordered by version.
pub(crate) fn find(records: &[Record], version: Version) -> Option<&Record> {
    let at = records.binary_search_by_key(&version, |record| record.version).ok()?;
    records.get(at)
}
