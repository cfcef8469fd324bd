//! The persistent server.

use std::sync::atomic::{AtomicBool, Ordering};

use agentflow_postgres::{Error, Local};

use crate::helper::{chmod, connect, installation, open_folder};

/// Stops the server even when the test fails, which for this kind nobody else would do.
struct Stopped(Local);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.purge();
    }
}

#[tokio::test]
async fn up_down_status_and_purge_can_be_repeated() {
    let top = open_folder();
    let dir = top.path().join("postgres");
    let local = Stopped(Local::at(dir.clone()));
    let local = &local.0;
    assert_eq!(local.status().unwrap(), None);
    assert!(!local.down().unwrap());
    local.purge().unwrap();
    assert!(!dir.exists(), "asking makes nothing");

    let first = local.up(&installation()).unwrap();
    assert_eq!(first, local.up(&installation()).unwrap());
    assert_eq!(local.status().unwrap(), Some(first.clone()));
    assert!(first.url.ends_with("/agentflow"));
    assert_eq!(first.version, installation().version.to_string());
    assert_eq!(first.pgvector, installation().pgvector);
    let client = connect(&first.url).await;
    client.batch_execute("CREATE TABLE kept AS SELECT 7 AS n").await.unwrap();

    assert!(local.down().unwrap());
    assert!(!local.down().unwrap());
    assert_eq!(local.status().unwrap(), None);

    let second = local.up(&installation()).unwrap();
    assert_eq!(second, first, "port and password stay");
    let row = connect(&second.url).await.query_one("SELECT n FROM kept", &[]).await.unwrap();
    assert_eq!(row.get::<_, i32>(0), 7);

    local.purge().unwrap();
    local.purge().unwrap();
    assert!(!dir.exists());
}

#[tokio::test]
async fn the_server_keeps_writes_through_a_power_cut() {
    let top = open_folder();
    let local = Stopped(Local::at(top.path().join("postgres")));
    let running = local.0.up(&installation()).unwrap();
    let client = connect(&running.url).await;
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        let row = client.query_one(&format!("SHOW {setting}"), &[]).await.unwrap();
        assert_eq!(row.get::<_, &str>(0), "on", "{setting}");
    }
}

#[test]
fn a_stale_pid_file_is_not_a_running_server() {
    let top = open_folder();
    let local = Stopped(Local::at(top.path().join("postgres")));
    let local = &local.0;
    let first = local.up(&installation()).unwrap();
    let pid_file = first.data_dir.join("postmaster.pid");
    let text = std::fs::read_to_string(&pid_file).unwrap();
    local.down().unwrap();
    // As after the machine restarted: the pid now belongs to another program, to this test.
    let (_, rest) = text.split_once('\n').unwrap();
    std::fs::write(&pid_file, format!("{}\n{rest}", std::process::id())).unwrap();
    assert_eq!(local.status().unwrap(), None);
    assert!(!local.down().unwrap());
    assert_eq!(local.up(&installation()).unwrap(), first);
}

#[test]
fn what_listens_at_the_port_and_says_nothing_is_not_waited_for_for_ever() {
    let top = open_folder();
    let local = Stopped(Local::at(top.path().join("postgres")));
    let local = &local.0;
    let first = local.up(&installation()).unwrap();
    let pid_file = first.data_dir.join("postmaster.pid");
    let text = std::fs::read_to_string(&pid_file).unwrap();
    local.down().unwrap();
    // As after a crash, where pid and port belong to other programs now.
    let (_, rest) = text.split_once('\n').unwrap();
    std::fs::write(&pid_file, format!("{}\n{rest}", std::process::id())).unwrap();
    let silent = std::net::TcpListener::bind(("127.0.0.1", first.port)).unwrap();
    let error = local.status().unwrap_err().to_string();
    assert!(error.contains("nothing answered within 5 s"), "{error}");
    drop(silent);
    assert_eq!(local.status().unwrap(), None);
}

#[tokio::test]
async fn a_missing_database_is_no_reason_to_fail_and_is_made_again() {
    let top = open_folder();
    let local = Stopped(Local::at(top.path().join("postgres")));
    let local = &local.0;
    let running = local.up(&installation()).unwrap();
    let (server, _) = running.url.rsplit_once('/').unwrap();
    let client = connect(&format!("{server}/postgres")).await;
    client.batch_execute("DROP DATABASE agentflow").await.unwrap();
    assert_eq!(local.status().unwrap(), Some(running.clone()));
    assert_eq!(local.up(&installation()).unwrap(), running);
    connect(&running.url).await.batch_execute("SELECT 1").await.unwrap();
}

