use std::{
    fmt,
    io::{self, Read, Write},
};

use age::stream::StreamWriter;
use agentflow_core::{
    InvalidInput,
    archive::{
        ArchiveChain, ArchiveManifest, ArchivePart, ArchiveSealed, ArchiveTable, CHAIN_PART,
        FORMAT, MANIFEST_PART, NOTE_PART, SEALED_PART, SourceTenant, TableClass, table_part,
    },
    hash::Sha256,
    note::SigningKey,
};

use super::{
    EXPORT,
    layout::{self, END},
    spool::{Spool, Summing, Sums},
    values::SealedSpool,
};
use crate::{
    error::{Error, Result},
    secrets::AgeRecipients,
};

/// What there is to say of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableHead {
    /// Its name.
    pub name: String,
    /// [`TableClass::Data`] or [`TableClass::Sealed`].
    pub class: TableClass,
    /// The columns, in the order they have in the CSV.
    pub columns: Vec<String>,
    /// How many rows PostgreSQL says it wrote.
    pub rows: u64,
}

/// What there is to say of the audit chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHead {
    /// How many entries it has.
    pub size: u64,
    /// The hash of the last of them.
    pub head_hash: Sha256,
}

/// What was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The hash of the archive, encrypted if it is.
    pub sha256: Sha256,
    /// Its length.
    pub bytes: u64,
    /// What it holds.
    pub manifest: ArchiveManifest,
}

/// Writes an archive: first the tables, in the order in which they are to be written where they go; then the chain; then the secrets, if
/// there are any. Blocks; memory does not grow. What was written is of no use unless [`finish`](Self::finish) returned.
pub struct ArchiveWriter<W: Write> {
    out: Out<W>,
    tables: Vec<ArchiveTable>,
    parts: Vec<ArchivePart>,
    chain: Option<ArchiveChain>,
    sealed: Option<ArchiveSealed>,
}

enum Out<W: Write> {
    Plain(Summing<W>),
    Encrypted(StreamWriter<Summing<W>>),
}

impl<W: Write> fmt::Debug for ArchiveWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArchiveWriter").field("parts", &self.parts).finish_non_exhaustive()
    }
}

impl<W: Write> ArchiveWriter<W> {
    /// Begins an archive, which only `recipients` can read if there are any.
    pub fn new(out: W, recipients: Option<&AgeRecipients>) -> Result<Self> {
        let out = Summing::new(out);
        let out = match recipients {
            Some(recipients) => Out::Encrypted(recipients.encrypt(out).map_err(unwritable)?),
            None => Out::Plain(out),
        };
        Ok(Self { out, tables: Vec::new(), parts: Vec::new(), chain: None, sealed: None })
    }

    /// Adds a table: CSV as PostgreSQL writes it, with a header.
    ///
    /// Fails with [`Error::Inconsistent`] when there are not as many rows in it as there should be.
    pub fn table(&mut self, head: TableHead, rows: Spool) -> Result<()> {
        let spooled = rows.finish()?;
        let name = table_part(&head.name);
        let counted = spooled.records.checked_sub(1);
        if self.chain.is_some() || counted != Some(head.rows) {
            let counted = counted.map_or("no header".to_owned(), |rows| format!("{rows} rows"));
            let reason = format!("there is {counted} of {} in {name}", head.rows);
            return Err(invalid(&name, reason));
        }
        self.part(name, spooled.stored, spooled.file)?;
        let Sums { bytes, sha256 } = spooled.plain;
        let TableHead { name, class, columns, rows } = head;
        self.tables.push(ArchiveTable { name, class, columns, rows, bytes, sha256 });
        Ok(())
    }

    /// Adds the audit chain: a bundle.
    pub fn chain(&mut self, head: ChainHead, bundle: Spool) -> Result<()> {
        if self.chain.is_some() {
            return Err(invalid(CHAIN_PART, "there is one already"));
        }
        let spooled = bundle.finish()?;
        self.part(CHAIN_PART.to_owned(), spooled.stored, spooled.file)?;
        let Sums { bytes, sha256: bundle_sha256 } = spooled.plain;
        let ChainHead { size, head_hash } = head;
        self.chain = Some(ArchiveChain { size, head_hash, bytes, bundle_sha256 });
        Ok(())
    }

    /// Adds the secrets, behind the chain. None makes no part.
    pub fn sealed(&mut self, values: SealedSpool) -> Result<()> {
        if self.chain.is_none() || self.sealed.is_some() {
            return Err(invalid(SEALED_PART, "secrets are written once, behind the chain"));
        }
        if values.count() == 0 {
            return Ok(());
        }
        let spooled = values.finish()?;
        self.part(SEALED_PART.to_owned(), spooled.stored, spooled.file)?;
        let (count, recipients) = (spooled.count, spooled.recipients);
        self.sealed = Some(ArchiveSealed { count, recipients });
        Ok(())
    }

    /// Ends the archive with its manifest, signed if there is a key, and flushes it.
    pub fn finish(
        mut self,
        source: SourceTenant,
        migration_version: u64,
        key: Option<&SigningKey>,
    ) -> Result<Written> {
        let chain = self.chain.take().ok_or_else(|| invalid(CHAIN_PART, "there is none"))?;
        let manifest = ArchiveManifest {
            format: FORMAT.to_owned(),
            source,
            migration_version,
            tables: std::mem::take(&mut self.tables),
            parts: std::mem::take(&mut self.parts),
            chain,
            sealed: self.sealed.take(),
        };
        let text = manifest.to_text().map_err(Error::invalid(EXPORT))?;
        self.text(MANIFEST_PART, &text)?;
        if let Some(key) = key {
            let note = manifest.sign(key).map_err(Error::invalid(EXPORT))?;
            self.text(NOTE_PART, &note.to_string())?;
        }
        let Sums { bytes, sha256 } = self.end().map_err(unwritable)?;
        Ok(Written { sha256, bytes, manifest })
    }

    fn end(mut self) -> io::Result<Sums> {
        self.out.write_all(&END)?;
        let out = match self.out {
            Out::Plain(out) => out,
            Out::Encrypted(stream) => stream.finish()?,
        };
        let (mut out, sums) = out.finish();
        out.flush()?;
        Ok(sums)
    }

    fn part(&mut self, name: String, stored: Sums, mut content: impl Read) -> Result<()> {
        let Sums { bytes, sha256 } = stored;
        self.entry(&name, bytes, &mut content).map_err(unwritable)?;
        self.parts.push(ArchivePart { name, bytes, sha256 });
        Ok(())
    }

    fn text(&mut self, name: &str, text: &str) -> Result<()> {
        self.entry(name, text.len() as u64, &mut text.as_bytes()).map_err(unwritable)
    }

    fn entry(&mut self, name: &str, bytes: u64, content: &mut impl Read) -> io::Result<()> {
        self.out.write_all(&layout::header(name, bytes)?)?;
        if io::copy(&mut content.take(bytes), &mut self.out)? != bytes {
            return Err(io::Error::other("a temporary file is shorter than it was"));
        }
        self.out.write_all(&END[..layout::padding(bytes)])
    }
}

impl<W: Write> Write for Out<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Encrypted(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Encrypted(stream) => stream.flush(),
        }
    }
}

fn invalid(part: &str, reason: impl Into<String>) -> Error {
    Error::InvalidInput { operation: EXPORT, input: InvalidInput::new(part, reason.into()) }
}

fn unwritable(error: io::Error) -> Error {
    let reason = format!("the archive cannot be written: {error}");
    Error::Unavailable { operation: EXPORT, reason, source: Some(std::sync::Arc::new(error)) }
}
