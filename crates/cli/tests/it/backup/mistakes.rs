//! What goes wrong where somebody mistook something: each is told with what to do.

use std::fs;

use serde_json::{Value, json};

use super::{content, scene};
use crate::support::{Sandbox, json};

fn hint(told: &Value) -> &str {
    told["error"]["hint"].as_str().unwrap_or_else(|| panic!("no hint: {told}"))
}

fn message(told: &Value) -> &str {
    told["error"]["message"].as_str().unwrap_or_else(|| panic!("no error: {told}"))
}

fn identity(sandbox: &Sandbox, file: &str) -> String {
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    sandbox.write(file, age::secrecy::ExposeSecret::expose_secret(&identity.to_string()));
    #[cfg(unix)]
    {
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(sandbox.path().join(file), private).unwrap();
    }
    recipient
}

#[test]
fn an_identity_that_fits_nothing_is_one_error_and_no_damage() {
    let sandbox = scene::with_key();
    let recipient = identity(&sandbox, "backup.key");
    let other = identity(&sandbox, "other.key");
    scene::create(&sandbox, &["--encrypt-to", &recipient]);
    for command in ["verify", "restore", "drill"] {
        let arguments = ["backup", command, "latest", "--identity", "other.key", "--yes"];
        let (told, code) = sandbox.json(&arguments);
        assert_eq!((code, &told["error"]["kind"]), (2, &json!("invalid_input")), "{told}");
        assert!(message(&told).contains(&recipient) && message(&told).contains(&other), "{told}");
        assert!(hint(&told).contains("--identity"), "{told}");
    }
    let (told, code) = sandbox.json(&["backup", "restore", "latest", "--yes"]);
    assert!(code == 2 && hint(&told).contains("--identity"), "{told}");
    sandbox.made(&["backup", "verify", "latest", "--identity", "backup.key"]);
}

#[test]
fn definitions_without_rows_replace_no_database() {
    let sandbox = scene::with_key();
    let id = scene::create(&sandbox, &["--schema-only"]);
    let before = content::of(sandbox.url());
    let (told, code) = sandbox.json(&["backup", "restore", &id, "--yes"]);
    assert!(code == 2 && hint(&told).contains("--into"), "{told}");
    assert_eq!(content::differences(&before, &content::of(sandbox.url())), Vec::<String>::new());

    let (server, name) = sandbox.url().rsplit_once('/').unwrap();
    let told = scene::told(&sandbox, &["backup", "restore", &id, "--into", name]);
    assert!(told.code == 2 && told.stderr.contains("no rows"), "{told:?}");
    let beside = format!("{name}_empty");
    let told = scene::told(&sandbox, &["backup", "restore", &id, "--into", &beside]);
    assert!(told.code == 0 && told.stderr.contains("af migrate baseline"), "{told:?}");
    // As it was told.
    let version = told.stderr.split("baseline ").nth(1).unwrap().split('`').next().unwrap();
    let mut baseline = sandbox.af(&["migrate", "baseline", version, "--output", "json"]);
    let (told, code) = json(baseline.env("DATABASE_URL", format!("{server}/{beside}")));
    assert_eq!(code, 0, "{told}");
    sandbox.sql(&format!("DROP DATABASE \"{beside}\""));
}

#[test]
fn tables_are_named_as_sql_names_them() {
    let sandbox = scene::with_key();
    sandbox.sql(
        "CREATE SCHEMA s2; CREATE TABLE s2.\"Odd, Na.me \"\"x\"\"\" (a int);
         INSERT INTO s2.\"Odd, Na.me \"\"x\"\"\" VALUES (1), (2)",
    );
    let odd = r#"s2."Odd, Na.me ""x""""#;
    let made = sandbox.made(&["backup", "create", "--table", &format!("{odd},public.audits")]);
    assert_eq!(made["tables"], json!(2), "{made}");
    let id = made["id"].as_str().unwrap();
    let before = content::of(sandbox.url());
    sandbox.sql(&format!("DROP TABLE {odd}"));
    let report = sandbox.made(&["backup", "restore", id, "--table", odd]);
    assert_eq!((&report["tables"], &report["rows"]), (&json!(1), &json!(2)), "{report}");
    assert_eq!(content::differences(&before, &content::of(sandbox.url())), Vec::<String>::new());

    for command in [
        &["backup", "create", "--table", "nosuch"][..],
        &["backup", "restore", id, "--table", "s2.nosuch"],
        &["backup", "restore", id, "--table", "S2.AUDITS"],
    ] {
        let (told, code) = sandbox.json(command);
        assert_eq!((code, &told["error"]["kind"]), (1, &json!("not_found")), "{told}");
        assert!(hint(&told).contains("as SQL names them"), "{told}");
    }
    for name in ["a b", "a.b.c", "1a"] {
        let (told, code) = sandbox.json(&["backup", "restore", id, "--table", name]);
        assert!(code == 2 && message(&told).contains("as SQL names it"), "{told}");
    }
    // The schema went as well.
    sandbox.sql("DROP SCHEMA s2 CASCADE");
    let (told, code) = sandbox.json(&["backup", "restore", id, "--table", odd]);
    assert!(code == 4 && hint(&told).contains("--into"), "{told}");
    let log = message(&told).split("is in ").nth(1).unwrap();
    assert!(fs::read_to_string(log).unwrap().contains("s2"), "{told}");
    fs::remove_file(log).unwrap();
}

