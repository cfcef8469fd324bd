//! The two rules for what may be written.

use serde_json::Number;

use super::{MAX_EXACT_INTEGER, write::Refusal};

/// What a document may hold. Chosen at compile time, so that the one rule costs the other nothing.
pub(super) trait Rule {
    /// Whether U+0000 is refused.
    const REFUSES_NUL: bool;

    /// Appends an integer beyond ±(2^53 − 1), or refuses it.
    fn large_integer(out: &mut String, number: &Number) -> Result<(), Refusal>;
}

/// Integers every reader holds exactly; the text is what is stored.
pub(super) struct Exact;

impl Rule for Exact {
    const REFUSES_NUL: bool = false;

    fn large_integer(_: &mut String, number: &Number) -> Result<(), Refusal> {
        Err(Refusal::new(format!("{number} is an integer beyond ±(2^53 − 1); send it as a string")))
    }
}

/// Every number is a double; the document is stored as `jsonb` and written anew from there.
pub(super) struct Doubles;

impl Rule for Doubles {
    const REFUSES_NUL: bool = true;

    fn large_integer(out: &mut String, number: &Number) -> Result<(), Refusal> {
        let integer = number.as_i128();
        let mut buffer = ryu_js::Buffer::new();
        if let (Some(integer), Some(double)) = (integer, number.as_f64()) {
            let text = buffer.format_finite(double);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a double below 2^64 with no fraction"
            )]
            let is_that_double = double as i128 == integer;
            // Otherwise the digits of the integer must be those that the double is printed with.
            if is_that_double || text == itoa::Buffer::new().format(integer) {
                out.push_str(text);
                return Ok(());
            }
        }
        Err(Refusal::new(inexact_reason(&number.to_string())))
    }
}

/// Why an integer that no double stands for is refused.
pub(super) fn inexact_reason(digits: &str) -> String {
    format!("{digits} is an integer that a double cannot hold exactly; send it as a string")
}

/// Appends a number.
pub(super) fn number_text<R: Rule>(out: &mut String, number: &Number) -> Result<(), Refusal> {
    if let Some(integer) = number.as_i64() {
        if integer.unsigned_abs() > MAX_EXACT_INTEGER {
            return R::large_integer(out, number);
        }
        out.push_str(itoa::Buffer::new().format(integer));
    } else if number.is_u64() {
        return R::large_integer(out, number);
    } else {
        // serde_json holds finite numbers only, so this is the last case there is.
        let double = number
            .as_f64()
            .filter(|double| double.is_finite())
            .ok_or_else(|| Refusal::new(format!("{number} is not a finite number")))?;
        super::write_double(out, double);
    }
    Ok(())
}
