use std::{fmt, str::FromStr, time::Duration};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::InvalidInput;

const NANOS_PER_MILLI: u128 = 1_000_000;
/// The longest, in milliseconds: 366 days.
const MAX_MILLIS: u64 = 366 * 24 * 3_600_000;
/// Longer texts are none.
const MAX_BYTES: usize = 64;

const EXPECTED: &str = "expected a duration such as 250ms, 90s or 1h30m";

/// What Go's durations look like, as far as they are not negative.
const PATTERN: &str = r"^([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+$";

/// A length of time from 1 ms to 366 days, in whole milliseconds. Written as in Go: `250ms`, `90s`, `1h30m`, `1.5s`.
///
/// ```
/// use agentflow_core::workflow::Timespan;
///
/// let span: Timespan = "90s".parse().unwrap();
/// assert_eq!((span.as_millis(), span.to_string()), (90_000, "1m30s".to_owned()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timespan(u64);

impl Timespan {
    /// That many milliseconds, from 1 to those of 366 days.
    pub const fn from_millis(millis: u64) -> Option<Self> {
        if millis >= 1 && millis <= MAX_MILLIS { Some(Self(millis)) } else { None }
    }

    pub(super) const fn of_seconds(seconds: u32) -> Self {
        Self(seconds as u64 * 1000)
    }

    /// In milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.0
    }
}

impl From<Timespan> for Duration {
    fn from(span: Timespan) -> Self {
        Self::from_millis(span.0)
    }
}

impl FromStr for Timespan {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = |reason: String| InvalidInput::new("duration", reason);
        if text.len() > MAX_BYTES {
            return Err(invalid(EXPECTED.to_owned()));
        }
        let nanos = nanos(text).ok_or_else(|| invalid(format!("{EXPECTED}, got {text:?}")))?;
        if nanos % NANOS_PER_MILLI != 0 {
            return Err(invalid(format!("expected whole milliseconds, got {text:?}")));
        }
        let span = u64::try_from(nanos / NANOS_PER_MILLI).ok().and_then(Self::from_millis);
        span.ok_or_else(|| invalid(format!("expected 1ms to 8784h, got {text:?}")))
    }
}

/// Nanoseconds; none if the text is no duration, or a finer one.
fn nanos(text: &str) -> Option<u128> {
    let mut rest = text;
    let mut total: u128 = 0;
    while !rest.is_empty() || text.is_empty() {
        let (whole, behind) = rest.split_at(digits(rest));
        let (fraction, behind) = match behind.strip_prefix('.') {
            Some(behind) => behind.split_at(digits(behind)),
            None => ("", behind),
        };
        if whole.is_empty() {
            return None;
        }
        let end = behind.find(|it: char| it.is_ascii_digit() || it == '.').unwrap_or(behind.len());
        let unit = unit(&behind[..end])?;
        rest = &behind[end..];
        let whole = whole.parse::<u64>().ok()?;
        total = total.checked_add(u128::from(whole).checked_mul(unit)?)?;
        let mut place = unit;
        for digit in fraction.bytes() {
            place = place.checked_div(10).filter(|place| *place > 0)?;
            total = total.checked_add(u128::from(digit - b'0') * place)?;
        }
    }
    Some(total)
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn unit(name: &str) -> Option<u128> {
    Some(match name {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => NANOS_PER_MILLI,
        "s" => 1_000 * NANOS_PER_MILLI,
        "m" => 60_000 * NANOS_PER_MILLI,
        "h" => 3_600_000 * NANOS_PER_MILLI,
        _ => return None,
    })
}

impl fmt::Display for Timespan {
    /// Hours, minutes, seconds and milliseconds, without those of which there are none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        for (unit, millis) in [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)] {
            if rest >= millis {
                write!(f, "{}{unit}", rest / millis)?;
            }
            rest %= millis;
        }
        Ok(())
    }
}

impl TryFrom<String> for Timespan {
    type Error = InvalidInput;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Timespan> for String {
    fn from(span: Timespan) -> Self {
        span.to_string()
    }
}

impl JsonSchema for Timespan {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timespan".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "maxLength": MAX_BYTES, "pattern": PATTERN })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_duration_is_read_as_go_reads_it() {
        let millis = |text: &str| text.parse::<Timespan>().map(Timespan::as_millis).ok();
        for (text, expected) in [
            ("250ms", 250),
            ("2s", 2_000),
            ("1.5s", 1_500),
            ("1h30m", 5_400_000),
            ("1h30m10.25s", 5_410_250),
            ("1000us", 1),
            ("1000000ns", 1),
            ("30m1h", 5_400_000),
            ("1.s", 1_000),
            ("8784h", MAX_MILLIS),
        ] {
            assert_eq!(millis(text), Some(expected), "{text}");
        }
        for text in [
            "", "5", "-5s", "+5s", "0s", "1us", "1.0001ms", "5 s", "s", ".5s", "1d", "8785h",
            "1e3s", "٣s",
        ] {
            assert_eq!(millis(text), None, "{text}");
        }
        assert_eq!(millis(&"9".repeat(10_000)), None);
        assert_eq!(millis(&format!("{}h", u64::MAX)), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(millis in 1..=MAX_MILLIS) {
            let span = Timespan::from_millis(millis).unwrap();
            prop_assert_eq!(span.to_string().parse(), Ok(span));
        }

        #[test]
        fn no_text_is_too_odd_to_be_read_or_refused(text in "[0-9.hmsuµn-]{0,20}|.{0,20}") {
            let _ = text.parse::<Timespan>();
        }
    }
}
