//! AES-256-GCM-SIV: should a nonce ever come twice, this tells that two texts are the same and nothing more.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::Unreadable;

/// Bytes of a key.
pub(super) const KEY: usize = 32;
/// Bytes of a nonce.
pub(super) const NONCE: usize = 12;
/// By how many bytes a ciphertext is longer than its text.
pub(super) const TAG: usize = 16;

#[expect(clippy::expect_used, reason = "the only reason to refuse a key is its length")]
fn cipher(key: &[u8; KEY]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM_SIV, key).expect("a key of 32 bytes"))
}

/// The ciphertext with its tag.
pub(super) fn encrypt(key: &[u8; KEY], nonce: [u8; NONCE], context: &[u8], text: &[u8]) -> Vec<u8> {
    // Large enough from the start: growing would leave a copy of the text behind.
    let mut buffer = Vec::with_capacity(text.len() + TAG);
    buffer.extend_from_slice(text);
    let nonce = Nonce::assume_unique_for_key(nonce);
    let sealed = cipher(key).seal_in_place_append_tag(nonce, Aad::from(context), &mut buffer);
    #[expect(
        clippy::expect_used,
        reason = "a text in memory is shorter than the limit of 2^36 bytes"
    )]
    sealed.expect("a text that is not too long");
    buffer
}

/// The text, if the ciphertext was made with this key, nonce and context.
pub(super) fn decrypt(
    key: &[u8; KEY],
    nonce: [u8; NONCE],
    context: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
    let mut buffer = Zeroizing::new(ciphertext.to_vec());
    let nonce = Nonce::assume_unique_for_key(nonce);
    let opened = cipher(key).open_in_place(nonce, Aad::from(context), &mut buffer);
    let length = opened.map_err(|_| Unreadable::Forged)?.len();
    buffer.truncate(length);
    Ok(buffer)
}
