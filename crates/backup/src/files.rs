//! Files and folders that are private, and there to stay.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use agentflow::core::hash::Sha256;
use aws_lc_rs::digest::{Context, SHA256};

const BUFFER_BYTES: usize = 256 << 10;

/// The hash of everything that is to be read.
pub(crate) fn hash(mut from: impl Read) -> io::Result<Sha256> {
    let mut context = Context::new(&SHA256);
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(finish(context)),
            Ok(length) => context.update(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
            Err(error) => return Err(error),
        }
    }
}

/// The hash of what was taken in.
pub(crate) fn finish(context: Context) -> Sha256 {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(context.finish().as_ref());
    Sha256(bytes)
}

/// Makes a folder, and those above it, that nobody else may enter. One that is there stays as it is.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Refuses what is no folder of our own that nobody else may enter: somebody may have made it before we did, or put a link there.
#[cfg(unix)]
pub(crate) fn require_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;

    const OTHERS: u32 = 0o077;

    let metadata = fs::symlink_metadata(path)?;
    let refuse = |reason: &str| Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
    if !metadata.is_dir() {
        return refuse("expected a folder, and no link to one");
    }
    if metadata.uid() != nix::unistd::geteuid().as_raw() {
        return refuse("it belongs to somebody else, who could read and change what is put there");
    }
    if metadata.mode() & OTHERS != 0 {
        return refuse(
            "others may enter it; take that away from them (chmod 700), or name another",
        );
    }
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn require_private(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::PermissionDenied, "expected a folder, and no link to one"))
}

/// Waits until a file, or the names in a folder, are on the disk.
pub(crate) fn sync(path: &Path) -> io::Result<()> {
    // Windows opens no folders, and keeps names by itself.
    if cfg!(windows) && path.is_dir() {
        return Ok(());
    }
    File::open(path)?.sync_all()
}

/// The lock that whoever works somewhere holds, if nobody does: what is there was left by a process that is no more. None as well if there is no
/// such file.
pub(crate) fn lock_of_nobody(path: &Path) -> Option<File> {
    let lock = File::options().read(true).write(true).open(path).ok()?;
    lock.try_lock().is_ok().then_some(lock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_folder_that_is_no_private_one_of_our_own_is_refused() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let home = tempfile::tempdir().unwrap();
        let private = home.path().join("a/b");
        make_private(&private).unwrap();
        require_private(&private).unwrap();
        let link = home.path().join("link");
        symlink(&private, &link).unwrap();
        let refused = require_private(&link).unwrap_err().to_string();
        assert!(refused.contains("no link"), "{refused}");
        fs::set_permissions(&private, fs::Permissions::from_mode(0o750)).unwrap();
        let refused = require_private(&private).unwrap_err().to_string();
        assert!(refused.contains("others may enter"), "{refused}");
        if nix::unistd::geteuid().is_root() {
            fs::set_permissions(&private, fs::Permissions::from_mode(0o700)).unwrap();
            std::os::unix::fs::chown(&private, Some(12345), None).unwrap();
            let refused = require_private(&private).unwrap_err().to_string();
            assert!(refused.contains("somebody else"), "{refused}");
        }
    }

    #[test]
    fn a_lock_is_nobodys_when_who_held_it_is_gone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("lock");
        assert!(lock_of_nobody(&path).is_none());
        let held = File::create(&path).unwrap();
        held.lock().unwrap();
        assert!(lock_of_nobody(&path).is_none());
        drop(held);
        assert!(lock_of_nobody(&path).is_some());
    }
}
