use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use super::{Entry, EntryKind, PartReader};
use crate::{
    error::{Error, Fault, Result},
    files,
};

pub(super) const READ: &str = "read the backup store";
pub(super) const WRITE: &str = "write to the backup store";
/// Deeper than anything of ours is.
const MAX_DEPTH: usize = 16;

/// A folder of the file system. Symbolic links below it are never followed.
#[derive(Clone)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let path = std::path::absolute(path).map_err(Error::io(READ, path))?;
        if fs::metadata(&path).is_ok_and(|it| !it.is_dir()) {
            let reason = format!("{} is a file, expected a folder", path.display());
            let input = agentflow::core::InvalidInput::new("backup location", reason);
            return Err(Error::InvalidInput { operation: READ, input });
        }
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Where a path of the store is. What comes here was checked already: that it leads nowhere else is made sure once more.
    fn place(&self, operation: &'static str, path: &str) -> Result<PathBuf> {
        let is_plain = |segment: &str| {
            !matches!(segment, "" | "." | "..") && !segment.contains(['\\', ':', '\0'])
        };
        if path.split('/').all(is_plain) {
            return Ok(self.0.join(path));
        }
        let input = agentflow::core::InvalidInput::new("path", "expected a path inside the store");
        Err(Error::InvalidInput { operation, input })
    }

    /// The folders in it.
    pub(super) async fn names(&self) -> Result<Vec<String>> {
        let root = self.0.clone();
        blocking(READ, move || match fs::read_dir(&root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(Error::io(READ, &root)(error)),
            Ok(entries) => entries
                .filter_map(|entry| match entry {
                    Ok(entry) if entry.file_type().is_ok_and(|it| it.is_dir()) => {
                        entry.file_name().into_string().ok().map(Ok)
                    }
                    Ok(_) => None,
                    Err(error) => Some(Err(Error::io(READ, &root)(error))),
                })
                .collect(),
        })
        .await
    }

    /// The length of what is there; none if nothing is.
    pub(super) async fn length(&self, path: &str) -> Result<Option<u64>> {
        let place = self.place(READ, path)?;
        // A link counts: it is there, and reading it tells what is wrong with it.
        blocking(READ, move || match look(READ, &place) {
            Ok(metadata) => Ok(metadata.map(|metadata| metadata.len())),
            // So does what nobody may look at.
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::PermissionDenied => {
                Ok(Some(0))
            }
            Err(error) => Err(error),
        })
        .await
    }

    pub(super) async fn entries(&self, id: &str) -> Result<Vec<Entry>> {
        let root = self.place(READ, id)?;
        blocking(READ, move || {
            let mut entries = Vec::new();
            walk(&root, "", 0, &mut entries)?;
            Ok(entries)
        })
        .await
    }

    pub(super) async fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>> {
        let (root, place, name) = (self.0.clone(), self.place(READ, path)?, path.to_owned());
        blocking(READ, move || {
            let Some(file) = open(&root, &place, &name)? else { return Ok(None) };
            let mut bytes = Vec::new();
            let read = file.take(limit.saturating_add(1)).read_to_end(&mut bytes);
            read.map_err(Error::io(READ, &place))?;
            super::fault::refuse_longer(&name, bytes.len(), limit)?;
            Ok(Some(bytes))
        })
        .await
    }

    pub(super) async fn reader(&self, path: &str) -> Result<Option<PartReader>> {
        let (root, place, name) = (self.0.clone(), self.place(READ, path)?, path.to_owned());
        blocking(READ, move || {
            Ok(open(&root, &place, &name)?.map(|file| PartReader::file(file, name)))
        })
        .await
    }

    pub(super) async fn put_bytes(&self, path: &str, bytes: Vec<u8>) -> Result<()> {
        let (root, place, name) = (self.0.clone(), self.place(WRITE, path)?, path.to_owned());
        blocking(WRITE, move || put(&root, &place, &name, &mut bytes.as_slice())).await
    }

    pub(super) async fn put_file(
        &self,
        path: &str,
        local: &Path,
        on: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<()> {
        let (root, place, name) = (self.0.clone(), self.place(WRITE, path)?, path.to_owned());
        let local = local.to_owned();
        let length = blocking(WRITE, move || {
            let mut file = File::open(&local).map_err(Error::io(WRITE, &local))?;
            let length = file.metadata().map_err(Error::io(WRITE, &local))?.len();
            put(&root, &place, &name, &mut file).map(|()| length)
        });
        on(length.await?);
        Ok(())
    }

    pub(super) async fn remove(&self, path: &str) -> Result<()> {
        let (root, place, name) = (self.0.clone(), self.place(WRITE, path)?, path.to_owned());
        blocking(WRITE, move || {
            if let Some(folder) = place.parent() {
                refuse_links(WRITE, &root, folder, &name)?;
            }
            match fs::remove_file(&place) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(Error::io(WRITE, &place)(error))
                }
                _ => Ok(()),
            }
        })
        .await
    }

    pub(super) async fn remove_empty(&self, id: &str) -> Result<bool> {
        let root = self.place(WRITE, id)?;
        blocking(WRITE, move || remove_empty(&root, 0)).await
    }
}

