//! Points in time, as people write them.

use agentflow::core::clock::{Clock, SystemClock};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use crate::duration::span;

const TOO_FAR: &str = "that is further away than the calendar goes, which ends on 9999-12-30";

/// Reads RFC 3339, or a day, which is its first instant in UTC.
pub(crate) fn instant(text: &str) -> Result<Timestamp, String> {
    if let Ok(instant) = text.parse() {
        return Ok(instant);
    }
    let day = text.parse::<Date>().ok().filter(|_| text.len() == 10);
    let day = day.ok_or("expected a time such as 2026-11-21T04:41:00Z, or a day")?;
    let first = day.to_zoned(TimeZone::UTC).map_err(|_| TOO_FAR)?;
    Ok(first.timestamp())
}

/// Reads how long ago something was, as in `30d`, or as [`instant`]. With a unit: a plain number might as well be a year.
pub(crate) fn past(text: &str) -> Result<Timestamp, String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!(
            "`{text}` has no unit; expected how long ago, such as 30d, or a time or a day"
        ));
    }
    match span(text) {
        Ok(ago) => moved(-ago),
        Err(_) => instant(text).map_err(|reason| match reason.as_str() {
            TOO_FAR => reason,
            _ => "expected how long ago, such as 30d, or a time or a day".to_owned(),
        }),
    }
}

fn moved(by: SignedDuration) -> Result<Timestamp, String> {
    let moved = SystemClock.now().checked_add(by);
    moved.map_err(|_| "that is further away than the calendar goes".to_owned())
}

fn ahead(text: &str) -> Result<Timestamp, String> {
    moved(span(text)?)
}

/// When something ends.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct End {
    /// When it ends: 2026-11-21T04:41:00Z, or a day in UTC; never if absent
    #[arg(long, value_name = "TIME", value_parser = instant)]
    expires_at: Option<Timestamp>,
    /// How long until it ends, such as 12h or 90d
    #[arg(long, value_name = "TIME", value_parser = ahead, conflicts_with = "expires_at")]
    expires_in: Option<Timestamp>,
}

impl End {
    /// `None` for never.
    pub(crate) fn at(self) -> Option<Timestamp> {
        self.expires_at.or(self.expires_in)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_first_instant_in_utc() {
        assert_eq!(instant("2026-11-21").unwrap(), instant("2026-11-21T00:00:00Z").unwrap());
        assert_eq!(
            instant("2026-11-21T01:00:00+01:00").unwrap(),
            instant("2026-11-21T00:00:00Z").unwrap()
        );
        assert!(instant("yesterday").is_err());
    }

    #[test]
    fn a_day_behind_the_end_of_the_calendar_is_told_as_such() {
        assert!(past("9999-12-30").is_ok());
        for reading in [instant, past] {
            assert_eq!(reading("9999-12-31"), Err(TOO_FAR.to_owned()));
        }
    }

    #[test]
    fn how_long_ago_is_a_point_in_the_past() {
        let now = SystemClock.now();
        let month = past("30d").unwrap();
        assert!(month <= now - SignedDuration::from_hours(30 * 24) + SignedDuration::from_mins(1));
        assert!(month >= now - SignedDuration::from_hours(30 * 24) - SignedDuration::from_mins(1));
        assert_eq!(past("2026-11-21"), instant("2026-11-21"));
        assert!(ahead("1h").unwrap() > now);
        for wrong in ["", "yesterday", "-30d", "999999999d", "2026", "0"] {
            assert!(past(wrong).is_err(), "{wrong}");
        }
    }
}
