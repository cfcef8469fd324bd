use std::{fmt, path::Path};

use agentflow::core::backup::{BackupId, MANIFEST_FILE, NOTE_FILE, Part};
use futures::{StreamExt, TryStreamExt, stream};

use super::{bucket::Bucket, folder::Folder, open, reader::PartReader};
use crate::{error::Result, location::Location};

/// So many requests for small things are under way at once.
const REQUESTS: usize = 8;

/// Where backups are kept. Paths in it are relative, with `/` between segments: `20261122T080000Z-7f3a9c21/manifest.json`.
#[derive(Clone)]
pub struct BackupStore {
    location: Location,
    kept: Kept,
}

#[derive(Clone)]
enum Kept {
    Folder(Folder),
    Bucket(Bucket),
}

/// Something that is in a backup's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path below the backup: `data/toc.dat`.
    pub name: String,
    /// Its length; 0 for what is no file.
    pub bytes: u64,
    /// What it is.
    pub kind: EntryKind,
}

/// What an entry is. In an object store there are files only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A symbolic link, which is never followed.
    Link,
    /// A pipe, a socket, a device.
    Special,
}

impl fmt::Debug for BackupStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackupStore").field("location", &self.location).finish_non_exhaustive()
    }
}

impl BackupStore {
    /// Gets ready to use a place, with the credentials that are in the environment. Nothing is made or asked for yet: a folder need not be there until
    /// something is put into it.
    pub fn open(location: &Location) -> Result<Self> {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self::open_with(location, &variables.collect::<Vec<_>>())
    }

    /// The same with variables from elsewhere, by name and value, such as those of an `.env` file. Where a name is there twice, the last one counts.
    pub fn open_with(location: &Location, variables: &[(String, String)]) -> Result<Self> {
        let kept = match location {
            Location::Folder(path) => Kept::Folder(Folder::open(path)?),
            Location::Bucket { cloud, bucket, prefix } => {
                Kept::Bucket(open::bucket(location, *cloud, bucket, prefix, variables)?)
            }
        };
        Ok(Self { location: location.clone(), kept })
    }

