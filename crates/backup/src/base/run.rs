//! Running PostgreSQL's programs, which speak English and know no settings but those they are given.

use std::{
    collections::VecDeque,
    fs::File,
    path::Path,
    process::{ExitStatus, Stdio},
};

use secrecy::{ExposeSecret, SecretString};
use tokio::{io::AsyncReadExt, process::Command};

use crate::{Error, Result};

/// How many of its last lines are told when a program fails.
const LAST_LINES: usize = 20;
/// More than a line of theirs ever has.
const LONGEST_LINE: usize = 64 << 10;

/// How a program ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) last_lines: Vec<String>,
}

/// A program with its arguments, and without any setting of ours.
pub(crate) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        // A user's PGOPTIONS or PGSERVICE is meant for another connection.
        if name.to_str().is_some_and(|name| name.starts_with("PG")) {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Tells a program where the server is, and the password, where other users cannot read it.
pub(crate) fn connect(command: &mut Command, environment: &[(&'static str, SecretString)]) {
    command.envs(environment.iter().map(|(name, value)| (*name, value.expose_secret())));
}

/// The program holds the lock as long as it runs, whatever becomes of us.
pub(crate) fn hold(command: &mut Command, lock: &File) -> Result<()> {
    let lock = lock.try_clone().map_err(|source| Error::Io {
        operation: "start a program",
        place: "the lock of the folder that it works in".to_owned(),
        source,
    })?;
    command.stdin(Stdio::from(lock));
    Ok(())
}

/// Runs a program to its end, and ends it with all it started when this is dropped. What it writes to stderr is given away
/// line by line, whether lines end with a line feed or with the carriage return of progress.
pub(crate) async fn run(mut command: Command, mut on_line: impl FnMut(&str)) -> Result<Ended> {
    const OPERATION: &str = "run a program of PostgreSQL";
    let program = Path::new(command.as_std().get_program()).to_owned();
    let failed = |source| Error::io(OPERATION, &program)(source);
    command.stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn().map_err(failed)?;
    let mut group = Group::of(&child);
    let mut lines = Lines::default();
    if let Some(mut stderr) = child.stderr.take() {
        let mut buffer = [0; 4096];
        loop {
            let length = stderr.read(&mut buffer).await.map_err(failed)?;
            if length == 0 {
                break;
            }
            lines.take(&buffer[..length], &mut on_line);
        }
    }
    let status = child.wait().await.map_err(failed)?;
    group.ended();
    lines.end(&mut on_line);
    Ok(Ended { status, last_lines: lines.last.into() })
}

/// Runs a program that must succeed.
pub(crate) async fn succeed(
    operation: &'static str,
    command: Command,
    on_line: impl FnMut(&str),
) -> Result<()> {
    let program = Path::new(command.as_std().get_program());
    let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let ended = run(command, on_line).await?;
    if ended.status.success() {
        return Ok(());
    }
    Err(Error::Program { operation, name, log: None, last_lines: ended.last_lines })
}

#[derive(Default)]
struct Lines {
    unfinished: Vec<u8>,
    /// A line that ended with a carriage return, which is one to keep if a line feed follows.
    held: Option<String>,
    last: VecDeque<String>,
}

impl Lines {
    fn take(&mut self, bytes: &[u8], on_line: &mut impl FnMut(&str)) {
        for &byte in bytes {
            if byte == b'\n' || byte == b'\r' {
                self.end_line(byte == b'\n', on_line);
                continue;
            }
            self.held = None;
            if self.unfinished.len() < LONGEST_LINE {
                self.unfinished.push(byte);
            }
        }
    }

    fn end(&mut self, on_line: &mut impl FnMut(&str)) {
        self.end_line(true, on_line);
    }

    /// Progress is written over, and is nothing that anybody wants to read afterwards.
    fn end_line(&mut self, stays: bool, on_line: &mut impl FnMut(&str)) {
        let line = String::from_utf8_lossy(&self.unfinished).trim_end().to_owned();
        self.unfinished.clear();
        let held = self.held.take();
        if !line.is_empty() {
            on_line(&line);
            self.held = Some(line);
        } else if stays {
            self.held = held;
        }
        if stays && let Some(line) = self.held.take() {
            self.last.push_back(line);
            if self.last.len() > LAST_LINES {
                self.last.pop_front();
            }
        }
    }
}

/// The processes that a program may have started.
struct Group {
    #[cfg(unix)]
    id: Option<nix::unistd::Pid>,
}

#[cfg(unix)]
impl Group {
    fn of(child: &tokio::process::Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self { id: id.map(nix::unistd::Pid::from_raw) }
    }

    fn ended(&mut self) {
        self.id = None;
    }
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            let _ = nix::sys::signal::killpg(id, nix::sys::signal::Signal::SIGKILL);
        }
    }
}

#[cfg(not(unix))]
impl Group {
    fn of(_: &tokio::process::Child) -> Self {
        Self {}
    }

    #[expect(clippy::unused_self, reason = "the shape it has on Unix")]
    fn ended(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_either_sign_and_progress_is_not_kept() {
        let (mut lines, mut seen) = (Lines::default(), Vec::new());
        let mut on_line = |line: &str| seen.push(line.to_owned());
        lines.take(b"1/2 kB\r2/", &mut on_line);
        lines.take(b"2 kB\rerror: no room\r\nat the end", &mut on_line);
        lines.end(&mut on_line);
        assert_eq!(seen, ["1/2 kB", "2/2 kB", "error: no room", "at the end"]);
        assert_eq!(lines.last, ["error: no room", "at the end"]);
    }
}
