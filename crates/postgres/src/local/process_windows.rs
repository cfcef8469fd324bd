//! The postmaster as a process, on Windows.

use std::path::Path;
use std::process::Command;

use crate::{Error, cluster};

/// Not told apart here: the server is asked next, which decides.
pub(super) fn exists(_pid: u32) -> bool {
    true
}

/// Pids are not examined here; PostgreSQL reports a file it cannot get over.
pub(super) fn forget_stale_pid(_data: &Path) {}

/// Asks the postmaster for a fast shutdown and waits for it, by the pg_ctl that started it.
pub(super) fn stop(_pid: u32, data: &Path, log: &Path) -> Result<(), Error> {
    let action = "stop PostgreSQL";
    let options = data.join("postmaster.opts");
    let text = std::fs::read_to_string(&options).map_err(Error::io("read", &options))?;
    // The file begins with the full path of postgres.exe, quoted when it has blanks.
    let program = match text.strip_prefix('"') {
        Some(rest) => rest.split('"').next(),
        None => text.split_whitespace().next(),
    };
    let pg_ctl = Path::new(program.unwrap_or_default()).with_file_name("pg_ctl.exe");
    let mut command = Command::new(pg_ctl);
    command.args(["stop", "-w", "-m", "fast", "-t", "60", "-D"]).arg(data);
    cluster::run(command, action, log)
}
