//! Numbers of `jsonb` have any number of digits, and the hash covers doubles: digits that no double keeps could be changed
//! without changing the hash. They are not hashed, so nothing that is stored has any.

use agentflow_core::{InvalidInput, canonical};
use serde_json::Value;

/// No number that is as short has digits beyond those that a double keeps.
const ALWAYS_EXACT: usize = 15;

/// Fails on a number in a JSON text with digits that were not hashed.
pub(super) fn check(field: &'static str, text: &str) -> Result<(), InvalidInput> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = end_of_string(bytes, at + 1),
            b'-' | b'0'..=b'9' => {
                let end = at + bytes[at..].iter().take_while(|byte| in_number(**byte)).count();
                if end - at > ALWAYS_EXACT && !is_exact(&text[at..end]) {
                    let start: String = text[at..end].chars().take(40).collect();
                    let reason = format!("the number {start} has digits that were not hashed");
                    return Err(InvalidInput::new(field, reason));
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    Ok(())
}

fn in_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

/// Whether a number is what its double is hashed as, or, as an integer, the double itself.
fn is_exact(number: &str) -> bool {
    let Ok(double) = number.parse::<f64>() else { return false };
    // Not by the formatter of Rust: where two decimals are equally near, it does not choose as RFC 8785 does.
    let Ok(hashed) = canonical::to_string_as_doubles(&Value::from(double), "") else {
        return false;
    };
    let same = double.is_finite() && digits_of(&hashed) == digits_of(number);
    same || format!("{double:.0}") == number
}

/// The digits that count: without sign, point, exponent, and the zeros at both ends.
fn digits_of(number: &str) -> String {
    let mantissa = number.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn only_digits_that_a_double_keeps_pass() {
        for good in [
            "0",
            "-0.0",
            "0.1",
            "0.10000000000000000000",
            "1152921504606847000",
            "1152921504606846976",
            "-1152921504606846976",
            "1000000000000000000000",
            "0.30000000000000004",
            "-128563109842365.12",
            &format!("0.{}5", "0".repeat(323)),
            &format!("1797693134862315{}", "70".to_owned() + &"0".repeat(291)),
            r#"{"a": "0.1000000000000000055", "b\"": [1, "\\"], "12345678901234567890123": 1}"#,
        ] {
            check("payload", good).unwrap_or_else(|error| panic!("{good}: {error}"));
        }
        for bad in [
            "0.1000000000000000055",
            "128563109842365.13",
            "[1, 100000000000000000001]",
            r#"{"a": {"b": -9007199254740993}}"#,
            &format!("0.{}49", "0".repeat(323)),
            &format!("1{}", "0".repeat(309)),
        ] {
            let error = check("payload", bad).unwrap_err();
            assert_eq!(error.field, "payload");
            assert!(error.reason.contains("not hashed"), "{error}");
        }
    }
}
