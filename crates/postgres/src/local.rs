//! The persistent server of `af up`: it keeps its data, port and password, and outlives us.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio_postgres::error::SqlState;

use crate::account::Account;
use crate::cluster::PidFile;
use crate::{Error, Installation, admin, cluster, folders};

/// The database that [`Local::up`] creates.
const DATABASE: &str = "agentflow";
/// A log longer than this is set aside at the next start.
const LOG_LIMIT: u64 = 8 << 20;
/// How the name of the data folder begins while initdb fills it.
const FRESH: &str = "data.new";
/// How long purging waits for an initdb that lost its caller.
const SWEEP_DEADLINE: Duration = Duration::from_secs(10);

/// The persistent server in one folder, running or not.
#[derive(Debug, Clone)]
pub struct Local {
    dir: PathBuf,
}

/// A running persistent server.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Running {
    /// The connection URL of the database `agentflow`, for the superuser. It holds the password.
    pub url: String,
    /// The data folder.
    pub data_dir: PathBuf,
    /// The port it listens on, on 127.0.0.1 only.
    pub port: u16,
    /// The version of PostgreSQL, as the server tells it.
    pub version: String,
    /// The version of pgvector that can be installed there, if any.
    pub pgvector: Option<String>,
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL is left out: it holds the password.
        f.debug_struct("Running")
            .field("data_dir", &self.data_dir)
            .field("port", &self.port)
            .field("version", &self.version)
            .field("pgvector", &self.pgvector)
            .finish_non_exhaustive()
    }
}

impl Local {
    /// The usual folder: `AF_DATA_DIR`, else the user's data folder, as root `/var/lib/agentflow`;
    /// there the sub-folder `postgres`.
    pub fn default_dir() -> Result<PathBuf, Error> {
        folders::data()
    }

    /// The server in this folder, which may not exist yet.
    pub fn at(dir: PathBuf) -> Self {
        Self { dir: std::path::absolute(&dir).unwrap_or(dir) }
    }

    /// Starts the server unless it runs, making its cluster and database when they are missing.
    pub fn up(&self, installation: &Installation) -> Result<Running, Error> {
        folders::make_shared(&self.dir)?;
        let _lock = self.lock()?;
        self.sweep();
        if let Some(running) = self.status()? {
            // Whoever started it may have been stopped before the database was there.
            self.create_database()?;
            return Ok(running);
        }
        let account = Account::resolve()?;
        account.require_reach(&installation.bin_dir, "AF_PG_BIN")?;
        folders::require_data_reach(&account, &self.dir)?;
        if self.data().is_dir() {
            cluster::require_same_major(&self.data(), installation)?;
        } else {
            self.create(installation, &account)?;
        }
        self.start(installation, &account)?;
        self.create_database()?;
        self.sweep();
        self.status()?.ok_or_else(|| {
            let reason = "it ended right after its start".to_owned();
            cluster::failure("start PostgreSQL", reason, &self.log(), 0)
        })
    }

    /// Stops the server in good order. Tells whether it was running.
    pub fn down(&self) -> Result<bool, Error> {
        if !self.dir.is_dir() {
            return Ok(false);
        }
        let _lock = self.lock()?;
        self.stop()
    }

    /// Stops the server and removes its data, password and log.
    pub fn purge(&self) -> Result<(), Error> {
        if !self.dir.is_dir() {
            return Ok(());
        }
        let lock = self.lock()?;
        match self.stop() {
            // Without the password it cannot be told to stop, but it ends by itself within a
            // minute of losing its data folder.
            Ok(_) | Err(Error::Damaged { .. }) => {}
            Err(error) => return Err(error),
        }
        // Only what is ours is removed, in case the folder was chosen badly.
        let data = self.data();
        remove(std::fs::remove_dir_all(&data), &data)?;
        self.sweep_whole()?;
        for file in [self.secret(), self.port_file(), self.log(), self.old_log(), self.pwfile()] {
            remove(std::fs::remove_file(&file), &file)?;
        }
        remove(std::fs::remove_file(self.lock_file()), &self.lock_file())?;
        drop(lock);
        // Something of the user's may be left in it, and then it stays.
        let _ = std::fs::remove_dir(&self.dir);
        Ok(())
    }

