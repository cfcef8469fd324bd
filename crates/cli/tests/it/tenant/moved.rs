//! What is different where a tenant was moved to, and what is told of files that are no archives or find no room.

use std::fs;

use super::archive::{EXPORT, files, import, keygen, sandbox, text};
use crate::support::Sandbox;

/// Another database, with the archive of the first one.
fn there(here: &Sandbox) -> Sandbox {
    let sandbox = Sandbox::migrated();
    sandbox.write(".env", "AF_TENANT=acme\n");
    for file in ["acme.aftenant", "audit.pub"] {
        fs::copy(here.path().join(file), sandbox.path().join(file)).unwrap();
    }
    sandbox
}

#[test]
fn an_api_key_is_replaced_where_its_tenant_was_moved_to() {
    agentflow_postgres::needs_pgvector!();
    let here = sandbox();
    here.made(&["service", "create", "bot"]);
    let key = here.made(&["key", "create", "ci", "--for", "bot"]);
    let checked = |sandbox: &Sandbox, key: &str| sandbox.told(&["key", "check"], key).code;
    assert_eq!(checked(&here, text(&key, "key")), 0);
    here.made(&EXPORT);
    let there = there(&here);
    let told = there.told(&import(&["--dry-run"]), "");
    assert!(told.stderr.contains("1 API key would not work here"), "{told:?}");
    let told = there.told(&import(&[]), "");
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.stderr.contains("1 API key does not work here"), "{told:?}");
    assert!(told.stderr.contains("`af key revoke`"), "{told:?}");

    assert_eq!(checked(&there, text(&key, "key")), 1);
    let new = there.made(&["key", "rotate", text(&key, "prefix"), "--overlap", "0"]);
    assert_eq!(checked(&there, text(&new, "key")), 0);
    assert_eq!(new["name"], "ci");
    assert_eq!(checked(&here, text(&key, "key")), 0, "the one it was copied from");
}

#[test]
fn a_key_that_signs_for_another_database_is_told_apart_from_tampering() {
    agentflow_postgres::needs_pgvector!();
    let here = sandbox();
    here.made(&EXPORT);
    let there = there(&here);
    for file in ["audit.key", "audit.key.last"] {
        fs::copy(here.path().join(file), there.path().join(file)).unwrap();
    }
    there.made(&import(&[]));
    let again = ["tenant", "export", "--out", "again.aftenant", "--key-file", "audit.key"];
    for command in [&["audit", "checkpoint", "--key-file", "audit.key"][..], &again] {
        let (told, code) = there.json(command);
        assert_eq!((text(&told["error"], "kind"), code), ("tampered", 1), "{told}");
        assert!(text(&told["error"], "hint").contains("another database"), "{told}");
    }
    // With a key of its own, it goes on, and takes along the chain it had.
    fs::remove_file(there.path().join("audit.key")).unwrap();
    keygen(&there);
    fs::remove_file(there.path().join("audit.key.last")).unwrap();
    there.made(&again);
    let inspect = ["tenant", "inspect", "again.aftenant", "--key", "audit.pub"];
    let inspected = there.made(&inspect);
    assert!(inspected.to_string().contains("imported_chain_parts"), "{inspected}");
}

#[test]
fn what_can_be_read_in_an_archive_is_said() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = sandbox();
    let told = sandbox.told(&EXPORT, "");
    assert!(told.stderr.contains("hashes of passwords") && told.stderr.contains("--encrypt-to"));
    let to = age::x25519::Identity::generate().to_public().to_string();
    let again = [&EXPORT[..3], &["again", "--encrypt-to", &to], &EXPORT[4..]].concat();
    let told = sandbox.told(&again, "");
    assert!(told.code == 0 && !told.contains("hashes of passwords"), "{told:?}");
}

#[test]
fn a_file_that_never_was_an_archive_is_called_so() {
    let sandbox = sandbox();
    for content in [String::new(), "a note\n".to_owned(), "line of a long text\n".repeat(100)] {
        sandbox.write("acme.aftenant", &content);
        let told = sandbox.told(&["tenant", "inspect", "acme.aftenant", "--key", "audit.pub"], "");
        assert_eq!(told.code, 1, "{told:?}");
        assert!(told.stdout.contains("it is no tenant archive"), "{told:?}");
        let (told, code) = sandbox.json(&import(&["--slug", "copy"]));
        assert_eq!(code, 1, "{told}");
        assert!(text(&told["error"], "message").contains("it is no tenant archive"), "{told}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_is_not_blamed_on_the_database() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = sandbox();
    let mut export =
        sandbox.command(&["tenant", "export", "--out", "-", "--key-file", "audit.key"]);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = export.stdout(full).stderr(std::process::Stdio::piped()).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(told.contains("No space left on device") && told.contains("make room"), "{told}");
    assert!(!told.contains("DATABASE_URL"), "{told}");

    let mut export = sandbox.af(&EXPORT);
    let output = export.env("TMPDIR", "/nowhere").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(told.contains("temporary files") && !told.contains("DATABASE_URL"), "{told}");
    assert_eq!(files(&sandbox), Vec::<String>::new());
}

#[test]
fn a_tenant_that_was_suspended_stays_so_until_it_is_resumed() {
    agentflow_postgres::needs_pgvector!();
    let here = sandbox();
    here.made(&["tenant", "suspend"]);
    here.made(&EXPORT);
    let there = there(&here);
    let status = |more: &[&str]| {
        let imported = there.made(&import(more));
        text(&imported["tenant"], "status").to_owned()
    };
    assert_eq!(status(&[]), "suspended");
    assert_eq!(there.failed(&["workspace", "list"]).0, "denied");
    there.made(&["tenant", "resume"]);
    there.made(&["workspace", "list"]);
    assert_eq!(status(&["--slug", "copy", "--resume"]), "active");
    let both = import(&["--slug", "other", "--resume", "--suspended"]);
    assert_eq!(there.failed(&both), ("usage".to_owned(), 2));
}

#[test]
fn a_tenant_that_is_there_becomes_what_the_archive_says() {
    agentflow_postgres::needs_pgvector!();
    let here = Sandbox::migrated();
    keygen(&here);
    here.made(&["tenant", "create", "Acme", "--tier", "pro"]);
    here.made(&[&EXPORT[..], &["--tenant", "acme"]].concat());
    let there = there(&here);
    there.made(&["tenant", "create", "Mine", "--region", "eu-west-1"]);
    let told = there.told(&import(&["--into", "mine", "--suspended"]), "");
    assert!(told.code == 0 && told.stdout.contains("Replaced:"), "{told:?}");
    let tenant = there.made(&["tenant", "show", "mine"]);
    let field = |name| text(&tenant, name);
    assert_eq!([field("tier"), field("name"), field("region")], ["pro", "Mine", "eu-west-1"]);
    assert_eq!(field("status"), "suspended");
    let region = import(&["--into", "mine", "--region", "us-east-1"]);
    assert_eq!(there.failed(&region), ("usage".to_owned(), 2));
    let moved = there.made(&import(&["--region", "eu-west-1"]));
    assert_eq!(text(&moved["tenant"], "region"), "eu-west-1");
}
