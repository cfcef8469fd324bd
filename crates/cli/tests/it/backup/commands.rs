use std::fs;

use serde_json::{Value, json};

use super::{content, scene};
use crate::support::{Sandbox, json};

#[test]
fn a_backup_is_made_listed_verified_and_restored() {
    let sandbox = scene::with_key();
    let made = sandbox.made(&["backup", "create", "--jobs", "2"]);
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        [&made["kind"], &made["signed"], &made["encrypted"]],
        [&json!("full"), &json!(true), &json!(false)]
    );
    assert!(made["rows"].as_u64().unwrap() > 400, "{made}");
    let listed = sandbox.made(&["backup", "list"]);
    assert_eq!((&listed[0]["id"], listed.as_array().unwrap().len()), (&made["id"], 1));
    let text = sandbox.text(&["backup", "list"]);
    assert!(text.contains(id) && text.contains("backups.example.com"), "{text}");

    let verified = sandbox.made(&["backup", "verify", "latest"]);
    assert_eq!((&verified["status"], &verified["faults"]), (&json!("success"), &json!([])));

    let before = content::of(sandbox.url());
    sandbox.made(&["tenant", "delete", "beta", "--yes"]);
    sandbox.sql("SET session_replication_role = replica; DELETE FROM audits");
    let report = sandbox.made(&["backup", "restore", id, "--yes"]);
    assert!(report["replaced"].as_str().unwrap().contains("_before_"), "{report}");
    assert_eq!(content::differences(&before, &content::of(sandbox.url())), Vec::<String>::new());
    assert_eq!(sandbox.made(&["audit", "verify"])["status"], "success");
    let old = report["replaced"].as_str().unwrap();
    sandbox.sql(&format!("DROP DATABASE \"{old}\""));
}

#[test]
fn what_replaces_a_database_asks_and_what_makes_one_does_not() {
    let sandbox = scene::with_key();
    scene::create(&sandbox, &[]);
    let before = content::of(sandbox.url());
    let told = scene::told(&sandbox, &["backup", "restore", "latest"]);
    assert_eq!(told.code, 2, "{told:?}");
    assert!(told.contains("Replace the database") && told.contains("--yes"), "{told:?}");
    assert_eq!(content::differences(&before, &content::of(sandbox.url())), Vec::<String>::new());

    let (server, name) = sandbox.url().rsplit_once('/').unwrap();
    let beside = format!("{name}_beside");
    let report = sandbox.made(&["backup", "restore", "latest", "--into", &beside]);
    assert_eq!([&report["database"], &report["replaced"]], [&json!(beside), &Value::Null]);
    assert_eq!(
        content::differences(&before, &content::of(&format!("{server}/{beside}"))),
        Vec::<String>::new()
    );
    sandbox.sql(&format!("DROP DATABASE \"{beside}\""));
}

#[test]
fn every_fault_is_named_and_nothing_damaged_is_restored() {
    let sandbox = scene::with_key();
    let id = scene::create(&sandbox, &[]);
    let before = content::of(sandbox.url());
    let part = scene::a_part(&sandbox, &id);
    let name = part.file_name().unwrap().to_string_lossy().into_owned();
    let mut bytes = fs::read(&part).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&part, &bytes).unwrap();
    fs::write(part.with_file_name("planted"), "").unwrap();
    let (verified, code) = sandbox.json(&["backup", "verify", "latest"]);
    assert_eq!((code, &verified["status"]), (1, &json!("damaged")), "{verified}");
    let faults = verified["faults"].as_array().unwrap();
    let named = |what: &str| faults.iter().any(|it| it["place"].as_str().unwrap().contains(what));
    assert!(faults.len() == 2 && named(&name) && named("planted"), "{verified}");
    let told = scene::told(&sandbox, &["backup", "verify", &id]);
    assert!(
        told.code == 1 && told.stdout.contains(&name) && told.stdout.contains("2 faults"),
        "{told:?}"
    );
    let (refused, code) = sandbox.json(&["backup", "restore", &id, "--yes"]);
    assert_eq!((code, &refused["error"]["kind"]), (1, &json!("corrupt")), "{refused}");
    assert_eq!(refused["error"]["causes"].as_array().unwrap().len(), 2);
    assert!(
        refused["error"]["hint"].as_str().unwrap().contains("nothing was changed"),
        "{refused}"
    );
    let told = sandbox.json(&["backup", "drill", &id, "--report-dir", "drills"]);
    assert_eq!((told.1, &told.0["verdict"]), (1, &json!("failed")));
    let reports = fs::read_dir(sandbox.path().join("drills")).unwrap().count();
    assert_eq!(reports, 2);
    assert_eq!(content::differences(&before, &content::of(sandbox.url())), Vec::<String>::new());
}

