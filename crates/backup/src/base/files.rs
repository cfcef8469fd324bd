//! Files and folders that are there for good once they are named.

use std::{fs, path::Path};

use crate::{Error, Result, files};

/// How long all files below a folder are together.
pub(super) fn length(folder: &Path) -> Result<u64> {
    const OPERATION: &str = "measure a base backup";
    let mut bytes = 0;
    for entry in fs::read_dir(folder).map_err(Error::io(OPERATION, folder))? {
        let entry = entry.map_err(Error::io(OPERATION, folder))?;
        let meta = entry.metadata().map_err(Error::io(OPERATION, entry.path()))?;
        bytes += if meta.is_dir() { length(&entry.path())? } else { meta.len() };
    }
    Ok(bytes)
}

/// Waits until a file, or the names in a folder, are on the disk.
pub(super) fn sync(path: &Path) -> Result<()> {
    files::sync(path).map_err(Error::io("write to the disk", path))
}

/// Makes a folder, and those above it, that nobody else may enter.
pub(super) fn make_private(path: &Path) -> Result<()> {
    files::make_private(path).map_err(Error::io("make a folder", path))
}

/// Gives a folder its name, for good. What has the name already stays, unless it is an empty folder.
pub(super) fn rename(from: &Path, to: &Path) -> Result<()> {
    sync(from)?;
    fs::rename(from, to).map_err(Error::io("name a base backup", to))?;
    match to.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => sync(parent),
        None => sync(Path::new(".")),
    }
}
