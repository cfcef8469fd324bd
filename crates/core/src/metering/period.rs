use jiff::{Timestamp, ToSpan, Zoned, tz::TimeZone};

use crate::words::words;

words!(
    /// How long the windows of a report are. All of them begin in UTC, and each goes from its beginning to before its end.
    ReportPeriod, "period" {
        /// From the full hour.
        Hour = "hour",
        /// From midnight.
        Day = "day",
        /// From midnight before the first.
        Month = "month",
        /// All of the time that is asked for.
        Total = "total",
    }
);

impl ReportPeriod {
    /// The beginning of the window that has this moment; of `Total`, of its hour. The moment itself at the end of the calendar.
    pub fn start_of(self, at: Timestamp) -> Timestamp {
        self.zoned_start_of(at).map_or(at, |start| start.timestamp())
    }

    /// The end of the window that has this moment: the beginning of the next.
    pub fn end_of(self, at: Timestamp) -> Timestamp {
        let span = match self {
            Self::Hour | Self::Total => 1.hour(),
            Self::Day => 1.day(),
            Self::Month => 1.month(),
        };
        let end = self.zoned_start_of(at).and_then(|start| start.checked_add(span).ok());
        end.map_or(Timestamp::MAX, |end| end.timestamp())
    }

    /// The beginning of the first window that begins at this moment or later.
    pub fn rounded_up(self, at: Timestamp) -> Timestamp {
        if self.start_of(at) == at { at } else { self.end_of(at) }
    }

    fn zoned_start_of(self, at: Timestamp) -> Option<Zoned> {
        let at = at.to_zoned(TimeZone::UTC);
        match self {
            Self::Hour | Self::Total => {
                at.with().minute(0).second(0).subsec_nanosecond(0).build().ok()
            }
            Self::Day => at.start_of_day().ok(),
            Self::Month => at.first_of_month().ok()?.start_of_day().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn windows_begin_in_utc_and_end_where_the_next_begins() {
        let moment = at("2026-02-28T23:59:59.999999999Z");
        for (period, start, end) in [
            (ReportPeriod::Hour, "2026-02-28T23:00:00Z", "2026-03-01T00:00:00Z"),
            (ReportPeriod::Day, "2026-02-28T00:00:00Z", "2026-03-01T00:00:00Z"),
            (ReportPeriod::Month, "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
            (ReportPeriod::Total, "2026-02-28T23:00:00Z", "2026-03-01T00:00:00Z"),
        ] {
            assert_eq!((period.start_of(moment), period.end_of(moment)), (at(start), at(end)));
            assert_eq!(period.rounded_up(moment), at(end));
            assert_eq!(period.rounded_up(at(start)), at(start));
        }
    }

    #[test]
    fn the_ends_of_the_calendar_are_windows_too() {
        for period in ReportPeriod::ALL {
            assert!(period.start_of(Timestamp::MIN) <= Timestamp::MIN);
            assert_eq!(period.end_of(Timestamp::MAX), Timestamp::MAX);
        }
    }
}
