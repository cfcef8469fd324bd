//! Makes sure that a throw-away server and its folder end with our process.
//!
//! A watchdog process holds one end of a pipe whose other end is ours. However we end, even by
//! `kill -9`, the operating system closes our end; the watchdog then stops the server and removes
//! the folder. Cleaning up in `Drop` alone could not promise that.

use std::path::{Path, PathBuf};

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::Watchdog;
#[cfg(windows)]
pub(crate) use windows::Watchdog;

/// Where things are in the folder of a throw-away server.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) folder: PathBuf,
}

impl Layout {
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// The superuser's password, for initdb.
    #[cfg(windows)]
    pub(crate) fn password(&self) -> PathBuf {
        self.folder.join("password")
    }

    /// Where the Unix socket goes; its path has a hard limit of about 100 bytes.
    pub(crate) fn socket_dir(&self) -> &str {
        const NAME: usize = "/.s.PGSQL.65535.lock".len();
        let fits = |dir: &&str| cfg!(unix) && dir.len() + NAME < 100;
        Path::to_str(&self.folder).filter(fits).unwrap_or_default()
    }
}
