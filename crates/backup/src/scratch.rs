//! A private folder for what is read from a backup: what is encrypted there is plain here, so it must not stay.

use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
    time::Duration,
};

use tempfile::TempDir;

use crate::{Error, Result, files, parts};

const PREFIX: &str = "agentflow-restore-";
const BEGUN: &str = "agentflow-begun-";
const LOCK: &str = "lock";
const ATTEMPTS: usize = 100;
const BETWEEN: Duration = Duration::from_millis(20);

/// Removed when this is dropped; and by the next one in the same place, if this process was killed before.
#[derive(Debug)]
pub(crate) struct Scratch {
    dir: PathBuf,
    lock: File,
}

impl Scratch {
    /// In this folder, or in the system's one for temporary files.
    pub(crate) fn begin(operation: &'static str, parent: Option<&Path>) -> Result<Self> {
        let parent = parent.map_or_else(std::env::temp_dir, Path::to_owned);
        let fail = || Error::io(operation, &parent);
        fs::create_dir_all(&parent).map_err(fail())?;
        sweep(&parent);
        // It gets its name when it is locked already: nobody can take it for one that was left.
        let begun: TempDir =
            tempfile::Builder::new().prefix(BEGUN).tempdir_in(&parent).map_err(fail())?;
        let lock = parts::create(&begun.path().join(LOCK)).map_err(fail())?;
        lock.try_lock().map_err(std::io::Error::from).map_err(fail())?;
        let random =
            begun.path().file_name().unwrap_or_default().to_string_lossy().replace(BEGUN, "");
        let dir = parent.join(format!("{PREFIX}{random}"));
        fs::rename(begun.path(), &dir).map_err(fail())?;
        // It is not there any longer under that name.
        let _ = begun.keep();
        Ok(Self { dir, lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.dir
    }

    /// For programs that read here: as long as they do, nothing is removed.
    pub(crate) fn lock(&self) -> &File {
        &self.lock
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Who was given up on may put a last file there, before he notices.
        for _ in 0..ATTEMPTS {
            match fs::remove_dir_all(&self.dir) {
                Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => {
                    std::thread::sleep(BETWEEN);
                }
                _ => return,
            }
        }
    }
}

/// Removes what processes left that are no more.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let dir = entry.path();
        let path = dir.join(LOCK);
        let held = files::lock_of_nobody(&path);
        // It had one before it had its name: somebody was killed while removing it.
        let is_half_removed = !path.exists();
        if held.is_some() || is_half_removed {
            let _ = fs::remove_dir_all(&dir);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_is_removed_and_what_is_used_stays() {
        let parent = tempfile::tempdir().unwrap();
        let used = Scratch::begin("test", Some(parent.path())).unwrap();
        let left = parent.path().join(format!("{PREFIX}left"));
        fs::create_dir(&left).unwrap();
        fs::write(left.join(LOCK), "").unwrap();
        let half_removed = parent.path().join(format!("{PREFIX}half"));
        fs::create_dir(&half_removed).unwrap();
        fs::write(half_removed.join("part"), "").unwrap();
        let other = Scratch::begin("test", Some(parent.path())).unwrap();
        assert!(used.path().is_dir() && other.path().is_dir() && !left.exists());
        assert!(!half_removed.exists());
        drop((used, other));
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
