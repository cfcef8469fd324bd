use std::{
    fmt,
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};

use agentflow_core::{
    audit::{Checkpoint, SignedCheckpoint},
    hash::Sha256,
    note::KeyName,
};
use futures::{FutureExt, future::BoxFuture};

use super::PUBLISH;
use crate::{
    audit::webhook::Webhook,
    error::{Error, Result},
};

/// A place outside of the database that checkpoints are given to, so that whoever owns the database cannot take them back.
///
/// It gets the checkpoints of all logs in the order in which they were taken, and may get one twice.
pub trait CheckpointSink: Send + Sync + fmt::Debug {
    /// What it is known by: how far it is, is remembered under this name.
    fn name(&self) -> &str;

    /// The largest checkpoint it has of a log. None if it has none, or cannot tell.
    fn last<'a>(&'a self, origin: &'a KeyName) -> BoxFuture<'a, Result<Option<Checkpoint>>>;

    /// Whether [`last`](Self::last) tells what it has. Such a sink, if it lost what it was given, is given it again.
    fn remembers(&self) -> bool {
        false
    }

    /// Takes a checkpoint. Returns only when it is safe there.
    fn publish<'a>(&'a self, checkpoint: &'a SignedCheckpoint) -> BoxFuture<'a, Result<()>>;
}

/// Writes checkpoints to a stream, with an empty line after each, such as the standard output. Cannot tell what it was
/// given before.
pub struct WriterSink {
    name: String,
    writer: Arc<Mutex<dyn Write + Send>>,
}

impl fmt::Debug for WriterSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriterSink").field("name", &self.name).finish_non_exhaustive()
    }
}

impl WriterSink {
    /// A sink of this name.
    pub fn new(name: impl Into<String>, writer: impl Write + Send + 'static) -> Self {
        Self { name: name.into(), writer: Arc::new(Mutex::new(writer)) }
    }

    /// The standard output, under the name `stdout`.
    pub fn stdout() -> Self {
        Self::new("stdout", std::io::stdout())
    }
}

impl CheckpointSink for WriterSink {
    fn name(&self) -> &str {
        &self.name
    }

    fn last<'a>(&'a self, _: &'a KeyName) -> BoxFuture<'a, Result<Option<Checkpoint>>> {
        async { Ok(None) }.boxed()
    }

    fn publish<'a>(&'a self, checkpoint: &'a SignedCheckpoint) -> BoxFuture<'a, Result<()>> {
        let (writer, text) = (Arc::clone(&self.writer), format!("{}\n", checkpoint.note()));
        let write = move || {
            let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            writer.write_all(text.as_bytes()).and_then(|()| writer.flush())
        };
        async move {
            let written = run_blocking(write).await?;
            written.map_err(|error| unavailable(format!("{}: {error}", self.name)))
        }
        .boxed()
    }
}

/// Posts checkpoints to a [`Webhook`] as `text/plain`. Cannot tell what it was given before.
#[derive(Debug)]
pub struct WebhookSink {
    name: String,
    webhook: Webhook,
}

impl WebhookSink {
    /// A sink of the name `webhook:` and the [place](Webhook::place).
    pub fn new(webhook: Webhook) -> Self {
        Self { name: format!("webhook:{}", webhook.place()), webhook }
    }
}

impl CheckpointSink for WebhookSink {
    fn name(&self) -> &str {
        &self.name
    }

    fn last<'a>(&'a self, _: &'a KeyName) -> BoxFuture<'a, Result<Option<Checkpoint>>> {
        async { Ok(None) }.boxed()
    }

    fn publish<'a>(&'a self, checkpoint: &'a SignedCheckpoint) -> BoxFuture<'a, Result<()>> {
        async move {
            let note = checkpoint.note().to_string();
            // The same checkpoint has the same id, however often it is given.
            let id = format!("checkpoint_{}", Sha256::of(&[note.as_bytes()]));
            self.webhook.post(&id, "text/plain; charset=utf-8", &note).await
        }
        .boxed()
    }
}

pub(super) fn unavailable(reason: String) -> Error {
    Error::Unavailable { operation: PUBLISH, reason, source: None }
}

/// Runs what waits for the system outside of the threads that must not wait.
pub(super) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| unavailable(format!("the work was not finished: {error}")))
}
