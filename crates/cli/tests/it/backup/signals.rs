//! What becomes of a backup when somebody ends the command.

use std::process::{Child, Command, Stdio};

use agentflow::{Config, Store};
use serde_json::{Value, json};
use tokio_postgres::Client;

use super::scene;
use crate::support::{Sandbox, block_on};

/// Waits until something is so.
fn wait_for(what: &str, is_so: &mut dyn FnMut() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !is_so() {
        assert!(std::time::Instant::now() < deadline, "waited for: {what}");
        std::thread::yield_now();
    }
}

/// A session that keeps `pg_dump` waiting for a table that we do not hold ourselves.
fn blocker(sandbox: &Sandbox) -> Client {
    sandbox.sql("CREATE TABLE held (a int) PARTITION BY RANGE (a)");
    block_on(async {
        let store = Store::connect(Config::from_url(sandbox.url()).unwrap()).unwrap();
        let client = store.admin().connect().await.unwrap();
        client.batch_execute("BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE").await.unwrap();
        client
    })
}

fn is_waiting(client: &Client) -> bool {
    const SQL: &str =
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'held'::regclass";
    block_on(async { client.query_one(SQL, &[]).await.unwrap().get::<_, i64>(0) > 0 })
}

/// The programs that a process started and that still run.
fn children(parent: u32) -> Vec<String> {
    let listed = Command::new("ps").args(["-eo", "pid=,ppid=,comm="]).output().unwrap();
    let text = String::from_utf8(listed.stdout).unwrap();
    let child = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        (words[1] == parent.to_string()).then(|| words[0].to_owned())
    };
    text.lines().filter_map(child).collect()
}

fn is_running(pid: &str) -> bool {
    let asked = Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap();
    let state = String::from_utf8(asked.stdout).unwrap();
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}

fn begin(sandbox: &Sandbox) -> Child {
    let mut command = sandbox.command(&["backup", "create", "--output", "json"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn ends_in_good_order(signal: &str, code: i32) {
    let sandbox = scene::with_key();
    let client = blocker(&sandbox);
    let af = begin(&sandbox);
    wait_for("pg_dump to wait", &mut || is_waiting(&client));
    let programs = children(af.id());
    assert!(!programs.is_empty() && scene::names(&sandbox).iter().any(|it| it.contains("partial")));
    let sent = Command::new("kill").args([signal, &af.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let ended = af.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(code), "{ended:?}");
    let told: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(told["error"]["kind"], json!("interrupted"), "{told}");
    for pid in programs {
        wait_for("pg_dump to end", &mut || !is_running(&pid));
    }
    assert_eq!(scene::names(&sandbox), Vec::<String>::new());
    drop(client);
    // Nothing is in the way of the next one.
    scene::create(&sandbox, &[]);
}

#[test]
fn a_service_manager_ends_a_backup_in_good_order() {
    ends_in_good_order("-TERM", 143);
}

#[test]
fn ctrl_c_ends_a_backup_in_good_order() {
    ends_in_good_order("-INT", 130);
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_closes_ends_a_backup_in_good_order_unless_nohup_says_otherwise() {
    let sandbox = scene::with_key();
    let client = blocker(&sandbox);
    let mut command = Command::new("sh");
    let af = sandbox.command(&[]);
    for (name, value) in af.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    // As nohup starts it: SIGHUP does nothing.
    command.args(["-c", "trap '' HUP; exec \"$0\" backup create --output json"]);
    command.arg(env!("CARGO_BIN_EXE_af")).current_dir(sandbox.path());
    let af = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for("pg_dump to wait", &mut || is_waiting(&client));
    let sent = Command::new("kill").args(["-HUP", &af.id().to_string()]).status().unwrap();
    assert!(sent.success());
    block_on(client.batch_execute("COMMIT")).unwrap();
    let ended = af.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    drop(client);
    if !is_hang_up_ignored() {
        ends_in_good_order("-HUP", 129);
    }
}

/// Whether whoever runs the tests ignores it, which those that they start inherit.
#[cfg(target_os = "linux")]
fn is_hang_up_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    u64::from_str_radix(ignored.trim(), 16).unwrap() & 1 == 1
}
