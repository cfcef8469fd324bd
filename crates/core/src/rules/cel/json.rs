//! Texts of facts that stand for other values. For durations, see [`super::functions::parse_duration`].

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cel_core::{Timestamp, time};

/// An instant as RFC 3339 writes it, in the years 1 to 9999.
pub(super) fn parse_timestamp(text: &str) -> Option<Timestamp> {
    const NANOS: i32 = 1_000_000_000;
    let mut instant = time::parse_timestamp(text).ok()?;
    // Of a leap second the library makes a second with more nanoseconds than there are.
    if instant.nanos >= NANOS {
        instant = Timestamp::new(instant.seconds + 1, instant.nanos - NANOS);
    }
    instant.is_valid().then_some(instant)
}

/// Base64 with padding.
pub(super) fn parse_bytes(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
