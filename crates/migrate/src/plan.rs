//! What a run would do, decided from files and history alone, before anything is touched.

use crate::error::Error;
use crate::history::Record;
use crate::script::Script;
use crate::source::{Migration, Source, Version};
use crate::verify::{find, verify};
use serde::Serialize;

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Up: every pending migration. Down: every applied one.
    All,
    /// Up: to this version and including it. Down: this version stays; 0 takes everything back.
    To(Version),
    /// This many migrations.
    Steps(u32),
}

/// Which of its two scripts a step runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Applies the migration.
    Up,
    /// Takes it back.
    Down,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// Up or down.
    pub direction: Direction,
    /// Version of the migration.
    pub version: Version,
    /// Its name.
    pub name: String,
    /// File of the script.
    pub file: String,
    /// Text of the script.
    pub sql: String,
    /// Whether the script runs in one transaction.
    pub transactional: bool,
    /// Whether an earlier run of the migration broke off and left it dirty.
    pub dirty: bool,
}

/// A step, with what the run needs and a reader of the plan does not.
pub(crate) struct Planned<'a> {
    pub(crate) direction: Direction,
    pub(crate) migration: &'a Migration,
    pub(crate) script: &'a Script,
    pub(crate) dirty: bool,
}

impl<'a> Planned<'a> {
    pub(crate) fn up(migration: &'a Migration, dirty: bool) -> Result<Planned<'a>, Error> {
        let script = &migration.up;
        script.check()?;
        Ok(Planned { direction: Direction::Up, migration, script, dirty })
    }

    fn down(source: &'a Source, record: &Record) -> Result<Planned<'a>, Error> {
        let missing = |reason| Error::MissingDown {
            version: record.version,
            name: record.name.clone(),
            reason,
        };
        let migration = source
            .get(record.version)
            .ok_or_else(|| missing("it is recorded, but its files are not known here"))?;
        let script = migration.down.as_ref().ok_or_else(|| missing("there is no down script"))?;
        script.check()?;
        Ok(Planned { direction: Direction::Down, migration, script, dirty: record.dirty })
    }

    pub(crate) fn step(&self) -> Step {
        Step {
            direction: self.direction,
            version: self.migration.version,
            name: self.migration.name.clone(),
            file: self.script.file.clone(),
            sql: self.script.sql.clone(),
            transactional: self.script.transactional,
            dirty: self.dirty,
        }
    }
}

/// The pending migrations up to the target, oldest first; dirty ones count as pending.
pub(crate) fn plan_up<'a>(
    source: &'a Source,
    records: &[Record],
    target: Target,
    allow_out_of_order: bool,
) -> Result<Vec<Planned<'a>>, Error> {
    if let Target::To(version) = target {
        known(source, version)?;
    }
    let mut findings = verify(source, records);
    findings.retain(|finding| finding.blocks_up(allow_out_of_order));
    if !findings.is_empty() {
        return Err(Error::Inconsistent { findings });
    }
    // What is unknown here cannot be finished here, and what it left may be in the way.
    let unknown = |record: &&Record| record.dirty && source.get(record.version).is_none();
    if let Some(record) = records.iter().find(unknown) {
        return Err(Error::DirtyUnknown { version: record.version, name: record.name.clone() });
    }
    let limit = if let Target::To(version) = target { version } else { Version::MAX };
    let pending =
        source.migrations().iter().take_while(|migration| migration.version <= limit).filter_map(
            |migration| match find(records, migration.version) {
                None => Some((migration, false)),
                Some(record) => record.dirty.then_some((migration, true)),
            },
        );
    pending.take(count(target)).map(|(migration, dirty)| Planned::up(migration, dirty)).collect()
}

/// The applied migrations down to the target, newest first.
pub(crate) fn plan_down<'a>(
    source: &'a Source,
    records: &[Record],
    target: Target,
) -> Result<Vec<Planned<'a>>, Error> {
    let keep = match target {
        Target::To(version) => known_or_zero(source, version)?,
        Target::All | Target::Steps(_) => 0,
    };
    records
        .iter()
        .rev()
        .take_while(|record| record.version > keep)
        .take(count(target))
        .map(|record| Planned::down(source, record))
        .collect()
}

/// The newest applied migration, down and up again. A changed file is no obstacle: to try an edit
/// is what redo is for.
pub(crate) fn plan_redo<'a>(
    source: &'a Source,
    records: &[Record],
) -> Result<Vec<Planned<'a>>, Error> {
    let mut steps = plan_down(source, records, Target::Steps(1))?;
    let migration = steps.first().ok_or(Error::NothingApplied)?.migration;
    steps.push(Planned::up(migration, false)?);
    Ok(steps)
}

/// The version, if a migration has it.
pub(crate) fn known(source: &Source, version: Version) -> Result<Version, Error> {
    if source.get(version).is_some() {
        return Ok(version);
    }
    let versions = || source.migrations().iter().map(|migration| migration.version);
    let below = versions().take_while(|&it| it < version).last();
    let above = versions().find(|&it| it > version);
    Err(Error::UnknownTarget { target: version, nearest: below.into_iter().chain(above).collect() })
}

pub(crate) fn known_or_zero(source: &Source, version: Version) -> Result<Version, Error> {
    if version == 0 { Ok(0) } else { known(source, version) }
}

fn count(target: Target) -> usize {
    match target {
        Target::Steps(steps) => usize::try_from(steps).unwrap_or(usize::MAX),
        Target::All | Target::To(_) => usize::MAX,
    }
}
