use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::support::Sandbox;

const STEPS: [&str; 13] = [
    "start",
    "migrate",
    "tenants",
    "append",
    "verify",
    "usage",
    "budget",
    "memory",
    "history",
    "tamper",
    "repair",
    "isolation",
    "stop",
];

/// The process that a text such as `(process 4711)` names.
fn pid(text: &str) -> u32 {
    let rest = text.split("(process ").nth(1).unwrap();
    rest.split(')').next().unwrap().parse().unwrap()
}

fn runs(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

#[test]
fn the_demo_holds_and_leaves_nothing_running() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = Sandbox::bare();
    let (told, code) = sandbox.json(&["demo"]);
    assert_eq!(code, 0, "{told:#}");
    assert_eq!(told["ok"], true);
    let steps = told["steps"].as_array().unwrap();
    assert_eq!(steps.iter().map(|step| step["name"].as_str().unwrap()).collect::<Vec<_>>(), STEPS);
    for step in steps {
        assert_eq!(step["ok"], true, "{step}");
        assert!(step["duration_ms"].is_u64() && step["detail"].is_string());
    }
    assert!(!runs(pid(steps[0]["detail"].as_str().unwrap())));
}

#[test]
fn an_ordinary_reader_sees_every_step() {
    agentflow_postgres::needs_pgvector!();
    let text = Sandbox::bare().text(&["demo"]);
    for step in STEPS {
        assert!(text.contains(&format!("✓ {step}")), "{step}: {text}");
    }
    assert!(text.contains("Everything held"), "{text}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_demo_leaves_nothing_running() {
    let sandbox = Sandbox::bare();
    let mut child = Command::new(env!("CARGO_BIN_EXE_af"))
        .arg("demo")
        .env("AF_DATA_DIR", sandbox.path().join("data"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let started = { lines }.find(|line| line.contains("(process ")).unwrap();
    let postmaster = pid(&started);
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    child.wait().unwrap();
    let began = Instant::now();
    while runs(postmaster) {
        assert!(began.elapsed() < Duration::from_secs(20), "process {postmaster} still runs");
        std::thread::sleep(Duration::from_millis(50));
    }
}
