//! A tenant on its way out of one database and into another.

use std::{fs, path::Path};

use serde_json::Value;

use crate::support::{Sandbox, block_on};

/// With a tenant that has something, and a key that signs.
pub(super) fn sandbox() -> Sandbox {
    let sandbox = Sandbox::of_acme();
    keygen(&sandbox);
    sandbox.made(&["workspace", "create", "Finance", "--description", "a \"quoted\"\nline"]);
    sandbox.made(&["user", "create", "ann@example.com", "--name", "Ann"]);
    sandbox.events("acme", 5);
    sandbox
}

pub(super) fn keygen(sandbox: &Sandbox) {
    let public = sandbox.text(&["audit", "keygen", "audit.example.com", "--out", "audit.key"]);
    sandbox.write("audit.pub", public);
}

pub(super) const EXPORT: [&str; 6] =
    ["tenant", "export", "--out", "acme.aftenant", "--key-file", "audit.key"];

pub(super) fn import<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["tenant", "import", "acme.aftenant", "--key", "audit.pub"], more].concat()
}

pub(super) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("{field}: {value}"))
}

#[test]
fn a_tenant_that_was_deleted_comes_back_from_its_archive() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = sandbox();
    let workspaces = sandbox.made(&["workspace", "list"]);
    let exported = sandbox.made(&EXPORT);
    assert_eq!(text(&exported, "signed_by"), "audit.example.com");
    let archive = fs::read(sandbox.path().join("acme.aftenant")).unwrap();
    assert_eq!(exported["bytes"], archive.len());
    assert_eq!(sandbox.newest().1, "tenant.exported");
    let before = sandbox.made(&["tenant", "show"]);
    sandbox.made(&["tenant", "delete", "--yes"]);

    let imported = sandbox.made(&import(&[]));
    assert_eq!(imported["source_tenant_id"], before["id"]);
    assert_ne!(imported["tenant"]["id"], before["id"]);
    assert_eq!(imported["rows"], exported["rows"]);
    assert_eq!(imported["sha256"], exported["sha256"]);
    let again = sandbox.made(&["workspace", "list"]);
    for (workspace, before) in again.as_array().unwrap().iter().zip(workspaces.as_array().unwrap())
    {
        for field in ["id", "name", "description", "created_at", "updated_at"] {
            assert_eq!(workspace[field], before[field], "{field}");
        }
    }
    assert_eq!(again.as_array().unwrap().len(), workspaces.as_array().unwrap().len());
    assert_eq!(sandbox.newest().1, "tenant.imported");
    sandbox.af(&["audit", "verify"]).assert().success();
}

#[test]
fn the_chain_it_had_is_still_proved() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = sandbox();
    let exported = sandbox.made(&EXPORT);
    assert_eq!(sandbox.made(&["tenant", "chain", "list"]), Value::Array(Vec::new()));
    let copy = sandbox.made(&import(&["--slug", "copy", "--name", "Copy"]));
    assert_eq!(text(&copy["tenant"], "slug"), "copy");
    let chains = sandbox.made(&["tenant", "chain", "list", "--tenant", "copy"]);
    assert_eq!(chains[0]["size"], exported["chain_size"]);
    let id = text(&chains[0], "id");
    assert_eq!(text(&copy, "chain_id"), id);
    let chain = ["tenant", "chain", "export", id, "--tenant", "copy", "--out", "before.bundle"];
    sandbox.made(&chain);
    let verify = ["audit", "verify-bundle", "before.bundle", "--key", "audit.pub"];
    let verified = sandbox.made(&verify);
    assert_eq!(verified[0]["tenant_id"], exported["tenant_id"]);
    assert_eq!(verified[0]["count"], exported["chain_size"]);
    assert_eq!(sandbox.failed(&chain), ("usage".to_owned(), 2));
    let to_stdout = ["tenant", "chain", "export", id, "--tenant", "copy", "--out", "-"];
    let bundle = fs::read_to_string(sandbox.path().join("before.bundle")).unwrap();
    assert_eq!(sandbox.text(&to_stdout), bundle);
    assert!(sandbox.text(&["tenant", "chain", "list", "--tenant", "copy"]).contains(id));
}