    /// The server as it runs now, or `None`. Starts and changes nothing.
    ///
    /// A `postmaster.pid` left by a crash does not count: the server must answer with our
    /// password, from our data folder. Whether it has the database does not count either;
    /// [`up`](Self::up) makes it when it is missing.
    pub fn status(&self) -> Result<Option<Running>, Error> {
        let Some(file) = PidFile::read(&self.data()) else { return Ok(None) };
        if !process::exists(file.pid) {
            return Ok(None);
        }
        let url = cluster::url(file.port, &self.password()?, "postgres");
        let asked = admin::blocking(&url, "ask the local PostgreSQL", async |client| {
            let facts = "SELECT current_setting('data_directory'), current_setting('server_version'), \
                 (SELECT default_version FROM pg_available_extensions WHERE name = 'vector')";
            let row = client.query_one(facts, &[]).await?;
            Ok((row.get::<_, String>(0), row.get::<_, String>(1), row.get::<_, Option<String>>(2)))
        });
        let (answering, version, pgvector) = match asked {
            Ok(facts) => facts,
            Err(error) if is_not_ours(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        if !same_folder(Path::new(&answering), &self.data()) {
            return Ok(None);
        }
        let version = version.split(' ').next().unwrap_or_default().to_owned();
        let url = cluster::url(file.port, &self.password()?, DATABASE);
        Ok(Some(Running { url, data_dir: self.data(), port: file.port, version, pgvector }))
    }

    fn create(&self, installation: &Installation, account: &Account) -> Result<(), Error> {
        // In a folder of its own: the initdb of an attempt that was interrupted may still write.
        let fresh = self.dir.join(format!("{FRESH}-{}", cluster::random_hex::<8>()?));
        for file in [self.secret(), self.pwfile()] {
            remove(std::fs::remove_file(&file), &file)?;
        }
        let password = cluster::random_password()?;
        folders::write_private(&self.secret(), &password)?;
        folders::write_private(&self.pwfile(), &password)?;
        account.own(&self.pwfile())?;
        std::fs::create_dir(&fresh).map_err(Error::io("create", &fresh))?;
        folders::set_mode(&fresh, 0o700)?;
        account.own(&fresh)?;
        let mut pwfile = std::ffi::OsString::from("--pwfile=");
        pwfile.push(self.pwfile());
        let mut command = account.command(installation.program("initdb"), &self.dir);
        command.args(cluster::INITDB_FLAGS.split(' ')).arg(pwfile);
        command.args(["--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "-D"]);
        command.arg(&fresh);
        let made = cluster::run(command, "initialize a PostgreSQL data folder", &self.log());
        remove(std::fs::remove_file(self.pwfile()), &self.pwfile())?;
        made?;
        // Under its final name only when whole, so that an interrupted attempt cannot pass for one.
        std::fs::rename(&fresh, self.data()).map_err(Error::io("rename", &fresh))
    }

    fn start(&self, installation: &Installation, account: &Account) -> Result<(), Error> {
        process::forget_stale_pid(&self.data());
        if cluster::log_length(&self.log()) > LOG_LIMIT {
            std::fs::rename(self.log(), self.old_log())
                .map_err(Error::io("set aside", self.log()))?;
        }
        let log = self.log();
        File::options().create(true).append(true).open(&log).map_err(Error::io("open", &log))?;
        folders::set_mode(&log, 0o600)?;
        // pg_ctl opens the log as the account.
        account.own(&log)?;
        let mut settings = cluster::base_settings();
        settings.push(("unix_socket_directories".to_owned(), String::new()));
        let last = std::fs::read_to_string(self.port_file()).ok();
        let last = last.and_then(|text| text.trim().parse().ok());
        let port = cluster::on_free_port(last, false, |port| {
            let mut command = account.command(installation.program("pg_ctl"), &self.dir);
            cluster::pg_ctl_start(&mut command, &self.data(), &log, port, &settings);
            cluster::run(command, "start PostgreSQL", &log).map(|()| port)
        })?;
        std::fs::write(self.port_file(), port.to_string())
            .map_err(Error::io("write", self.port_file()))
    }

    fn create_database(&self) -> Result<(), Error> {
        let Some(running) = self.status()? else { return Ok(()) };
        let url = cluster::url(running.port, &self.password()?, "postgres");
        admin::blocking(&url, "create the database agentflow", async |client| {
            let exists = "SELECT FROM pg_database WHERE datname = $1";
            if client.query_opt(exists, &[&DATABASE]).await?.is_none() {
                client
                    .batch_execute(&format!("CREATE DATABASE {}", admin::quoted(DATABASE)))
                    .await?;
            }
            Ok(())
        })
    }

    fn stop(&self) -> Result<bool, Error> {
        let Some(file) = PidFile::read(&self.data()) else { return Ok(false) };
        if self.status()?.is_none() {
            return Ok(false);
        }
        process::stop(file.pid, &self.data(), &self.log())?;
        Ok(true)
    }

    fn password(&self) -> Result<String, Error> {
        std::fs::read_to_string(self.secret()).map_err(|error| Error::Damaged {
            path: self.dir.clone(),
            reason: format!("the password of its PostgreSQL cannot be read ({error})"),
        })
    }

    fn lock(&self) -> Result<File, Error> {
        let path = self.lock_file();
        let file = File::create(&path).map_err(Error::io("create", &path))?;
        file.lock().map_err(Error::io("lock", &path))?;
        Ok(file)
    }

    fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// The folders of attempts that were interrupted. To be called with the lock held.
    fn leftovers(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(&self.dir) else { return Vec::new() };
        let ours = |entry: &std::fs::DirEntry| {
            let name = entry.file_name();
            let rest = name.to_str().and_then(|name| name.strip_prefix(FRESH));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        entries.filter_map(Result::ok).filter(ours).map(|entry| entry.path()).collect()
    }

    /// Removes what can be removed of [`leftovers`](Self::leftovers). An initdb that lost its
    /// caller and still writes there ends by itself, and the next call finds the rest.
    fn sweep(&self) {
        for dir in self.leftovers() {
            if let Err(error) = std::fs::remove_dir_all(&dir) {
                tracing::debug!(%error, dir = %dir.display(), "a leftover stays for now");
            }
        }
    }

    /// Like [`sweep`](Self::sweep), but waits until nobody writes there any more.
    fn sweep_whole(&self) -> Result<(), Error> {
        let deadline = Instant::now() + SWEEP_DEADLINE;
        loop {
            let removed = self
                .leftovers()
                .iter()
                .try_for_each(|dir| remove(std::fs::remove_dir_all(dir), dir));
            if removed.is_ok() && self.leftovers().is_empty() {
                return Ok(());
            }
            if Instant::now() > deadline {
                return removed;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn log(&self) -> PathBuf {
        self.dir.join("server.log")
    }

    fn old_log(&self) -> PathBuf {
        self.dir.join("server.log.old")
    }

    fn secret(&self) -> PathBuf {
        self.dir.join("superuser-password")
    }

    /// The copy of the password that initdb, run by the account, can read; short-lived.
    fn pwfile(&self) -> PathBuf {
        self.dir.join("initdb-password")
    }

    fn port_file(&self) -> PathBuf {
        self.dir.join("port")
    }

    fn lock_file(&self) -> PathBuf {
        self.dir.join("lock")
    }
}

/// Whether the answer shows that the port belongs to somebody else by now, or to nobody.
fn is_not_ours(error: &Error) -> bool {
    let Error::Sql { source, .. } = error else { return false };
    match source.code() {
        None => true,
        Some(code) => [SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION]
            .contains(code),
    }
}

fn same_folder(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Removing what is not there is success.
fn remove(result: std::io::Result<()>, path: &Path) -> Result<(), Error> {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(unix)]
mod process;
#[cfg(windows)]
#[path = "local/process_windows.rs"]
mod process;
