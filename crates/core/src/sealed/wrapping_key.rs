use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use zeroize::Zeroizing;

use super::{Unreadable, cipher};
use crate::random::Entropy;

/// Bytes of a wrapped data key: nonce, ciphertext, tag.
const WRAPPED: usize = cipher::NONCE + cipher::KEY + cipher::TAG;
/// Characters of a key in base64.
const TEXT: usize = 44;

/// A key of a key ring that is kept by ourselves: wraps data keys. Wiped when it is dropped; shown by nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappingKey(Zeroizing<[u8; cipher::KEY]>);

impl fmt::Debug for WrappingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrappingKey(..)")
    }
}

impl WrappingKey {
    /// A new one.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; cipher::KEY]);
        entropy.fill(bytes.as_mut());
        Self(bytes)
    }

    /// Reads [`to_base64`](Self::to_base64). `None` for anything else.
    pub fn from_base64(text: &str) -> Option<Self> {
        // Decoding may touch more than it fills.
        let mut buffer = Zeroizing::new([0; TEXT]);
        let length = (text.len() == TEXT)
            .then(|| BASE64_STANDARD.decode_slice(text, buffer.as_mut()).ok())??;
        let mut bytes = Zeroizing::new([0; cipher::KEY]);
        (length == cipher::KEY).then(|| bytes.copy_from_slice(&buffer[..length]))?;
        Some(Self(bytes))
    }

    /// The key as 44 characters of base64, to be kept.
    pub fn to_base64(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(TEXT));
        BASE64_STANDARD.encode_string(self.0.as_ref(), &mut text);
        text
    }

    /// Encrypts a data key: a random nonce, then 32 bytes, then a tag; 60 bytes in all.
    pub fn wrap(&self, context: &[u8], data_key: &[u8; 32], entropy: &dyn Entropy) -> Vec<u8> {
        let mut nonce = [0; cipher::NONCE];
        entropy.fill(&mut nonce);
        let mut wrapped = Vec::with_capacity(WRAPPED);
        wrapped.extend(nonce);
        wrapped.extend(cipher::encrypt(&self.0, nonce, context, data_key));
        wrapped
    }

    /// Decrypts a data key.
    pub fn unwrap(
        &self,
        context: &[u8],
        wrapped: &[u8],
    ) -> Result<Zeroizing<[u8; 32]>, Unreadable> {
        let (nonce, ciphertext) = wrapped.split_first_chunk().ok_or(Unreadable::Form)?;
        if wrapped.len() != WRAPPED {
            return Err(Unreadable::Form);
        }
        let text = cipher::decrypt(&self.0, *nonce, context, ciphertext)?;
        let mut data_key = Zeroizing::new([0; cipher::KEY]);
        data_key.copy_from_slice(&text);
        Ok(data_key)
    }
}