#[test]
fn who_signed_and_who_can_read_it_is_asked_for() {
    let sandbox = scene::with_key();
    let nobodys =
        json(sandbox.af(&["backup", "create", "--output", "json"]).env("AF_AUDIT_KEY_FILE", ""));
    assert_eq!((nobodys.1, &nobodys.0["error"]["kind"]), (2, &json!("usage")));
    assert!(nobodys.0["error"]["hint"].as_str().unwrap().contains("--unsigned"), "{}", nobodys.0);

    let unsigned = scene::create(&sandbox, &["--unsigned"]);
    let (verified, code) = sandbox.json(&["backup", "verify", &unsigned]);
    assert_eq!((code, &verified["error"]["kind"]), (1, &json!("corrupt")), "{verified}");
    // Nor is it the latest, for who asks who signed.
    let told = scene::told(&sandbox, &["backup", "verify", "latest"]);
    assert_eq!(told.code, 1, "{told:?}");
    assert!(told.stderr.contains(&format!("passed over {unsigned}")), "{told:?}");
    let told = scene::told(&sandbox, &["backup", "verify", "latest", "--allow-unsigned"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.stderr.contains("made this backup up"), "{told:?}");

    // Somebody else's key.
    sandbox.made(&["audit", "keygen", "mallory.example.com", "--out", "other.key"]);
    let forged = scene::create(&sandbox, &["--key-file", "other.key"]);
    assert_eq!(sandbox.json(&["backup", "verify", &forged]).1, 1);
    let good = scene::create(&sandbox, &[]);
    assert_eq!(sandbox.made(&["backup", "verify", "latest"])["id"], json!(good));
    let pruned = sandbox.made(&["backup", "prune", "--keep-last", "1", "--yes"]);
    assert_eq!((&pruned["kept"], &pruned["removed"]), (&json!([good]), &json!([])));
    assert_eq!(pruned["left"].as_array().unwrap().len(), 2);
}

#[test]
fn the_latest_is_that_of_the_database_that_is_meant() {
    let sandbox = scene::with_key();
    let own = scene::create(&sandbox, &[]);
    let (server, name) = sandbox.url().rsplit_once('/').unwrap();
    let other = format!("{name}_other");
    sandbox.sql(&format!("CREATE DATABASE \"{other}\""));
    let url = format!("{server}/{other}");
    let others = scene::create(&sandbox, &["--database-url", &url]);
    // Which one, nobody can tell.
    let (told, code) = sandbox.json(&["backup", "verify", "latest"]);
    assert_eq!((code, &told["error"]["kind"]), (2, &json!("usage")), "{told}");
    assert!(told["error"]["message"].as_str().unwrap().contains(&other), "{told}");

    let told = scene::told(&sandbox, &["backup", "restore", "latest"]);
    assert!(told.contains(&own) && told.contains(&format!("of {name}, ")), "{told:?}");
    assert!(told.contains(" rows, ") && told.contains(" old?"), "{told:?}");
    let before = content::of(sandbox.url());
    let told = scene::told(&sandbox, &["backup", "restore", &others, "--yes"]);
    assert!(told.code == 2 && told.contains("--into"), "{told:?}");
    assert_eq!(content::differences(&before, &content::of(sandbox.url())), Vec::<String>::new());
    sandbox.sql(&format!("DROP DATABASE \"{other}\""));
}

#[test]
fn a_backup_that_is_too_old_is_told() {
    let sandbox = scene::with_key();
    scene::create(&sandbox, &["--schema-only"]);
    let verified = sandbox.made(&["backup", "verify", "latest", "--max-age", "26h"]);
    assert_eq!(verified["status"], "success");
    // It ages by itself.
    let mut old =
        (0..100).map(|_| sandbox.json(&["backup", "verify", "latest", "--max-age", "0s"]));
    let (verified, code) = old.find(|(_, code)| *code != 0).unwrap();
    assert_eq!((code, &verified["status"]), (1, &json!("too_old")), "{verified}");
    assert!(verified["age_seconds"].as_u64().unwrap() > 0, "{verified}");
}

#[test]
fn an_encrypted_backup_is_read_with_the_identity_and_drilled() {
    let sandbox = scene::with_key();
    let (identity, recipient) = age_key();
    sandbox.write("backup.key", &identity);
    #[cfg(unix)]
    {
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(sandbox.path().join("backup.key"), private).unwrap();
    }
    let id = scene::create(&sandbox, &["--encrypt-to", &recipient]);
    let data = sandbox.path().join("backups").join(&id).join("data");
    for entry in fs::read_dir(data).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(bytes.starts_with(b"age-encryption.org/v1"));
    }
    let outside = sandbox.made(&["backup", "verify", "latest"]);
    assert_eq!((&outside["status"], &outside["decrypted"]), (&json!("success"), &json!(false)));
    let inside = sandbox.made(&["backup", "verify", "latest", "--identity", "backup.key"]);
    assert_eq!(inside["decrypted"], true);
    assert_eq!(sandbox.json(&["backup", "restore", "latest", "--yes"]).1, 2);

    let drill = ["backup", "drill", "latest", "--identity", "backup.key", "--report-dir", "drills"];
    let report = sandbox.made(&drill);
    assert_eq!((&report["verdict"], &report["is_encrypted"]), (&json!("passed"), &json!(true)));
    assert!(report["rto_milliseconds"].as_u64().unwrap() > 0 && report["rpo_seconds"].is_number());
    let names = fs::read_dir(sandbox.path().join("drills")).unwrap();
    let html =
        names.map(|it| it.unwrap().path()).find(|it| it.extension().unwrap() == "html").unwrap();
    let html = fs::read_to_string(html).unwrap();
    assert!(html.contains(&id) && !html.contains("<script"), "{html}");
    assert!(!html.contains(&sandbox.path().join("backup.key").to_string_lossy().into_owned()));
}

