use std::{
    fmt, fs,
    io::{self, Read},
    path::Path,
};

use futures::{StreamExt, stream::BoxStream};
use tokio::sync::mpsc;

use super::folder::READ;
use crate::error::{Error, Result};

/// A few chunks wait for whoever reads: those of an object store have some hundred kilobytes at most.
const CHUNKS: usize = 4;
const WRITE: &str = "copy a file of the backup store";

/// A chunk, as the client of the object store gives it.
pub(super) type Chunk = object_store::Result<bytes::Bytes>;

/// A file of the store, as it comes. To be read from a thread that may block, as [`tokio::task::spawn_blocking`] gives one.
pub struct PartReader {
    name: String,
    source: Source,
}

enum Source {
    File(fs::File),
    Chunks { chunks: mpsc::Receiver<Result<bytes::Bytes>>, current: bytes::Bytes },
}

impl fmt::Debug for PartReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartReader").field("name", &self.name).finish_non_exhaustive()
    }
}

impl PartReader {
    pub(super) fn file(file: fs::File, name: String) -> Self {
        Self { name, source: Source::File(file) }
    }

    /// What comes from afar is taken in by a task of its own, which ends when the reader is dropped.
    pub(super) fn chunks(
        name: String,
        mut stream: BoxStream<'static, Chunk>,
        error: impl Fn(object_store::Error) -> Error + Send + 'static,
    ) -> Self {
        let (sender, chunks) = mpsc::channel(CHUNKS);
        tokio::spawn(async move {
            while let Some(chunk) = stream.next().await {
                let chunk = chunk.map_err(&error);
                let is_last = chunk.is_err();
                if sender.send(chunk).await.is_err() || is_last {
                    return;
                }
            }
        });
        Self { name, source: Source::Chunks { chunks, current: bytes::Bytes::new() } }
    }

    /// What an error of reading was before it went through [`io::Error`].
    pub(crate) fn error(name: &str, error: io::Error) -> Error {
        match error.downcast::<Error>() {
            Ok(error) => error,
            Err(source) => Error::Io { operation: READ, place: name.to_owned(), source },
        }
    }

    pub(super) async fn copy_to(mut self, local: &Path) -> Result<()> {
        let local = local.to_owned();
        let copy = move || -> Result<()> {
            let mut file = crate::parts::create(&local).map_err(Error::io(WRITE, &local))?;
            let copied = io::copy(&mut self, &mut file);
            copied.map_err(|error| match error.downcast::<Error>() {
                Ok(error) => error,
                Err(error) => Error::io(WRITE, &local)(error),
            })?;
            file.sync_all().map_err(Error::io(WRITE, &local))
        };
        tokio::task::spawn_blocking(copy).await.map_err(Error::lost(WRITE))?
    }
}

impl Read for PartReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (chunks, current) = match &mut self.source {
            Source::File(file) => return file.read(buffer),
            Source::Chunks { chunks, current } => (chunks, current),
        };
        while current.is_empty() {
            match chunks.blocking_recv() {
                None => return Ok(0),
                Some(Err(error)) => return Err(io::Error::other(error)),
                Some(Ok(chunk)) => *current = chunk,
            }
        }
        let count = buffer.len().min(current.len());
        buffer[..count].copy_from_slice(&current.split_to(count));
        Ok(count)
    }
}