#[test]
fn a_tenant_moves_to_another_database() {
    agentflow_postgres::needs_pgvector!();
    let (here, there) = (sandbox(), Sandbox::migrated());
    here.made(&EXPORT);
    for file in ["acme.aftenant", "audit.pub"] {
        fs::copy(here.path().join(file), there.path().join(file)).unwrap();
    }
    let dry = there.made(&import(&["--dry-run"]));
    assert_eq!(dry["dry_run"], true);
    assert_eq!(there.made(&["tenant", "list"]), Value::Array(Vec::new()));
    let imported = there.made(&import(&["--suspended"]));
    assert_eq!(text(&imported["tenant"], "status"), "suspended");
    there.made(&["tenant", "resume", "acme"]);
    let users = |sandbox: &Sandbox| sandbox.made(&["user", "list", "--tenant", "acme"]);
    assert_eq!(users(&there)[0]["id"], users(&here)[0]["id"]);
    // The slug is taken now.
    let (told, code) = there.json(&import(&[]));
    assert_eq!(code, 4, "{told}");
    assert!(text(&told["error"], "hint").contains("--slug"), "{told}");
    // A tenant that is empty takes it as well, and one that is not does not.
    there.tenant("empty");
    there.made(&import(&["--into", "empty"]));
    let (told, code) = there.json(&import(&["--into", "empty"]));
    assert_eq!(code, 4, "{told}");
}

#[test]
fn an_archive_says_what_is_in_it() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = sandbox();
    sandbox.made(&EXPORT);
    // Without a database, and with nothing but the public key.
    let inspect = ["tenant", "inspect", "acme.aftenant", "--key", "audit.pub"];
    let shown = sandbox.af_without_database(&inspect).assert().success();
    let shown = String::from_utf8(shown.get_output().stdout.clone()).unwrap();
    for word in ["workspaces", "acme (acme)", "Signed by:", "audit.example.com", "is whole"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    let value = sandbox.made(&inspect);
    assert_eq!(text(&value, "status"), "success");
    assert_eq!(text(&value["manifest"]["source"], "slug"), "acme");
    assert_eq!(value["faults"], Value::Array(Vec::new()));

    let path = sandbox.path().join("acme.aftenant");
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.len() / 3;
    bytes[at] ^= 1;
    fs::write(&path, &bytes[..bytes.len() - 700]).unwrap();
    let (told, code) = sandbox.json(&inspect);
    assert_eq!((text(&told, "status"), code), ("refused", 1));
    assert!(!told["faults"].as_array().unwrap().is_empty(), "{told}");
    let told = sandbox.told(&inspect, "");
    assert!(told.stdout.contains("is not to be used"), "{told:?}");
    let (told, code) = sandbox.json(&import(&["--slug", "copy"]));
    assert_eq!((text(&told["error"], "kind"), code), ("corrupt", 1));
    assert!(text(&told["error"], "hint").contains("af tenant inspect"), "{told}");
    assert_eq!(sandbox.failed(&["tenant", "show", "copy"]).0, "not_found");
}

#[test]
fn only_a_trusted_signature_is_believed() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = sandbox();
    sandbox.made(&EXPORT);
    let other = sandbox.text(&["audit", "keygen", "audit.example.com", "--out", "other.key"]);
    sandbox.write("other.pub", other);
    let inspect = ["tenant", "inspect", "acme.aftenant"];
    let told = sandbox.told(&[&inspect[..], &["--key", "other.pub"]].concat(), "");
    assert_eq!(told.code, 1);
    assert!(told.stdout.contains("manifest.note: no signature is by a known key"), "{told:?}");
    assert!(told.stdout.contains("nobody who is trusted"), "{told:?}");
    assert_eq!(sandbox.failed(&inspect), ("usage".to_owned(), 2));
    let told = sandbox.told(&[&inspect[..], &["--allow-unsigned"]].concat(), "");
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.stderr.contains("could have made it up"), "{told:?}");
}

#[test]
fn an_archive_without_a_signature_is_asked_for() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = sandbox();
    let (told, code) = sandbox.json(&["tenant", "export", "--out", "x"]);
    assert_eq!((text(&told["error"], "kind"), code), ("usage", 2));
    assert!(text(&told["error"], "hint").contains("--unsigned"), "{told}");
    let unsigned = ["tenant", "export", "--out", "acme.aftenant", "--unsigned"];
    // The chain is proved by its checkpoint, which takes a key.
    assert_ne!(sandbox.json(&unsigned).1, 0);
    sandbox.made(&["audit", "checkpoint", "--key-file", "audit.key"]);
    let exported = sandbox.made(&unsigned);
    assert_eq!(exported["signed_by"], Value::Null);
    let inspect = ["tenant", "inspect", "acme.aftenant"];
    let told = sandbox.told(&[&inspect[..], &["--key", "audit.pub"]].concat(), "");
    assert!(told.stdout.contains("nobody signed the archive"), "{told:?}");
    assert_eq!(told.code, 1);
    let allowed = ["tenant", "import", "acme.aftenant", "--slug", "copy", "--allow-unsigned"];
    assert_eq!(sandbox.told(&allowed, "").code, 0);
}

