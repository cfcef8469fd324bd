//! Who may read and change a file, checked as strictly as by ssh. Systems other than Unix have other means, which are not looked at.

use std::{fs::Metadata, path::Path};

use super::fault::Fault;
use crate::plain_file;

/// Refuses what is no plain file: opening a pipe would wait, and a device may never end.
pub(in crate::secrets) fn refuse_special(metadata: &Metadata) -> Result<(), Fault> {
    plain_file::refuse_special(metadata).map_err(Fault::Denied)
}

/// Refuses a file that the group or others may do anything with, or that belongs to somebody else than this user or root.
#[cfg(unix)]
pub(super) fn refuse_shared(metadata: &Metadata) -> Result<(), Fault> {
    use std::os::unix::fs::MetadataExt;

    let mode = metadata.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(Fault::Denied(format!(
            "others may read or write it (its mode is {mode:04o}); make it private with `chmod 600`"
        )));
    }
    refuse_owner("it", metadata)
}

/// Refuses a file that the group or others may change, or that belongs to somebody else than this user or root.
#[cfg(unix)]
pub(in crate::secrets) fn refuse_writable(metadata: &Metadata) -> Result<(), Fault> {
    use std::os::unix::fs::MetadataExt;

    let mode = metadata.mode() & 0o7777;
    if mode & 0o022 != 0 {
        return Err(Fault::Denied(format!(
            "others may write to it (its mode is {mode:04o}); use `chmod go-w`"
        )));
    }
    refuse_owner("it", metadata)
}

/// Whoever owns something may change it, whatever its mode is.
#[cfg(unix)]
fn refuse_owner(what: &str, metadata: &Metadata) -> Result<(), Fault> {
    use std::os::unix::fs::MetadataExt;

    let (owner, we) = (metadata.uid(), nix::unistd::geteuid().as_raw());
    if owner != we && owner != 0 {
        return Err(Fault::Denied(format!(
            "{what} belongs to user {owner}, who can change it; it must belong to user {we} or to root"
        )));
    }
    Ok(())
}

/// Refuses a file in a folder in which somebody else may replace it, as it is named and where links lead to.
#[cfg(unix)]
pub(in crate::secrets) fn refuse_open_folder(path: &Path) -> Result<(), Fault> {
    let real = std::fs::canonicalize(path).map_err(|error| Fault::of(&error))?;
    for folder in [folder_of(path), folder_of(&real)] {
        check_folder(folder)?;
    }
    Ok(())
}

/// Refuses a folder that everybody may write to, unless nobody can replace what is somebody else's there, or that belongs to somebody else
/// than this user or root. A group that may write to it is taken to be meant.
#[cfg(unix)]
pub(super) fn check_folder(folder: &Path) -> Result<(), Fault> {
    use std::os::unix::fs::MetadataExt;

    const STICKY: u32 = 0o1000;

    let metadata = std::fs::metadata(folder).map_err(|error| Fault::of(&error))?;
    let mode = metadata.mode() & 0o7777;
    refuse_owner(&format!("its folder {}", folder.display()), &metadata)?;
    if mode & 0o002 != 0 && mode & STICKY == 0 {
        let folder = folder.display();
        return Err(Fault::Denied(format!(
            "everybody may replace files in its folder {folder} (its mode is {mode:04o}); use `chmod o-w`"
        )));
    }
    Ok(())
}

#[cfg(not(unix))]
pub(in crate::secrets) fn refuse_writable(_: &Metadata) -> Result<(), Fault> {
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn refuse_shared(_: &Metadata) -> Result<(), Fault> {
    Ok(())
}

#[cfg(not(unix))]
pub(in crate::secrets) fn refuse_open_folder(_: &Path) -> Result<(), Fault> {
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn check_folder(_: &Path) -> Result<(), Fault> {
    Ok(())
}

/// The folder that a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
