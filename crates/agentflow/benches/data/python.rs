//! SQLAlchemy with asyncpg, and Alembic: a program that is told what to do, line by line, and says how long it took.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use uuid::Uuid;

const PROGRAM: &str = include_str!("program.py");

/// The program, which waits for a line.
pub(super) struct Python {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Python {
    pub(super) fn start(python: &Path, url: &str, tenant: Uuid) -> Self {
        let mut child = Command::new(python)
            .args(["-c", PROGRAM, "data", url, &tenant.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let to = child.stdin.take().unwrap();
        let from = BufReader::new(child.stdout.take().unwrap());
        Self { child, to, from }
    }

    /// Seconds for so many rows.
    pub(super) fn run(&mut self, verb: usize, rows: i32) -> f64 {
        self.ask(&format!("{verb} {rows}"))
    }

    /// Seconds for one search.
    pub(super) fn search(&mut self) -> f64 {
        self.ask("search 1")
    }

    fn ask(&mut self, what: &str) -> f64 {
        writeln!(self.to, "{what}").unwrap();
        let mut told = String::new();
        self.from.read_line(&mut told).unwrap();
        told.trim().parse().unwrap_or_else(|_| panic!("{what}: {told:?}"))
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Seconds that Alembic takes for our scripts, each a revision of its own, without the start of Python.
pub(super) fn migrate(python: &Path, url: &str) -> f64 {
    let scripts = tempfile::tempdir().unwrap();
    for (name, text) in agentflow::migrations::FILES {
        if name.ends_with(".up.sql") {
            std::fs::write(scripts.path().join(name), text).unwrap();
        }
    }
    let output = Command::new(python)
        .args(["-c", PROGRAM, "migrate", url])
        .arg(scripts.path())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    told.trim().parse().unwrap_or_else(|_| panic!("Alembic: {told:?} {complaint}"))
}
