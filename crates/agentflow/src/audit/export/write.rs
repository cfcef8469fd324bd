//! The part of an export that computes and writes: it blocks, so it has a thread of its own.

use std::io::{self, Write};

use agentflow_core::{
    audit::{
        SignedCheckpoint,
        bundle::{self, BundleError, Header},
        link_hash,
    },
    hash::Sha256,
    merkle::{CompactRange, leaf_hash},
};
use aws_lc_rs::digest::{Context, SHA256};
use tokio::sync::mpsc;

use super::{ExportReport, OPERATION, Point};
use crate::error::{Error, Result};

/// Entries in a row, packed.
#[derive(Debug)]
pub(super) enum Block {
    /// The hashes of entries that are left out.
    Hashes(Vec<u8>),
    /// Each entry with its number and hash, and with its record if that is exported.
    Links(Vec<u8>),
}

/// What the writer must know from the start.
pub(super) struct Writing {
    pub(super) header: Header,
    pub(super) start: Point,
    pub(super) checkpoint: SignedCheckpoint,
}

impl Writing {
    /// Writes blocks until no more come, and then the end.
    pub(super) fn run<W: Write>(
        self,
        mut blocks: mpsc::Receiver<Block>,
        output: W,
    ) -> Result<(ExportReport, W)> {
        let Header { size, count, first_seq, last_seq, left_out, .. } = self.header;
        let output = Hashing { output, hash: Context::new(&SHA256), bytes: 0 };
        let bundle = bundle::Writer::new(output, self.header).map_err(refused)?;
        let mut chain = Chain { bundle, left_out: self.start.tree, prev_hash: self.start.hash };
        while let Some(block) = blocks.blocking_recv() {
            match block {
                Block::Hashes(hashes) => chain.leave_out_all(&hashes)?,
                Block::Links(links) => chain.follow(&links)?,
            }
        }
        if chain.position() < size {
            // Either the entry is not there, or the reader failed, and then nobody hears this.
            return Err(missing(chain.position() + 1));
        }
        let mut output = chain.finish(&self.checkpoint)?;
        output.flush().map_err(unwritable)?;
        let (output, sha256, bytes) = output.sum();
        let checkpoint = self.checkpoint;
        let report =
            ExportReport { count, first_seq, last_seq, left_out, bytes, sha256, checkpoint };
        Ok((report, output))
    }
}

/// A chain that goes into a bundle.
struct Chain<W: Write> {
    bundle: bundle::Writer<W>,
    /// The entries left out since the last record.
    left_out: CompactRange,
    /// The hash of the last entry.
    prev_hash: Sha256,
}

impl<W: Write> Chain<W> {
    /// Entries so far.
    fn position(&self) -> u64 {
        self.left_out.end()
    }

    fn leave_out(&mut self, hash: Sha256) {
        self.left_out.push(leaf_hash(hash.as_bytes()));
        self.prev_hash = hash;
    }

    fn leave_out_all(&mut self, hashes: &[u8]) -> Result<()> {
        for hash in hashes.chunks(32) {
            let hash = Sha256::from_slice(hash).ok_or_else(|| missing(self.position() + 1))?;
            self.leave_out(hash);
        }
        Ok(())
    }

    fn follow(&mut self, mut links: &[u8]) -> Result<()> {
        while !links.is_empty() {
            let link = Link::read(&mut links).ok_or_else(|| missing(self.position() + 1))?;
            let expected = self.position() + 1;
            if link.seq != expected {
                return Err(if link.seq < expected { twice(link.seq) } else { missing(expected) });
            }
            match link.record {
                None => self.leave_out(link.hash),
                Some((prev_hash, record)) => self.record(&link, prev_hash, record)?,
            }
        }
        Ok(())
    }

    fn record(&mut self, link: &Link<'_>, prev_hash: Sha256, record: &[u8]) -> Result<()> {
        if prev_hash != self.prev_hash {
            return Err(tampered(link.seq, "prev_hash is not the hash of the entry before"));
        }
        let record = std::str::from_utf8(record)
            .ok()
            .filter(|record| link_hash(&prev_hash, record) == link.hash)
            .ok_or_else(|| tampered(link.seq, "hash is not the hash of its record"))?;
        self.end_gap(Some(prev_hash))?;
        self.bundle.record(record).map_err(refused)?;
        self.left_out = CompactRange::starting_at(link.seq);
        self.prev_hash = link.hash;
        Ok(())
    }

    fn end_gap(&mut self, next_prev_hash: Option<Sha256>) -> Result<()> {
        if self.left_out.begin() == self.left_out.end() {
            return Ok(());
        }
        self.bundle.gap(&self.left_out, next_prev_hash).map_err(refused)
    }

    fn finish(mut self, checkpoint: &SignedCheckpoint) -> Result<W> {
        self.end_gap(None)?;
        self.bundle.finish(checkpoint.note()).map_err(refused)
    }
}

/// One entry in a block of links.
struct Link<'a> {
    seq: u64,
    hash: Sha256,
    /// The hash before it and the record, if it is exported.
    record: Option<(Sha256, &'a [u8])>,
}

impl<'a> Link<'a> {
    /// Takes the first one off. None if the block is not one.
    fn read(links: &mut &'a [u8]) -> Option<Self> {
        let (seq, rest) = links.split_first_chunk()?;
        let (hash, rest) = rest.split_first_chunk()?;
        let (is_exported, mut rest) = rest.split_first()?;
        let mut record = None;
        if *is_exported == 1 {
            let (prev_hash, after) = rest.split_first_chunk()?;
            let (length, after) = after.split_first_chunk()?;
            let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
            let (text, after) = after.split_at_checked(length)?;
            record = Some((Sha256(*prev_hash), text));
            rest = after;
        }
        *links = rest;
        let seq = u64::try_from(i64::from_be_bytes(*seq)).ok()?;
        Some(Self { seq, hash: Sha256(*hash), record })
    }
}

/// Passes on what is written, and sums it up.
struct Hashing<W> {
    output: W,
    hash: Context,
    bytes: u64,
}

impl<W> Hashing<W> {
    fn sum(self) -> (W, Sha256, u64) {
        let mut sum = [0; 32];
        sum.copy_from_slice(self.hash.finish().as_ref());
        (self.output, Sha256(sum), self.bytes)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.output.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

fn tampered(seq: u64, what: &str) -> Error {
    Error::Tampered { faults: vec![format!("entry {seq}: {what}")] }
}

fn missing(seq: u64) -> Error {
    Error::Tampered { faults: vec![format!("entry {seq} is missing")] }
}

fn twice(seq: u64) -> Error {
    Error::Tampered { faults: vec![format!("entry {seq} is there twice")] }
}

fn unwritable(error: io::Error) -> Error {
    let reason = format!("the bundle cannot be written: {error}");
    Error::Unavailable { operation: OPERATION, reason, source: Some(std::sync::Arc::new(error)) }
}

/// Every entry was checked by then, so what the format refuses is what the checkpoint does not agree with.
fn refused(error: BundleError) -> Error {
    match error {
        BundleError::Io(error) => unwritable(error),
        BundleError::Malformed { reason, .. } | BundleError::Altered { reason, .. } => {
            Error::Tampered { faults: vec![reason] }
        }
        BundleError::Untrusted { reason, .. } => {
            Error::Tampered { faults: vec![reason.to_string()] }
        }
    }
}
