//! The postmaster as a process, on Unix.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::cluster::PidFile;
use crate::{Error, cluster};

/// How long a shutdown in good order may take: it writes everything to disk.
const STOP_DEADLINE: Duration = Duration::from_secs(60);

/// How long the processes of a killed postmaster may take to notice that it is gone.
const ORPHAN_DEADLINE: Duration = Duration::from_secs(10);

/// Whether a process with this pid runs, ours or not. One that ended and that nobody reaped, as
/// happens in containers, does not run.
pub(super) fn exists(pid: u32) -> bool {
    kill(Pid::from_raw(pid.cast_signed()), None) != Err(Errno::ESRCH) && !is_zombie(pid)
}

/// Removes a `postmaster.pid` that PostgreSQL would not get over: the pid belongs to another
/// program by now, as happens after the machine restarted, or to a postmaster that was killed and
/// never reaped, or to one of another data folder. Where it is not certain, the file stays; so it
/// does while another process works in the folder.
pub(super) fn forget_stale_pid(data: &Path) {
    let (Some(file), Ok(data)) = (PidFile::read(data), data.canonicalize()) else { return };
    if !is_stale(file.pid, &data) {
        return;
    }
    let deadline = Instant::now() + ORPHAN_DEADLINE;
    while is_worked_in(&data) {
        if Instant::now() > deadline {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let _ = std::fs::remove_file(data.join("postmaster.pid"));
}

/// Whether the pid is certain not to be a postmaster of this data folder. Known on Linux only.
fn is_stale(pid: u32, data: &Path) -> bool {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm"));
    let is_other = name.is_ok_and(|name| name.trim() != "postgres");
    // The processes of PostgreSQL work in their data folder.
    is_other || is_zombie(pid) || folder(pid).is_some_and(|folder| folder != data)
}

/// Whether the process ended and was not reaped.
fn is_zombie(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name stands in parentheses and may hold anything; the state comes behind it.
    stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with(['Z', 'X']))
}

/// The folder in which a process works, where that can be seen.
fn folder(pid: u32) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{pid}/cwd")).ok()
}

/// Whether a `postgres` works in this data folder.
fn is_worked_in(data: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir("/proc") else { return false };
    let pids = entries.filter_map(Result::ok);
    let mut pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.any(|pid| {
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm"));
        name.is_ok_and(|name| name.trim() == "postgres")
            && folder(pid).is_some_and(|folder| folder == data)
    })
}

/// Asks the postmaster for a fast shutdown and waits for it. The caller has made sure that the
/// pid is the postmaster's.
pub(super) fn stop(pid: u32, data: &Path, log: &Path) -> Result<(), Error> {
    let action = "stop PostgreSQL";
    let from = cluster::log_length(log);
    kill(Pid::from_raw(pid.cast_signed()), Signal::SIGINT)
        .map_err(|error| cluster::failure(action, error.to_string(), log, from))?;
    let deadline = Instant::now() + STOP_DEADLINE;
    // Removing the file is the last thing the postmaster does.
    while PidFile::read(data).is_some_and(|file| file.pid == pid) && exists(pid) {
        if Instant::now() > deadline {
            let reason = format!("it still runs after {} s", STOP_DEADLINE.as_secs());
            return Err(cluster::failure(action, reason, log, from));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
