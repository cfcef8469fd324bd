//! Files that commands write: whole, or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::error::{Error, Result};

/// The standard output, and whether its reader is gone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stdout {
    is_closed: Arc<AtomicBool>,
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write(bytes).inspect_err(|error| self.note(error))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush().inspect_err(|error| self.note(error))
    }
}

impl Stdout {
    fn note(&self, error: &io::Error) {
        let is_closed = error.kind() == io::ErrorKind::BrokenPipe;
        self.is_closed.fetch_or(is_closed, Ordering::Relaxed);
    }

    /// The error of the library, unless it is only that nobody reads any more, which the library takes for a disk that fails.
    pub(crate) fn blame(&self, error: agentflow::Error) -> Error {
        if self.is_closed.load(Ordering::Relaxed) { Error::BrokenPipe } else { error.into() }
    }
}

/// A file that is there when all of it is, and not before. The unfinished one goes when this is dropped.
pub(crate) struct NewFile {
    file: Arc<File>,
    unfinished: PathBuf,
    path: PathBuf,
}

impl NewFile {
    /// For everybody that the user lets read new files.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        Self::open(path, &mut OpenOptions::new())
    }

    /// For nobody but the user.
    pub(crate) fn private(path: &Path) -> Result<Self> {
        let mut options = OpenOptions::new();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Self::open(path, &mut options)
    }

    fn open(path: &Path, options: &mut OpenOptions) -> Result<Self> {
        let fail = |error: io::Error| Error::io(&format!("write {}", path.display()), &error);
        if path.symlink_metadata().is_ok() {
            let message = format!("{} is there already, and is not overwritten", path.display());
            return Err(Error::usage(message));
        }
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let unfinished = PathBuf::from(name);
        let file = options.write(true).create_new(true).open(&unfinished).map_err(fail)?;
        Ok(Self { file: Arc::new(file), unfinished, path: path.to_owned() })
    }

    pub(crate) fn writer(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }

    pub(crate) fn keep(self) -> Result<()> {
        let kept = self.file.sync_all().and_then(|()| fs::hard_link(&self.unfinished, &self.path));
        kept.map_err(|error| Error::io(&format!("write {}", self.path.display()), &error))
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.unfinished);
    }
}
