//! SHA-256 hashes.

use std::fmt;

use aws_lc_rs::digest::{Context, Digest, SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::InvalidInput;

/// A SHA-256 hash: 32 bytes, shown as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sha256(pub [u8; 32]);

/// Up to here it is faster to copy the parts together and hash them in one call, than to set up a context for them.
const ONE_CALL_BYTES: usize = 1024;
/// Enough for the node of a Merkle tree.
const SHORT_BYTES: usize = 80;

impl Sha256 {
    /// The hash of the parts, one after the other.
    pub fn of(parts: &[&[u8]]) -> Self {
        // A part that is alone may be a secret: it is not copied.
        if let [whole] = parts {
            return Self::of_digest(&digest(&SHA256, whole));
        }
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if length <= SHORT_BYTES {
            Self::of_few::<SHORT_BYTES>(parts)
        } else if length <= ONE_CALL_BYTES {
            Self::of_few::<ONE_CALL_BYTES>(parts)
        } else {
            Self::of_many(parts)
        }
    }

    /// Of parts that have at most `N` bytes together.
    fn of_few<const N: usize>(parts: &[&[u8]]) -> Self {
        let mut together = [0; N];
        let mut length = 0;
        for part in parts {
            together[length..length + part.len()].copy_from_slice(part);
            length += part.len();
        }
        Self::of_digest(&digest(&SHA256, &together[..length]))
    }

    fn of_many(parts: &[&[u8]]) -> Self {
        let mut context = Context::new(&SHA256);
        for part in parts {
            context.update(part);
        }
        Self::of_digest(&context.finish())
    }

    fn of_digest(digest: &Digest) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest.as_ref());
        Self(bytes)
    }

    /// A hash read from storage; `None` unless there are exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// A hash from its 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Self, InvalidInput> {
        let malformed = || InvalidInput::new("hash", "expected 64 hexadecimal digits");
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(malformed());
        }
        let mut bytes = [0; 32];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| malformed())?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| malformed())?;
        }
        Ok(Self(bytes))
    }

    /// A hash from base64 with padding; `None` unless that is exactly how [`to_base64`](Self::to_base64) writes it.
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok().and_then(|bytes| Self::from_slice(&bytes))
    }

    /// The hash in base64 with padding: 44 characters.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// The 64 lower-case hexadecimal digits, as ASCII.
    pub fn to_hex(&self) -> [u8; 64] {
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        digits
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_hex().iter().try_for_each(|digit| fmt::Write::write_char(f, char::from(*digit)))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::from_hex(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_the_concatenation_of_its_parts() {
        // FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Sha256::of(&[b"a", b"", b"bc"]).to_string(), abc);
        assert_eq!(Sha256::from_hex(abc).unwrap(), Sha256::of(&[b"abc"]));
    }

    #[test]
    fn parts_of_any_length_hash_as_if_they_were_one() {
        let bytes: Vec<u8> = (0..3000_u32).map(|number| number.to_le_bytes()[0]).collect();
        for length in (0..90).chain(1000..1050).chain([3000]) {
            let whole = &bytes[..length];
            let parts: Vec<_> = whole.chunks(7).collect();
            let mut context = Context::new(&SHA256);
            context.update(whole);
            assert_eq!(Sha256::of(&parts).0, context.finish().as_ref(), "{length}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_hash() {
        assert!(Sha256::from_hex("ba78").is_err());
        assert!(Sha256::from_hex(&"zz".repeat(32)).is_err());
        assert!(Sha256::from_hex(&"é".repeat(32)).is_err());
        assert!(Sha256::from_hex(&"+1".repeat(32)).is_err());
        assert!(Sha256::from_slice(&[0; 31]).is_none());
    }
}