    /// Fails if an object store cannot be reached, has no such bucket, or does not let us see what is in it. A folder is made when it is written to.
    pub(crate) async fn require_reachable(&self) -> Result<()> {
        match &self.kept {
            Kept::Folder(_) => Ok(()),
            Kept::Bucket(bucket) => bucket.names().await.map(drop),
        }
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The folder, as an absolute path; none if it is an object store.
    pub fn folder(&self) -> Option<&Path> {
        match &self.kept {
            Kept::Folder(folder) => Some(folder.path()),
            Kept::Bucket(_) => None,
        }
    }

    /// The backups that are there, from the oldest to the newest: those that have a manifest, which comes last when a backup is made. Whether
    /// it can be read and believed is another question.
    pub async fn ids(&self) -> Result<Vec<BackupId>> {
        Ok(self.manifests().await?.into_iter().map(|(id, _)| id).collect())
    }

    /// The same, with the lengths of their manifests.
    pub(crate) async fn manifests(&self) -> Result<Vec<(BackupId, u64)>> {
        let begun = self.begun().await?.into_iter();
        Ok(begun.filter_map(|(id, length)| Some((id, length?))).collect())
    }

    /// Folders that are named like a backup and have no manifest: uploads that were interrupted or are under way, and what a [prune](crate::prune)
    /// left that was interrupted.
    pub async fn unfinished(&self) -> Result<Vec<BackupId>> {
        let begun = self.begun().await?.into_iter();
        Ok(begun.filter_map(|(id, length)| length.is_none().then_some(id)).collect())
    }

    /// Where the folder of a backup is, for people.
    pub(crate) fn shown(&self, id: &BackupId) -> String {
        match self.folder() {
            Some(folder) => folder.join(id.as_str()).display().to_string(),
            None => format!("{}/{id}/", self.location.to_string().trim_end_matches('/')),
        }
    }

    /// With the length of the manifest, if there is one.
    async fn begun(&self) -> Result<Vec<(BackupId, Option<u64>)>> {
        let names = match &self.kept {
            Kept::Folder(folder) => folder.names().await?,
            Kept::Bucket(bucket) => bucket.names().await?,
        };
        let mut ids: Vec<BackupId> = names.iter().filter_map(|name| name.parse().ok()).collect();
        ids.sort();
        stream::iter(ids)
            .map(|id| async move {
                let length = self.length(&format!("{id}/{MANIFEST_FILE}")).await?;
                Ok((id, length))
            })
            .buffered(REQUESTS)
            .try_collect()
            .await
    }

    async fn length(&self, path: &str) -> Result<Option<u64>> {
        match &self.kept {
            Kept::Folder(folder) => folder.length(path).await,
            Kept::Bucket(bucket) => bucket.length(path).await,
        }
    }

    /// What is in a backup's folder, by name, folders themselves left out. Empty if there is no such backup.
    pub async fn entries(&self, id: &BackupId) -> Result<Vec<Entry>> {
        let mut entries = match &self.kept {
            Kept::Folder(folder) => folder.entries(id.as_str()).await?,
            Kept::Bucket(bucket) => bucket.entries(id.as_str()).await?,
        };
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// What a file holds, of at most `limit` bytes; none if it is not there. A longer one is [`Error::Corrupt`](crate::Error::Corrupt), and so is a
    /// symbolic link.
    pub async fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>> {
        match &self.kept {
            Kept::Folder(folder) => folder.read(path, limit).await,
            Kept::Bucket(bucket) => bucket.read(path, limit).await,
        }
    }

    /// Reads a file as it comes, with flat memory, from a thread that may block; none if it is not there.
    pub async fn reader(&self, path: &str) -> Result<Option<PartReader>> {
        match &self.kept {
            Kept::Folder(folder) => folder.reader(path).await,
            Kept::Bucket(bucket) => bucket.reader(path).await,
        }
    }

    /// Puts a file there as a whole, or replaces it: afterwards it is there to stay, and a failure leaves what was there before. Large ones go in several
    /// pieces at once, with bounded memory. `on` is told of the bytes that arrived since it was told last.
    pub async fn put_file(
        &self,
        path: &str,
        local: &Path,
        on: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<()> {
        match &self.kept {
            Kept::Folder(folder) => folder.put_file(path, local, on).await,
            Kept::Bucket(bucket) => bucket.put_file(path, local, None, on).await,
        }
    }

    /// The same with a part of a backup, which must be what the manifest says: another file is [`Error::Corrupt`](crate::Error::Corrupt), and is not
    /// put there.
    pub(crate) async fn put_part(
        &self,
        id: &BackupId,
        part: &Part,
        local: &Path,
        on: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<()> {
        let path = format!("{id}/{}", part.name);
        match &self.kept {
            // Its own folder gets a backup by renaming, and never file by file.
            Kept::Folder(folder) => folder.put_file(&path, local, on).await,
            Kept::Bucket(bucket) => bucket.put_file(&path, local, Some(part), on).await,
        }
    }

    /// The same with something small that is in memory.
    pub async fn put_bytes(&self, path: &str, bytes: Vec<u8>) -> Result<()> {
        match &self.kept {
            Kept::Folder(folder) => folder.put_bytes(path, bytes).await,
            Kept::Bucket(bucket) => bucket.put_bytes(path, bytes).await,
        }
    }

    /// Finishes a backup: puts its note there, if it is signed, and then its manifest. With the manifest the backup is there. To be called when all
    /// parts are.
    pub async fn put_manifest(
        &self,
        id: &BackupId,
        manifest: &str,
        note: Option<&str>,
    ) -> Result<()> {
        if let Some(note) = note {
            self.put_bytes(&format!("{id}/{NOTE_FILE}"), note.as_bytes().to_vec()).await?;
        }
        self.put_bytes(&format!("{id}/{MANIFEST_FILE}"), manifest.as_bytes().to_vec()).await
    }

    /// Copies a file of the store, byte for byte, to a place where there is none yet. False if it is not in the store.
    pub async fn get_to_file(&self, path: &str, local: &Path) -> Result<bool> {
        let Some(reader) = self.reader(path).await? else { return Ok(false) };
        reader.copy_to(local).await?;
        Ok(true)
    }

    /// Removes a file. One that is not there is no error; a symbolic link is removed, and not what it points to.
    pub async fn remove(&self, path: &str) -> Result<()> {
        match &self.kept {
            Kept::Folder(folder) => folder.remove(path).await,
            Kept::Bucket(bucket) => bucket.remove(path).await,
        }
    }

    /// Removes the folders of a backup that nothing is in. Whether anything is left of it.
    pub(crate) async fn remove_empty(&self, id: &BackupId) -> Result<bool> {
        match &self.kept {
            Kept::Folder(folder) => folder.remove_empty(id.as_str()).await,
            Kept::Bucket(bucket) => Ok(!bucket.entries(id.as_str()).await?.is_empty()),
        }
    }
}
