use std::{
    fmt,
    fs::File,
    io::{self, BufReader, Read},
};

use agentflow_core::{
    archive::{ArchiveManifest, ArchiveTable, CHAIN_PART, SEALED_PART, table_part},
    hash::Sha256,
};
use aws_lc_rs::digest::{Context, SHA256};
use zstd::stream::read::Decoder;

use super::{
    ArchiveTrust, INSPECT,
    check::{self, ArchiveCheck},
    report::ArchiveProgress,
    scan::Scan,
    source::{Section, Source},
    spool::{Records, Sums, digest},
    values::SealedValues,
};
use crate::{
    error::{Error, Result},
    secrets::AgeIdentity,
};

/// The most memory that unpacking takes: a window of 8 MiB. What [`Spool`](super::Spool) writes needs 2.
const WINDOW_LOG: u32 = 23;

/// A file that may be an archive. Nothing in it is believed before it was verified.
///
/// Blocks, and takes memory that does not depend on the file: neither what it is long, nor what it says of itself.
#[derive(Debug)]
pub struct ArchiveReader {
    source: Source,
    identity: Option<AgeIdentity>,
}

impl ArchiveReader {
    /// Opens a file. An `identity` is needed for one that is encrypted.
    pub fn open(file: File, identity: Option<&AgeIdentity>) -> Result<Self> {
        let source = Source::open(file, identity)?;
        Ok(Self { source, identity: identity.cloned() })
    }

    /// Looks at all of it: the layout, the signature, every hash, the number of rows, the chain; and at the secrets if the identity opens
    /// them. What is wrong is in the result; it is an error only if the file cannot be read.
    pub fn check(
        &mut self,
        trust: &ArchiveTrust,
        progress: &(dyn Fn(ArchiveProgress<'_>) + Send + Sync),
    ) -> Result<ArchiveCheck> {
        check::check(&mut self.source, self.identity.as_ref(), trust, progress).map(|it| it.0)
    }

    /// The same, for an archive whose content is to be used. Fails with [`Error::Corrupt`] if anything is wrong with it.
    pub fn verify(
        mut self,
        trust: &ArchiveTrust,
        progress: &(dyn Fn(ArchiveProgress<'_>) + Send + Sync),
    ) -> Result<VerifiedArchive> {
        let identity = self.identity.as_ref();
        let (check, scan) = check::check(&mut self.source, identity, trust, progress)?;
        match check.manifest {
            Some(manifest) if check.faults.is_empty() => Ok(VerifiedArchive {
                source: self.source,
                scan,
                manifest,
                signed_by: check.signed_by,
                sha256: check.sha256,
                bytes: check.bytes,
            }),
            _ => Err(check.refusal()),
        }
    }
}

/// An archive, all of which was found to be as its manifest says.
pub struct VerifiedArchive {
    source: Source,
    scan: Scan,
    manifest: ArchiveManifest,
    signed_by: Option<String>,
    sha256: Sha256,
    bytes: u64,
}

impl fmt::Debug for VerifiedArchive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedArchive").field("sha256", &self.sha256).finish_non_exhaustive()
    }
}

impl VerifiedArchive {
    /// What it holds.
    pub fn manifest(&self) -> &ArchiveManifest {
        &self.manifest
    }

    /// The name of the trusted key that signed it. `None` if signatures were not looked at.
    pub fn signed_by(&self) -> Option<&str> {
        self.signed_by.as_deref()
    }

    /// The hash of the file.
    pub fn sha256(&self) -> Sha256 {
        self.sha256
    }

    /// The length of the file.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The rows of a table as CSV. Fastest in the order in which the manifest has them.
    pub fn table(&mut self, name: &str) -> Result<Plain<'_>> {
        let table = self.manifest.table(name).ok_or_else(|| missing(name))?;
        let ArchiveTable { bytes, sha256, .. } = *table;
        self.plain(&table_part(name), Sums { bytes, sha256 })
    }

    /// The audit chain, as a bundle.
    pub fn chain(&mut self) -> Result<Plain<'_>> {
        let chain = &self.manifest.chain;
        let sums = Sums { bytes: chain.bytes, sha256: chain.bundle_sha256 };
        self.plain(CHAIN_PART, sums)
    }

