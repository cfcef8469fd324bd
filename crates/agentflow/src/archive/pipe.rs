//! Between the connection, which waits for nobody, and files, which are read and written in threads of their own. What passes by is
//! gathered into large pieces, so that little is done for each row.

use std::io::{Read, Write};

use futures::{Stream, TryStreamExt};
use tokio::{sync::mpsc, task};
use tokio_util::bytes::Bytes;

use super::{IMPORT, Spool};
use crate::error::{Error, Result};

/// The length of a piece. Four of them wait at most.
const PIECE: usize = 256 * 1024;
const AHEAD: usize = 4;

/// Runs what blocks in a thread for that.
pub(super) async fn run_blocking<T: Send + 'static>(
    operation: &'static str,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    task::spawn_blocking(work).await.map_err(|error| stopped(operation, &error))?
}

fn stopped(operation: &'static str, error: &task::JoinError) -> Error {
    let reason = format!("the thread for files stopped: {error}");
    Error::Unavailable { operation, reason, source: None }
}

/// Writes messages to a spool, and counts them.
pub(super) async fn spool(
    mut messages: impl Stream<Item = Result<Bytes>> + Unpin,
    mut spool: Spool,
    tell: impl Fn(u64),
) -> Result<(u64, Spool)> {
    let (sender, mut receiver) = mpsc::channel::<Vec<u8>>(AHEAD);
    let writing = task::spawn_blocking(move || {
        while let Some(piece) = receiver.blocking_recv() {
            spool.write_all(&piece)?;
        }
        Ok::<_, std::io::Error>(spool)
    });
    let (mut count, mut bytes) = (0, 0);
    let mut piece = Vec::with_capacity(PIECE);
    while let Some(message) = messages.try_next().await? {
        count += 1;
        piece.extend_from_slice(&message);
        if piece.len() >= PIECE {
            bytes += piece.len() as u64;
            let full = std::mem::replace(&mut piece, Vec::with_capacity(PIECE));
            if sender.send(full).await.is_err() {
                break;
            }
            tell(bytes);
        }
    }
    // Whether anybody still takes it, its end tells.
    let _ = sender.send(piece).await;
    drop(sender);
    let spool = writing.await.map_err(|error| stopped(super::EXPORT, &error))?;
    let spool = spool.map_err(|error| {
        let reason = format!("the folder for temporary files cannot be used: {error}");
        Error::Unavailable { operation: super::EXPORT, reason, source: None }
    })?;
    Ok((count, spool))
}

/// Pieces of what is read in a thread of its own.
pub(super) struct Pieces(mpsc::Receiver<std::io::Result<Bytes>>);

impl Pieces {
    /// The next one; `None` at the end.
    pub(super) async fn next(&mut self) -> std::io::Result<Option<Bytes>> {
        self.0.recv().await.transpose()
    }
}

/// Reads in a thread what `open` opens of `source`, and gives the source back at the end.
pub(super) fn read<S: Send + 'static>(
    mut source: S,
    open: impl FnOnce(&mut S) -> Result<Box<dyn Read + '_>> + Send + 'static,
) -> (Pieces, task::JoinHandle<Result<S>>) {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let reading = task::spawn_blocking(move || {
        let mut reader = open(&mut source)?;
        loop {
            match read_piece(&mut reader) {
                Ok(piece) if piece.is_empty() => break,
                piece => {
                    let is_over = piece.is_err();
                    if sender.blocking_send(piece).is_err() || is_over {
                        break;
                    }
                }
            }
        }
        drop(reader);
        Ok(source)
    });
    (Pieces(receiver), reading)
}

fn read_piece(reader: &mut impl Read) -> std::io::Result<Bytes> {
    let mut piece = Vec::with_capacity(PIECE);
    reader.take(PIECE as u64).read_to_end(&mut piece)?;
    Ok(piece.into())
}

/// Gets the source back.
pub(super) async fn read_to_end<S>(reading: task::JoinHandle<Result<S>>) -> Result<S> {
    reading.await.map_err(|error| stopped(IMPORT, &error))?
}
