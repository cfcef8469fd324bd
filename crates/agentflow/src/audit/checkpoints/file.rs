use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, BufReader, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use agentflow_core::{
    InvalidInput,
    audit::{Checkpoint, SignedCheckpoint, TornEnd, read_checkpoints},
    note::KeyName,
};
use futures::{FutureExt, future::BoxFuture};

use super::{
    PUBLISH, conflicting, refuse_special,
    sink::{CheckpointSink, run_blocking, unavailable},
};
use crate::error::{Error, Result};

/// Appends checkpoints to a file, with an empty line after each, and flushes them to the disk. Knows what is in the file,
/// and refuses what contradicts it.
///
/// The file is a regular one: what is written to a pipe or a device cannot be read back.
///
/// Several processes may share a file: each locks it while it appends. What a crash left half written at its end is removed
/// before the next checkpoint is appended.
#[derive(Debug)]
pub struct FileSink {
    name: String,
    file: Arc<CheckpointFile>,
}

impl FileSink {
    /// A sink of the name `file:` and the absolute path. The file is made when the first checkpoint comes; its folder
    /// must be there.
    pub fn new(path: impl AsRef<Path>) -> Result<Self> {
        let path = std::path::absolute(path.as_ref()).map_err(|error| {
            let input = InvalidInput::new("sink", format!("the path of the file: {error}"));
            Error::InvalidSetting(input)
        })?;
        let name = format!("file:{}", path.display());
        Ok(Self { name, file: Arc::new(CheckpointFile { path, known: Mutex::default() }) })
    }
}

impl CheckpointSink for FileSink {
    fn name(&self) -> &str {
        &self.name
    }

    fn last<'a>(&'a self, origin: &'a KeyName) -> BoxFuture<'a, Result<Option<Checkpoint>>> {
        let (file, origin) = (Arc::clone(&self.file), origin.clone());
        run_blocking(move || file.last(&origin)).map(|done| done?).boxed()
    }

    fn remembers(&self) -> bool {
        true
    }

    fn publish<'a>(&'a self, checkpoint: &'a SignedCheckpoint) -> BoxFuture<'a, Result<()>> {
        let (file, checkpoint) = (Arc::clone(&self.file), checkpoint.clone());
        run_blocking(move || file.append(&checkpoint)).map(|done| done?).boxed()
    }
}

#[derive(Debug)]
struct CheckpointFile {
    path: PathBuf,
    known: Mutex<Known>,
}

/// What was read of the file so far.
#[derive(Debug, Default)]
struct Known {
    /// Which file it was: another may be there since.
    identity: Option<(u64, u64)>,
    /// How many bytes of whole checkpoints were read.
    bytes: u64,
    last: HashMap<KeyName, Checkpoint>,
}

