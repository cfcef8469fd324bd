use std::collections::BTreeSet;

use jiff::{civil::Date, tz::TimeZone};

use super::BackupId;

/// How many backups are kept, by when they were begun, in UTC. A backup is kept if any of the rules keeps it.
///
/// Days, weeks and months without a backup do not count: `daily: 7` keeps the newest backup of each of the last seven days that
/// have one. A holiday of the machine that makes them therefore removes nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keep {
    /// So many of the newest.
    pub last: u32,
    /// The newest of so many days.
    pub daily: u32,
    /// The newest of so many weeks, which begin on Monday (ISO 8601).
    pub weekly: u32,
    /// The newest of so many months.
    pub monthly: u32,
}

impl Keep {
    /// Whether no rule was given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Those that are kept. The newest is always one of them, whatever the rules are.
    pub fn choose(&self, ids: &[BackupId]) -> BTreeSet<BackupId> {
        let newest_first: BTreeSet<_> = ids.iter().collect();
        let newest_first: Vec<_> = newest_first.into_iter().rev().collect();
        let mut kept: BTreeSet<BackupId> = BTreeSet::new();
        let last = self.last.max(1);
        kept.extend(newest_first.iter().take(count(last)).map(|id| (*id).clone()));
        kept.extend(newest_of_each(&newest_first, self.daily, |date| date));
        kept.extend(newest_of_each(&newest_first, self.weekly, |date| {
            let week = date.iso_week_date();
            (week.year(), week.week())
        }));
        kept.extend(newest_of_each(&newest_first, self.monthly, |date| {
            (date.year(), date.month())
        }));
        kept
    }
}

fn count(wanted: u32) -> usize {
    usize::try_from(wanted).unwrap_or(usize::MAX)
}

/// The newest of each of the last `wanted` periods that have one.
fn newest_of_each<P: PartialEq>(
    newest_first: &[&BackupId],
    wanted: u32,
    period: impl Fn(Date) -> P,
) -> Vec<BackupId> {
    let mut last = None;
    let mut newest = Vec::new();
    for id in newest_first {
        if newest.len() == count(wanted) {
            break;
        }
        let this = Some(period(id.begun_at().to_zoned(TimeZone::UTC).date()));
        if this != last {
            newest.push((*id).clone());
            last = this;
        }
    }
    newest
}

#[cfg(test)]
mod tests;
