use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    path::{Path, PathBuf},
};

use agentflow::core::backup::BackupId;

use super::{
    corrupt, files,
    record::{BaseBackup, DATA},
};
use crate::{Error, Result};

/// The base backups below a folder of backups, each in a folder of the name of its id.
#[derive(Debug, Clone)]
pub struct BaseFolder {
    path: PathBuf,
}

/// A base backup in a list.
#[derive(Debug, Clone)]
pub struct ListedBase {
    /// Its name.
    pub id: BackupId,
    /// What it is, or why that cannot be told.
    pub backup: Result<BaseBackup, String>,
    /// Those that build upon it and are nothing without it.
    pub needed_by: Vec<BackupId>,
}

impl BaseFolder {
    /// Those below `dir`, in its folder `base`. Nothing is read yet.
    pub fn below(dir: &Path) -> Self {
        Self { path: dir.join("base") }
    }

    /// All of them, the oldest first. Not there yet is empty.
    pub fn list(&self) -> Result<Vec<ListedBase>> {
        let mut ids = self.ids()?;
        ids.sort();
        let mut listed: Vec<_> = ids
            .into_iter()
            .map(|id| {
                let backup = BaseBackup::read(&self.folder(&id));
                ListedBase { id, backup, needed_by: Vec::new() }
            })
            .collect();
        let needed_by = needed_by(&listed);
        for one in &mut listed {
            one.needed_by = needed_by.get(&one.id).into_iter().flatten().cloned().collect();
        }
        Ok(listed)
    }

    /// What is beside them and is none of them, by name. Whoever renamed one finds it here.
    pub fn strangers(&self) -> Result<Vec<String>> {
        let mut names = self.names()?;
        names.retain(|name| !name.starts_with('.') && name.parse::<BackupId>().is_err());
        names.sort();
        Ok(names)
    }

    /// One of them.
    pub fn get(&self, id: &BackupId) -> Result<BaseBackup> {
        const OPERATION: &str = "read a base backup";
        let folder = self.folder(id);
        if !folder.is_dir() {
            return Err(Error::NotFound {
                operation: OPERATION,
                what: format!("base backup {id}"),
            });
        }
        BaseBackup::read(&folder).map_err(|reason| corrupt(OPERATION, id, &[reason]))
    }

    /// The newest that can be told what it is.
    pub fn newest(&self) -> Result<Option<BaseBackup>> {
        Ok(self.list()?.into_iter().rev().find_map(|it| it.backup.ok()))
    }

    /// What it takes to restore one: the full one first, and it itself last.
    pub fn chain(&self, id: &BackupId) -> Result<Vec<BaseBackup>> {
        const OPERATION: &str = "follow a base backup to the full one";
        let mut chain = vec![self.get(id)?];
        while let Some(parent) = chain.last().and_then(|it| it.parent.clone()) {
            if chain.iter().any(|it| it.id == parent) {
                let fault = format!("{parent} builds upon itself");
                return Err(corrupt(OPERATION, id, &[fault]));
            }
            let missing = |error: Error| match error {
                Error::NotFound { .. } => {
                    let fault = format!("{parent} is missing, which {id} is nothing without");
                    corrupt(OPERATION, id, &[fault])
                }
                other => other,
            };
            chain.push(self.get(&parent).map_err(missing)?);
        }
        chain.reverse();
        Ok(chain)
    }

    /// Removes one, unless others build upon it.
    pub fn delete(&self, id: &BackupId) -> Result<()> {
        const OPERATION: &str = "delete a base backup";
        let _alone = self.lock(Sharing::Alone)?;
        let listed = self.list()?;
        let found = listed.iter().find(|it| it.id == *id).ok_or_else(|| Error::NotFound {
            operation: OPERATION,
            what: format!("base backup {id}"),
        })?;
        if let [first, ..] = &found.needed_by[..] {
            let reason = format!(
                "{first} builds upon {id}{}, and cannot be restored without it; delete what builds upon it first, or combine it",
                match found.needed_by.len() {
                    1 => String::new(),
                    many => format!(", and so do {} more", many - 1),
                }
            );
            return Err(Error::Conflict { operation: OPERATION, reason });
        }
        // What cannot be read may be needed by what cannot be read either.
        if let Some(broken) = listed.iter().find(|it| it.id != *id && it.backup.is_err()) {
            let reason = format!(
                "{} cannot be read, and may build upon it; move that folder away first",
                broken.id
            );
            return Err(Error::Conflict { operation: OPERATION, reason });
        }
        let doomed = self.path.join(format!(".{id}{PARTIAL}"));
        files::rename(&self.folder(id), &doomed)?;
        fs::remove_dir_all(&doomed).map_err(Error::io(OPERATION, &doomed))
    }

