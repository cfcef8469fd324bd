use std::{fmt, str::FromStr};

use super::{KeyName, VerifyingKey, from_base64, to_base64};
use crate::InvalidInput;

/// The longest note there may be, in bytes, with its signatures: as long as Go's note package reads.
pub const MAX_NOTE_BYTES: usize = 1_000_000;
/// The most signatures a note may have. The format asks for at least 16.
pub const MAX_SIGNATURES: usize = 100;

/// What our own signature takes at most: a name of 255 bytes, 92 letters of base64, and what is around them.
const SIGNATURE_BYTES: usize = 1 + 4 + 255 + 1 + 92 + 1;

/// Why a note is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// A signature claims to be by a known key, and is not.
    #[error("the signature of {0} is wrong: the text was changed, or signed by somebody else")]
    WrongSignature(KeyName),
    /// None of the signatures is by a known key.
    #[error("no signature is by a known key: {}", signers(.0))]
    UnknownKeys(Vec<KeyName>),
}

fn signers(names: &[KeyName]) -> String {
    let names: Vec<_> = names.iter().map(KeyName::as_str).collect();
    format!("signed by {}", names.join(", "))
}

/// A text with its signatures. Read from a stranger, it says nothing until it was [verified](Self::verify).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<Signature>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Signature {
    name: KeyName,
    key_id: u32,
    bytes: Vec<u8>,
}

impl SignedNote {
    pub(super) fn new(
        text: String,
        key: &VerifyingKey,
        signature: &[u8],
    ) -> Result<Self, InvalidInput> {
        check_text(&text)?;
        if text.len() > MAX_NOTE_BYTES - SIGNATURE_BYTES {
            let reason =
                format!("expected a text so short that its note has {MAX_NOTE_BYTES} bytes");
            return Err(InvalidInput::new("note", reason));
        }
        let signature =
            Signature { name: key.name().clone(), key_id: key.id(), bytes: signature.to_vec() };
        Ok(Self { text, signatures: vec![signature] })
    }

    /// The text, whoever signed it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Who is said to have signed it, which nobody has checked.
    pub fn signers(&self) -> impl Iterator<Item = &KeyName> {
        self.signatures.iter().map(|signature| &signature.name)
    }

    /// Checks the signatures of the keys that are given, and leaves out all others. At least one must be there, and
    /// every one that is must be right.
    pub fn verify(&self, keys: &[VerifyingKey]) -> Result<(), NoteError> {
        let mut is_signed = false;
        for signature in &self.signatures {
            let known = keys
                .iter()
                .find(|key| *key.name() == signature.name && key.id() == signature.key_id);
            let Some(key) = known else { continue };
            if !key.verifies(&self.text, &signature.bytes) {
                return Err(NoteError::WrongSignature(signature.name.clone()));
            }
            is_signed = true;
        }
        if is_signed {
            return Ok(());
        }
        Err(NoteError::UnknownKeys(self.signatures.iter().map(|it| it.name.clone()).collect()))
    }
}

impl FromStr for SignedNote {
    type Err = InvalidInput;

    fn from_str(note: &str) -> Result<Self, InvalidInput> {
        let malformed = |reason: String| InvalidInput::new("note", reason);
        if note.len() > MAX_NOTE_BYTES {
            return Err(malformed(format!("expected at most {MAX_NOTE_BYTES} bytes")));
        }
        // The last empty line, so that the text may have some as well.
        let split = note.rfind("\n\n").ok_or_else(|| {
            malformed("expected an empty line between the text and its signatures".to_owned())
        })?;
        let (text, signatures) = (&note[..=split], &note[split + 2..]);
        check_text(text)?;
        let lines = signatures.strip_suffix('\n').ok_or_else(|| {
            malformed("expected signatures after the empty line, each on a line that ends".into())
        })?;
        let signatures = lines.split('\n').map(Signature::parse).collect::<Result<Vec<_>, _>>()?;
        if signatures.len() > MAX_SIGNATURES {
            return Err(malformed(format!("expected at most {MAX_SIGNATURES} signatures")));
        }
        Ok(Self { text: text.to_owned(), signatures })
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for Signature { name, key_id, bytes } in &self.signatures {
            let signed = [key_id.to_be_bytes().as_slice(), bytes].concat();
            writeln!(f, "\u{2014} {name} {}", to_base64(&signed))?;
        }
        Ok(())
    }
}

impl Signature {
    fn parse(line: &str) -> Result<Self, InvalidInput> {
        let malformed =
            || InvalidInput::new("note", "expected signature lines of the form — name base64");
        let (name, signed) = line
            .strip_prefix("\u{2014} ")
            .and_then(|line| line.split_once(' '))
            .ok_or_else(malformed)?;
        let signed = from_base64("note", signed)?;
        let (key_id, bytes) = signed.split_first_chunk().ok_or_else(malformed)?;
        if bytes.is_empty() {
            return Err(malformed());
        }
        let key_id = u32::from_be_bytes(*key_id);
        Ok(Self { name: name.parse()?, key_id, bytes: bytes.to_vec() })
    }
}

fn check_text(text: &str) -> Result<(), InvalidInput> {
    let refuse = |reason| Err(InvalidInput::new("note", reason));
    if !text.ends_with('\n') {
        return refuse("expected a text whose last line ends");
    }
    if text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return refuse("expected a text without control characters");
    }
    Ok(())
}
