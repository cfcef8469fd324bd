use super::{BundleError, Header, MAX_GAP_BYTES};
use crate::{
    audit::{Checkpoint, MAX_RECORD_BYTES, genesis_hash, link_hash},
    hash::Sha256,
    merkle::{CompactRange, leaf_hash},
};

/// The entries of a bundle as they go by: which line may follow which, and what they amount to. Reader and writer share
/// it, so that nothing is written that would not be read.
#[derive(Debug)]
pub(super) struct Body {
    header: Header,
    entries: CompactRange,
    /// The hash of the entry before the next one, where `last` says that it is known.
    prev_hash: Sha256,
    last: Line,
    line: u64,
    count: u64,
    first_seq: u64,
    last_seq: u64,
    gaps: u64,
}

/// What the last line was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Header,
    Record,
    Gap,
    After,
}

impl Body {
    /// Follows on the header, which is line 2.
    pub(super) fn new(header: Header) -> Self {
        Self {
            prev_hash: genesis_hash(header.tenant_id),
            header,
            entries: CompactRange::new(),
            last: Line::Header,
            line: 2,
            count: 0,
            first_seq: 0,
            last_seq: 0,
            gaps: 0,
        }
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    pub(super) fn into_header(self) -> Header {
        self.header
    }

    /// How many entries went by, left-out ones included.
    pub(super) fn position(&self) -> u64 {
        self.entries.end()
    }

    /// The number of the last line.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    pub(super) fn gaps(&self) -> u64 {
        self.gaps
    }

    /// The hash of the last entry, if its record is in the bundle.
    pub(super) fn head_hash(&self) -> Option<Sha256> {
        (self.last == Line::Record).then_some(self.prev_hash)
    }

    /// Takes a record, and gives its position.
    pub(super) fn record(&mut self, record: &str) -> Result<u64, BundleError> {
        if !record.starts_with('{') {
            return Err(self.misplaced("expected a record, `gap`, `after` or an empty line"));
        }
        if self.last == Line::Gap {
            return Err(self.misplaced("expected `after`, with the hash before this record"));
        }
        if record.len() > MAX_RECORD_BYTES {
            return Err(self.misplaced(format!("a record has at most {MAX_RECORD_BYTES} bytes")));
        }
        self.refuse_beyond_size(1)?;
        self.prev_hash = link_hash(&self.prev_hash, record);
        self.entries.push(leaf_hash(self.prev_hash.as_bytes()));
        self.count += 1;
        self.last_seq = self.position();
        if self.count == 1 {
            self.first_seq = self.last_seq;
        }
        self.follow(Line::Record);
        Ok(self.last_seq)
    }

    /// Takes left-out entries. `hashes` are those of their compact range.
    pub(super) fn gap(
        &mut self,
        length: u64,
        hashes: impl IntoIterator<Item = Sha256>,
    ) -> Result<(), BundleError> {
        match self.last {
            Line::Gap => return Err(self.misplaced("a gap follows on a gap: expected one")),
            Line::After => return Err(self.misplaced("expected a record after `after`")),
            Line::Header | Line::Record => {}
        }
        if length == 0 {
            return Err(self.misplaced("a gap leaves out at least one entry"));
        }
        self.refuse_beyond_size(length)?;
        let begin = self.position();
        let left_out = CompactRange::from_hashes(begin, begin + length, hashes)
            .and_then(|range| self.entries.append(&range));
        left_out.map_err(|_| {
            let reason = format!(
                "a gap of {length} after {begin} entries has not that number of hashes: \
                 it was changed, or what is before it was"
            );
            BundleError::altered(self.line + 1, reason)
        })?;
        self.gaps += 1;
        self.follow(Line::Gap);
        Ok(())
    }

    /// Takes the hash of the last left-out entry, before a record.
    pub(super) fn after(&mut self, prev_hash: Sha256) -> Result<(), BundleError> {
        if self.last != Line::Gap {
            return Err(self.misplaced("`after` stands between a gap and a record only"));
        }
        self.prev_hash = prev_hash;
        self.follow(Line::After);
        Ok(())
    }

    /// Checks that the entries are those that the header counts.
    pub(super) fn end(&self) -> Result<(), BundleError> {
        if self.last == Line::After {
            return Err(self.misplaced("expected a record after `after`"));
        }
        let Header { size, count, first_seq, last_seq, .. } = self.header;
        for (what, said, found) in [
            ("entries, with those left out", size, self.position()),
            ("records", count, self.count),
            ("as the position of the first record", first_seq, self.first_seq),
            ("as the position of the last record", last_seq, self.last_seq),
        ] {
            if said != found {
                let reason = format!("the header says {said} {what}, and it is {found}");
                return Err(BundleError::altered(2, reason));
            }
        }
        Ok(())
    }

    /// Checks that the entries are those of a checkpoint, which begins at the given line.
    pub(super) fn check(&self, checkpoint: &Checkpoint, line: u64) -> Result<(), BundleError> {
        let Header { tenant_id, size, .. } = self.header;
        if !checkpoint.origin.as_str().ends_with(&format!("/t/{tenant_id}")) {
            let origin = &checkpoint.origin;
            let reason =
                format!("the checkpoint is of the log {origin}, and not of tenant {tenant_id}");
            return Err(BundleError::altered(line, reason));
        }
        if checkpoint.size != size {
            let signed = checkpoint.size;
            let reason = format!("the checkpoint is of {signed} entries, and the bundle of {size}");
            return Err(BundleError::altered(line + 1, reason));
        }
        if self.entries.root() != Some(checkpoint.root) {
            let reason = "the entries are not those that were signed: \
                          a record, gap or hash was changed, added, removed or moved";
            return Err(BundleError::altered(line + 2, reason));
        }
        Ok(())
    }

    fn follow(&mut self, line: Line) {
        self.last = line;
        self.line += 1;
    }

    fn refuse_beyond_size(&self, more: u64) -> Result<(), BundleError> {
        let size = self.header.size;
        if size - self.position() >= more {
            return Ok(());
        }
        let reason = format!("there are more than the {size} entries that the header says");
        Err(BundleError::altered(self.line + 1, reason))
    }

    /// Something about the next line.
    fn misplaced(&self, reason: impl std::fmt::Display) -> BundleError {
        BundleError::malformed(self.line + 1, reason)
    }
}

/// How many hashes a gap may have at most, whatever it claims.
pub(super) const MAX_GAP_HASHES: usize = MAX_GAP_BYTES / 45;
