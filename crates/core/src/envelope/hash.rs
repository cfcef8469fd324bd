use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, Serializer};

use crate::{InvalidInput, hash::Sha256};

/// The hash of an envelope: SHA-256 of its canonical text.
///
/// One text only: 64 lower-case hexadecimal digits. Upper case is refused, so that equal hashes are equal texts.
///
/// ```
/// use agentflow_core::envelope::EnvelopeHash;
///
/// let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
/// assert_eq!(text.parse::<EnvelopeHash>().unwrap().to_string(), text);
/// assert!(text.to_uppercase().parse::<EnvelopeHash>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct EnvelopeHash(Sha256);

impl EnvelopeHash {
    /// The hash of a canonical text. [`Envelope::hash`](super::Envelope::hash) is what you want unless you have one.
    pub fn of_canonical(text: &str) -> Self {
        Self(Sha256::of(&[text.as_bytes()]))
    }

    /// The plain hash.
    pub fn as_sha256(&self) -> &Sha256 {
        &self.0
    }
}

impl From<Sha256> for EnvelopeHash {
    fn from(hash: Sha256) -> Self {
        Self(hash)
    }
}

impl FromStr for EnvelopeHash {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let strict = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        strict.then(|| Sha256::from_hex(text).ok()).flatten().map(Self).ok_or_else(|| {
            InvalidInput::new("envelope_hash", "expected 64 lower-case hexadecimal digits")
        })
    }
}

impl TryFrom<String> for EnvelopeHash {
    type Error = InvalidInput;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl Serialize for EnvelopeHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl fmt::Display for EnvelopeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for EnvelopeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
