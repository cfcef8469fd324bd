//! Canonical JSON: one text for one value, as RFC 8785 (JSON Canonicalization Scheme) prescribes.
//!
//! No blanks; object keys sorted by their UTF-16 code units; numbers as ECMAScript prints them; strings with the
//! shortest escapes. Equal values give equal bytes, so the bytes can be hashed.
//!
//! An integer that would come back as another number is refused and not rounded. There are two rules for what that is:
//!
//! | | [`to_string`] | [`to_string_as_doubles`] |
//! |---|---|---|
//! | for | text that is stored as it is | documents that are stored as `jsonb` and written again |
//! | integers | up to ±(2^53 − 1) | those that a double holds, and those that a double is printed as |
//! | U+0000 | written as an escape | refused: `jsonb` cannot hold it |
//!
//! The second rule exists because a double from 2^53 to 10^21 prints as an integer: what comes back is an integer, and
//! must give the same text again.

mod number;
mod path;
mod read;
mod write;

use serde_json::{Map, Value};

use crate::InvalidInput;

use number::{Doubles, Exact};
pub(crate) use path::{joined, segment};
pub use read::from_str;
pub(crate) use read::{Document, contract_from_str, trouble_with};
pub use write::write_string;

/// The largest integer that every JSON reader holds exactly: 2^53 − 1.
pub const MAX_EXACT_INTEGER: u64 = (1 << 53) - 1;

/// How many arrays and objects may stand inside each other. JSON readers and PostgreSQL's `jsonb` have limits of their
/// own, not far above.
pub const MAX_DEPTH: usize = 100;

/// The canonical text of `value`.
///
/// Fails on an integer beyond ±(2^53 − 1) and below [`MAX_DEPTH`] levels, naming the path from `root`:
/// `details.items[3].price`.
///
/// ```
/// use agentflow_core::canonical;
/// use serde_json::json;
///
/// let text = canonical::to_string(&json!({ "b": 1.0, "a": "x" }), "details").unwrap();
/// assert_eq!(text, r#"{"a":"x","b":1}"#);
///
/// let error = canonical::to_string(&json!({ "n": [1, 9007199254740993_u64] }), "details").unwrap_err();
/// assert_eq!(error.field, "details.n[1]");
/// ```
pub fn to_string(value: &Value, root: &str) -> Result<String, InvalidInput> {
    let mut text = String::with_capacity(128);
    write_value(&mut text, value, root)?;
    Ok(text)
}

/// Appends the canonical text of `value` to `out`. See [`to_string`].
pub fn write_value(out: &mut String, value: &Value, root: &str) -> Result<(), InvalidInput> {
    write::value_text::<Exact>(out, value, 0).map_err(|refusal| refusal.located(root))
}

/// Appends the canonical text of an object to `out`. See [`to_string`].
pub fn write_object(
    out: &mut String,
    object: &Map<String, Value>,
    root: &str,
) -> Result<(), InvalidInput> {
    write::object_text::<Exact>(out, object, 0).map_err(|refusal| refusal.located(root))
}

/// The canonical text of `value`, every number of which is a double.
///
/// An integer is written as the double nearest to it, if it is that double, or if ECMAScript prints that double with
/// the digits of the integer; so reading the text and writing it again changes nothing, whatever the document. Fails on
/// any other integer, on U+0000 in a text or key, and below [`MAX_DEPTH`] levels, naming the path from `root`.
///
/// ```
/// use agentflow_core::canonical;
/// use serde_json::json;
///
/// // 2^60 is a double, and this is how ECMAScript prints it. What is printed is accepted as well.
/// let text = canonical::to_string_as_doubles(&json!(1_u64 << 60), "n").unwrap();
/// assert_eq!(text, "1152921504606847000");
/// assert_eq!(canonical::to_string_as_doubles(&json!(1152921504606847000_u64), "n").unwrap(), text);
///
/// let error = canonical::to_string_as_doubles(&json!([9007199254740993_u64]), "payload").unwrap_err();
/// assert_eq!(error.field, "payload[0]");
/// ```
pub fn to_string_as_doubles(value: &Value, root: &str) -> Result<String, InvalidInput> {
    let mut text = String::with_capacity(128);
    write_value_as_doubles(&mut text, value, root)?;
    Ok(text)
}

/// Appends the canonical text of `value` to `out`. See [`to_string_as_doubles`].
pub fn write_value_as_doubles(
    out: &mut String,
    value: &Value,
    root: &str,
) -> Result<(), InvalidInput> {
    write::value_text::<Doubles>(out, value, 0).map_err(|refusal| refusal.located(root))
}

/// Appends the canonical text of an object to `out`. See [`to_string_as_doubles`].
pub fn write_object_as_doubles(
    out: &mut String,
    object: &Map<String, Value>,
    root: &str,
) -> Result<(), InvalidInput> {
    write::object_text::<Doubles>(out, object, 0).map_err(|refusal| refusal.located(root))
}

/// Appends a finite double as ECMAScript prints it. The caller has checked that it is finite.
pub(crate) fn write_double(out: &mut String, double: f64) {
    out.push_str(ryu_js::Buffer::new().format_finite(double));
}
