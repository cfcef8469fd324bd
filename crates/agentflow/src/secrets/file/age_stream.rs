//! Files of any length, encrypted and opened as they pass by.

use std::{
    fmt,
    io::{self, BufRead, Read, Seek, SeekFrom, Write},
    str::FromStr,
};

use age::{
    DecryptError, Decryptor, Encryptor, Identity, Recipient,
    stream::{StreamReader, StreamWriter},
    x25519,
};
use agentflow_core::InvalidInput;

use super::age::{AgeIdentity, words};
use crate::error::{Error, Result};

const RECIPIENTS: &str = "read the age recipients";
const OPEN: &str = "open what is encrypted with age";
const MAX_RECIPIENTS: usize = 100;
/// More than the header for so many recipients takes. Reading a header takes time by the square of its length.
const MAX_HEADER_BYTES: usize = 16 * 1024;
/// The last line of a header begins with it.
const HEADER_END: &[u8] = b"---";
const NONCE_BYTES: usize = 16;

/// Whom something is encrypted for with [age](https://age-encryption.org). Recipients are public: they cannot open it.
#[derive(Clone)]
pub struct AgeRecipients(Vec<x25519::Recipient>);

impl fmt::Debug for AgeRecipients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AgeRecipients").field(&self.names()).finish()
    }
}

impl AgeRecipients {
    /// Reads X25519 recipients (`age1…`, printed by `age-keygen`): at least one, at most 100. Repeated ones count once.
    pub fn parse<S: AsRef<str>>(texts: &[S]) -> Result<Self> {
        let mut recipients: Vec<x25519::Recipient> = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            // Not repeated: it may be an identity.
            let recipient = x25519::Recipient::from_str(text.as_ref().trim()).map_err(|_| {
                invalid(&format!("number {} is no X25519 recipient (`age1…`)", index + 1))
            })?;
            if !recipients.contains(&recipient) {
                recipients.push(recipient);
            }
        }
        match recipients.len() {
            0 => Err(invalid("expected at least one")),
            1..=MAX_RECIPIENTS => Ok(Self(recipients)),
            count => Err(invalid(&format!("expected at most {MAX_RECIPIENTS}, found {count}"))),
        }
    }

    /// Each as text, `age1…`, in the order they were given.
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// Encrypts what is written to `out`. [`StreamWriter::finish`] must be called at the end: without it, what was written is
    /// refused as cut off when it is opened.
    pub fn encrypt<W: Write>(&self, out: W) -> io::Result<StreamWriter<W>> {
        let recipients = self.0.iter().map(|recipient| recipient as &dyn Recipient);
        let encryptor = Encryptor::with_recipients(recipients).map_err(io::Error::other)?;
        encryptor.wrap_output(out)
    }
}

/// What is inside a file that is encrypted. Reading fails with [`io::ErrorKind::InvalidData`] or
/// [`io::ErrorKind::UnexpectedEof`] where the file was changed or cut off; what was read before that is as it was encrypted.
pub struct AgeReader<R>(StreamReader<Behind<R>>);

impl<R> fmt::Debug for AgeReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgeReader").finish_non_exhaustive()
    }
}

impl<R: Read> Read for AgeReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: Read + Seek> Seek for AgeReader<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

impl AgeIdentity {
    /// Opens what was encrypted, in binary form (no armor), for one of these identities. Flat memory; reads behind the header only as
    /// it is read from, so an unbuffered file may be given.
    pub fn decrypt<R: Read>(&self, mut input: R) -> Result<AgeReader<R>> {
        let head = read_header(&mut input).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => {
                corrupt("it is no age file, or was cut off")
            }
            _ => unreadable(&error),
        })?;
        let input = Behind { head: io::Cursor::new(head), rest: input };
        let decryptor = Decryptor::new_buffered(input).map_err(|error| refused(&error))?;
        if decryptor.is_scrypt() {
            return Err(corrupt("it is encrypted with a passphrase, and not for an identity"));
        }
        let identities = self.identities.iter().map(|identity| identity as &dyn Identity);
        decryptor.decrypt(identities).map(AgeReader).map_err(|error| refused(&error))
    }
}

/// The header and the nonce behind it, and not a byte more: of what is read, an attacker chose the length.
fn read_header(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(512);
    let mut line_start = 0;
    while head.len() < MAX_HEADER_BYTES {
        let mut byte = [0];
        input.read_exact(&mut byte)?;
        head.push(byte[0]);
        if byte[0] != b'\n' {
            continue;
        }
        if head[line_start..].starts_with(HEADER_END) {
            let mut nonce = [0; NONCE_BYTES];
            input.read_exact(&mut nonce)?;
            head.extend_from_slice(&nonce);
            return Ok(head);
        }
        line_start = head.len();
    }
    Err(io::ErrorKind::InvalidData.into())
}

/// What was read already, and the rest behind it. Positions are those of the rest: nobody asks for them before the head is read.
struct Behind<R> {
    head: io::Cursor<Vec<u8>>,
    rest: R,
}

impl<R: Read> Read for Behind<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.head.read(buffer)? {
            0 => self.rest.read(buffer),
            count => Ok(count),
        }
    }
}

/// For the header, which is all in the head.
impl<R: Read> BufRead for Behind<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.head.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.head.consume(count);
    }
}

impl<R: Seek> Seek for Behind<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.rest.seek(to)
    }
}

fn refused(error: &DecryptError) -> Error {
    match error {
        DecryptError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            unreadable(error)
        }
        error => corrupt(words(error)),
    }
}

fn corrupt(reason: &str) -> Error {
    Error::Corrupt { operation: OPEN, what: "the age file".to_owned(), reason: reason.to_owned() }
}

fn unreadable(error: &io::Error) -> Error {
    Error::Unavailable { operation: OPEN, reason: error.to_string(), source: None }
}

fn invalid(reason: &str) -> Error {
    Error::InvalidInput { operation: RECIPIENTS, input: InvalidInput::new("recipients", reason) }
}

#[cfg(test)]
mod tests;