#[test]
fn what_is_named_and_not_there_is_wrong_usage() {
    let sandbox = scene::with_key();
    sandbox.write("afile", "");
    let id = scene::create(&sandbox, &[]);
    for (arguments, expected) in [
        (&["create", "--key-file", "nofile"][..], "nofile"),
        (&["create", "--encrypt-to", "age1nonsense"], "recipient"),
        (&["verify", "latest", "--identity", "nofile"], "nofile"),
        (&["verify", "latest", "--key", "nonsense"], "neither a key"),
        (&["list", "--dir", "afile"], "expected a folder"),
        (&["create", "--dir", "afile"], "expected a folder"),
        (&["base", "list", "--dir", "afile"], "expected a folder"),
        (&["list", "--dir", ""], "--dir is empty"),
        (&["base", "list", "--dir", " "], "--dir is empty"),
        (&["restore", &id, "--into", "postgres"], "postgres"),
        (&["restore", &id, "--into", "template1"], "template"),
        (&["restore", &id, "--into", "a\nb"], "control characters"),
    ] {
        let (told, code) = sandbox.json(&[&["backup"], arguments].concat());
        assert!(code == 2 && message(&told).contains(expected), "{arguments:?} {code} {told}");
    }
    let (told, code) = sandbox.json(&["backup", "base", "verify", &id]);
    assert!(code == 1 && hint(&told).contains("base list"), "{told}");
    // Empty in the environment means not set.
    fs::rename(sandbox.path().join("backups"), sandbox.path().join("a b")).unwrap();
    let (listed, _) =
        json(sandbox.af(&["backup", "list", "--output", "json"]).env("AF_BACKUP_DIR", ""));
    assert_eq!(listed, json!([]));
    let url = format!("file://{}/a%20b", sandbox.path().display());
    assert_eq!(sandbox.made(&["backup", "list", "--dir", &url])[0]["id"], json!(id));
}

#[test]
fn a_store_that_is_away_is_told_before_anything_is_dumped() {
    let sandbox = scene::with_key();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let away = |arguments: &[&str]| {
        let mut command =
            sandbox.af(&[arguments, &["--dir", "s3://bucket/a", "--output", "json"]].concat());
        command.args(["--staging", "staging"]).env("AWS_ACCESS_KEY_ID", "a");
        command.env("AWS_SECRET_ACCESS_KEY", "b").env("AWS_REGION", "eu-central-1");
        command.env("AWS_ALLOW_HTTP", "true").env("AWS_ENDPOINT", format!("http://{address}"));
        json(&mut command)
    };
    let (told, code) = away(&["backup", "create"]);
    assert_eq!((code, &told["error"]["kind"]), (3, &json!("unavailable")), "{told}");
    assert!(hint(&told).contains("AWS_ACCESS_KEY_ID"), "{told}");
    assert!(!sandbox.path().join("staging").exists(), "nothing was begun");
    let (told, code) = away(&["backup", "create", "--resume"]);
    assert!(code == 1 && hint(&told).contains("leave out --resume"), "{told}");
}

#[test]
fn what_looks_like_a_backup_and_is_none_is_told_and_what_is_beside_one_is_a_fault() {
    let sandbox = scene::with_key();
    let id = scene::create(&sandbox, &[]);
    let backups = sandbox.path().join("backups");
    fs::create_dir(backups.join("20990101T000000Z-00000000")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&id, backups.join("20990101T000000Z-00000001")).unwrap();
    for command in ["list", "verify"] {
        let more: &[&str] = if command == "verify" { &["latest"] } else { &[] };
        let told = scene::told(&sandbox, &[&["backup", command], more].concat());
        assert!(told.code == 0 && told.stderr.contains("20990101T000000Z-00000000"), "{told:?}");
        #[cfg(unix)]
        assert!(told.stderr.contains("-00000001 is passed over"), "{told:?}");
    }
    // A folder in the place of a manifest cannot be read, and is one broken backup among others.
    fs::create_dir_all(backups.join("20980101T000000Z-00000000/manifest.json")).unwrap();
    let listed = sandbox.made(&["backup", "list"]);
    assert_eq!(listed.as_array().unwrap().len(), 2, "{listed}");
    assert_eq!(listed[1]["faults"][0]["place"], json!("manifest.json"), "{listed}");

    fs::write(backups.join(&id).join("planted"), "x").unwrap();
    fs::create_dir(backups.join(&id).join("data/empty")).unwrap();
    let (verified, code) = sandbox.json(&["backup", "verify", &id]);
    assert_eq!((code, verified["faults"].as_array().unwrap().len()), (1, 1), "{verified}");
    assert_eq!(verified["faults"][0]["place"], json!("planted"));
    let (report, code) = sandbox.json(&["backup", "drill", &id]);
    assert_eq!((code, &report["verdict"]), (1, &json!("failed")));
    assert!(!report["checks"][0]["detail"].as_str().unwrap().contains("as the manifest says"));
}

#[test]
fn programs_that_are_named_and_passed_over_are_told() {
    let sandbox = scene::with_key();
    fs::create_dir(sandbox.path().join("bin")).unwrap();
    let mut create = sandbox.af(&["backup", "create", "--quiet"]);
    let output = create.env("AF_PG_BIN", sandbox.path().join("bin")).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    assert!(told.contains("AF_PG_BIN") && told.contains("no pg_dump"), "{told}");
}

#[test]
fn checkpoints_after_an_older_backup_are_refused_with_the_way_on() {
    let sandbox = scene::with_key();
    let id = scene::create(&sandbox, &[]);
    sandbox.events("acme", 5);
    sandbox.made(&["audit", "checkpoint"]);
    sandbox.made(&["backup", "restore", &id, "--yes", "--drop-old"]);
    let told = scene::told(&sandbox, &["audit", "checkpoint"]);
    assert!(told.code != 0 && told.stderr.contains("audit.key.last"), "{told:?}");
    fs::remove_file(sandbox.path().join("audit.key.last")).unwrap();
    sandbox.events("acme", 1);
    sandbox.made(&["audit", "checkpoint"]);
    sandbox.made(&["audit", "verify"]);
}
