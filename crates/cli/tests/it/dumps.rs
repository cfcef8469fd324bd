//! A crash leaves no copy of what was in memory.

#![cfg(target_os = "linux")]

use std::{
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// Runs a command that waits for input where core dumps are allowed, and crashes it once it runs as `name` on `threads` threads.
fn crash(folder: &Path, command: &str, name: &str, threads: usize) -> ExitStatus {
    let script = format!("ulimit -c unlimited; exec {command}");
    let mut child = Command::new("sh");
    child.args(["-c", &script]).current_dir(folder);
    child.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = child.spawn().unwrap();
    // Waiting for the end would close it first, and end the command.
    let _input = child.stdin.take();
    let process = format!("/proc/{}", child.id());
    let deadline = Instant::now() + Duration::from_secs(20);
    let is_there = || {
        let comm = std::fs::read_to_string(format!("{process}/comm")).unwrap();
        let tasks = std::fs::read_dir(format!("{process}/task")).unwrap();
        comm.trim() == name && tasks.count() >= threads
    };
    while !is_there() {
        assert!(Instant::now() < deadline, "{command} did not start");
        std::thread::yield_now();
    }
    kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGABRT).unwrap();
    child.wait().unwrap()
}

#[test]
fn a_crash_of_af_leaves_no_core_dump() {
    let folder = tempfile::tempdir().unwrap();
    let control = crash(folder.path(), "cat", "cat", 1);
    assert_eq!(control.signal(), Some(Signal::SIGABRT as i32));
    if !control.core_dumped() {
        eprintln!("skipped: this system writes no core dumps at all");
        return;
    }
    let af = assert_cmd::cargo::cargo_bin("af");
    let command = format!("env AF_SECRETS=file:secrets.json {} secret set api-key", af.display());
    // Its other threads begin when it goes to work.
    let ended = crash(folder.path(), &command, "af", 2);
    assert_eq!(ended.signal(), Some(Signal::SIGABRT as i32));
    assert!(!ended.core_dumped(), "a core dump was written");
}
