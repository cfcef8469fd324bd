//! Files that only their owner may read: read whole, replaced whole, changed by one process at a time.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use zeroize::Zeroizing;

use super::{
    fault::Fault,
    modes::{check_folder, folder_of, refuse_open_folder, refuse_shared, refuse_special},
};
use crate::error::{Error, Result};

/// How long another process may hold a lock before waiting for it is given up.
const LOCK_WAIT: Duration = Duration::from_secs(30);
const LOCK_RETRY: Duration = Duration::from_millis(5);
/// More than what is noted in a lock.
const MAX_MARK: u64 = 256;

/// Reads a file that nobody else may read, of at most `limit` bytes, into memory that is wiped.
pub(in crate::secrets) fn read_private(
    operation: &'static str,
    path: &Path,
    limit: usize,
) -> Result<Zeroizing<Vec<u8>>> {
    let read = read(path, limit).map(|content| content.bytes);
    read.map_err(|fault| fault.into_error(operation, path))
}

/// What was read, and of which file: one that was put in place of another is another, whatever it holds.
pub(super) struct Content {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    pub(super) file: Identity,
    /// When it was written last, as its file system says.
    pub(super) modified: Option<SystemTime>,
    /// Another as soon as anything is written to it. Empty where systems do not tell.
    mark: String,
}

/// Which file it is. The number alone is given to another file as soon as one is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    number: Option<(u64, u64)>,
    created: Option<SystemTime>,
}

impl Identity {
    fn of(metadata: &std::fs::Metadata) -> Self {
        #[cfg(unix)]
        let number = {
            use std::os::unix::fs::MetadataExt;
            Some((metadata.dev(), metadata.ino()))
        };
        #[cfg(not(unix))]
        let number = None;
        Self { number, created: metadata.created().ok() }
    }
}

pub(super) fn read(path: &Path, limit: usize) -> Result<Content, Fault> {
    let metadata = std::fs::metadata(path).map_err(|error| Fault::of(&error))?;
    // Looked at before it is opened, for opening a device may do something; and again, for it may be another since.
    refuse_special(&metadata)?;
    let mut options = OpenOptions::new();
    options.read(true);
    without_waiting(&mut options);
    let file = options.open(path).map_err(|error| Fault::of(&error))?;
    let metadata = file.metadata().map_err(|error| Fault::of(&error))?;
    refuse_special(&metadata)?;
    refuse_shared(&metadata)?;
    refuse_open_folder(path)?;
    let too_large =
        || Fault::Corrupt(format!("it has more than {} kB, which no such file has", limit / 1024));
    let length = usize::try_from(metadata.len()).ok().filter(|it| *it <= limit);
    // One more than there should be: a buffer that grew would leave its content behind in memory.
    let room = length.ok_or_else(too_large)? + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    let take = u64::try_from(room).unwrap_or(u64::MAX);
    (&file).take(take).read_to_end(&mut bytes).map_err(|error| Fault::of(&error))?;
    if bytes.len() >= room {
        return Err(Fault::Unavailable("it grew while it was read".to_owned()));
    }
    // Afterwards, so that what was written to it meanwhile shows.
    let metadata = file.metadata().map_err(|error| Fault::of(&error))?;
    let (modified, mark) = (metadata.modified().ok(), mark(&metadata));
    Ok(Content { bytes, file: Identity::of(&metadata), modified, mark })
}

#[cfg(unix)]
fn mark(metadata: &std::fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt;

    let (written, changed) = (metadata.mtime(), metadata.ctime());
    format!(
        "{} {} {} {written}.{:09} {changed}.{:09}\n",
        metadata.dev(),
        metadata.ino(),
        metadata.len(),
        metadata.mtime_nsec(),
        metadata.ctime_nsec()
    )
}

#[cfg(not(unix))]
fn mark(_: &std::fs::Metadata) -> String {
    String::new()
}

/// Replaces a file as a whole, or makes it: afterwards, even if the machine fails meanwhile, it has the old content or the new.
///
/// Only its owner may read it. Hold the [`lock`] while the old content is read and this is called.
pub(in crate::secrets) fn write_private(
    operation: &'static str,
    path: &Path,
    content: &[u8],
) -> Result<()> {
    replace(operation, path, content).map(drop)
}

/// As [`write_private`], and notes in the lock which file was put in place, so that whoever has the lock next knows that it is whole.
pub(super) fn write_marked(
    operation: &'static str,
    path: &Path,
    content: &[u8],
    lock: &LockGuard,
) -> Result<()> {
    let file = replace(operation, path, content)?;
    if let Ok(metadata) = file.metadata() {
        // Without it the next one waits a little.
        let _ = lock.write(&mark(&metadata));
    }
    Ok(())
}

