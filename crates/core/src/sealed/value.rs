use std::fmt;

use super::{KeyId, KeyScope, Unreadable, cipher};

/// The first byte: how the rest is to be read.
const FORMAT: u8 = 1;
/// Format, scope, version, length of the wrapped data key.
const HEAD: usize = 8;

/// A value as it is stored: which key wraps its data key, the wrapped data key, and the encrypted value.
///
/// As bytes: the format (1); the scope of the key (0 shared, 1 the tenant's own); its version in 4 bytes and the length of
/// the wrapped data key in 2, the most significant first; the wrapped data key; a nonce of 12 bytes; the ciphertext, which ends
/// with a tag of 16 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    key: KeyId,
    wrapped: Vec<u8>,
    nonce: [u8; cipher::NONCE],
    ciphertext: Vec<u8>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Sealed {
    pub(super) fn new(
        key: KeyId,
        wrapped: Vec<u8>,
        nonce: [u8; cipher::NONCE],
        ciphertext: Vec<u8>,
    ) -> Result<Self, Unreadable> {
        if u16::try_from(wrapped.len()).is_err() || key.version == 0 {
            return Err(Unreadable::Form);
        }
        Ok(Self { key, wrapped, nonce, ciphertext })
    }

    /// Reads [`to_bytes`](Self::to_bytes). Whether it opens is not known yet.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        let (&[format, scope, a, b, c, d, long, short], rest) =
            bytes.split_first_chunk::<HEAD>().ok_or(Unreadable::Form)?;
        let scope = match (format, scope) {
            (FORMAT, 0) => KeyScope::Shared,
            (FORMAT, 1) => KeyScope::Tenant,
            _ => return Err(Unreadable::Form),
        };
        let key = KeyId { scope, version: u32::from_be_bytes([a, b, c, d]) };
        let length = usize::from(u16::from_be_bytes([long, short]));
        let (wrapped, rest) = rest.split_at_checked(length).ok_or(Unreadable::Form)?;
        let (nonce, ciphertext) = rest.split_first_chunk().ok_or(Unreadable::Form)?;
        if ciphertext.len() < cipher::TAG {
            return Err(Unreadable::Form);
        }
        Self::new(key, wrapped.to_vec(), *nonce, ciphertext.to_vec())
    }

    /// The bytes to store.
    pub fn to_bytes(&self) -> Vec<u8> {
        // The length was checked when it was made.
        let length = u16::try_from(self.wrapped.len()).unwrap_or(u16::MAX);
        let size = HEAD + self.wrapped.len() + self.nonce.len() + self.ciphertext.len();
        let mut bytes = Vec::with_capacity(size);
        bytes.push(FORMAT);
        bytes.push(match self.key.scope {
            KeyScope::Shared => 0,
            KeyScope::Tenant => 1,
        });
        bytes.extend(self.key.version.to_be_bytes());
        bytes.extend(length.to_be_bytes());
        bytes.extend(&self.wrapped);
        bytes.extend(self.nonce);
        bytes.extend(&self.ciphertext);
        bytes
    }

    /// Which key wraps the data key.
    pub fn key(&self) -> KeyId {
        self.key
    }

    /// The data key, wrapped.
    pub fn wrapped_key(&self) -> &[u8] {
        &self.wrapped
    }

    /// The same value with its data key wrapped by another key. At most 65,535 bytes, or the error is [`Unreadable::Form`].
    pub fn rewrapped(self, key: KeyId, wrapped: Vec<u8>) -> Result<Self, Unreadable> {
        Self::new(key, wrapped, self.nonce, self.ciphertext)
    }

    pub(super) fn nonce(&self) -> [u8; cipher::NONCE] {
        self.nonce
    }

    pub(super) fn ciphertext(&self) -> &[u8] {
        &self.ciphertext
    }
}
