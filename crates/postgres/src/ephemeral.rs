//! A throw-away server in a temporary folder, which ends with our process.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::account::Account;
use crate::watchdog::{Layout, Watchdog};
use crate::{Error, Installation, cluster, folders};

/// How a throw-away server is started. The default is fast and survives no power cut.
#[derive(Debug, Clone, Default)]
pub struct EphemeralOptions {
    /// Writes reach the disk before they are acknowledged, as in production.
    pub durable: bool,
    /// Further settings of PostgreSQL, as names and values. They win over the ones chosen here.
    pub settings: Vec<(String, String)>,
}

/// A running throw-away server.
///
/// Dropping it stops the server and removes its folder. When our process ends without dropping
/// it, even by `kill -9`, a watchdog process does the same.
#[derive(Debug)]
pub struct Ephemeral {
    watchdog: Mutex<Watchdog>,
    port: u16,
    pid: u32,
    password: Password,
    data: PathBuf,
}

impl Ephemeral {
    /// Makes a new cluster in a temporary folder and starts it. Blocks for about half a second.
    pub fn start(installation: &Installation, options: &EphemeralOptions) -> Result<Self, Error> {
        let account = Account::resolve()?;
        account.require_reach(&installation.bin_dir, "AF_PG_BIN")?;
        let layout = Layout { folder: folders::temporary(&account)? };
        let password = cluster::random_password()?;
        let mut flags = format!("{} --auth-local=password", cluster::INITDB_FLAGS);
        flags.push_str(" --auth-host=password --no-sync");
        let settings = settings(&layout, options);
        let mut watchdog = Watchdog::new(installation, &account, &layout, &flags, &settings)?;
        watchdog.make_folder(&password)?;
        watchdog.initdb()?;
        let (port, pid) =
            cluster::on_free_port(None, false, |port| watchdog.start(port).map(|pid| (port, pid)))?;
        let password = Password(password);
        Ok(Self { watchdog: Mutex::new(watchdog), port, pid, password, data: layout.data() })
    }

    /// The connection URL of a database, for the superuser. It holds the password.
    pub fn url(&self, database: &str) -> String {
        cluster::url(self.port, &self.password.0, database)
    }

    /// The port it listens on, on 127.0.0.1 only.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The superuser's password.
    pub fn password(&self) -> &str {
        &self.password.0
    }

    /// Its data folder.
    pub fn data_dir(&self) -> &Path {
        &self.data
    }

    /// The process id of its postmaster.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Kills the postmaster as a crash would, and waits until its children are gone too.
    pub fn kill(&self) -> Result<(), Error> {
        self.watchdog().kill()
    }

    /// Starts it again on the same data, port and password, after [`kill`](Self::kill) or while
    /// it runs.
    pub fn restart(&mut self) -> Result<(), Error> {
        let port = self.port;
        let mut watchdog = self.watchdog();
        watchdog.halt()?;
        let pid = cluster::on_free_port(Some(port), true, |port| watchdog.start(port))?;
        drop(watchdog);
        self.pid = pid;
        Ok(())
    }

    /// Stops it and removes its folder; unlike a drop, it reports when that fails.
    pub fn stop(self) -> Result<(), Error> {
        self.watchdog().finish()
    }

    fn watchdog(&self) -> MutexGuard<'_, Watchdog> {
        // A panic in between leaves nothing half-done that the next command would not notice.
        self.watchdog.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Kept out of debug output.
struct Password(String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[hidden]")
    }
}

fn settings(layout: &Layout, options: &EphemeralOptions) -> Vec<(String, String)> {
    let mut settings = cluster::base_settings();
    let mut set = |name: &str, value: &str| settings.push((name.to_owned(), value.to_owned()));
    set("unix_socket_directories", layout.socket_dir());
    // Every test has a pool of its own.
    set("max_connections", "200");
    if !options.durable {
        set("fsync", "off");
        set("synchronous_commit", "off");
        set("full_page_writes", "off");
        // Every clone of a template makes checkpoints, which would fill log segments in advance:
        // without that a clone takes half the time (6 ms against 12 ms, measured).
        set("wal_init_zero", "off");
        set("wal_recycle", "off");
    }
    settings.extend(options.settings.iter().cloned());
    settings
}
