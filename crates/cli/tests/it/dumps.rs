//! A crash leaves no copy of what was in memory.

#![cfg(target_os = "linux")]

use std::{
    io::Read,
    os::unix::process::ExitStatusExt,
    process::{Command, ExitStatus, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// Runs a command where core dumps are allowed, and crashes it once it said something.
fn crash(folder: &std::path::Path, command: &str) -> ExitStatus {
    let script = format!("ulimit -c unlimited; exec {command}");
    let mut child = Command::new("sh");
    child.args(["-c", &script]).current_dir(folder);
    child.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    // Closed before the end, either would end the command.
    let (_input, mut said) = (child.stdin.take(), child.stderr.take().unwrap());
    let mut first = [0];
    said.read_exact(&mut first).unwrap();
    kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGABRT).unwrap();
    child.wait().unwrap()
}

#[test]
fn a_crash_of_af_leaves_no_core_dump() {
    let folder = tempfile::tempdir().unwrap();
    // Says what it is, and waits for input.
    let control = crash(folder.path(), "sh -c 'echo ready >&2; read line'");
    assert_eq!(control.signal(), Some(Signal::SIGABRT as i32));
    if !control.core_dumped() {
        eprintln!("skipped: this system writes no core dumps at all");
        return;
    }
    let af = assert_cmd::cargo::cargo_bin("af");
    // With everything logged it says something before it waits for the value.
    let ended = crash(folder.path(), &format!("{} -vv secret set api-key", af.display()));
    assert_eq!(ended.signal(), Some(Signal::SIGABRT as i32));
    assert!(!ended.core_dumped(), "a core dump was written");
}
