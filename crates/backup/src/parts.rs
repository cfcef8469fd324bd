//! Files of a backup, as they are made and as they are read.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

use agentflow::{
    core::{backup::Part, hash::Sha256},
    secrets::{AgeIdentity, AgeRecipients},
};
use aws_lc_rs::digest::{Context, SHA256};

use crate::{
    error::{Error, Result},
    progress::Meter,
};

const SEAL: &str = "seal a part of the backup";
const BUFFER_BYTES: usize = 256 * 1024;

/// Lengths and hashes of a file, as it is stored and before it was encrypted. The same where it is not encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sums {
    /// Its length as it is stored.
    pub bytes: u64,
    /// The hash of what is stored.
    pub sha256: Sha256,
    /// Its length before it was encrypted.
    pub plain_bytes: u64,
    /// The hash of it before it was encrypted.
    pub plain_sha256: Sha256,
}

/// Lengths and hashes of a file that stays as it is. Blocks; memory is flat.
pub fn sums(plain: &Path) -> Result<Sums> {
    let fail = || Error::io(SEAL, plain);
    let mut file = Summing::new(File::open(plain).map_err(fail())?);
    copy(&mut file, &mut io::sink(), &Meter::default()).map_err(fail())?;
    let (bytes, sha256) = file.finish();
    Ok(Sums { bytes, sha256, plain_bytes: bytes, plain_sha256: sha256 })
}

/// Writes a file to its place, encrypted if there are recipients. Afterwards it is on the disk (its folder is for the caller to sync).
/// Blocks; memory is flat. `to` must not be there yet.
pub fn seal(plain: &Path, to: &Path, recipients: Option<&AgeRecipients>) -> Result<Sums> {
    let mut input = Summing::new(File::open(plain).map_err(Error::io(SEAL, plain))?);
    let mut write = || -> io::Result<(u64, Sha256)> {
        let mut output = Summing::new(create(to)?);
        if let Some(recipients) = recipients {
            let mut sealing = recipients.encrypt(&mut output)?;
            copy(&mut input, &mut sealing, &Meter::default())?;
            sealing.finish()?;
        } else {
            copy(&mut input, &mut output, &Meter::default())?;
        }
        output.inner.sync_all()?;
        Ok(output.finish())
    };
    let (bytes, sha256) = write().map_err(Error::io(SEAL, to))?;
    let (plain_bytes, plain_sha256) = input.finish();
    Ok(Sums { bytes, sha256, plain_bytes, plain_sha256 })
}

/// A new file that only its owner may read.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Why a part was not read to its end.
pub(crate) enum Trouble {
    /// It cannot be read for now, which says nothing about it.
    Read(io::Error),
    /// What came out of it cannot be written.
    Write(io::Error),
}

/// Reads a part to its end, and names all that differs from what the manifest says of it. With an identity it is decrypted, and what was
/// encrypted goes to `output`; else what is stored.
pub(crate) fn check(
    input: impl Read,
    part: &Part,
    identity: Option<&AgeIdentity>,
    output: &mut dyn Write,
    meter: &Meter,
) -> Result<Vec<String>, Trouble> {
    let mut reasons = Vec::new();
    // One byte more than there should be is enough to know.
    let mut stored =
        Summing::new(Metered { inner: input.take(part.bytes.saturating_add(1)), meter });
    let mut output = Output { summed: Summing::new(output), trouble: None };
    let mut is_whole = true;
    if let Some(identity) = identity {
        if let Err(reason) = decrypt(identity, &mut stored, &mut output)? {
            reasons.push(reason);
            is_whole = false;
        }
        copy(&mut stored, &mut io::sink(), &Meter::default()).map_err(Trouble::Read)?;
    } else {
        let copied = copy(&mut stored, &mut output, &Meter::default());
        copied
            .map_err(|error| output.trouble.take().map_or(Trouble::Read(error), Trouble::Write))?;
    }
    let (bytes, sha256) = stored.finish();
    let (plain_bytes, plain_sha256) = output.summed.finish();
    if bytes > part.bytes {
        reasons.push(format!("it is longer than the {} bytes of the manifest", part.bytes));
    } else if bytes < part.bytes {
        reasons.push(format!("it has {bytes} bytes, and {} in the manifest", part.bytes));
    } else if sha256 != part.sha256 {
        reasons.push(format!("its SHA-256 is {sha256}, and {} in the manifest", part.sha256));
    }
    if identity.is_some()
        && is_whole
        && (plain_bytes, plain_sha256) != (part.plain_bytes, part.plain_sha256)
    {
        reasons.push(format!(
            "decrypted it has {plain_bytes} bytes with the SHA-256 {plain_sha256}, and {} with {} in the manifest",
            part.plain_bytes, part.plain_sha256
        ));
    }
    Ok(reasons)
}

/// What is wrong with what is encrypted, if something is.
fn decrypt<R: Read>(
    identity: &AgeIdentity,
    stored: &mut R,
    output: &mut Output<'_>,
) -> Result<Result<(), String>, Trouble> {
    let mut input = Watched { inner: stored, trouble: None };
    let opened = identity.decrypt(&mut input).map_err(|error| match error {
        agentflow::Error::Corrupt { reason, .. } => reason,
        other => other.to_string(),
    });
    let copied = opened.and_then(|mut opened| {
        copy(&mut opened, output, &Meter::default()).map_err(|_| {
            "it cannot be decrypted: it was cut off or changed after it was encrypted".to_owned()
        })
    });
    match (input.trouble, output.trouble.take()) {
        (Some(error), _) => Err(Trouble::Read(error)),
        (None, Some(error)) => Err(Trouble::Write(error)),
        (None, None) => Ok(copied),
    }
}

fn copy(input: &mut impl Read, output: &mut impl Write, meter: &Meter) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => {
                output.write_all(&buffer[..count])?;
                meter.add(count)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Counts and hashes what passes.
struct Summing<T> {
    inner: T,
    hash: Context,
    bytes: u64,
}

impl<T> Summing<T> {
    fn new(inner: T) -> Self {
        Self { inner, hash: Context::new(&SHA256), bytes: 0 }
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    }

    fn finish(self) -> (u64, Sha256) {
        (self.bytes, crate::files::finish(self.hash))
    }
}

impl<R: Read> Read for Summing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.pass(&buffer[..count]);
        Ok(count)
    }
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(buffer)?;
        self.pass(&buffer[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

struct Metered<'a, R> {
    inner: R,
    meter: &'a Meter,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.meter.add(count)?;
        Ok(count)
    }
}

/// Remembers that reading failed, whatever is made of it further up.
struct Watched<R> {
    inner: R,
    trouble: Option<io::Error>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).map_err(|error| remember(&mut self.trouble, error))
    }
}

struct Output<'a> {
    summed: Summing<&'a mut dyn Write>,
    trouble: Option<io::Error>,
}

impl Write for Output<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.summed.write(buffer).map_err(|error| remember(&mut self.trouble, error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.summed.flush()
    }
}

fn remember(trouble: &mut Option<io::Error>, error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::Interrupted {
        return error;
    }
    let passed_on = io::Error::from(error.kind());
    *trouble = Some(error);
    passed_on
}