    pub(super) fn folder(&self, id: &BackupId) -> PathBuf {
        self.path.join(id.as_str())
    }

    pub(super) fn data(&self, id: &BackupId) -> PathBuf {
        self.folder(id).join(DATA)
    }

    /// Nothing is deleted while this is held; or nobody else works with these base backups.
    pub(super) fn lock(&self, sharing: Sharing) -> Result<File> {
        const OPERATION: &str = "work with base backups";
        files::make_private(&self.path)?;
        let path = self.path.join(".lock");
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(Error::io(OPERATION, &path))?;
        let locked = match sharing {
            Sharing::WithOthers => file.try_lock_shared(),
            Sharing::Alone => file.try_lock(),
        };
        match locked {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => {
                let reason = format!(
                    "somebody else works with those in {}; try again later",
                    self.path.display()
                );
                Err(Error::Conflict { operation: OPERATION, reason })
            }
            Err(fs::TryLockError::Error(source)) => Err(Error::io(OPERATION, &path)(source)),
        }
    }

    /// A place for a backup that is not there yet. Those that others left unfinished are removed.
    pub(super) fn stage(&self, id: &BackupId) -> Result<Staging> {
        const OPERATION: &str = "stage a base backup";
        files::make_private(&self.path)?;
        self.remove_leftovers();
        let lock_path = self.path.join(format!(".{id}.lock"));
        let lock = File::create_new(&lock_path).map_err(Error::io(OPERATION, &lock_path))?;
        lock.lock().map_err(Error::io(OPERATION, &lock_path))?;
        let partial = self.path.join(format!(".{id}{PARTIAL}"));
        files::make_private(&partial)?;
        Ok(Staging { partial, to: self.folder(id), lock, lock_path })
    }

    fn ids(&self) -> Result<Vec<BackupId>> {
        Ok(self.names()?.iter().filter_map(|name| name.parse().ok()).collect())
    }

    fn names(&self) -> Result<Vec<String>> {
        let entries = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(Error::io("list base backups", &self.path))?,
        };
        Ok(entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect())
    }

    /// Whoever makes a backup holds the lock beside it, and so do the programs it started.
    fn remove_leftovers(&self) {
        for name in self.names().unwrap_or_default() {
            let id = name.strip_prefix('.').and_then(|name| name.strip_suffix(PARTIAL));
            let Some(id) = id.and_then(|id| id.parse::<BackupId>().ok()) else { continue };
            let lock_path = self.path.join(format!(".{id}.lock"));
            // Without the lock file, nobody came to begin.
            if !lock_path.exists() {
                let _ = fs::remove_dir_all(self.path.join(&name));
            } else if let Some(_held) = crate::files::lock_of_nobody(&lock_path) {
                // What cannot be removed now is in nobody's way.
                let _ = fs::remove_dir_all(self.path.join(&name));
                let _ = fs::remove_file(&lock_path);
            }
        }
    }
}

const PARTIAL: &str = ".partial";

/// What is nothing without each of them, however far away, by what it is nothing without. In order.
fn needed_by(listed: &[ListedBase]) -> BTreeMap<BackupId, BTreeSet<BackupId>> {
    let parents: BTreeMap<&BackupId, &BackupId> = listed
        .iter()
        .filter_map(|it| Some((&it.id, it.backup.as_ref().ok()?.parent.as_ref()?)))
        .collect();
    let mut needed_by: BTreeMap<BackupId, BTreeSet<BackupId>> = BTreeMap::new();
    for child in parents.keys() {
        let mut at = *child;
        while let Some(parent) = parents.get(at) {
            // A circle is gone around once.
            if !needed_by.entry((*parent).clone()).or_default().insert((*child).clone()) {
                break;
            }
            at = parent;
        }
    }
    needed_by
}

/// Who else may work with the backups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    WithOthers,
    Alone,
}

/// A backup in the making. Gone when it is dropped.
#[derive(Debug)]
pub(super) struct Staging {
    partial: PathBuf,
    to: PathBuf,
    lock: File,
    lock_path: PathBuf,
}

impl Staging {
    /// Where the files of the server go.
    pub(super) fn data(&self) -> PathBuf {
        self.partial.join(DATA)
    }

    /// Held by whoever writes here.
    pub(super) fn lock(&self) -> &File {
        &self.lock
    }

    /// From now on it is a backup.
    pub(super) fn finish(self, record: &BaseBackup) -> Result<()> {
        record.write(&self.partial)?;
        files::rename(&self.partial, &self.to)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.partial);
        let _ = fs::remove_file(&self.lock_path);
    }
}