#[test]
fn an_encrypted_archive_is_for_its_recipients() {
    use age::secrecy::ExposeSecret;
    agentflow_postgres::needs_pgvector!();

    let sandbox = sandbox();
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    sandbox.write("key.txt", identity.to_string().expose_secret());
    private(&sandbox.path().join("key.txt"));
    let exported = sandbox.made(&[&EXPORT[..], &["--encrypt-to", &recipient]].concat());
    assert_eq!(exported["encrypted"], true);
    let inspect = ["tenant", "inspect", "acme.aftenant", "--key", "audit.pub"];
    let (told, code) = sandbox.json(&inspect);
    assert_eq!(code, 1, "{told}");
    assert!(text(&told["error"], "hint").contains("--identity FILE"), "{told}");
    sandbox.made(&[&inspect[..], &["--identity", "key.txt"]].concat());
    let copy = sandbox.made(&import(&["--slug", "copy", "--identity", "key.txt"]));
    assert_eq!(copy["rows"], exported["rows"]);
    let (told, code) =
        sandbox.json(&["tenant", "export", "--out", "x", "--unsigned", "--encrypt-to", "age1"]);
    assert_eq!(code, 1, "{told}");
    assert!(text(&told["error"], "message").contains("X25519 recipient"), "{told}");
}

#[cfg(unix)]
pub(super) fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
pub(super) fn private(_: &Path) {}

#[test]
fn stdout_takes_an_archive_and_nothing_else() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = sandbox();
    let export = ["tenant", "export", "--out", "-", "--key-file", "audit.key"];
    let output = sandbox.af(&export).assert().success().get_output().clone();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("Exported:"), "{told}");
    sandbox.write("acme.aftenant", output.stdout);
    sandbox.made(&["tenant", "inspect", "acme.aftenant", "--key", "audit.pub"]);
}

#[test]
fn an_archive_is_administered_by_the_user_of_the_system() {
    let sandbox = sandbox();
    for command in [EXPORT.to_vec(), import(&[])] {
        let (told, code) = sandbox.json(&[&command[..], &["--as", "ann@example.com"]].concat());
        assert_eq!(code, 2, "{told}");
        assert!(text(&told["error"], "hint").contains("--as"), "{told}");
    }
    assert_eq!(sandbox.failed(&["tenant", "import", "missing", "--key", "audit.pub"]).1, 2);
    assert_eq!(sandbox.failed(&["tenant", "import", ".", "--key", "audit.pub"]).1, 2);
}

/// Files whose names begin with that of the archive.
pub(super) fn files(sandbox: &Sandbox) -> Vec<String> {
    let names = fs::read_dir(sandbox.path()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("acme.aftenant")).collect()
}

#[test]
fn a_file_that_is_there_is_not_overwritten() {
    let sandbox = sandbox();
    sandbox.write("acme.aftenant", "mine");
    assert_eq!(sandbox.failed(&EXPORT), ("usage".to_owned(), 2));
    assert_eq!(fs::read(sandbox.path().join("acme.aftenant")).unwrap(), b"mine");
    assert_eq!(files(&sandbox), ["acme.aftenant"]);
}

#[cfg(unix)]
#[test]
fn an_archive_is_for_nobody_else_on_the_machine() {
    use std::os::unix::fs::PermissionsExt;
    agentflow_postgres::needs_pgvector!();

    let sandbox = sandbox();
    sandbox.made(&EXPORT);
    let metadata = fs::metadata(sandbox.path().join("acme.aftenant")).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
}

#[test]
fn an_export_that_fails_leaves_no_file() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = sandbox();
    let missing = [&EXPORT[..2], &["nobody"], &EXPORT[2..]].concat();
    assert_eq!(sandbox.failed(&missing).0, "not_found");
    sandbox.sql("CREATE TABLE notes (tenant_id uuid, text text)");
    let (told, code) = sandbox.json(&EXPORT);
    assert_ne!(code, 0);
    assert!(text(&told["error"], "message").contains("notes"), "{told}");
    assert_eq!(files(&sandbox), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn an_export_that_is_interrupted_leaves_no_file() {
    use nix::{
        sys::signal::{Signal, kill},
        unistd::Pid,
    };
    agentflow_postgres::needs_pgvector!();

    let sandbox = sandbox();
    let store = agentflow::Store::connect(agentflow::Config::from_url(sandbox.url()).unwrap());
    let locks = block_on(async {
        let client = store.unwrap().admin().connect().await.unwrap();
        client
            .batch_execute("BEGIN; LOCK TABLE workspaces IN ACCESS EXCLUSIVE MODE")
            .await
            .unwrap();
        client
    });
    let mut export = sandbox.command(&EXPORT).stderr(std::process::Stdio::piped()).spawn().unwrap();
    // It waits for the table, with its file open.
    let waits =
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'workspaces'::regclass";
    block_on(async {
        while locks.query_one(waits, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            assert!(export.try_wait().unwrap().is_none(), "it ended");
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(files(&sandbox).len(), 1);
    kill(Pid::from_raw(export.id().cast_signed()), Signal::SIGINT).unwrap();
    assert_eq!(export.wait().unwrap().code(), Some(130));
    assert_eq!(files(&sandbox), Vec::<String>::new());
}
