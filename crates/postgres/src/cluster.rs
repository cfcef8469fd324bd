//! What every cluster needs, whoever starts it: initdb's flags, ports, passwords, readiness.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
#[cfg(unix)]
use std::time::Instant;

use crate::{Error, Installation};

/// The superuser of every cluster made here.
pub(crate) const SUPERUSER: &str = "postgres";

/// Flags of initdb that do not depend on the place: the same collation and encoding everywhere.
pub(crate) const INITDB_FLAGS: &str = "-U postgres -E UTF8 --no-locale";

/// How long a start may take, crash recovery included.
const START_DEADLINE: Duration = Duration::from_secs(60);
/// How often PostgreSQL is given another port when somebody took the one it was given.
const PORT_ATTEMPTS: usize = 5;

/// What `postmaster.pid` tells about a running server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PidFile {
    pub(crate) pid: u32,
    pub(crate) port: u16,
    pub(crate) ready: bool,
}

impl PidFile {
    /// Reads the file of a data folder; none, or one still being written, gives `None`.
    pub(crate) fn read(data: &Path) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(data.join("postmaster.pid")).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        Some(Self {
            pid: lines.first()?.parse().ok()?,
            port: lines.get(3)?.parse().ok()?,
            ready: lines.get(7).is_some_and(|status| *status == "ready"),
        })
    }
}

/// Waits until the server with this pid accepts connections. `alive` says whether it still runs.
#[cfg(unix)]
pub(crate) fn wait_ready(
    data: &Path,
    pid: u32,
    alive: impl Fn() -> bool,
) -> Result<PidFile, String> {
    let deadline = Instant::now() + START_DEADLINE;
    let mut pause = Duration::from_millis(2);
    loop {
        if let Some(file) = PidFile::read(data).filter(|file| file.pid == pid && file.ready) {
            return Ok(file);
        }
        if !alive() {
            return Err("it ended while starting".to_owned());
        }
        if Instant::now() > deadline {
            return Err(format!("it was not ready after {} s", START_DEADLINE.as_secs()));
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// Starts a server by `start(port)`, on `wanted` or else any free port, and again on another when
/// somebody else was quicker to take it. With `keep`, only on `wanted`.
pub(crate) fn on_free_port<T>(
    wanted: Option<u16>,
    keep: bool,
    mut start: impl FnMut(u16) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut wanted = wanted.filter(|port| keep || is_free(*port));
    let mut attempt = 1;
    loop {
        let port = match wanted {
            Some(port) => port,
            None => free_port()?,
        };
        match start(port) {
            Err(error) if attempt < PORT_ATTEMPTS && lost_the_port(&error) => {
                wanted = wanted.filter(|_| keep);
                attempt += 1;
            }
            result => return result,
        }
    }
}

fn lost_the_port(error: &Error) -> bool {
    matches!(error, Error::Server { log, .. } if log.contains("could not bind IPv4 address"))
}

fn free_port() -> Result<u16, Error> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(Error::io("find a free port on", "127.0.0.1"))
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// A password of 160 random bits, safe in a URL and in a shell.
pub(crate) fn random_password() -> Result<String, Error> {
    random_hex::<20>()
}

/// `N` random bytes as text.
pub(crate) fn random_hex<const N: usize>() -> Result<String, Error> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::Server {
        action: "draw random bytes",
        reason: "the operating system gave none".to_owned(),
        log: String::new(),
    })?;
    Ok(hex(&bytes))
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The connection URL of a server on this machine.
pub(crate) fn url(port: u16, password: &str, database: &str) -> String {
    format!("postgres://{SUPERUSER}:{password}@127.0.0.1:{port}/{database}")
}

/// Settings that every server here is started with.
pub(crate) fn base_settings() -> Vec<(String, String)> {
    vec![("listen_addresses".to_owned(), "127.0.0.1".to_owned())]
}

/// An error about the server, with what its log gained since `from` (a length taken before).
pub(crate) fn failure(action: &'static str, reason: String, log: &Path, from: u64) -> Error {
    Error::Server { action, reason, log: tail(log, from).unwrap_or_default() }
}

/// The current length of a log, for [`failure`].
pub(crate) fn log_length(log: &Path) -> u64 {
    std::fs::metadata(log).map_or(0, |meta| meta.len())
}

fn tail(log: &Path, from: u64) -> std::io::Result<String> {
    const LINES: usize = 20;
    const BYTES: u64 = 8 << 10;
    let mut file = File::open(log)?;
    let end = file.metadata()?.len();
    file.seek(SeekFrom::Start(from.min(end).max(end.saturating_sub(BYTES))))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<_> = text.lines().collect();
    Ok(lines[lines.len().saturating_sub(LINES)..].join("\n"))
}

/// Runs a program to its end, its output going to the log.
pub(crate) fn run(mut command: Command, action: &'static str, log: &Path) -> Result<(), Error> {
    let from = log_length(log);
    let open = || File::options().create(true).append(true).open(log);
    let (out, err) =
        open().and_then(|out| Ok((out, open()?))).map_err(Error::io("open the log", log))?;
    let program = command.get_program().to_owned();
    let status = command
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        .status()
        .map_err(Error::io("start", program))?;
    if status.success() {
        return Ok(());
    }
    Err(failure(action, format!("it ended with {status}"), log, from))
}

/// Completes a call of pg_ctl that starts a server, detached from us, and waits for it.
pub(crate) fn pg_ctl_start(
    command: &mut Command,
    data: &Path,
    log: &Path,
    port: u16,
    settings: &[(String, String)],
) {
    // pg_ctl hands the options to a shell, which both sh and cmd keep whole in double quotes.
    let options = settings
        .iter()
        .fold(format!("-p {port}"), |text, (name, value)| format!("{text} -c \"{name}={value}\""));
    let deadline = START_DEADLINE.as_secs().to_string();
    command.arg("start").arg("-D").arg(data).arg("-l").arg(log);
    command.args(["-w", "-t", &deadline, "-o", &options]);
}

/// Refuses a data folder that another major version made.
pub(crate) fn require_same_major(data: &Path, installation: &Installation) -> Result<(), Error> {
    let path = data.join("PG_VERSION");
    let found = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
    let found = found.trim().to_owned();
    if found == installation.version.major.to_string() {
        return Ok(());
    }
    Err(Error::DataVersion { path: data.into(), found, installed: installation.version })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_file_counts_as_ready_only_when_it_says_so() {
        let text = "4711\n/data\n1763700000\n5433\n/tmp\n127.0.0.1\n  1234 5\n";
        let file = PidFile::parse(&format!("{text}ready   \n")).unwrap();
        assert_eq!(file, PidFile { pid: 4711, port: 5433, ready: true });
        assert!(!PidFile::parse(&format!("{text}starting\n")).unwrap().ready);
        assert!(!PidFile::parse(text).unwrap().ready);
        assert_eq!(PidFile::parse("4711\n/da"), None);
    }

    #[test]
    fn a_taken_port_is_given_up_for_another() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let taken = taken.local_addr().unwrap().port();
        let port = on_free_port(Some(taken), false, Ok).unwrap();
        assert_ne!(port, taken);
    }

    #[test]
    fn the_tail_of_a_log_starts_where_the_failed_run_began() {
        let log = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(log.path(), "old line\nnew line\n").unwrap();
        assert_eq!(tail(log.path(), 9).unwrap(), "new line");
        assert_eq!(tail(log.path(), 0).unwrap(), "old line\nnew line");
    }
}
