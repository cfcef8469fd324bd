use std::{fmt, str::FromStr};

use aws_lc_rs::signature::{ED25519 as VERIFY_ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{ED25519, SignedNote, from_base64, to_base64};
use crate::{InvalidInput, hash::Sha256, random::Entropy};

/// How the form that Go's note package began is told from anything else.
const PRIVATE: &str = "PRIVATE+KEY+";
const KEY_BYTES: usize = 32;
const MAX_NAME_BYTES: usize = 255;

/// The name of a key: what a log calls itself, by habit a URL without `https://`, as in `audit.example.com`. No spaces,
/// no `+`, no control characters, at most 255 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyName(String);

impl KeyName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of something below: `audit.example.com` and `tenants` make `audit.example.com/tenants`.
    pub fn below(&self, path: impl fmt::Display) -> Result<Self, InvalidInput> {
        format!("{self}/{path}").parse()
    }
}

impl FromStr for KeyName {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let is_bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
        if text.is_empty() || text.len() > MAX_NAME_BYTES || text.contains(is_bad) {
            let reason = "expected a name such as audit.example.com, without spaces and `+`, at \
                          most 255 bytes long";
            return Err(InvalidInput::new("key name", reason));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The public half of a key: what others need to check signatures. As text `name+id+base64`, to be handed around.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: KeyName,
    public: [u8; KEY_BYTES],
}

impl VerifyingKey {
    /// The name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id: the first four bytes of SHA-256(name || "\n" || 0x01 || public key).
    pub fn id(&self) -> u32 {
        let hash = Sha256::of(&[self.name.as_str().as_bytes(), b"\n", &[ED25519], &self.public]);
        let [a, b, c, d, ..] = hash.0;
        u32::from_be_bytes([a, b, c, d])
    }

    /// The same key under another name, and so with another id.
    #[must_use]
    pub fn named(&self, name: KeyName) -> Self {
        Self { name, public: self.public }
    }

    pub(super) fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&VERIFY_ED25519, &self.public)
            .verify(text.as_bytes(), signature)
            .is_ok()
    }
}

impl FromStr for VerifyingKey {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        const FIELD: &str = "verifying key";
        if text.starts_with(PRIVATE) {
            let reason = "this is a signing key, which is secret; expected the public half of it";
            return Err(InvalidInput::new(FIELD, reason));
        }
        let (name, id, public) = split(FIELD, text, "name+id+base64")?;
        let key = Self { name, public };
        if key.id() == id { Ok(key) } else { Err(InvalidInput::new(FIELD, WRONG_ID)) }
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519], self.public.as_slice()].concat();
        write!(f, "{}+{:08x}+{}", self.name, self.id(), to_base64(&key))
    }
}

const WRONG_ID: &str = "its id is not the id of its name and key: a character was changed";

fn split(
    field: &str,
    text: &str,
    form: &str,
) -> Result<(KeyName, u32, [u8; KEY_BYTES]), InvalidInput> {
    let malformed = || InvalidInput::new(field, format!("expected the form {form}"));
    let (name, rest) = text.split_once('+').ok_or_else(malformed)?;
    let (id, key) = rest.split_once('+').ok_or_else(malformed)?;
    if id.len() != 8 || !id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(malformed());
    }
    let id = u32::from_str_radix(id, 16).map_err(|_| malformed())?;
    let key = Zeroizing::new(from_base64(field, key)?);
    let (kind, key) = key.split_first().ok_or_else(malformed)?;
    if *kind != ED25519 {
        let reason = format!("keys of type {kind:#04x} are not supported; expected Ed25519, 0x01");
        return Err(InvalidInput::new(field, reason));
    }
    let key = key.try_into().map_err(|_| malformed())?;
    Ok((name.parse()?, id, key))
}

/// The secret half of a key. Never shown: not by `Debug`, and as text only by [`to_text`](Self::to_text).
#[derive(Clone)]
pub struct SigningKey {
    seed: Zeroizing<[u8; KEY_BYTES]>,
    verifying: VerifyingKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("verifying", &self.verifying).finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A new key.
    pub fn generate(name: KeyName, entropy: &dyn Entropy) -> Self {
        let mut seed = Zeroizing::new([0; KEY_BYTES]);
        entropy.fill(seed.as_mut());
        Self::from_seed(name, seed)
    }

    fn from_seed(name: KeyName, seed: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        let mut public = [0; KEY_BYTES];
        public.copy_from_slice(pair(&seed).public_key().as_ref());
        Self { verifying: VerifyingKey { name, public }, seed }
    }

    /// A key from its text, `PRIVATE+KEY+name+id+base64`: the form that Go's note package writes.
    pub fn from_text(text: &SecretString) -> Result<Self, InvalidInput> {
        const FIELD: &str = "signing key";
        const FORM: &str = "PRIVATE+KEY+name+id+base64";
        let text = text.expose_secret().trim();
        let rest = text
            .strip_prefix(PRIVATE)
            .ok_or_else(|| InvalidInput::new(FIELD, format!("expected the form {FORM}")))?;
        let (name, id, seed) = split(FIELD, rest, FORM)?;
        let key = Self::from_seed(name, Zeroizing::new(seed));
        if key.verifying.id() == id { Ok(key) } else { Err(InvalidInput::new(FIELD, WRONG_ID)) }
    }

    /// The text of the key, to be stored where nobody else reads it.
    pub fn to_text(&self) -> SecretString {
        let mut key = Zeroizing::new(Vec::with_capacity(1 + KEY_BYTES));
        key.push(ED25519);
        key.extend_from_slice(self.seed.as_ref());
        let key = Zeroizing::new(to_base64(&key));
        let (name, id) = (&self.verifying.name, self.verifying.id());
        SecretString::from(format!("{PRIVATE}{name}+{id:08x}+{}", key.as_str()))
    }

    /// The public half.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.verifying
    }

    /// The same key under another name.
    #[must_use]
    pub fn named(&self, name: KeyName) -> Self {
        Self { seed: self.seed.clone(), verifying: self.verifying.named(name) }
    }

    /// Signs a text, which must be of lines that all end, without control characters.
    pub fn sign(&self, text: impl Into<String>) -> Result<SignedNote, InvalidInput> {
        let text = text.into();
        let signature = pair(&self.seed).sign(text.as_bytes());
        SignedNote::new(text, &self.verifying, signature.as_ref())
    }
}

/// The key as the library wants it.
fn pair(seed: &[u8; KEY_BYTES]) -> Ed25519KeyPair {
    #[expect(clippy::expect_used, reason = "only the length is checked, and it is fixed")]
    Ed25519KeyPair::from_seed_unchecked(seed).expect("32 bytes are a seed")
}