fn age_key() -> (String, String) {
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    (age::secrecy::ExposeSecret::expose_secret(&identity.to_string()).to_owned(), recipient)
}

#[test]
fn old_backups_go_and_what_is_not_one_stays() {
    let sandbox = scene::with_key();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(scene::create(&sandbox, &["--compress", "gzip:1"]));
    }
    // Those of one second are in the order of their names.
    ids.sort();
    fs::create_dir_all(sandbox.path().join("backups/20200101T000000Z-00000000/data")).unwrap();
    assert_eq!(sandbox.failed(&["backup", "prune"]), ("usage".to_owned(), 2));
    let prune = ["backup", "prune", "--keep-last", "1"];
    let would = sandbox.made(&[&prune[..], &["--dry-run"]].concat());
    assert_eq!(would["removed"], json!(ids[..2]));
    assert_eq!(sandbox.made(&["backup", "list"]).as_array().unwrap().len(), 3);
    assert_eq!(sandbox.failed(&prune), ("usage".to_owned(), 2));
    let pruned = sandbox.made(&[&prune[..], &["--yes"]].concat());
    assert_eq!((&pruned["kept"], &pruned["removed"]), (&json!(ids[2..]), &json!(ids[..2])));
    let names = scene::names(&sandbox);
    assert!(names.contains(&"20200101T000000Z-00000000".to_owned()), "{names:?}");
    assert_eq!(sandbox.made(&["backup", "verify", "latest"])["status"], "success");
}

#[test]
fn what_is_not_there_is_told_with_what_to_do() {
    let sandbox = Sandbox::migrated();
    sandbox.write(".env", scene::SETTINGS);
    sandbox.made(&["audit", "keygen", "backups.example.com", "--out", "audit.key"]);
    assert_eq!(sandbox.made(&["backup", "list"]), json!([]));
    let (told, code) = sandbox.json(&["backup", "restore", "latest"]);
    assert_eq!((code, &told["error"]["kind"]), (1, &json!("not_found")), "{told}");
    assert!(told["error"]["hint"].as_str().unwrap().contains("af backup create"), "{told}");
    assert_eq!(sandbox.failed(&["backup", "verify", "20261122T080000Z-7f3a9c21"]).1, 1);
    assert_eq!(sandbox.failed(&["backup", "verify", "../../etc"]), ("usage".to_owned(), 2));
    let bad = ["backup", "list", "--dir", "s3://KEY:hunter2@bucket/a"];
    let told = scene::told(&sandbox, &bad);
    assert!(told.code == 2 && !told.contains("hunter2"), "{told:?}");
    let (told, code) = sandbox.json(&["backup", "create", "--compress", "xz"]);
    assert_eq!(code, 2, "{told}");
}

#[test]
fn no_password_is_written_anywhere() {
    let sandbox = scene::with_key();
    let (_, rest) = sandbox.url().split_once("://").unwrap();
    let (_, password) = rest.split('@').next().unwrap().split_once(':').unwrap();
    assert!(password.len() > 20, "the test server has a password");
    let id = scene::create(&sandbox, &["--compress", "none"]);
    let told = scene::told(&sandbox, &["backup", "restore", &id, "--table", "tenants", "-vv"]);
    assert_ne!(told.code, 0);
    assert!(!told.contains(password), "{told:?}");
    let mut folders = vec![sandbox.path().join("backups")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            assert!(!text.contains(password), "{}", path.display());
        }
    }
}
