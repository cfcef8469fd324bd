//! The persistent server.

use agentflow_postgres::{Error, Local};

use crate::helper::{connect, installation, open_folder};

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
