//! Throw-away servers.

use std::path::Path;
use std::time::{Duration, Instant};

use agentflow_postgres::{Ephemeral, EphemeralOptions, Error};

use crate::helper::{
    block_on, child, chmod, connect, eventually, installation, open_folder, runs, spoken,
};

fn start() -> Ephemeral {
    Ephemeral::start(&installation(), &EphemeralOptions::default()).unwrap()
}

#[tokio::test]
async fn a_server_starts_inside_a_runtime_and_answers_a_query() {
    let began = Instant::now();
    let server = start();
    println!("initdb and start: {:?}", began.elapsed());
    let client = connect(&server.url("postgres")).await;
    let row = client.query_one("SHOW server_encoding", &[]).await.unwrap();
    assert_eq!(row.get::<_, &str>(0), "UTF8");
}

#[tokio::test]
async fn pgvector_can_be_installed() {
    agentflow_postgres::needs_pgvector!();
    let installation = installation();
    let server = start();
    let client = connect(&server.url("postgres")).await;
    client.batch_execute("CREATE EXTENSION vector").await.unwrap();
    let sql = "SELECT extversion FROM pg_extension WHERE extname = 'vector'";
    let version: String = client.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(Some(version), installation.pgvector);
}

#[tokio::test]
async fn a_connection_without_the_password_is_refused() {
    let server = start();
    let url = server.url("postgres").replace(server.password(), "guess");
    assert!(tokio_postgres::connect(&url, tokio_postgres::NoTls).await.is_err());
    assert!(!format!("{server:?}").contains(server.password()));
}

#[test]
fn nothing_is_left_after_a_drop() {
    let server = start();
    let (pid, data) = (server.pid(), server.data_dir().to_owned());
    assert!(runs(pid) && data.is_dir());
    drop(server);
    assert!(!runs(pid));
    assert!(!data.parent().unwrap().exists());
}

#[test]
fn stop_waits_until_nothing_is_left() {
    let server = start();
    let (pid, data) = (server.pid(), server.data_dir().to_owned());
    server.stop().unwrap();
    assert!(!runs(pid));
    assert!(!data.parent().unwrap().exists());
}

#[test]
fn nothing_is_left_after_our_process_was_killed() {
    let (mut holder, _input, said) = spoken(&mut child("hold"));
    let (pid, data) = said.split_once(' ').unwrap();
    let (pid, data) = (pid.parse().unwrap(), Path::new(data));
    assert!(runs(pid) && data.is_dir());
    holder.kill().unwrap();
    holder.wait().unwrap();
    eventually("the server is gone", || !runs(pid));
    eventually("its folder is gone", || !data.parent().unwrap().exists());
}

#[test]
fn nothing_is_left_when_our_process_is_killed_while_it_starts_a_server() {
    installation();
    for delay in [10, 20, 30, 60, 120, 240, 400] {
        let tmp = open_folder();
        let mut holder = child("hold").env("TMPDIR", tmp.path()).spawn().unwrap();
        // The moment of the kill is the point here; what it hits is left to chance.
        std::thread::sleep(Duration::from_millis(delay));
        holder.kill().unwrap();
        holder.wait().unwrap();
        let empty = || std::fs::read_dir(tmp.path()).unwrap().next().is_none();
        eventually("the folder is gone", empty);
        eventually("no process is left", || !anybody_uses(tmp.path()));
    }
}

/// Whether a process has the folder on its command line; Linux only.
fn anybody_uses(folder: &Path) -> bool {
    let folder = folder.as_os_str().as_encoded_bytes();
    std::fs::read_dir("/proc").into_iter().flatten().flatten().any(|process| {
        let command = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
        command.windows(folder.len()).any(|part| part == folder)
    })
}

#[test]
fn nothing_is_left_when_the_watchdog_was_killed_first() {
    let server = start();
    let (pid, data) = (server.pid(), server.data_dir().to_owned());
    let status = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    let Ok(status) = status else { return }; // no /proc here
    let after_name = status.rsplit_once(") ").unwrap().1;
    let parent = after_name.split(' ').nth(1).unwrap().parse().unwrap();
    let parent = nix::unistd::Pid::from_raw(parent);
    nix::sys::signal::kill(parent, nix::sys::signal::Signal::SIGKILL).unwrap();
    drop(server);
    eventually("the server is gone", || !runs(pid));
    assert!(!data.parent().unwrap().exists());
}

#[test]
fn a_crash_and_a_restart_keep_committed_data() {
    let options = EphemeralOptions { durable: true, ..Default::default() };
    let mut server = Ephemeral::start(&installation(), &options).unwrap();
    let (port, first) = (server.port(), server.pid());
    block_on(async {
        let client = connect(&server.url("postgres")).await;
        client.batch_execute("CREATE TABLE kept AS SELECT 7 AS n").await.unwrap();
    });
    server.kill().unwrap();
    assert!(!runs(first));
    server.restart().unwrap();
    assert_eq!(server.port(), port);
    assert_ne!(server.pid(), first);
    let row = block_on(async {
        connect(&server.url("postgres")).await.query_one("SELECT n FROM kept", &[]).await
    });
    assert_eq!(row.unwrap().get::<_, i32>(0), 7);
}

#[test]
fn a_restart_of_a_running_server_is_a_stop_and_a_start() {
    let mut server = start();
    let first = server.pid();
    server.restart().unwrap();
    assert!(!runs(first) && runs(server.pid()));
}

#[tokio::test]
async fn settings_of_the_caller_win() {
    let settings = vec![("max_connections".to_owned(), "17".to_owned())];
    let options = EphemeralOptions { settings, ..Default::default() };
    let server = Ephemeral::start(&installation(), &options).unwrap();
    let client = connect(&server.url("postgres")).await;
    let row = client.query_one("SHOW max_connections", &[]).await.unwrap();
    assert_eq!(row.get::<_, &str>(0), "17");
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let settings = vec![("no_such_setting".to_owned(), "1".to_owned())];
    let options = EphemeralOptions { settings, ..Default::default() };
    let error = Ephemeral::start(&installation(), &options).unwrap_err();
    assert!(matches!(error, Error::Server { .. }));
    assert!(error.to_string().contains("no_such_setting"), "{error}");
}

#[test]
fn an_ordinary_user_can_start_one_whatever_the_home_folder() {
    use std::os::unix::process::CommandExt;
    if !nix::unistd::geteuid().is_root() {
        return; // then all the other tests show it
    }
    let nobody = nix::unistd::User::from_name("nobody").unwrap().unwrap();
    let home = open_folder();
    chmod(home.path(), 0o700);
    let said = crate::helper::answer(
        child("answer")
            .env("AF_PG_BIN", installation().bin_dir)
            .env("HOME", home.path())
            .current_dir("/")
            .uid(nobody.uid.as_raw())
            .gid(nobody.gid.as_raw()),
    );
    assert_eq!(said, "42");
}

#[test]
fn root_can_start_one_when_its_temporary_folder_is_closed_to_others() {
    let closed = open_folder();
    chmod(closed.path(), 0o700);
    let bin = installation().bin_dir;
    let mut command = child("answer");
    command.env("AF_PG_BIN", bin).env("TMPDIR", closed.path()).env("HOME", closed.path());
    assert_eq!(crate::helper::answer(&mut command), "42");
}