fn replace(operation: &'static str, path: &Path, content: &[u8]) -> Result<File> {
    refuse_link(operation, path)?;
    let folder = folder_of(path);
    check_folder(folder).map_err(|fault| fault.into_error(operation, path))?;
    let write = || -> io::Result<File> {
        let mut file = tempfile::Builder::new()
            .prefix(&temporary_prefix(path))
            .suffix(TEMPORARY_SUFFIX)
            .rand_bytes(TEMPORARY_RANDOM)
            .tempfile_in(folder)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        let file = file.persist(path).map_err(|error| error.error)?;
        sync_folder(folder)?;
        Ok(file)
    };
    remove_leftovers(path);
    write().map_err(|error| write_fault(&error).into_error(operation, path))
}

/// A file that is a link is managed by something else, and replacing the link would cut it off from that.
pub(super) fn refuse_link(operation: &'static str, path: &Path) -> Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => Err(Error::Unsupported {
            operation,
            reason: format!(
                "{} is a link that something else manages; change it there",
                path.display()
            ),
        }),
        _ => Ok(()),
    }
}

/// Makes the folder that a file is to be in, and those above it. Nobody else may enter what is made.
pub(in crate::secrets) fn make_folder(operation: &'static str, path: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.create(folder_of(path));
    made.map_err(|error| write_fault(&error).into_error(operation, path))
}

fn write_fault(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::NotFound => Fault::Unavailable("its folder is missing".to_owned()),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Fault::Denied(format!("its folder cannot be written: {error}"))
        }
        _ => Fault::Unavailable(format!("it cannot be written: {error}")),
    }
}

const TEMPORARY_SUFFIX: &str = ".tmp";
/// So many random letters and digits stand before it.
const TEMPORARY_RANDOM: usize = 12;

/// No other program names its files like this, so that none of them is taken for one of ours.
fn temporary_prefix(path: &Path) -> std::ffi::OsString {
    let mut prefix = std::ffi::OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    prefix.push(".af-");
    prefix
}

/// Removes what a process left that was killed while it wrote. Whoever writes has the lock, so none of it is in use.
fn remove_leftovers(path: &Path) {
    let prefix = temporary_prefix(path);
    let Ok(entries) = std::fs::read_dir(folder_of(path)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        let random = name
            .strip_prefix(prefix.as_encoded_bytes())
            .and_then(|rest| rest.strip_suffix(TEMPORARY_SUFFIX.as_bytes()));
        // Exactly these: `secrets.json` is not to take what belongs to a file that is called `secrets.json.af-…`.
        let is_random =
            |it: &[u8]| it.len() == TEMPORARY_RANDOM && it.iter().all(u8::is_ascii_alphanumeric);
        if random.is_some_and(is_random) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The right to change a file, among all processes that ask for it. Given back when dropped, or when the process ends.
#[derive(Debug)]
pub(in crate::secrets) struct LockGuard {
    file: File,
}

impl LockGuard {
    /// Whether a content is of the very file that was put in place under this lock last, and nothing was written to it since.
    pub(super) fn knows(&self, content: &Content) -> bool {
        let mut text = String::new();
        let read = || -> io::Result<usize> {
            (&self.file).rewind()?;
            (&self.file).take(MAX_MARK).read_to_string(&mut text)
        };
        let was_read = { read }().is_ok();
        was_read && !text.is_empty() && content.mark == text
    }

    fn write(&self, mark: &str) -> io::Result<()> {
        self.file.set_len(0)?;
        (&self.file).rewind()?;
        (&self.file).write_all(mark.as_bytes())
    }
}

/// Waits for the right to change a file: a lock of the system on `PATH.lock`, a file that stays.
pub(in crate::secrets) fn lock(operation: &'static str, path: &Path) -> Result<LockGuard> {
    let lock_path = lock_path(path);
    let fail = |error: &io::Error| write_fault(error).into_error(operation, &lock_path);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    without_following(&mut options);
    let file = options.open(&lock_path).map_err(|error| fail(&error))?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(LockGuard { file }),
            Err(TryLockError::Error(error)) => return Err(fail(&error)),
            Err(TryLockError::WouldBlock) if begun.elapsed() > LOCK_WAIT => {
                let seconds = LOCK_WAIT.as_secs();
                let fault = Fault::Unavailable(format!(
                    "another process holds this lock for more than {seconds} s; find it with `lsof`"
                ));
                return Err(fault.into_error(operation, &lock_path));
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_RETRY),
        }
    }
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// Opening a pipe that somebody put there meanwhile does not wait for its other end.
#[cfg(unix)]
fn without_waiting(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;

    use nix::fcntl::OFlag;

    options.custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits());
}

#[cfg(not(unix))]
fn without_waiting(_: &mut OpenOptions) {}

/// Nor does it make a file elsewhere for a link.
#[cfg(unix)]
fn without_following(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;

    use nix::fcntl::OFlag;

    options.custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_NOFOLLOW).bits());
}

#[cfg(not(unix))]
fn without_following(_: &mut OpenOptions) {}
