//! Telling that a file is another than it was: the system tells of changes in its folder, and it is looked at now and then as
//! well, because not every file system tells.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    time::{Duration, Instant},
};

use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode},
};
use tokio::runtime::Handle;

use super::{modes::folder_of, state::Shared};

/// So long nothing more must happen before the file is looked at.
const DEBOUNCE: Duration = Duration::from_millis(50);
/// A folder that is never quiet is looked at after this.
const DEBOUNCE_MOST: Duration = Duration::from_millis(250);

enum Signal {
    Changed,
    Stop,
}

/// A thread that looks at a file whenever something happens to it, until this is dropped. A thread, because all it does is wait for
/// the disk, and because it must go on when a runtime is busy.
pub(super) struct Watching {
    signals: Sender<Signal>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.signals.send(Signal::Stop);
    }
}

impl Watching {
    pub(super) fn start(shared: Arc<Shared>, poll: Duration) -> std::io::Result<Self> {
        let (signals, received) = mpsc::channel();
        let watcher = FolderWatcher::new(&shared.path, signals.clone());
        // Alerts are sent where the provider was opened.
        let runtime = Handle::try_current().ok();
        let (ready, is_ready) = mpsc::channel();
        let run = move || {
            let _entered = runtime.as_ref().map(Handle::enter);
            run(&shared, poll, &received, watcher, &ready);
        };
        std::thread::Builder::new().name("secrets-file".to_owned()).spawn(run)?;
        // From here on nothing is missed. A thread that panicked has no more to say.
        let _ = is_ready.recv();
        Ok(Self { signals })
    }
}

fn run(
    shared: &Shared,
    poll: Duration,
    received: &Receiver<Signal>,
    mut watcher: FolderWatcher,
    ready: &Sender<()>,
) {
    watcher.renew();
    // What happened between the first look and this.
    shared.reload();
    let _ = ready.send(());
    loop {
        match received.recv_timeout(poll) {
            Ok(Signal::Changed) => {
                let begun = Instant::now();
                loop {
                    match received.recv_timeout(DEBOUNCE) {
                        Ok(Signal::Changed) if begun.elapsed() < DEBOUNCE_MOST => {}
                        Ok(Signal::Stop) => return,
                        _ => break,
                    }
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return,
        }
        watcher.renew();
        shared.reload();
    }
}

/// Watches the folder, not the file: a file that is put in place of another is another.
struct FolderWatcher {
    folder: PathBuf,
    file_name: std::ffi::OsString,
    signals: Sender<Signal>,
    watched: Option<(RecommendedWatcher, FolderId)>,
    warned: bool,
}

/// Which folder it is: one that was made anew is another.
type FolderId = Option<(u64, u64)>;

impl FolderWatcher {
    fn new(path: &Path, signals: Sender<Signal>) -> Self {
        let file_name = path.file_name().unwrap_or_default().to_owned();
        let folder = folder_of(path).to_owned();
        Self { folder, file_name, signals, watched: None, warned: false }
    }

    /// Watches the folder that is there now.
    fn renew(&mut self) {
        let current = folder_id(&self.folder);
        if self.watched.as_ref().is_some_and(|(_, id)| *id == current) {
            return;
        }
        self.watched = None;
        match self.watch() {
            Ok(watcher) => {
                self.watched = Some((watcher, current));
                self.warned = false;
            }
            Err(error) => {
                if !std::mem::replace(&mut self.warned, true) {
                    tracing::warn!(
                        target: "agentflow::secrets",
                        folder = %self.folder.display(), %error,
                        "changes in the folder are not told of by the system; the file is looked at now and then"
                    );
                }
            }
        }
    }

    fn watch(&self) -> notify::Result<RecommendedWatcher> {
        let (signals, file_name) = (self.signals.clone(), self.file_name.clone());
        let tell = move |event: notify::Result<Event>| {
            // An error may mean that something was lost.
            if event.is_ok_and(|event| !concerns(&event, &file_name)) {
                return;
            }
            let _ = signals.send(Signal::Changed);
        };
        let mut watcher = notify::recommended_watcher(tell)?;
        watcher.watch(&self.folder, RecursiveMode::NonRecursive)?;
        Ok(watcher)
    }
}

/// Whether the file may be another after this.
fn concerns(event: &Event, file_name: &std::ffi::OsStr) -> bool {
    // Our own reading is told of too.
    let is_reading = matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write));
    if is_reading {
        return false;
    }
    event.need_rescan()
        || event.paths.is_empty()
        || event.paths.iter().filter_map(|path| path.file_name()).any(|name| {
            // Kubernetes puts the link `..data` to another folder.
            name == file_name || name.as_encoded_bytes().starts_with(b"..")
        })
}

#[cfg(unix)]
fn folder_id(folder: &Path) -> FolderId {
    use std::os::unix::fs::MetadataExt;

    let metadata = std::fs::metadata(folder).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn folder_id(folder: &Path) -> FolderId {
    folder.exists().then_some((0, 0))
}
