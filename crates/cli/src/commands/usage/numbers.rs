//! Amounts, as people read them.

use rust_decimal::Decimal;

use crate::output::thousands;

/// 1234.5 as 1,234.5.
pub(super) fn grouped(number: Decimal) -> String {
    let text = number.normalize().to_string();
    match text.split_once('.') {
        Some((whole, places)) => format!("{}.{places}", thousands(whole)),
        None => thousands(text),
    }
}

/// The same with two decimal places, which is enough of cents for a table.
pub(super) fn cents(number: Decimal) -> String {
    let rounded =
        number.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    // Something is not nothing.
    if rounded.is_zero() && !number.is_zero() {
        return grouped(number);
    }
    let (whole, places) = (rounded.trunc(), (rounded.fract() * Decimal::ONE_HUNDRED).trunc().abs());
    format!("{}.{places:0>2}", grouped(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_and_cents_have_two_places() {
        let shown = |text: &str| {
            let number: Decimal = text.parse().unwrap();
            format!("{} {}", grouped(number), cents(number))
        };
        for (text, expected) in [
            ("0", "0 0.00"),
            ("1234567.50", "1,234,567.5 1,234,567.50"),
            ("0.005", "0.005 0.01"),
            ("0.000001", "0.000001 0.000001"),
            ("999.994999", "999.994999 999.99"),
            ("999.995", "999.995 1,000.00"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }
}