impl CheckpointFile {
    fn last(&self, origin: &KeyName) -> Result<Option<Checkpoint>> {
        let opened = self.refuse_special().and_then(|()| File::open(&self.path));
        let mut file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed(&error)),
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        self.catch_up(&mut known, &mut file)?;
        Ok(known.last.get(origin).cloned())
    }

    fn append(&self, signed: &SignedCheckpoint) -> Result<()> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = self.open().map_err(|error| self.failed(&error))?;
        // Released when the file is closed.
        file.lock().map_err(|error| self.failed(&error))?;
        self.catch_up(&mut known, &mut file)?;
        if self.has(&known, &mut file, signed.checkpoint())? {
            return Ok(());
        }
        let text = format!("{}{}\n", self.mend_end(&known, &mut file)?, signed.note());
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_data());
        written.map_err(|error| self.failed(&error))?;
        known.bytes += text.len() as u64;
        known.learn(signed.checkpoint());
        Ok(())
    }

    fn open(&self) -> io::Result<File> {
        let is_new = match self.refuse_special() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => true,
            other => other.map(|()| false)?,
        };
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o644);
        let file = options.open(&self.path)?;
        #[cfg(unix)]
        if let Some(folder) = self.path.parent().filter(|_| is_new) {
            // The name of a new file must survive a crash as well.
            File::open(folder)?.sync_all()?;
        }
        #[cfg(not(unix))]
        let _ = is_new;
        Ok(file)
    }

    /// Looked at before it is opened, for opening a pipe would wait for its reader.
    fn refuse_special(&self) -> io::Result<()> {
        refuse_special(&std::fs::metadata(&self.path)?)
    }

    /// Reads what was appended since, by whomever.
    fn catch_up(&self, known: &mut Known, file: &mut File) -> Result<()> {
        let metadata = file.metadata().map_err(|error| self.failed(&error))?;
        let identity = identity(&metadata);
        if known.identity != Some(identity) || metadata.len() < known.bytes {
            *known = Known { identity: Some(identity), ..Known::default() };
        }
        if metadata.len() == known.bytes {
            return Ok(());
        }
        let from = known.bytes;
        let read = self.read_from(from, known, file);
        if read.is_err() && from > 0 {
            // From the beginning, for the number of the line.
            *known = Known { identity: Some(identity), ..Known::default() };
            return self.read_from(0, known, file);
        }
        read
    }

    fn read_from(&self, from: u64, known: &mut Known, file: &mut File) -> Result<()> {
        file.seek(SeekFrom::Start(from)).map_err(|error| self.failed(&error))?;
        let mut checkpoints = read_checkpoints(BufReader::new(file), TornEnd::Ignore);
        for checkpoint in &mut checkpoints {
            let checkpoint = checkpoint.map_err(|error| self.malformed(&error))?;
            known.learn(checkpoint.checkpoint());
        }
        known.bytes = from + checkpoints.whole_bytes();
        Ok(())
    }

    /// Whether the checkpoint is there already. Another root of the same size is refused.
    fn has(&self, known: &Known, file: &mut File, checkpoint: &Checkpoint) -> Result<bool> {
        let Some(last) = known.last.get(&checkpoint.origin) else { return Ok(false) };
        if last.size < checkpoint.size {
            return Ok(false);
        }
        if last.size == checkpoint.size {
            return self.is_same(last, checkpoint);
        }
        // Rare: somebody else is further, or we were interrupted before it was known that it is there.
        file.rewind().map_err(|error| self.failed(&error))?;
        for earlier in read_checkpoints(BufReader::new(file), TornEnd::Ignore) {
            let earlier = Checkpoint::from(earlier.map_err(|error| self.malformed(&error))?);
            if earlier.origin == checkpoint.origin && earlier.size == checkpoint.size {
                return self.is_same(&earlier, checkpoint);
            }
        }
        Ok(false)
    }

    fn is_same(&self, there: &Checkpoint, new: &Checkpoint) -> Result<bool> {
        if there.root == new.root {
            return Ok(true);
        }
        Err(conflicting(there, &format!("file:{}", self.path.display())))
    }

    /// Removes what was left half written. Returns what must come before the next checkpoint.
    fn mend_end(&self, known: &Known, file: &mut File) -> Result<&'static str> {
        let length = file.metadata().map_err(|error| self.failed(&error))?.len();
        if length > known.bytes {
            tracing::warn!(
                path = %self.path.display(),
                bytes = length - known.bytes,
                "a checkpoint at the end of the file was half written, and is removed"
            );
            file.set_len(known.bytes).map_err(|error| {
                let path = self.path.display();
                unavailable(format!(
                    "{path} ends in half a checkpoint, which cannot be removed: {error}"
                ))
            })?;
        }
        missing_line_end(known.bytes, file).map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &io::Error) -> Error {
        unavailable(format!("{}: {error}", self.path.display()))
    }

    fn malformed(&self, error: &InvalidInput) -> Error {
        let reason = format!("{}: {error}", self.path.display());
        Error::Conflict { operation: PUBLISH, reason }
    }
}

/// What must come before the next checkpoint, so that there is an empty line before it.
fn missing_line_end(length: u64, file: &mut File) -> io::Result<&'static str> {
    let mut end = [0; 2];
    if length < 2 {
        return Ok("");
    }
    file.seek(SeekFrom::Start(length - 2))?;
    io::Read::read_exact(file, &mut end)?;
    Ok(if &end == b"\n\n" { "" } else { "\n" })
}

impl Known {
    fn learn(&mut self, checkpoint: &Checkpoint) {
        let last = self.last.get(&checkpoint.origin);
        if last.is_none_or(|last| last.size < checkpoint.size) {
            self.last.insert(checkpoint.origin.clone(), checkpoint.clone());
        }
    }
}

#[cfg(unix)]
fn identity(metadata: &std::fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;

    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity(_: &std::fs::Metadata) -> (u64, u64) {
    (0, 0)
}