async fn blocking<T: Send + 'static>(
    operation: &'static str,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::lost(operation))?
}

/// What is at a place, links not followed; none if nothing is.
fn look(operation: &'static str, place: &Path) -> Result<Option<Metadata>> {
    match fs::symlink_metadata(place) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            Ok(None)
        }
        Err(error) => Err(Error::io(operation, place)(error)),
    }
}

/// Each folder from the store down to a place must be one, and no link to one elsewhere.
fn refuse_links(operation: &'static str, root: &Path, place: &Path, name: &str) -> Result<()> {
    let below = place.strip_prefix(root).unwrap_or(place);
    let mut path = root.to_owned();
    for segment in below {
        path.push(segment);
        if look(operation, &path)?.is_some_and(|it| it.is_symlink()) {
            return Err(is_link(operation, name));
        }
    }
    Ok(())
}

fn is_link(operation: &'static str, name: &str) -> Error {
    damaged(
        operation,
        name,
        "it is a symbolic link, or in a folder that is one; links are not followed",
    )
}

fn damaged(operation: &'static str, name: &str, reason: &str) -> Error {
    let (what, place) = name.split_once('/').unwrap_or((name, name));
    let faults = vec![Fault::new(place, reason)];
    Error::Corrupt { operation, what: format!("backup {what}"), faults }
}

/// Opens a regular file; none if nothing is there.
fn open(root: &Path, place: &Path, name: &str) -> Result<Option<File>> {
    refuse_links(READ, root, place, name)?;
    let Some(metadata) = look(READ, place)? else { return Ok(None) };
    let refuse_special = |metadata: &Metadata| {
        if metadata.is_file() { Ok(()) } else { Err(damaged(READ, name, "it is no regular file")) }
    };
    // Opening a pipe would wait for its other end, and opening a device may do something.
    refuse_special(&metadata)?;
    let mut options = OpenOptions::new();
    options.read(true);
    without_following(&mut options);
    match options.open(place) {
        Ok(file) => {
            refuse_special(&file.metadata().map_err(Error::io(READ, place))?)?;
            Ok(Some(file))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io(READ, place)(error)),
    }
}

/// What is put there meanwhile is noticed when it is opened.
#[cfg(unix)]
fn without_following(options: &mut OpenOptions) {
    use nix::fcntl::OFlag;

    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits());
}

#[cfg(not(unix))]
fn without_following(_: &mut OpenOptions) {}

fn walk(folder: &Path, prefix: &str, depth: usize, entries: &mut Vec<Entry>) -> Result<()> {
    // The folder of the backup itself may be a link as well.
    match look(READ, folder)? {
        None => return Ok(()),
        Some(metadata) if !metadata.is_dir() => {
            let name = prefix.trim_end_matches('/').to_owned();
            entries.push(Entry { name, bytes: 0, kind: kind_of(&metadata) });
            return Ok(());
        }
        Some(_) => {}
    }
    for entry in fs::read_dir(folder).map_err(Error::io(READ, folder))? {
        let entry = entry.map_err(Error::io(READ, folder))?;
        let metadata = entry.metadata().map_err(Error::io(READ, entry.path()))?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if metadata.is_dir() && depth < MAX_DEPTH {
            walk(&entry.path(), &format!("{name}/"), depth + 1, entries)?;
            continue;
        }
        let bytes = if metadata.is_file() { metadata.len() } else { 0 };
        entries.push(Entry { name, bytes, kind: kind_of(&metadata) });
    }
    Ok(())
}

fn kind_of(metadata: &Metadata) -> EntryKind {
    if metadata.is_symlink() {
        EntryKind::Link
    } else if metadata.is_file() {
        EntryKind::File
    } else {
        EntryKind::Special
    }
}

/// Written beside its place, brought to the disk, and renamed.
fn put(root: &Path, place: &Path, name: &str, content: &mut dyn Read) -> Result<()> {
    let Some(folder) = place.parent() else { return Ok(()) };
    refuse_links(WRITE, root, folder, name)?;
    let write = |content: &mut dyn Read| -> io::Result<()> {
        files::make_private(folder)?;
        let mut file =
            tempfile::Builder::new().prefix(".af-").suffix(".tmp").tempfile_in(folder)?;
        io::copy(content, &mut file)?;
        file.flush()?;
        file.as_file().sync_all()?;
        file.persist(place).map_err(|error| error.error)?;
        files::sync(folder)
    };
    write(content).map_err(Error::io(WRITE, place))
}

/// Whether anything is left.
fn remove_empty(folder: &Path, depth: usize) -> Result<bool> {
    match look(WRITE, folder)? {
        None => return Ok(false),
        Some(metadata) if !metadata.is_dir() || depth == MAX_DEPTH => return Ok(true),
        Some(_) => {}
    }
    let mut is_left = false;
    for entry in fs::read_dir(folder).map_err(Error::io(WRITE, folder))? {
        let entry = entry.map_err(Error::io(WRITE, folder))?;
        is_left |= remove_empty(&entry.path(), depth + 1)?;
    }
    if !is_left {
        fs::remove_dir(folder).map_err(Error::io(WRITE, folder))?;
    }
    Ok(is_left)
}
