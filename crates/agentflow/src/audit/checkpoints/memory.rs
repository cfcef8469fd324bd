//! What a checkpointer itself remembers of what it signed, so that whoever owns the database cannot make it sign another
//! history: not even by removing all that the database has of the one that was signed.
//!
//! It remembers the last checkpoint of the log of all tenants. That is enough: the log holds every checkpoint that was
//! taken of a tenant, so its entries, which must still make the root that was signed, tell what was signed of each.

use std::{
    collections::{BTreeMap, HashMap},
    fs::{File, OpenOptions},
    io::{self, BufReader, Read, Write},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use agentflow_core::{
    audit::{
        Checkpoint, SignedCheckpoint, TenantLogEntry, TornEnd, TrustedKeys, read_checkpoints,
        tenant_origin,
    },
    hash::Sha256,
    ids::TenantId,
    merkle::CompactRange,
    note::{KeyName, NoteError},
};
use agentflow_sql::queries::checkpoints as sql;

use super::{
    TAKE,
    outside::{Outside, Witness},
    refuse_special,
    sink::run_blocking,
    tampered,
};
use crate::{
    admin::Admin,
    error::{Error, Result},
};

/// Entries of the log that are read at once.
const PAGE: i64 = 5_000;
/// More than the last checkpoints of any number of logs that one key signs.
const MAX_BYTES: u64 = 1024 * 1024;

/// Names of files that are being written, so that no two are the same.
static WRITES: AtomicU64 = AtomicU64::new(0);

/// The last checkpoint of the log of all tenants, by its origin.
type Notes = BTreeMap<KeyName, SignedCheckpoint>;

#[derive(Debug)]
pub(super) struct Memory {
    path: Option<PathBuf>,
    known: Mutex<Known>,
    /// The entries of the log up to the remembered checkpoint. Held while they are read.
    log: tokio::sync::Mutex<Log>,
}

#[derive(Debug, Default)]
struct Known {
    notes: Notes,
    /// Whether the file has them as well.
    is_stored: bool,
}

/// What the log says of each tenant, up to where it was read.
#[derive(Debug, Default)]
struct Log {
    range: CompactRange,
    tenants: HashMap<TenantId, (u64, Sha256)>,
}

impl Memory {
    /// Remembers in a file, or for as long as the process lives.
    pub(super) fn new(path: Option<PathBuf>) -> Self {
        Self { path, known: Mutex::default(), log: tokio::sync::Mutex::default() }
    }

    fn witness(&self) -> Witness {
        let place = self.path.as_ref().map(|path| path.display().to_string());
        Witness::Memory(place.unwrap_or_else(|| "the checkpointer".to_owned()))
    }

    /// Reads the file again: another process may have signed since. A missing one remembers nothing.
    pub(super) async fn recall(&self, own: &TrustedKeys) -> Result<()> {
        let Some(path) = self.path.clone() else { return Ok(()) };
        let own = own.clone();
        let read = run_blocking(move || read(&path, &own)).await??;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Another process may have been slower to write its own, earlier one.
        let is_there = |(origin, note): (&KeyName, &SignedCheckpoint)| {
            read.get(origin).is_some_and(|there| there.checkpoint().size >= note.checkpoint().size)
        };
        known.is_stored = known.notes.iter().all(is_there);
        for note in read.into_values() {
            known.learn(note);
        }
        Ok(())
    }

    /// Remembers a checkpoint of the log of all tenants. To be called after it was committed: what is remembered and was
    /// not committed would be missed for ever.
    pub(super) async fn remember(&self, note: SignedCheckpoint) -> Result<()> {
        let notes = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.learn(note) {
                known.is_stored = false;
            }
            if known.is_stored {
                return Ok(());
            }
            known.notes.clone()
        };
        let Some(path) = self.path.clone() else { return Ok(()) };
        run_blocking(move || write(&path, &notes).map_err(|error| unavailable(&path, &error)))
            .await??;
        Ok(())
    }

    /// The last checkpoint of the log of all tenants that was signed under this origin.
    pub(super) fn last(&self, origin: &KeyName) -> Option<Outside> {
        let checkpoint = self.last_checkpoint(origin)?;
        Some(Outside { witness: self.witness(), checkpoint })
    }

    fn last_checkpoint(&self, origin: &KeyName) -> Option<Checkpoint> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.notes.get(origin).map(|note| note.checkpoint().clone())
    }

    /// Reads the log up to what is remembered of it, which it must still be.
    pub(super) async fn read_log(&self, admin: &Admin, origin: &KeyName) -> Result<()> {
        let Some(Checkpoint { size, root, .. }) = self.last_checkpoint(origin) else {
            return Ok(());
        };
        let mut held = self.log.lock().await;
        // What was found to be wrong is read from the beginning the next time, for it may be mended.
        let mut log = std::mem::take(&mut *held);
        log.extend(admin, size).await?;
        if log.range.root() != Some(root) {
            let witness = self.witness();
            return Err(tampered(format!(
                "the entries of the log of all tenants do not make the root that was {} at size {size}",
                witness.statement()
            )));
        }
        *held = log;
        Ok(())
    }

    /// The last checkpoint of a tenant that is in the log as it is remembered.
    pub(super) async fn last_of_tenant(
        &self,
        name: &KeyName,
        tenant: TenantId,
    ) -> Result<Option<Outside>> {
        let origin = tenant_origin(name, tenant).map_err(Error::invalid(TAKE))?;
        let last = self.log.lock().await.tenants.get(&tenant).copied();
        Ok(last.map(|(size, root)| Outside {
            witness: self.witness(),
            checkpoint: Checkpoint { origin, size, root },
        }))
    }
}

