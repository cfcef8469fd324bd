//! Where a backup is while it is made: a private folder, which nobody takes for a backup.

use std::{
    collections::HashSet,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use agentflow::core::backup::{BackupId, DATA_FOLDER, MANIFEST_FILE};

use super::OPERATION;
use crate::{Error, Result, files, parts, store::BackupStore};

const BEFORE: char = '.';
const AFTER: &str = ".partial";
const BEGUN: &str = ".begun";
const REMOVED: &str = ".removed";
/// What is older than this is not about to be locked.
const LONG_AGO: i64 = 3600;
const LOCK: &str = "lock";
const DESTINATION: &str = "destination";
const JOURNAL: &str = "uploaded";

/// `.ID.partial`, held by a lock that ends with this process, and with the programs that it started.
///
/// ```text
/// lock           held by whoever works here, with the number of the process that began
/// destination    where the backup is to go
/// uploaded       the parts that are there already
/// plain/         what pg_dump writes, if it is encrypted afterwards
/// backup/        what becomes the backup
/// ```
#[derive(Debug)]
pub(super) struct Staging {
    parent: PathBuf,
    id: BackupId,
    dir: PathBuf,
    lock: File,
    /// Set once all of the backup is here, and only the way to its place is left.
    pub(super) is_kept: bool,
}

impl Staging {
    /// A new one, in `parent`. Those that were left there by processes which are no more are removed first.
    pub(super) fn begin(parent: &Path, store: &BackupStore, id: &BackupId) -> Result<Self> {
        files::make_private(parent).map_err(Error::io(OPERATION, parent))?;
        sweep(parent, store.folder().is_none());
        sweep_begun(parent, id);
        // It gets its name when it is locked already: nobody can take it for one that was left.
        let begun = folder(parent, id, BEGUN);
        private_folder(&begun)?;
        let path = begun.join(LOCK);
        let mut lock = parts::create(&path).map_err(Error::io(OPERATION, &path))?;
        lock.try_lock().map_err(|error| not_locked(id, &path, error))?;
        std::io::Write::write_all(&mut lock, std::process::id().to_string().as_bytes())
            .map_err(Error::io(OPERATION, &path))?;
        let dir = folder(parent, id, AFTER);
        fs::rename(&begun, &dir).map_err(Error::io(OPERATION, &dir))?;
        let (parent, id) = (parent.to_owned(), id.clone());
        let staging = Self { parent, id, dir, lock, is_kept: false };
        private_folder(&staging.backup())?;
        staging.write(DESTINATION, store.location().to_string().as_bytes())?;
        Ok(staging)
    }

    /// One that was left when its backup was on the way to its place: this one, or else the newest.
    pub(super) fn resume(
        parent: &Path,
        store: &BackupStore,
        id: Option<&BackupId>,
    ) -> Result<Self> {
        let mut found: Vec<BackupId> = left(parent, AFTER);
        found.retain(|it| id.is_none_or(|id| id == it));
        found.retain(|it| folder(parent, it, AFTER).join("backup").join(MANIFEST_FILE).is_file());
        found.sort();
        let Some(id) = found.pop() else {
            let what = format!("an interrupted upload in {}", parent.display());
            return Err(Error::NotFound { operation: OPERATION, what });
        };
        let dir = folder(parent, &id, AFTER);
        files::require_private(&dir).map_err(Error::io(OPERATION, &dir))?;
        let path = dir.join(LOCK);
        let lock = File::options()
            .read(true)
            .write(true)
            .open(&path)
            .map_err(Error::io(OPERATION, &path))?;
        lock.try_lock().map_err(|error| not_locked(&id, &path, error))?;
        let staging = Self { parent: parent.to_owned(), id, dir, lock, is_kept: true };
        let destination = staging.read(DESTINATION)?;
        if destination != store.location().to_string() {
            let reason = format!(
                "backup {} was on its way to {destination}, and not to {}",
                staging.id,
                store.location()
            );
            return Err(Error::Conflict { operation: OPERATION, reason });
        }
        Ok(staging)
    }

    pub(super) fn id(&self) -> &BackupId {
        &self.id
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn lock(&self) -> &File {
        &self.lock
    }

    /// What becomes the backup.
    pub(super) fn backup(&self) -> PathBuf {
        self.dir.join("backup")
    }

    /// What `pg_dump` writes, if it is encrypted afterwards.
    pub(super) fn plain(&self) -> PathBuf {
        self.dir.join("plain")
    }

    /// Writes a file of the backup, or of ours, to stay.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.dir.join(name);
        let write = || {
            let mut file = parts::create(&path)?;
            std::io::Write::write_all(&mut file, bytes)?;
            file.sync_all()
        };
        write().map_err(Error::io(OPERATION, &path))
    }

    /// Has the names of all parts written to the disk: to be done before anything says that they are there.
    pub(super) fn sync_parts(&self) -> Result<()> {
        sync_folder(&self.backup().join(DATA_FOLDER))
    }

    fn read(&self, name: &str) -> Result<String> {
        let path = self.dir.join(name);
        fs::read_to_string(&path).map_err(Error::io(OPERATION, &path))
    }

    /// The parts that are at their place already.
    pub(super) fn uploaded(&self) -> HashSet<String> {
        let journal = self.read(JOURNAL).unwrap_or_default();
        // The last line may have been cut off.
        let whole = journal.rfind('\n').map_or("", |end| &journal[..end]);
        whole.lines().map(str::to_owned).collect()
    }

    pub(super) fn note_uploaded(&self, part: &str) -> Result<()> {
        let path = self.dir.join(JOURNAL);
        let append = || {
            let mut file = File::options().append(true).create(true).open(&path)?;
            std::io::Write::write_all(&mut file, format!("{part}\n").as_bytes())?;
            file.sync_data()
        };
        append().map_err(Error::io(OPERATION, &path))
    }

    /// Gives the backup its name in the same folder, which is what makes it one.
    pub(super) fn publish(mut self, parent: &Path) -> Result<()> {
        let (from, to) = (self.backup(), parent.join(self.id.as_str()));
        sync_folder(&from)?;
        fs::rename(&from, &to).map_err(Error::io(OPERATION, &to))?;
        self.is_kept = false;
        sync_folder(parent)
    }

    /// It is at its place.
    pub(super) fn done(mut self) {
        self.is_kept = false;
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.is_kept {
            discard(&self.parent, &self.id);
        }
    }
}

/// Gives it the name of what is to be removed before anything of it is missing. Whoever is killed on the way leaves nothing that others may take
/// for a backup to be resumed, or for one that somebody works at.
fn discard(parent: &Path, id: &BackupId) {
    let (dir, removed) = (folder(parent, id, AFTER), folder(parent, id, REMOVED));
    match fs::rename(&dir, &removed) {
        Ok(()) => remove(&removed),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => tracing::debug!(%error, dir = %dir.display(), "staging is still there"),
    }
}

/// A program that was just killed may still be at its last file.
fn remove(dir: &Path) {
    for _ in 0..5 {
        match fs::remove_dir_all(dir) {
            Ok(()) => return,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => tracing::debug!(%error, dir = %dir.display(), "staging is still there"),
        }
    }
}

/// Removes what processes left that are no more; what waits to be resumed stays.
fn sweep(parent: &Path, keeps_whole: bool) {
    for id in left(parent, REMOVED) {
        remove(&folder(parent, &id, REMOVED));
    }
    for id in left(parent, AFTER) {
        let dir = folder(parent, &id, AFTER);
        if keeps_whole && dir.join("backup").join(MANIFEST_FILE).is_file() {
            continue;
        }
        if let Some(_held) = files::lock_of_nobody(&dir.join(LOCK)) {
            discard(parent, &id);
        }
    }
}

/// Removes what was left before it was locked.
fn sweep_begun(parent: &Path, now: &BackupId) {
    for id in left(parent, BEGUN) {
        if now.begun_at().as_second() - id.begun_at().as_second() > LONG_AGO {
            remove(&folder(parent, &id, BEGUN));
        }
    }
}

/// The backups that have such a folder here.
fn left(parent: &Path, after: &str) -> Vec<BackupId> {
    let names = fs::read_dir(parent).into_iter().flatten().flatten();
    let id = |name: String| name.strip_prefix(BEFORE)?.strip_suffix(after)?.parse().ok();
    names.filter_map(|entry| id(entry.file_name().into_string().ok()?)).collect()
}

fn folder(parent: &Path, id: &BackupId, after: &str) -> PathBuf {
    parent.join(format!("{BEFORE}{id}{after}"))
}

fn not_locked(id: &BackupId, path: &Path, error: TryLockError) -> Error {
    match error {
        TryLockError::WouldBlock => {
            let process = fs::read_to_string(path).unwrap_or_default();
            let process = process.trim().parse::<u32>();
            let process = process.map(|id| format!("process {id}, or a program that it started,"));
            let process = process.unwrap_or_else(|_| "another process".to_owned());
            let reason = format!("{process} still writes backup {id}; wait for it, or end it");
            Error::Conflict { operation: OPERATION, reason }
        }
        TryLockError::Error(error) => Error::io(OPERATION, path)(error),
    }
}

/// Makes a folder of our own that nobody else may enter.
fn private_folder(path: &Path) -> Result<()> {
    let made = files::make_private(path).and_then(|()| files::require_private(path));
    made.map_err(Error::io(OPERATION, path))
}

fn sync_folder(path: &Path) -> Result<()> {
    files::sync(path).map_err(Error::io(OPERATION, path))
}

/// Where uploads are put together unless somebody names a place: below the system's folder for temporary files, which others can write to as well.
pub(super) fn default_place() -> Result<PathBuf> {
    let name = "agentflow-backups";
    #[cfg(unix)]
    let name = format!("{name}-{}", nix::unistd::geteuid());
    let place = std::env::temp_dir().join(name);
    private_folder(&place)?;
    Ok(place)
}

#[cfg(test)]
mod tests {
    use agentflow::core::random::Generator;

    use super::*;
    use crate::Location;

    fn id() -> BackupId {
        BackupId::new("2026-11-22T08:00:00Z".parse().unwrap(), &Generator::seeded(1))
    }

    #[test]
    fn who_is_under_way_is_told_from_what_cannot_be_locked() {
        let path = Path::new("lock");
        let error = not_locked(&id(), path, TryLockError::WouldBlock);
        assert!(
            matches!(&error, Error::Conflict { reason, .. } if reason.contains("another process"))
        );
        let cause = std::io::Error::from(std::io::ErrorKind::Unsupported);
        let error = not_locked(&id(), path, TryLockError::Error(cause));
        assert!(matches!(error, Error::Io { .. }), "{error}");
    }

    #[test]
    fn what_somebody_was_killed_removing_goes_with_the_next_and_is_not_resumed() {
        let home = tempfile::tempdir().unwrap();
        let store = BackupStore::open(&Location::Folder(home.path().join("backups"))).unwrap();
        let parent = home.path().join("staging");
        let staging = Staging::begin(&parent, &store, &id()).unwrap();
        staging.write("backup/manifest.json", b"{}").unwrap();
        let removed = folder(&parent, &id(), REMOVED);
        fs::rename(staging.dir(), &removed).unwrap();
        drop(staging);
        fs::remove_file(removed.join(LOCK)).unwrap();
        let refused = Staging::resume(&parent, &store, None).unwrap_err();
        assert!(matches!(refused, Error::NotFound { .. }), "{refused}");
        assert!(removed.is_dir());
        drop(Staging::begin(&parent, &store, &id()).unwrap());
        assert_eq!(fs::read_dir(&parent).unwrap().count(), 0);
    }

    #[test]
    fn nothing_is_removed_under_the_name_of_what_can_be_resumed() {
        let home = tempfile::tempdir().unwrap();
        let store = BackupStore::open(&Location::Folder(home.path().join("backups"))).unwrap();
        let parent = home.path().join("staging");
        let staging = Staging::begin(&parent, &store, &id()).unwrap();
        staging.write("backup/manifest.json", b"{}").unwrap();
        // The other name is taken, so this one cannot be given up.
        fs::create_dir(folder(&parent, &id(), REMOVED)).unwrap();
        fs::write(folder(&parent, &id(), REMOVED).join("part"), "").unwrap();
        drop(staging);
        let kept = Staging::resume(&parent, &store, Some(&id())).unwrap();
        assert!(kept.backup().join(MANIFEST_FILE).is_file());
        drop(kept);
        drop(Staging::begin(&parent, &store, &id()).unwrap());
        assert_eq!(fs::read_dir(&parent).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn what_others_may_enter_is_not_resumed() {
        use std::os::unix::fs::PermissionsExt;

        let home = tempfile::tempdir().unwrap();
        let store = BackupStore::open(&Location::Folder(home.path().join("backups"))).unwrap();
        let parent = home.path().join("staging");
        let mut staging = Staging::begin(&parent, &store, &id()).unwrap();
        staging.write("backup/manifest.json", b"{}").unwrap();
        staging.is_kept = true;
        drop(staging);
        Staging::resume(&parent, &store, None).unwrap();
        let dir = folder(&parent, &id(), AFTER);
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o777)).unwrap();
        let refused = Staging::resume(&parent, &store, None).unwrap_err().to_string();
        assert!(refused.contains("others may enter it"), "{refused}");
    }
}