#[test]
fn an_initdb_that_still_writes_is_not_in_the_way() {
    let top = open_folder();
    let local = Stopped(Local::at(top.path().join("postgres")));
    let leftover = top.path().join("postgres/data.new");
    std::fs::create_dir_all(&leftover).unwrap();
    chmod(&top.path().join("postgres"), 0o755);
    let writes = AtomicBool::new(true);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0.. {
                if !writes.load(Ordering::Relaxed) {
                    return;
                }
                let _ = std::fs::create_dir_all(&leftover);
                let _ = std::fs::write(leftover.join(n.to_string()), "x");
            }
        });
        let started = local.0.up(&installation());
        writes.store(false, Ordering::Relaxed);
        started.unwrap();
    });
    local.0.up(&installation()).unwrap();
    assert!(!leftover.exists(), "the next call removes what is left");
    std::fs::create_dir_all(top.path().join("postgres/data.new-1/base")).unwrap();
    local.0.purge().unwrap();
    assert!(!top.path().join("postgres").exists());
}

/// A process named `postgres` that ended and that nobody reaps, as after `kill -9` in a container
/// whose first process does not care.
#[cfg(target_os = "linux")]
#[test]
fn a_postmaster_that_was_never_reaped_is_not_a_running_server() {
    use std::os::unix::{fs::MetadataExt, process::CommandExt};

    use crate::helper::eventually;

    let top = open_folder();
    let local = Stopped(Local::at(top.path().join("postgres")));
    let local = &local.0;
    let first = local.up(&installation()).unwrap();
    let pid_file = first.data_dir.join("postmaster.pid");
    let text = std::fs::read_to_string(&pid_file).unwrap();
    local.down().unwrap();

    let program = top.path().join("postgres-program");
    std::fs::create_dir(&program).unwrap();
    chmod(&program, 0o755);
    let program = program.join("postgres");
    std::fs::copy("/bin/true", &program).unwrap();
    chmod(&program, 0o755);
    let owner = std::fs::metadata(&first.data_dir).unwrap().uid();
    let mut zombie = std::process::Command::new(&program).uid(owner).spawn().unwrap();
    let stat = format!("/proc/{}/stat", zombie.id());
    eventually("it ended", || std::fs::read_to_string(&stat).unwrap().contains(") Z "));

    let (_, rest) = text.split_once('\n').unwrap();
    std::fs::write(&pid_file, format!("{}\n{rest}", zombie.id())).unwrap();
    assert_eq!(local.status().unwrap(), None);
    assert!(!local.down().unwrap());
    assert_eq!(local.up(&installation()).unwrap(), first);
    zombie.wait().unwrap();
}

/// The pid in the file is that of a PostgreSQL, but of another one.
#[cfg(target_os = "linux")]
#[test]
fn a_postmaster_of_another_folder_is_not_ours() {
    let top = open_folder();
    let local = Stopped(Local::at(top.path().join("postgres")));
    let other = Stopped(Local::at(top.path().join("other")));
    let (local, other) = (&local.0, &other.0);
    let first = local.up(&installation()).unwrap();
    local.down().unwrap();
    let running = other.up(&installation()).unwrap();
    let pid_file = first.data_dir.join("postmaster.pid");
    std::fs::copy(running.data_dir.join("postmaster.pid"), &pid_file).unwrap();
    assert_eq!(local.status().unwrap(), None);
    assert_eq!(local.up(&installation()).unwrap().data_dir, first.data_dir);
    assert_eq!(other.status().unwrap(), Some(running));
}

#[test]
fn a_taken_port_is_replaced() {
    let top = open_folder();
    let local = Stopped(Local::at(top.path().join("postgres")));
    let first = local.0.up(&installation()).unwrap();
    local.0.down().unwrap();
    let _taken = std::net::TcpListener::bind(("127.0.0.1", first.port)).unwrap();
    assert_ne!(local.0.up(&installation()).unwrap().port, first.port);
}

#[test]
fn data_of_another_major_version_is_refused() {
    let top = open_folder();
    let local = Stopped(Local::at(top.path().join("postgres")));
    let running = local.0.up(&installation()).unwrap();
    local.0.down().unwrap();
    std::fs::write(running.data_dir.join("PG_VERSION"), "14\n").unwrap();
    let error = local.0.up(&installation()).unwrap_err();
    assert!(matches!(&error, Error::DataVersion { found, .. } if found == "14"), "{error}");
}

#[test]
fn data_without_its_password_is_called_damaged_and_can_be_purged() {
    let top = open_folder();
    let local = Stopped(Local::at(top.path().join("postgres")));
    local.0.up(&installation()).unwrap();
    let secret = top.path().join("postgres/superuser-password");
    let password = std::fs::read_to_string(&secret).unwrap();
    std::fs::remove_file(&secret).unwrap();
    assert!(matches!(local.0.status(), Err(Error::Damaged { .. })));
    std::fs::write(&secret, password).unwrap();
    assert!(local.0.down().unwrap());
}

#[test]
fn debug_output_holds_no_password() {
    let top = open_folder();
    let local = Stopped(Local::at(top.path().join("postgres")));
    let running = local.0.up(&installation()).unwrap();
    let password = std::fs::read_to_string(top.path().join("postgres/superuser-password")).unwrap();
    assert!(running.url.contains(&password));
    assert!(!format!("{running:?}").contains(&password));
}
