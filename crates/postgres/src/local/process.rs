//! The postmaster as a process, on Unix.

use std::path::Path;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::cluster::PidFile;
use crate::{Error, cluster};

/// How long a shutdown in good order may take: it writes everything to disk.
const STOP_DEADLINE: Duration = Duration::from_secs(60);

/// Whether a process with this pid exists, ours or not.
pub(super) fn exists(pid: u32) -> bool {
    kill(Pid::from_raw(pid.cast_signed()), None) != Err(Errno::ESRCH)
}

/// Removes a `postmaster.pid` whose pid belongs to another program by now, as happens after the
/// machine restarted; PostgreSQL would refuse to start. Where it is not certain, the file stays.
pub(super) fn forget_foreign_pid(data: &Path) {
    let Some(file) = PidFile::read(data) else { return };
    let name = std::fs::read_to_string(format!("/proc/{}/comm", file.pid));
    if name.is_ok_and(|name| name.trim() != "postgres") {
        let _ = std::fs::remove_file(data.join("postmaster.pid"));
    }
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
