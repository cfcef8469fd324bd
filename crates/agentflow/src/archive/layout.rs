//! The tar around the parts of an archive. There is one header for a name and a length: whatever else tar can say is not said, and
//! not read.

use std::io;

use agentflow_core::archive::{
    CHAIN_PART, MANIFEST_PART, NOTE_PART, SEALED_PART, is_table_name, table_part,
};
use tar::{EntryType, Header};

pub(super) const BLOCK: usize = 512;
/// What a tar ends with: two blocks of zeros.
pub(super) const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

/// The only header there is for a part: a plain file of nobody, from the beginning of time.
pub(super) fn header(name: &str, bytes: u64) -> io::Result<[u8; BLOCK]> {
    let mut header = Header::new_ustar();
    header.set_path(name)?;
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(bytes);
    header.set_cksum();
    Ok(*header.as_bytes())
}

/// Zeros that fill the last block of a part.
pub(super) fn padding(bytes: u64) -> usize {
    let used = usize::try_from(bytes % BLOCK as u64).unwrap_or(0);
    if used == 0 { 0 } else { BLOCK - used }
}

/// Name and length of a part, or what is wrong with its header.
pub(super) fn read_header(block: &[u8; BLOCK]) -> Result<(String, u64), String> {
    let header = Header::from_byte_slice(block);
    let kind = header.entry_type();
    if kind != EntryType::Regular {
        return Err(format!("an entry is {}, and not a plain file", kind_in_words(kind)));
    }
    let name = block[..100].split(|byte| *byte == 0).next().unwrap_or_default();
    let name = String::from_utf8_lossy(name).into_owned();
    let Some(bytes) = header.entry_size().ok() else {
        return Err(format!("the entry {name:?} has no length that can be read"));
    };
    let is_part = [CHAIN_PART, SEALED_PART, MANIFEST_PART, NOTE_PART].contains(&name.as_str())
        || table_of(&name).is_some();
    if !is_part {
        return Err(format!("no part of an archive is called {name:?}"));
    }
    match self::header(&name, bytes) {
        Ok(expected) if expected == *block => Ok((name, bytes)),
        _ => Err(format!("the header of {name} is not the one that an archive has there")),
    }
}

/// The table whose rows a part has.
pub(super) fn table_of(part: &str) -> Option<&str> {
    let table = part.strip_prefix("tables/")?.strip_suffix(".csv.zst")?;
    (is_table_name(table) && table_part(table) == part).then_some(table)
}

fn kind_in_words(kind: EntryType) -> &'static str {
    match kind {
        EntryType::Link | EntryType::Symlink => "a link",
        EntryType::Directory => "a folder",
        EntryType::Char | EntryType::Block | EntryType::Fifo => "a device",
        EntryType::GNULongName | EntryType::GNULongLink => "a long name",
        EntryType::GNUSparse => "a sparse file",
        EntryType::XHeader | EntryType::XGlobalHeader => "an extended header",
        _ => "of an unknown type",
    }
}
