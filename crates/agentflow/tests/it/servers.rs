//! What tests with servers of their own share: programs that may be missing, and folders for the account that runs them.

use std::{
    io::Write as _,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use agentflow_postgres::Installation;
use tempfile::TempDir;

/// Says that a test did nothing. Where everything must be there, it fails instead.
pub(crate) fn skip(what: &str) {
    // Not by println!, which is shown for failed tests only.
    let mut shown = std::io::stdout();
    writeln!(shown, "skipped: {what} is not installed").unwrap();
    let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!in_ci, "{what} is not installed, and CI=true wants every test");
}

/// Debian's PostgreSQL 15, which is built with TLS.
pub(crate) fn postgres_15() -> Option<Installation> {
    Installation::at(Path::new("/usr/lib/postgresql/15/bin")).ok()
}

/// A folder for a server, owned by the account that it runs under: servers refuse to run as root.
pub(crate) struct ServerFolder {
    folder: TempDir,
    /// Who owns it, when we are root.
    pub(crate) account: Option<(u32, u32)>,
}

impl ServerFolder {
    pub(crate) fn new() -> Self {
        // Root's TMPDIR may lie in a folder that is closed to the account.
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let account = (folder.path().metadata().unwrap().uid() == 0).then(unprivileged);
        if let Some((uid, gid)) = account {
            chown(folder.path(), Some(uid), Some(gid)).unwrap();
        }
        Self { folder, account }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file that the account alone can read.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        if let Some((uid, gid)) = self.account {
            chown(&path, Some(uid), Some(gid)).unwrap();
        }
        path
    }
}

/// The same account that runs PostgreSQL for root: `postgres`, else `nobody`.
fn unprivileged() -> (u32, u32) {
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap();
    let find = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let fields: Vec<_> = line.split(':').collect();
        Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
    };
    find("postgres").or_else(|| find("nobody")).expect("an account without privileges")
}
