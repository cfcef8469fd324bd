//! The runbook of docs/backup.md, exactly as it stands there.

use super::{content, scene};
use crate::support::{Sandbox, json, run_sql};

#[test]
fn a_table_that_was_dropped_comes_back_row_for_row() {
    let sandbox = scene::with_key();
    let before = content::of(sandbox.url());
    scene::create(&sandbox, &[]);
    sandbox.sql("DROP TABLE conversations CASCADE");
    assert!(!content::differences(&before, &content::of(sandbox.url())).is_empty());
    scene::follow(&sandbox, "First of all", Some(sandbox.url()));
    scene::follow(&sandbox, "A table was dropped", Some(sandbox.url()));
    let after = content::of(sandbox.url());
    assert_eq!(content::differences(&before, &after), Vec::<String>::new());
}

#[test]
fn a_database_that_was_dropped_comes_back_row_for_row() {
    // `af migrate status` ends with 1 where some migrations cannot be applied.
    agentflow_postgres::needs_pgvector!();
    let sandbox = scene::with_key();
    let before = content::of(sandbox.url());
    scene::create(&sandbox, &[]);
    let (server, name) = sandbox.url().rsplit_once('/').unwrap();
    run_sql(&format!("{server}/postgres"), &format!("DROP DATABASE \"{name}\" WITH (FORCE)"));
    assert_eq!(sandbox.failed(&["tenant", "list"]).1, 3);
    scene::follow(&sandbox, "A database was dropped", Some(sandbox.url()));
    let after = content::of(sandbox.url());
    assert_eq!(content::differences(&before, &after), Vec::<String>::new());
    // It serves, and history goes on.
    sandbox.events("acme", 1);
    sandbox.made(&["audit", "verify"]);
}

#[test]
fn a_data_folder_that_was_lost_comes_back_row_for_row() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = Sandbox::bare();
    let up = |arguments: &[&str]| {
        json(sandbox.af_without_database(arguments).args(["--output", "json"]))
    };
    let ended = Ended(&sandbox);
    let (status, code) = up(&["up"]);
    assert_eq!(code, 0, "{status}");
    scene::fill(&sandbox);
    let before = content::of(status["url"].as_str().unwrap());
    scene::create(&sandbox, &[]);

    let data = std::path::PathBuf::from(status["data_dir"].as_str().unwrap());
    let pid = std::fs::read_to_string(data.join("postmaster.pid")).unwrap();
    let pid = pid.lines().next().unwrap();
    let killed = std::process::Command::new("kill").args(["-9", pid]).status().unwrap();
    assert!(killed.success());
    std::fs::remove_dir_all(sandbox.path().join("data")).unwrap();

    let told = scene::follow(&sandbox, "The data folder is lost", None);
    assert!(told.contains("_before_"), "{told}");
    let (status, _) = up(&["status"]);
    let after = content::of(status["url"].as_str().unwrap());
    assert_eq!(content::differences(&before, &after), Vec::<String>::new());
    drop(ended);
}

/// The local server of a sandbox goes with it.
struct Ended<'a>(&'a Sandbox);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        let _ = self.0.af_without_database(&["down", "--purge", "--yes"]).output();
    }
}