    /// The secrets. `None` if there are none in it; [`Error::Corrupt`] if they are encrypted for others.
    pub fn sealed(&mut self, identity: &AgeIdentity) -> Result<Option<SealedValues<Section<'_>>>> {
        let Some(sealed) = &self.manifest.sealed else { return Ok(None) };
        let section = self.scan.section(SEALED_PART, &mut self.source)?;
        Ok(Some(SealedValues::new(identity.decrypt(section)?, sealed.count)))
    }

    fn plain(&mut self, part: &str, expected: Sums) -> Result<Plain<'_>> {
        let section = self.scan.section(part, &mut self.source)?;
        Plain::new(section, expected).map_err(|error| unreadable(&error))
    }
}

/// What a part holds, unpacked. Never gives more than the manifest says; at the end it compares length and hash once more, for the file may
/// have been changed since it was verified: reading then fails with [`io::ErrorKind::InvalidData`].
pub struct Plain<'a> {
    decoder: Option<Decoder<'static, BufReader<Section<'a>>>>,
    expected: Sums,
    hash: Context,
    records: Records,
    bytes: u64,
    is_refused: bool,
}

impl fmt::Debug for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plain").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl<'a> Plain<'a> {
    pub(super) fn new(section: Section<'a>, expected: Sums) -> io::Result<Self> {
        let mut decoder = Decoder::new(section)?.single_frame();
        decoder.window_log_max(WINDOW_LOG)?;
        let hash = Context::new(&SHA256);
        let records = Records::default();
        Ok(Self { decoder: Some(decoder), expected, hash, records, bytes: 0, is_refused: false })
    }

    /// How many records of CSV were read.
    pub(super) fn records(&self) -> u64 {
        self.records.count()
    }

    fn next(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else { return Ok(0) };
        if buffer.is_empty() {
            return Ok(0);
        }
        let count = decoder.read(buffer)?;
        if count == 0 {
            let decoder = self.decoder.take();
            return decoder.map_or(Ok(()), |decoder| self.end(decoder)).map(|()| 0);
        }
        self.bytes += count as u64;
        if self.bytes > self.expected.bytes {
            return Err(invalid("there is more in it than the manifest says"));
        }
        self.hash.update(&buffer[..count]);
        self.records.see(&buffer[..count]);
        Ok(count)
    }

    fn end(&mut self, decoder: Decoder<'static, BufReader<Section<'a>>>) -> io::Result<()> {
        let rest = decoder.finish();
        if !rest.buffer().is_empty() || rest.get_ref().left() > 0 {
            return Err(invalid("something follows what is compressed in it"));
        }
        let Sums { bytes, sha256 } = self.expected;
        if self.bytes < bytes {
            return Err(invalid("there is less in it than the manifest says"));
        }
        if digest(self.hash.clone()) != sha256 {
            return Err(invalid("what is in it has another hash than the manifest says"));
        }
        Ok(())
    }
}

impl Read for Plain<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Who goes on after an error must not take it for the end.
        if self.is_refused {
            return Err(invalid("it was refused"));
        }
        self.next(buffer).inspect_err(|_| self.is_refused = true)
    }
}

pub(super) fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

/// The file cannot be read, whatever is in it.
pub(super) fn unreadable(error: &io::Error) -> Error {
    let reason = format!("the archive cannot be read: {error}");
    Error::Unavailable { operation: INSPECT, reason, source: None }
}

fn missing(table: &str) -> Error {
    let what = format!("the table {table} in the archive");
    Error::NotFound { operation: INSPECT, what }
}