impl Known {
    /// Returns whether it was news.
    fn learn(&mut self, note: SignedCheckpoint) -> bool {
        let Checkpoint { origin, size, .. } = note.checkpoint();
        let is_news = self.notes.get(origin).is_none_or(|last| last.checkpoint().size < *size);
        if is_news {
            self.notes.insert(origin.clone(), note);
        }
        is_news
    }
}

impl Log {
    async fn extend(&mut self, admin: &Admin, size: u64) -> Result<()> {
        let until = i64::try_from(size).unwrap_or(i64::MAX);
        loop {
            let after = i64::try_from(self.range.end()).unwrap_or(i64::MAX);
            if after >= until {
                return Ok(());
            }
            let tx = admin.begin(TAKE).await?;
            let page = sql::list_tenant_log().bind(tx.client(), &after, &until, &PAGE).all().await;
            let page = tx.finish(TAKE, page).await?;
            if page.is_empty() {
                return Err(wrong(after + 1, "is missing"));
            }
            for (row, expected) in page.into_iter().zip(after + 1..) {
                if row.position != expected {
                    return Err(wrong(expected, "is missing"));
                }
                let text = row.record.ok_or_else(|| wrong(expected, "is gone"))?;
                self.push(&text).ok_or_else(|| wrong(expected, "is no entry"))?;
            }
        }
    }

    fn push(&mut self, text: &str) -> Option<()> {
        match TenantLogEntry::from_text(text).ok()? {
            TenantLogEntry::Checkpoint { tenant_id, size, root_hash, .. } => {
                self.tenants.insert(tenant_id, (size, root_hash));
            }
            TenantLogEntry::Deleted { tenant_id, .. } => {
                self.tenants.remove(&tenant_id);
            }
        }
        self.range.push(TenantLogEntry::leaf(text));
        Some(())
    }
}

fn wrong(position: i64, what: &str) -> Error {
    tampered(format!("the log of all tenants: entry {position} {what}"))
}

fn read(path: &Path, own: &TrustedKeys) -> Result<Notes> {
    let file = match std::fs::metadata(path) {
        Ok(metadata) => refuse_special(&metadata).and_then(|()| File::open(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Notes::new()),
        Err(error) => Err(error),
    };
    let file = file.map_err(|error| unavailable(path, &error))?;
    let refused = |what: &dyn std::fmt::Display| {
        let reason = format!("{}, which remembers what was signed: {what}", path.display());
        Error::Conflict { operation: TAKE, reason }
    };
    let mut notes = Notes::new();
    for note in read_checkpoints(BufReader::new(file.take(MAX_BYTES)), TornEnd::Refuse) {
        let note = note.map_err(|error| refused(&error))?;
        if let Err(error @ NoteError::WrongSignature(_)) = note.verify(own) {
            return Err(refused(&error));
        }
        notes.insert(note.checkpoint().origin.clone(), note);
    }
    Ok(notes)
}

/// Replaces the file as a whole, so that a crash leaves the one or the other.
fn write(path: &Path, notes: &Notes) -> io::Result<()> {
    let number = WRITES.fetch_add(1, Ordering::Relaxed);
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}.{number}.new", std::process::id()));
    let temporary = PathBuf::from(temporary);
    let text: Vec<_> = notes.values().map(|note| format!("{}\n", note.note())).collect();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // One of this name can only be left from a process that is no more.
    let _ = std::fs::remove_file(&temporary);
    let mut file = options.open(&temporary)?;
    let written = file.write_all(text.concat().as_bytes()).and_then(|()| file.sync_all());
    written.and_then(|()| std::fs::rename(&temporary, path)).inspect_err(|_| {
        let _ = std::fs::remove_file(&temporary);
    })?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let here = folder.as_os_str().is_empty();
        File::open(if here { Path::new(".") } else { folder })?.sync_all()?;
    }
    Ok(())
}

fn unavailable(path: &Path, error: &io::Error) -> Error {
    let reason = format!("{}, which remembers what was signed: {error}", path.display());
    Error::Unavailable { operation: TAKE, reason, source: None }
}
