//! Numbers, as people write them.

use agentflow::core::budget::grouped;
use rust_decimal::Decimal;

/// The highest limit of tokens or calls.
const HIGHEST: u64 = 1_000_000_000_000_000;
/// Where limits of cost end.
const MOST_CENTS: i64 = 100_000_000_000_000;
const DECIMAL_PLACES: u32 = 6;

/// Reads how many tokens or calls: `1000000`, `1_000_000` or `1e6`.
pub(super) fn whole(text: &str) -> Result<u64, String> {
    refuse_signs_and_commas(text)?;
    let (number, zeros) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.chars().all(|it| it.is_ascii_digit());
    if let Some((whole, places)) = number.split_once('.')
        && is_digits(whole)
        && is_digits(places)
    {
        return Err("expected a whole number".to_owned());
    }
    if !number.split('_').all(is_digits) || !is_digits(zeros) {
        return Err("expected a whole number, such as 1000000, 1_000_000 or 1e6".to_owned());
    }
    let number = number.replace('_', "").parse::<u64>().ok();
    let factor = zeros.parse().ok().and_then(|zeros| 10_u64.checked_pow(zeros));
    let value = number.zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    let value = value.filter(|value| *value <= HIGHEST);
    value.ok_or_else(|| format!("expected at most {}", grouped(HIGHEST.into())))
}

/// Reads how many cents: `12.5`, `5_000` or `5e3`.
pub(super) fn cents(text: &str) -> Result<Decimal, String> {
    refuse_signs_and_commas(text)?;
    let places = text.split_once('.').map_or("", |(_, places)| places);
    let places = places.split(['e', 'E']).next().unwrap_or_default().trim_end_matches('0');
    let too_fine = || format!("expected at most {DECIMAL_PLACES} decimal places");
    if places.len() > 20 && places.chars().all(|it| it.is_ascii_digit()) {
        return Err(too_fine());
    }
    let too_large = || format!("expected less than {}", grouped(MOST_CENTS.into()));
    let read = match text.split_once(['e', 'E']) {
        Some(_) => Decimal::from_scientific(&text.replace('_', "")),
        None => Decimal::from_str_exact(text),
    };
    let Ok(read) = read else {
        let is_long = text.len() > 20 && text.chars().all(|it| it.is_ascii_digit());
        let words = || "expected a number of cents, such as 5000 or 12.5".to_owned();
        return Err(if is_long { too_large() } else { words() });
    };
    match read.normalize() {
        read if read >= Decimal::from(MOST_CENTS) => Err(too_large()),
        read if read.scale() > DECIMAL_PLACES => Err(too_fine()),
        read => Ok(read),
    }
}

fn refuse_signs_and_commas(text: &str) -> Result<(), String> {
    if text.starts_with('-') {
        return Err("expected no negative number".to_owned());
    }
    if text.contains(',') {
        return Err("expected a number without commas; write 1_000_000 or 1e6".to_owned());
    }
    Ok(())
}

/// Reads a threshold, with or without a percent sign: `80` or `80%`.
pub(super) fn threshold(text: &str) -> Result<u16, String> {
    let percent = percent(text).filter(|it| (1..=1_000).contains(it));
    percent.ok_or_else(|| "expected 1 to 1000 percent, such as 80 or 80%".to_owned())
}

/// Reads a part of a limit, with or without a percent sign.
pub(super) fn part(text: &str) -> Result<u8, String> {
    let percent = percent(text).filter(|it| *it <= 100).and_then(|it| u8::try_from(it).ok());
    percent.ok_or_else(|| "expected 0 to 100 percent, such as 20 or 20%".to_owned())
}

fn percent(text: &str) -> Option<u16> {
    text.strip_suffix('%').unwrap_or(text).trim_end().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_digits_underscores_and_powers_of_ten() {
        for (text, number) in [
            ("0", 0),
            ("1000", 1_000),
            ("1_000", 1_000),
            ("1e3", 1_000),
            ("25E2", 2_500),
            ("1e15", HIGHEST),
        ] {
            assert_eq!(whole(text), Ok(number), "{text}");
        }
        for (text, told) in [
            ("", "such as"),
            ("many", "such as"),
            ("e3", "such as"),
            ("1e", "such as"),
            ("_1", "such as"),
            ("+1", "such as"),
            ("1.", "such as"),
            ("1.5", "expected a whole number"),
            ("1.5e3", "expected a whole number"),
            ("-1", "no negative number"),
            ("1,000", "without commas"),
            ("1000000000000001", "at most 1,000,000,000,000,000"),
            ("1e16", "at most 1,000,000,000,000,000"),
            ("1e99999999999", "at most 1,000,000,000,000,000"),
            ("99999999999999999999999", "at most 1,000,000,000,000,000"),
        ] {
            let error = whole(text).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn cents_have_six_decimal_places_at_most() {
        for (text, number) in
            [("12.5", "12.5"), ("0.1234560", "0.123456"), ("5e3", "5000"), ("5_000", "5000")]
        {
            assert_eq!(cents(text), Ok(number.parse().unwrap()), "{text}");
        }
        for (text, told) in [
            ("", "a number of cents"),
            ("NaN", "a number of cents"),
            ("-5", "no negative number"),
            ("1,5", "without commas"),
            ("0.0000001", "6 decimal places"),
            ("0.00000000000000000000000000000000001", "6 decimal places"),
            ("100000000000000", "less than 100,000,000,000,000"),
            ("99999999999999999999999999999999999", "less than 100,000,000,000,000"),
        ] {
            let error = cents(text).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn percentages_may_have_their_sign() {
        assert_eq!((threshold("80"), threshold("150%"), part("20%")), (Ok(80), Ok(150), Ok(20)));
        for bad in ["0", "1001", "-5", "80%%", "1.5", ""] {
            assert!(threshold(bad).is_err(), "{bad}");
        }
        assert!(part("101").is_err() && part("-1").is_err());
    }
}
