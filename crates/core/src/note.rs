//! Signed notes: a text, and signatures that anybody can check who has the key (C2SP signed-note, Ed25519).
//!
//! ```text
//! the text, whose last line ends like the others
//!
//! — name of the key base64(id of the key || signature)
//! ```
//!
//! The id of a key is the first four bytes of SHA-256(name || "\n" || 0x01 || public key). What is signed is the text
//! with its last newline, without the empty line. Source: <https://c2sp.org/signed-note>.

mod key;
mod signed;
#[cfg(test)]
mod tests;

pub use key::{KeyName, SigningKey, VerifyingKey};
pub use signed::{MAX_NOTE_BYTES, MAX_SIGNATURES, NoteError, SignedNote};

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::InvalidInput;

/// The type of a key and a signature: Ed25519 (RFC 8032) over the text.
const ED25519: u8 = 0x01;

fn from_base64(field: &str, text: &str) -> Result<Vec<u8>, InvalidInput> {
    STANDARD
        .decode(text)
        .map_err(|error| InvalidInput::new(field, format!("expected base64 with padding: {error}")))
}

fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
