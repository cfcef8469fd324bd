use std::{
    fmt,
    io::{Read, Write},
    path::Path,
    str::FromStr,
    sync::Arc,
};

use age::{
    DecryptError, Decryptor, Encryptor, Identity, Recipient,
    armor::{ArmoredReader, ArmoredWriter, Format},
    x25519,
};
use agentflow_core::InvalidInput;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{atomic::read_private, format::Flaw};
use crate::error::{Error, Result};

const READ: &str = "read the age identity";
const RECIPIENTS: &str = "read the age recipients";
/// More than any file of identities takes.
const MAX_IDENTITY_BYTES: usize = 64 * 1024;
const ARMOR_BEGIN: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";

/// What opens files that are encrypted with [age](https://age-encryption.org), and whom they are encrypted for when they are
/// written: the identities themselves, and others that should be able to read them.
///
/// X25519 identities (`AGE-SECRET-KEY-1…`, made by `age-keygen`) are taken. Passphrases, plugins and SSH keys are not.
#[derive(Clone)]
pub struct AgeIdentity {
    pub(super) identities: Arc<[x25519::Identity]>,
    recipients: Vec<x25519::Recipient>,
}

impl fmt::Debug for AgeIdentity {
    /// Recipients are public.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let recipients: Vec<_> = self.recipients.iter().map(ToString::to_string).collect();
        f.debug_struct("AgeIdentity").field("recipients", &recipients).finish_non_exhaustive()
    }
}

impl AgeIdentity {
    /// Reads identities, one on each line; empty lines and those that begin with `#` are skipped.
    pub fn from_text(text: &SecretString) -> Result<Self> {
        Self::parse(text.expose_secret(), "identity")
    }

    /// Reads a file of identities that nobody else may read, as `age-keygen` writes it.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let content = read_private(READ, path, MAX_IDENTITY_BYTES)?;
        let place = path.display().to_string();
        match std::str::from_utf8(&content) {
            Ok(text) => Self::parse(text, &place),
            Err(_) => Err(invalid(READ, &place, "it is not UTF-8 text")),
        }
    }

    /// The public halves (`age1…`), in the order of the identities.
    pub fn public_keys(&self) -> Vec<String> {
        self.identities.iter().map(|identity| identity.to_public().to_string()).collect()
    }

    /// Encrypts for these as well (`age1…`), given with blanks, commas or on lines of their own.
    pub fn with_recipients(mut self, text: &str) -> Result<Self> {
        let words = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let words = words.flat_map(|line| line.split([',', ' ', '\t', '\r']));
        for (index, word) in words.filter(|it| !it.is_empty()).enumerate() {
            // Not repeated: it may be an identity.
            let recipient = x25519::Recipient::from_str(word).map_err(|_| {
                let reason = format!("number {} is no X25519 recipient (`age1…`)", index + 1);
                invalid(RECIPIENTS, "recipients", &reason)
            })?;
            if !self.recipients.contains(&recipient) {
                self.recipients.push(recipient);
            }
        }
        Ok(self)
    }

    fn parse(text: &str, place: &str) -> Result<Self> {
        let mut identities = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let fail =
                |reason: &str| invalid(READ, place, &format!("line {}: {reason}", index + 1));
            if line.starts_with("AGE-PLUGIN-") || line.starts_with("-----BEGIN") {
                return Err(fail(
                    "identities of plugins, SSH keys and encrypted identities are not supported; \
                     use one of `age-keygen`",
                ));
            }
            identities.push(
                x25519::Identity::from_str(line)
                    .map_err(|_| fail("it is no X25519 identity (`AGE-SECRET-KEY-1…`)"))?,
            );
        }
        if identities.is_empty() {
            return Err(invalid(READ, place, "there is no identity in it"));
        }
        let recipients = identities.iter().map(x25519::Identity::to_public).collect();
        Ok(Self { identities: identities.into(), recipients })
    }

    /// What a file holds, of at most `limit` bytes.
    pub(super) fn open(&self, content: &[u8], limit: usize) -> Result<Zeroizing<Vec<u8>>, Flaw> {
        let decryptor = Decryptor::new_buffered(ArmoredReader::new(content))
            .map_err(|error| Flaw::new(words(&error)))?;
        // Before anything is computed from it: its cost is what whoever wrote the file chose.
        if decryptor.is_scrypt() {
            return Err(Flaw::new(
                "it is encrypted with a passphrase, which nobody is there to type; encrypt it for an identity: \
                 `age -r age1…`",
            ));
        }
        let identities = self.identities.iter().map(|identity| identity as &dyn Identity);
        let reader = decryptor.decrypt(identities).map_err(|error| Flaw::new(words(&error)))?;
        // It is never longer than what is encrypted. A buffer that grew would leave its content behind in memory.
        let room = content.len().min(limit) + 1;
        let mut opened = Zeroizing::new(Vec::with_capacity(room));
        let limited = reader.take(u64::try_from(room).unwrap_or(u64::MAX));
        let read = { limited }.read_to_end(&mut opened);
        read.map_err(|_| Flaw::new("it was cut off or changed after it was encrypted"))?;
        if opened.len() > limit {
            return Err(Flaw::new(format!("it has more than {} kB", limit / 1024)));
        }
        Ok(opened)
    }

    /// Encrypts, in the form that `like` has: as text in armor, or binary.
    pub(super) fn seal(&self, content: &[u8], like: Option<&[u8]>) -> Result<Vec<u8>, Flaw> {
        let fail = |_| Flaw::new("it cannot be encrypted");
        let recipients = self.recipients.iter().map(|recipient| recipient as &dyn Recipient);
        let encryptor = Encryptor::with_recipients(recipients)
            .map_err(|_| Flaw::new("there is nobody to encrypt it for"))?;
        let is_armored = like.is_some_and(|it| it.trim_ascii_start().starts_with(ARMOR_BEGIN));
        let format = if is_armored { Format::AsciiArmor } else { Format::Binary };
        let armor = ArmoredWriter::wrap_output(Vec::new(), format).map_err(fail)?;
        let mut writer = encryptor.wrap_output(armor).map_err(fail)?;
        writer.write_all(content).map_err(fail)?;
        writer.finish().and_then(ArmoredWriter::finish).map_err(fail)
    }
}

pub(super) fn words(error: &DecryptError) -> &'static str {
    match error {
        DecryptError::NoMatchingKeys => {
            "it is encrypted for other identities than the configured one"
        }
        DecryptError::InvalidMac | DecryptError::DecryptionFailed => {
            "it was changed after it was encrypted"
        }
        _ => "it is no age file, or was cut off",
    }
}

fn invalid(operation: &'static str, field: &str, reason: &str) -> Error {
    Error::InvalidInput { operation, input: InvalidInput::new(field, reason) }
}
