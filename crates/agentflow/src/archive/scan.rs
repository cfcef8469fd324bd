//! The first pass over an archive: which parts there are, where, and what hashes they have. Nothing is unpacked.

use std::{collections::HashSet, io};

use agentflow_core::{
    archive::{CHAIN_PART, MANIFEST_PART, MAX_MANIFEST_BYTES, MAX_TABLES, NOTE_PART, SEALED_PART},
    hash::Sha256,
    note::MAX_NOTE_BYTES,
};
use aws_lc_rs::digest::{Context, SHA256};

use super::{
    INSPECT,
    check::ArchiveFault,
    layout::{self, BLOCK},
    source::{Section, Source, is_of_the_system},
    spool::digest,
};
use crate::error::{Error, Result};

/// Chain, secrets, manifest and note.
const OTHER_PARTS: usize = 4;

/// A part, where it is.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) sha256: Sha256,
    offset: u64,
}

/// What a tar holds.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) entries: Vec<Entry>,
    pub(super) manifest: Option<Vec<u8>>,
    pub(super) note: Option<Vec<u8>>,
    /// Whether the end was found: then all that is not in it is missing.
    pub(super) is_complete: bool,
}

/// Why a scan does not go on: there is a fault behind which nothing can be found, or the file cannot be read.
enum Stop {
    Fault(ArchiveFault),
    Failed(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if is_of_the_system(&error) {
            return Self::Failed(error);
        }
        Self::Fault(ArchiveFault::of_all("the encrypted file was changed or cut off"))
    }
}

impl Scan {
    /// Reads all of it, from where it is. `each` is told of every part that begins.
    pub(super) fn read(
        source: &mut Source,
        faults: &mut Vec<ArchiveFault>,
        each: &mut dyn FnMut(&str, u64),
    ) -> Result<Self> {
        let mut scan = Self::default();
        let mut names = HashSet::new();
        loop {
            match scan.next(source, &mut names, faults, each) {
                Ok(true) => {}
                Ok(false) => {
                    scan.is_complete = true;
                    return Ok(scan);
                }
                Err(Stop::Fault(fault)) => {
                    faults.push(fault);
                    return Ok(scan);
                }
                Err(Stop::Failed(error)) => return Err(super::reader::unreadable(&error)),
            }
        }
    }

    /// A part as it is stored.
    pub(super) fn section<'a>(&self, part: &str, source: &'a mut Source) -> Result<Section<'a>> {
        let entry = self.entries.iter().find(|entry| entry.name == part).ok_or_else(|| {
            let what = format!("the part {part} of the archive");
            Error::NotFound { operation: INSPECT, what }
        })?;
        source.section(entry.offset, entry.bytes)
    }

    /// Reads one part. Returns whether there may be more.
    fn next(
        &mut self,
        source: &mut Source,
        names: &mut HashSet<String>,
        faults: &mut Vec<ArchiveFault>,
        each: &mut dyn FnMut(&str, u64),
    ) -> Result<bool, Stop> {
        let mut block = [0; BLOCK];
        if source.fill(&mut block)? < BLOCK {
            return Err(too_short(self.entries.is_empty()));
        }
        if block == [0; BLOCK] {
            return end(source).map(|()| false);
        }
        let (name, bytes) = layout::read_header(&block).map_err(|it| {
            // What begins otherwise was never one.
            let it =
                if self.entries.is_empty() { format!("it is no tenant archive: {it}") } else { it };
            Stop::Fault(ArchiveFault::of_all(it))
        })?;
        if self.entries.len() == MAX_TABLES + OTHER_PARTS {
            return Err(Stop::Fault(ArchiveFault::of_all("it has more parts than any archive")));
        }
        if let Some(last) = self.entries.last()
            && rank(&last.name) > rank(&name)
        {
            faults
                .push(ArchiveFault::of(&name, "it is behind a part that it should be in front of"));
        }
        if !names.insert(name.clone()) {
            faults.push(ArchiveFault::of(&name, "it is there twice"));
        }
        each(&name, source.position());
        let offset = source.position();
        let (sha256, kept) = content(source, &name, bytes)?;
        match name.as_str() {
            MANIFEST_PART => self.manifest = self.manifest.take().or(kept),
            NOTE_PART => self.note = self.note.take().or(kept),
            _ => {}
        }
        self.entries.push(Entry { name, bytes, sha256, offset });
        Ok(true)
    }
}

/// Hashes what is in a part, and keeps it if it is text and not too long to be what it should be.
fn content(source: &mut Source, name: &str, bytes: u64) -> Result<(Sha256, Option<Vec<u8>>), Stop> {
    let limit = match name {
        MANIFEST_PART => MAX_MANIFEST_BYTES,
        NOTE_PART => MAX_NOTE_BYTES,
        _ => 0,
    };
    if limit > 0 && bytes > limit as u64 {
        let reason = format!("it has {bytes} bytes, and none has more than {limit}");
        return Err(Stop::Fault(ArchiveFault::of(name, reason)));
    }
    let cut_off = || {
        let reason = format!("it should have {bytes} bytes, and the archive ends before");
        Stop::Fault(ArchiveFault::of(name, reason))
    };
    if bytes > source.bytes().saturating_sub(source.position()) {
        return Err(cut_off());
    }
    let mut hash = Context::new(&SHA256);
    let mut kept = (limit > 0).then(Vec::new);
    let read = source.pieces(bytes, &mut |piece| {
        hash.update(piece);
        if let Some(kept) = &mut kept {
            kept.extend_from_slice(piece);
        }
    })?;
    let mut padding = [0; BLOCK];
    let padding = &mut padding[..layout::padding(bytes)];
    if read < bytes || source.fill(padding)? < padding.len() {
        return Err(cut_off());
    }
    if padding.iter().any(|byte| *byte != 0) {
        let reason = "its last block is not filled with zeros";
        return Err(Stop::Fault(ArchiveFault::of(name, reason)));
    }
    Ok((digest(hash), kept))
}

/// The second block of zeros, and nothing behind it.
fn end(source: &mut Source) -> Result<(), Stop> {
    let mut block = [0; BLOCK];
    if source.fill(&mut block)? < BLOCK {
        return Err(too_short(false));
    }
    if block != [0; BLOCK] || source.fill(&mut block[..1])? > 0 {
        return Err(Stop::Fault(ArchiveFault::of_all("something follows its end")));
    }
    Ok(())
}

/// Fewer bytes than a block, where one should be.
fn too_short(is_first: bool) -> Stop {
    let reason = if is_first {
        "it is no tenant archive: it is empty, or too short to be one"
    } else {
        "it was cut off: two blocks of zeros should be at its end"
    };
    Stop::Fault(ArchiveFault::of_all(reason))
}

fn rank(part: &str) -> u8 {
    match part {
        CHAIN_PART => 1,
        SEALED_PART => 2,
        MANIFEST_PART => 3,
        NOTE_PART => 4,
        _ => 0,
    }
}
