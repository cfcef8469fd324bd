use crate::support::{LATEST, Sandbox, run_sql};

/// Stops the local server even when the test fails.
struct Purged<'a>(&'a Sandbox);

impl Drop for Purged<'_> {
    fn drop(&mut self) {
        let _ = self.0.af(&["down", "--purge", "--yes"]).output();
    }
}

#[test]
fn nothing_running_is_a_status() {
    let sandbox = Sandbox::bare();
    let (status, code) = sandbox.json(&["status"]);
    assert_eq!((status["running"].as_bool(), code), (Some(false), 0));
    assert!(status["url"].is_null() && status["data_dir"].is_string());
    assert!(sandbox.text(&["status"]).contains("not running"));
    let (down, code) = sandbox.json(&["down"]);
    assert_eq!((down["stopped"].as_bool(), code), (Some(false), 0));
    assert!(!sandbox.path().join("data").exists(), "asking makes nothing");
}

#[test]
fn the_local_server_is_used_by_everything_else() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = Sandbox::bare();
    let _purged = Purged(&sandbox);
    let (up, code) = sandbox.json(&["up"]);
    assert_eq!((up["running"].as_bool(), code), (Some(true), 0), "{up}");
    assert_eq!(up["migration_version"], LATEST);
    for key in ["url", "data_dir", "postgres_version"] {
        assert!(up[key].is_string(), "{key}: {up}");
    }
    assert!(up["port"].is_u64());
    assert_eq!(sandbox.json(&["up"]).0, up, "doing it again changes nothing");
    assert_eq!(sandbox.json(&["status"]).0, up);
    assert!(sandbox.text(&["status"]).contains("Migration:"));

    sandbox.tenant("acme");
    assert_eq!(sandbox.json(&["audit", "verify"]).0["status"], "success");

    let (kept, code) = sandbox.json(&["demo", "--keep"]);
    assert_eq!((kept["ok"].as_bool(), code), (Some(true), 0), "{kept:#}");
    let (again, _) = sandbox.json(&["demo", "--keep"]);
    assert_eq!(again["ok"], true, "{again:#}");

    assert_eq!(sandbox.json(&["down"]).0["stopped"], true);
    assert_eq!(sandbox.json(&["status"]).0["running"], false);
    let (told, code) = sandbox.json(&["tenant", "list"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_configured"), 3));
    assert_eq!(sandbox.json(&["up", "--no-migrate"]).0["url"], up["url"]);
    assert_eq!(sandbox.json(&["tenant", "list"]).0[0]["slug"], "acme");
    let (purged, _) = sandbox.json(&["down", "--purge", "--yes"]);
    assert_eq!(purged["purged"], true);
    assert!(!sandbox.path().join("data/postgres").exists());
}

#[test]
fn a_missing_database_is_told_and_made_again() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = Sandbox::bare();
    let _purged = Purged(&sandbox);
    let (up, code) = sandbox.json(&["up"]);
    assert_eq!(code, 0, "{up}");
    let (server, _) = up["url"].as_str().unwrap().rsplit_once('/').unwrap();
    run_sql(&format!("{server}/postgres"), "DROP DATABASE agentflow");
    let (status, code) = sandbox.json(&["status"]);
    assert_eq!((status["running"].as_bool(), code), (Some(true), 0), "{status}");
    assert!(status["migration_version"].is_null(), "{status}");
    let shown = sandbox.af(&["status"]).assert().success();
    let told = String::from_utf8_lossy(&shown.get_output().stderr).into_owned();
    assert!(told.contains("without its database"), "{told}");
    assert_eq!(sandbox.json(&["up"]), (up, 0));
}
