//! The message envelope: what agents send each other, its canonical form, its hash.
//!
//! The contract has ten keys, and the hash beside them:
//!
//! | key | form |
//! |---|---|
//! | `id` | ULID: 26 characters of Crockford's base 32, upper case; a UUID is read as well |
//! | `trace_id` | 32 lower-case hexadecimal digits, or empty |
//! | `span_id` | 16 lower-case hexadecimal digits, or empty |
//! | `from`, `to` | 1 to 255 characters |
//! | `type` | `request`, `response`, `event` or `control` |
//! | `payload` | anything; `null` by default |
//! | `metadata` | an object; empty by default |
//! | `cost` | `tokens`, an integer from 0, and `dollars`, a number from 0; both 0 by default |
//! | `ts` | RFC 3339; cut to microseconds and put into UTC before it is hashed |
//! | `envelope_hash` | SHA-256 of the canonical form as 64 lower-case hexadecimal digits |
//!
//! The canonical form is RFC 8785 of an object with exactly the ten keys, always all of them: an absent trace or span is
//! `""`, an absent payload `null`, absent metadata `{}`. Numbers follow the rule of
//! [`canonical::to_string_as_doubles`](crate::canonical::to_string_as_doubles): an integer that no double holds is
//! refused with its path. So the hash is that of the JSON value, wherever it has been stored in between.
//!
//! A [`Turn`] of a chat is the payload of an envelope.

mod cost;
mod hash;
mod json;
mod message;
mod schema;
mod sealed;
mod time;
mod trace;
mod turn;

pub use cost::Cost;
pub use hash::EnvelopeHash;
pub use message::Envelope;
pub use schema::json_schema;
pub use sealed::SealedEnvelope;
pub use time::{parse_ts, to_microseconds};
pub use trace::{SpanId, TraceId};
pub use turn::{MessageRole, ToolCall, ToolResult, Turn};

use crate::words::words;

/// The longest `from` and `to`, in characters.
pub const MAX_PARTY_CHARACTERS: usize = 255;

words!(
    /// What a message is for.
    MessageType, "type" {
        /// Asks for something.
        Request = "request",
        /// Answers a request.
        Response = "response",
        /// Says that something happened.
        Event = "event",
        /// Steers the agents themselves.
        Control = "control",
    }
);
