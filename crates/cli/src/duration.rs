use std::time::Duration;

use jiff::SignedDuration;

/// Reads `500ms`, `5s`, `2m`, `1h`, `30d`; a plain number is seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let number: Option<u64> = number.parse().ok().filter(|number| *number <= 1_000_000_000);
    let time = number.and_then(|number| match unit.trim() {
        "ms" => Some(Duration::from_millis(number)),
        "" | "s" => Some(Duration::from_secs(number)),
        "m" | "min" => Some(Duration::from_secs(number * 60)),
        "h" => Some(Duration::from_secs(number * 3_600)),
        "d" => Some(Duration::from_secs(number * 86_400)),
        _ => None,
    });
    time.ok_or_else(|| "expected a time such as 500ms, 5s, 2m, 1h or 30d".to_owned())
}

/// The same, for what is added to an instant.
pub(crate) fn span(text: &str) -> Result<SignedDuration, String> {
    SignedDuration::try_from(duration(text)?).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_understood_and_nonsense_is_not() {
        let millis = |text| duration(text).map(|it| it.as_millis());
        assert_eq!(millis("500ms"), Ok(500));
        assert_eq!(millis("5s"), Ok(5_000));
        assert_eq!(millis("5"), Ok(5_000));
        assert_eq!(millis("2m"), Ok(120_000));
        assert_eq!(millis("1h"), Ok(3_600_000));
        assert_eq!(millis("30d"), Ok(2_592_000_000));
        for nonsense in ["", "s", "-1s", "5 weeks", "1.5s", "99999999999999999999s"] {
            assert!(duration(nonsense).is_err(), "{nonsense}");
        }
    }
}
