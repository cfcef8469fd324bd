//! Randomness for what must not be guessed: secrets and salts.

use std::sync::{Mutex, PoisonError};

use rand::{Rng, SeedableRng, rngs::StdRng};

/// A source of random bytes that nobody can foresee.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// A cryptographic generator, seeded by the operating system, or by a number for repeatable tests.
pub struct Generator(Mutex<StdRng>);

impl std::fmt::Debug for Generator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Generator(..)")
    }
}

impl Generator {
    /// Bytes that nobody can foresee.
    pub fn from_os() -> Self {
        Self(Mutex::new(rand::make_rng()))
    }

    /// The same bytes every time, for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Entropy for Generator {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Appends `count` letters and digits, each of the 62 equally likely.
pub(crate) fn append_base62(text: &mut String, count: usize, entropy: &dyn Entropy) {
    let end = text.len() + count;
    let mut bytes = zeroize::Zeroizing::new([0_u8; 64]);
    while text.len() < end {
        entropy.fill(bytes.as_mut());
        // 248 is the largest multiple of 62 in a byte: what lies above would favor the first letters.
        let even = bytes.iter().filter(|byte| **byte < 248);
        text.extend(
            even.take(end - text.len()).map(|byte| char::from(BASE62[usize::from(byte % 62)])),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_its_bytes_and_the_system_does_not() {
        let [mut first, mut again, mut system] = [[0_u8; 32]; 3];
        Generator::seeded(1).fill(&mut first);
        Generator::seeded(1).fill(&mut again);
        Generator::from_os().fill(&mut system);
        assert_eq!(first, again);
        assert_ne!(first, system);
    }

    #[test]
    fn every_letter_is_as_likely_as_any_other() {
        let mut text = String::new();
        append_base62(&mut text, 62_000, &Generator::seeded(3));
        assert_eq!(text.len(), 62_000);
        for letter in BASE62 {
            let count = text.bytes().filter(|byte| byte == letter).count();
            assert!((850..1150).contains(&count), "{} comes {count} times", char::from(*letter));
        }
    }
}
