//! Where a page begins: a time and an id, in the order of replay.
//!
//! Times are kept as PostgreSQL holds them, because a forged row may have one that nothing else can hold, and the page after
//! it must still begin behind it.

use jiff::{Timestamp, tz::Offset};
use uuid::Uuid;

/// 2000-01-01T00:00:00Z in microseconds since 1970: where PostgreSQL counts from.
const EPOCH: i64 = 946_684_800_000_000;
/// 400 years: after so many microseconds the calendar repeats.
const CYCLE: i64 = 146_097 * 86_400_000_000;
/// 0001-01-01T00:00:00Z.
const FIRST_INSTANT: Timestamp = Timestamp::constant(-62_135_596_800, 0);

/// The first row that may be in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    micros: i64,
    id: Uuid,
}

impl Position {
    /// Before everything.
    pub(super) const START: Self = Self { micros: i64::MIN, id: Uuid::nil() };

    /// The first message of a time.
    pub(super) fn at(instant: Timestamp) -> Self {
        Self { micros: instant.as_microsecond().saturating_sub(EPOCH), id: Uuid::nil() }
    }

    /// Right behind a message; `None` where nothing can be.
    pub(super) fn after(micros: i64, id: Uuid) -> Option<Self> {
        match id.as_u128().checked_add(1) {
            Some(next) => Some(Self { micros, id: Uuid::from_u128(next) }),
            None => Some(Self { micros: micros.checked_add(1)?, id: Uuid::nil() }),
        }
    }

    pub(super) fn id(&self) -> &Uuid {
        &self.id
    }

    /// The time, as PostgreSQL reads it.
    pub(super) fn time(&self) -> String {
        match self.micros {
            i64::MIN => return "-infinity".to_owned(),
            i64::MAX => return "infinity".to_owned(),
            _ => {}
        }
        // Into the years that the calendar here can hold, and back.
        let cycles = self.micros.div_euclid(CYCLE);
        let within = Timestamp::from_microsecond(self.micros.rem_euclid(CYCLE) + EPOCH);
        let civil = Offset::UTC.to_datetime(within.unwrap_or(Timestamp::UNIX_EPOCH));
        let year = i64::from(civil.year()) + 400 * cycles;
        let (year, era) = if year > 0 { (year, "") } else { (1 - year, " BC") };
        format!("{year:04}-{}Z{era}", civil.strftime("%m-%d %H:%M:%S%.6f"))
    }
}

/// The time that PostgreSQL sent, if a contract can say it.
pub(super) fn instant(micros: i64) -> Option<Timestamp> {
    let micros = micros.checked_add(EPOCH)?;
    let nanos = i32::try_from(micros.rem_euclid(1_000_000)).ok()? * 1_000;
    // Not from microseconds: that ends with the first moment of the last second there is.
    let instant = Timestamp::new(micros.div_euclid(1_000_000), nanos).ok()?;
    (instant >= FIRST_INSTANT).then_some(instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_named_as_postgresql_reads_them() {
        for (micros, text) in [
            (0, "2000-01-01 00:00:00.000000Z"),
            (-1, "1999-12-31 23:59:59.999999Z"),
            (i64::MIN, "-infinity"),
            (i64::MAX, "infinity"),
            (-62_135_596_800_000_000 - EPOCH, "0001-01-01 00:00:00.000000Z"),
            (-62_135_596_800_000_001 - EPOCH, "0001-12-31 23:59:59.999999Z BC"),
            (20 * CYCLE + 1, "10000-01-01 00:00:00.000001Z"),
            (-211_813_488_000_000_000, "4714-11-24 00:00:00.000000Z BC"),
        ] {
            assert_eq!(Position { micros, id: Uuid::nil() }.time(), text);
        }
        let now = "2026-11-21T04:41:00.25Z".parse().unwrap();
        assert_eq!(Position::at(now).time(), "2026-11-21 04:41:00.250000Z");
        assert_eq!(instant(Position::at(now).micros), Some(now));
        let last = "9999-12-30T22:00:00.999999Z".parse().unwrap();
        assert_eq!(instant(Position::at(last).micros), Some(last));
        assert_eq!(instant(Position::at(last).micros + 1), None);
        assert_eq!(instant(i64::MAX), None);
        assert_eq!(instant(-62_135_596_800_000_001 - EPOCH), None);
    }

    #[test]
    fn the_place_behind_a_message_is_the_next_id_or_the_next_moment() {
        let next = |id: u128| Position::after(7, Uuid::from_u128(id));
        assert_eq!(next(5), Some(Position { micros: 7, id: Uuid::from_u128(6) }));
        assert_eq!(next(u128::MAX), Some(Position { micros: 8, id: Uuid::nil() }));
        assert_eq!(Position::after(i64::MAX, Uuid::max()), None);
    }
}
