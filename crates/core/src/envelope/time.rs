//! The time of a message: RFC 3339, UTC, microseconds.

use jiff::Timestamp;

use crate::InvalidInput;

/// 0001-01-01T00:00:00Z: PostgreSQL has no year 0, and RFC 3339 none before it.
const FIRST_INSTANT: Timestamp = Timestamp::constant(-62_135_596_800, 0);

const FORM: &str = "expected an RFC 3339 time in the years 1 to 9999, like 2026-11-21T04:41:00.25Z";

/// Reads the `ts` of a contract: an RFC 3339 time with any offset and any number of decimals. What is finer than
/// microseconds is cut off, not rounded: that is what PostgreSQL can hold. The last instant is
/// 9999-12-30T22:00:00.999999Z. Leap seconds are refused: nothing here can hold them.
///
/// ```
/// use agentflow_core::envelope::parse_ts;
///
/// let ts = parse_ts("2026-11-21T06:41:00.1234567+02:00").unwrap();
/// assert_eq!(ts.to_string(), "2026-11-21T04:41:00.123456Z");
/// assert!(parse_ts("2026-11-21").is_err());
/// ```
pub fn parse_ts(text: &str) -> Result<Timestamp, InvalidInput> {
    read(text).ok_or_else(|| InvalidInput::new("ts", FORM))
}

/// Cuts off what is finer than a microsecond, toward the past.
pub fn to_microseconds(instant: Timestamp) -> Timestamp {
    if instant.subsec_nanosecond() % 1_000 == 0 {
        return instant;
    }
    let excess = instant.as_nanosecond().rem_euclid(1_000);
    Timestamp::from_nanosecond(instant.as_nanosecond() - excess).unwrap_or(instant)
}

/// Refuses what neither RFC 3339 nor PostgreSQL can write.
pub(super) fn check(instant: Timestamp) -> Result<(), InvalidInput> {
    if instant < FIRST_INSTANT { Err(InvalidInput::new("ts", FORM)) } else { Ok(()) }
}

fn read(text: &str) -> Option<Timestamp> {
    // jiff reads more than RFC 3339: other separators, week dates, missing seconds, names of zones. So the form is
    // checked here, and only then read.
    let (date_time, rest) = text.split_at_checked(19)?;
    let form = b"dddd-dd-ddTdd:dd:dd";
    if !date_time.bytes().zip(form).all(|(byte, expected)| fits(byte, *expected)) {
        return None;
    }
    // A leap second would become the one before it.
    if date_time.as_bytes()[17] > b'5' {
        return None;
    }
    let fraction_end = match rest.strip_prefix('.') {
        Some(digits) => {
            1 + digits.find(|c: char| !c.is_ascii_digit()).filter(|count| *count > 0)?
        }
        None => 0,
    };
    let (fraction, offset) = rest.split_at(fraction_end);
    let micros = &fraction[..fraction.len().min(7)];
    let offset = match offset.as_bytes() {
        b"Z" | b"z" => "Z",
        [b'+' | b'-', hours @ .., b':', b'0'..=b'5', minute]
            if hours.len() == 2
                && hours < b"24"
                && hours.iter().chain([minute]).all(u8::is_ascii_digit) =>
        {
            offset
        }
        _ => return None,
    };
    let instant: Timestamp = format!("{date_time}{micros}{offset}").parse().ok()?;
    (instant >= FIRST_INSTANT).then_some(instant)
}

fn fits(byte: u8, expected: u8) -> bool {
    match expected {
        b'd' => byte.is_ascii_digit(),
        b'T' => byte.eq_ignore_ascii_case(&b'T'),
        _ => byte == expected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_and_decimals_become_utc_and_microseconds() {
        for (text, utc) in [
            ("2026-11-21T04:41:00Z", "2026-11-21T04:41:00Z"),
            ("2026-11-21t04:41:00.5z", "2026-11-21T04:41:00.5Z"),
            ("2026-11-21T06:41:00.1234567899999+02:00", "2026-11-21T04:41:00.123456Z"),
            ("2026-11-20T23:11:00.100-05:30", "2026-11-21T04:41:00.1Z"),
            ("1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999999Z"),
            ("1970-01-01T00:00:00-00:00", "1970-01-01T00:00:00Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("2024-02-29T23:59:59-23:59", "2024-03-01T23:58:59Z"),
        ] {
            assert_eq!(parse_ts(text).unwrap().to_string(), utc, "{text}");
        }
    }

    #[test]
    fn what_is_not_rfc_3339_is_refused() {
        for bad in [
            "",
            "2026-11-21",
            "2026-11-21T04:41Z",
            "2026-11-21 04:41:00Z",
            "2026-11-21T04:41:00",
            "2026-11-21T04:41:00.Z",
            "2026-11-21T04:41:00,5Z",
            "2026-11-21T04:41:00+24:00",
            "2026-11-21T04:41:00+02:60",
            "2026-11-21T04:41:00+02",
            "2026-11-21T04:41:00+0200",
            "2026-11-21T04:41:00Z[UTC]",
            "2026-02-30T04:41:00Z",
            "2026-11-21T24:00:00Z",
            "2016-12-31T23:59:60Z",
            "20261121T044100Z",
            "0001-01-01T00:00:00+01:00",
            "0000-06-01T00:00:00Z",
            "-001-01-01T00:00:00Z",
            "+002026-11-21T04:41:00Z",
            "2026-11-21T04:41:0éZ",
            "９９９９-11-21T04:41:00Z",
        ] {
            assert_eq!(parse_ts(bad).map_err(|error| error.field), Err("ts".to_owned()), "{bad}");
        }
    }

    #[test]
    fn cutting_goes_toward_the_past_on_both_sides_of_1970() {
        for (nanoseconds, cut) in [(1_999, 1_000), (-1, -1_000), (-1_000, -1_000), (0, 0)] {
            let instant = Timestamp::from_nanosecond(nanoseconds).unwrap();
            assert_eq!(to_microseconds(instant).as_nanosecond(), cut);
        }
    }
}
