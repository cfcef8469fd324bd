use std::fmt;

use zeroize::Zeroizing;

use super::{KeyId, Place, Sealed, Unreadable, cipher};
use crate::random::Entropy;

/// The key of one sealed value. Wiped when it is dropped; shown by nothing.
pub struct DataKey(Zeroizing<[u8; cipher::KEY]>);

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(..)")
    }
}

impl From<Zeroizing<[u8; 32]>> for DataKey {
    fn from(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }
}

impl DataKey {
    /// A new one.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; cipher::KEY]);
        entropy.fill(bytes.as_mut());
        Self(bytes)
    }

    /// The key itself, to be wrapped.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Encrypts a value for a place. `wrapped` is this data key as `key` wrapped it; at most 65,535 bytes, or the error is
    /// [`Unreadable::Form`].
    pub fn seal(
        &self,
        place: &Place,
        key: KeyId,
        wrapped: Vec<u8>,
        value: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Sealed, Unreadable> {
        let mut nonce = [0; cipher::NONCE];
        entropy.fill(&mut nonce);
        let ciphertext = cipher::encrypt(&self.0, nonce, &place.content_context(), value);
        Sealed::new(key, wrapped, nonce, ciphertext)
    }

    /// Decrypts a value that is at a place.
    pub fn open(&self, place: &Place, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
        cipher::decrypt(&self.0, sealed.nonce(), &place.content_context(), sealed.ciphertext())
    }
}
