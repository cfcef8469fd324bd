//! Files that are read as a whole, unless they might keep us waiting or never end.

use std::{
    fs::{File, Metadata},
    io::Read,
    path::Path,
};

/// Says why something is no plain file: opening a pipe would wait, and a device may never end.
pub(crate) fn refuse_special(metadata: &Metadata) -> Result<(), String> {
    if metadata.is_file() {
        return Ok(());
    }
    let what = if metadata.is_dir() { "a folder" } else { "a pipe, socket or device" };
    Err(format!("it is {what}, and a plain file was expected"))
}

/// Reads a file of at most `limit` bytes, or says why it cannot.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, String> {
    // Looked at before it is opened, for opening a pipe would wait; and again, for it may be another since.
    check(path)?;
    let file = File::open(path).map_err(|error| error.to_string())?;
    refuse_special(&file.metadata().map_err(|error| error.to_string())?)?;
    let mut bytes = Vec::new();
    let take = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(take).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() > limit {
        return Err(format!("it is larger than {} MiB", limit >> 20));
    }
    Ok(bytes)
}

/// Says why something cannot be read as a plain file, without opening it.
pub(crate) fn check(path: &Path) -> Result<(), String> {
    refuse_special(&std::fs::metadata(path).map_err(|error| error.to_string())?)
}
