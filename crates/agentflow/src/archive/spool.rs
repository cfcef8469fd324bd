use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
};

use agentflow_core::hash::Sha256;
use aws_lc_rs::digest::{Context, SHA256};
use zstd::stream::write::Encoder;

use crate::error::{Error, Result};

/// The level that rows are compressed with. Part of the format in so far as other levels make other bytes.
const LEVEL: i32 = 3;
/// The compressor is always given this much at once: what it makes could depend on it.
const CHUNK: usize = 128 * 1024;

/// Takes what goes into a part, CSV or a bundle: hashes and compresses it into a temporary file that has no name, so that it is gone
/// when this is, whatever happens. Memory does not grow.
pub struct Spool {
    encoder: Encoder<'static, Summing<File>>,
    chunk: Vec<u8>,
    hash: Context,
    bytes: u64,
    records: Records,
}

/// What a spool holds.
pub(super) struct Spooled {
    pub(super) file: File,
    /// As it is stored.
    pub(super) stored: Sums,
    /// As it was written.
    pub(super) plain: Sums,
    /// How many records of CSV that is.
    pub(super) records: u64,
}

/// A length and a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) bytes: u64,
    pub(super) sha256: Sha256,
}

impl std::fmt::Debug for Spool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spool").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Spool {
    /// An empty one, in the folder for temporary files.
    pub fn new() -> Result<Self> {
        let new = || {
            let mut encoder = Encoder::new(Summing::new(tempfile::tempfile()?), LEVEL)?;
            // Its part has a hash.
            encoder.include_checksum(false)?;
            Ok(encoder)
        };
        Ok(Self {
            encoder: new().map_err(unspooled)?,
            chunk: Vec::with_capacity(CHUNK),
            hash: Context::new(&SHA256),
            bytes: 0,
            records: Records::default(),
        })
    }

    /// How many bytes were written to it.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn finish(mut self) -> Result<Spooled> {
        let finish = || {
            self.encoder.write_all(&self.chunk)?;
            let (mut file, stored) = self.encoder.finish()?.finish();
            file.seek(SeekFrom::Start(0))?;
            Ok((file, stored))
        };
        let (file, stored) = finish().map_err(unspooled)?;
        let plain = Sums { bytes: self.bytes, sha256: digest(self.hash) };
        Ok(Spooled { file, stored, plain, records: self.records.count() })
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = CHUNK - self.chunk.len();
        let taken = &bytes[..bytes.len().min(room)];
        self.chunk.extend_from_slice(taken);
        self.hash.update(taken);
        self.records.see(taken);
        self.bytes += taken.len() as u64;
        if self.chunk.len() == CHUNK {
            self.encoder.write_all(&self.chunk)?;
            self.chunk.clear();
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Counts records of CSV as PostgreSQL writes it: lines, but for line ends between quotes.
#[derive(Debug, Default)]
pub(super) struct Records {
    lines: u64,
    is_quoted: bool,
    is_within: bool,
}

impl Records {
    pub(super) fn see(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'"' => self.is_quoted = !self.is_quoted,
                b'\n' if !self.is_quoted => self.lines += 1,
                _ => {}
            }
        }
        if let Some(last) = bytes.last() {
            self.is_within = self.is_quoted || *last != b'\n';
        }
    }

    /// With the one that has no end, if there is one.
    pub(super) fn count(&self) -> u64 {
        self.lines + u64::from(self.is_within)
    }
}

/// Counts and hashes what passes by on its way out.
pub(super) struct Summing<W> {
    inner: W,
    hash: Context,
    bytes: u64,
}

impl<W> Summing<W> {
    pub(super) fn new(inner: W) -> Self {
        Self { inner, hash: Context::new(&SHA256), bytes: 0 }
    }

    pub(super) fn finish(self) -> (W, Sums) {
        (self.inner, Sums { bytes: self.bytes, sha256: digest(self.hash) })
    }
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.hash.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Reads to the end, and says what was read.
pub(super) fn sums_of(mut reader: impl Read) -> io::Result<Sums> {
    let mut summing = Summing::new(io::sink());
    io::copy(&mut reader, &mut summing)?;
    Ok(summing.finish().1)
}

pub(super) fn digest(hash: Context) -> Sha256 {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(hash.finish().as_ref());
    Sha256(bytes)
}

fn unspooled(error: io::Error) -> Error {
    let reason = format!("the folder for temporary files cannot be used: {error}");
    Error::Unavailable {
        operation: super::EXPORT,
        reason,
        source: Some(std::sync::Arc::new(error)),
    }
}
