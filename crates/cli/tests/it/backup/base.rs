use agentflow_postgres::{Ephemeral, EphemeralOptions, Installation};
use serde_json::{Value, json};

use crate::support::{Sandbox, json};

fn server(settings: &[(&str, &str)]) -> Ephemeral {
    let installation = Installation::find_or_provision(&mut |_| ()).unwrap();
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let options = EphemeralOptions { durable: true, settings: settings.collect() };
    Ephemeral::start(&installation, &options).unwrap()
}

fn base(sandbox: &Sandbox, url: &str, arguments: &[&str]) -> (Value, i32) {
    let arguments = [&["backup", "base"], arguments, &["--output", "json"]].concat();
    json(sandbox.af_without_database(&arguments).env("DATABASE_URL", url))
}

#[test]
fn base_backups_build_upon_each_other_and_are_combined() {
    agentflow_postgres::needs_postgres!(17);
    let sandbox = Sandbox::bare();
    let server = server(&[("summarize_wal", "on")]);
    let url = server.url("postgres");
    let (full, code) = base(&sandbox, &url, &["create"]);
    assert_eq!((code, &full["kind"]), (0, &json!("full")), "{full}");
    let (next, code) = base(&sandbox, &url, &["incremental"]);
    assert_eq!((code, &next["parent"]), (0, &full["id"]), "{next}");
    let (listed, _) = base(&sandbox, &url, &["list"]);
    assert_eq!(listed[0]["needed_by"], json!([next["id"]]));
    let (verified, code) = base(&sandbox, &url, &["verify", "latest"]);
    assert_eq!((code, &verified["status"]), (0, &json!("success")), "{verified}");
    let (refused, code) = base(&sandbox, &url, &["delete", full["id"].as_str().unwrap(), "--yes"]);
    assert_eq!((code, &refused["error"]["kind"]), (4, &json!("conflict")), "{refused}");
    let (made, code) = base(&sandbox, &url, &["combine", "latest", "--to", "files"]);
    assert_eq!(code, 0, "{made}");
    assert!(sandbox.path().join("files/backup_label").is_file());
    // What is there is not overwritten.
    assert_eq!(base(&sandbox, &url, &["combine", "latest", "--to", "files"]).1, 4);
}

#[test]
fn what_a_server_lacks_for_base_backups_is_told() {
    agentflow_postgres::needs_postgres!(17);
    let sandbox = Sandbox::bare();
    let server = server(&[]);
    let url = server.url("postgres");
    assert_eq!(base(&sandbox, &url, &["create"]).1, 0);
    let (refused, code) = base(&sandbox, &url, &["incremental"]);
    assert_eq!(code, 4, "{refused}");
    assert!(
        refused["error"]["message"].as_str().unwrap().contains("summarize_wal = on"),
        "{refused}"
    );
    let (refused, code) = base(&sandbox, &url, &["create", "--dir", "s3://bucket/a"]);
    assert_eq!(code, 2, "{refused}");
}
