use std::{fmt, str::FromStr};

use crate::InvalidInput;

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $field:literal, $digits:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; $digits]);

        impl $name {
            /// The lower-case hexadecimal digits.
            pub fn as_str(&self) -> &str {
                // Made of ASCII digits only, so this cannot fail.
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl FromStr for $name {
            type Err = InvalidInput;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                match text.as_bytes().try_into() {
                    Ok(digits) if text.bytes().all(|byte| is_digit(&byte)) => Ok(Self(digits)),
                    _ => Err(InvalidInput::new(
                        $field,
                        concat!("expected ", $digits, " lower-case hexadecimal digits"),
                    )),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

hex_id!(
    /// A trace: what one piece of work leaves behind in all systems. 32 lower-case hexadecimal digits, as in W3C Trace
    /// Context.
    TraceId,
    "trace_id",
    32
);
hex_id!(
    /// A span: one step of a trace. 16 lower-case hexadecimal digits, as in W3C Trace Context.
    SpanId,
    "span_id",
    16
);
