//! Secrets of a tenant that moves between databases with key rings of their own.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    thread::JoinHandle,
};

use age::{secrecy::ExposeSecret, x25519::Identity};
use serde_json::Value;

use super::archive::{EXPORT, import, keygen, private, text};
use crate::support::Sandbox;

const SETTINGS: &str = "AF_TENANT=acme\nAF_KEY_RING=file:ring/keys.json\n";
const KEY: &str = "sk-planted-0123456789abcdef-moved";

/// A tenant with a provider key and a webhook secret.
fn here(setting: &str) -> Sandbox {
    let sandbox = Sandbox::of_acme();
    sandbox.write(".env", SETTINGS);
    keygen(&sandbox);
    sandbox.text(&["key-ring", "init"]);
    sandbox.made(&["workspace", "create", "Finance"]);
    let add = ["provider-key", "add", "main", "--type", "openai", "--workspace", "Finance"];
    let (added, code) = sandbox.json_from(&[&add[..], &["--setting", setting]].concat(), KEY);
    assert_eq!(code, 0, "{added}");
    sandbox.made(&["user", "create", "ann@example.com", "--name", "Ann"]);
    sandbox.made(&["team", "create", "Support", "--owner", "ann@example.com"]);
    sandbox.made(&["team", "webhook-secret", "rotate", "support"]);
    sandbox
}

/// Another database, with the archive of the first one.
fn there(here: &Sandbox) -> Sandbox {
    let sandbox = Sandbox::migrated();
    sandbox.write(".env", SETTINGS);
    sandbox.text(&["key-ring", "init"]);
    for file in ["acme.aftenant", "audit.pub"] {
        fs::copy(here.path().join(file), sandbox.path().join(file)).unwrap();
    }
    sandbox
}

fn identity(sandbox: &Sandbox, file: &str, identities: &[&Identity]) {
    let lines: Vec<_> =
        identities.iter().map(|it| it.to_string().expose_secret().to_owned()).collect();
    sandbox.write(file, lines.join("\n"));
    private(&sandbox.path().join(file));
}

/// A provider that takes one request, and gives back what it was asked with.
fn provider() -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let setting = format!("base_url=\"http://{}\"", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let head = BufReader::new(&stream).lines().map_while(Result::ok);
        let head: Vec<_> = head.take_while(|line| !line.is_empty()).collect();
        let answer = "HTTP/1.1 200 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        stream.write_all(answer.as_bytes()).unwrap();
        head.join("\n")
    });
    (setting, asked)
}

fn hint(told: &Value) -> &str {
    text(&told["error"], "hint")
}

#[test]
fn secrets_are_sealed_anew_by_the_key_ring_of_the_other_database() {
    agentflow_postgres::needs_pgvector!();
    let (setting, asked) = provider();
    let here = here(&setting);
    let (told, code) = here.json(&EXPORT);
    assert_eq!((text(&told["error"], "kind"), code), ("conflict", 4), "{told}");
    assert!(text(&told["error"], "message").contains("2 sealed secrets"), "{told}");

    let recipient = Identity::generate();
    let to = recipient.to_public().to_string();
    let exported = here.made(&[&EXPORT[..], &["--secrets-to", &to]].concat());
    assert_eq!((&exported["sealed"], &exported["secrets_left_out"]), (&2.into(), &false.into()));
    let there = there(&here);
    identity(&there, "key.txt", &[&recipient]);
    let imported = there.made(&import(&["--identity", "key.txt"]));
    assert_eq!(imported["sealed"], 2);

    let told = there.text(&["key-ring", "rewrap", "--verify"]);
    assert!(told.contains("Values that open: 2"), "{told}");
    assert_eq!(there.made(&["provider-key", "validate", "main"])["result"], "pass");
    assert!(asked.join().unwrap().contains(KEY));
    there.made(&["audit", "verify"]);
}

#[test]
fn an_identity_that_does_not_open_the_secrets_is_named() {
    agentflow_postgres::needs_pgvector!();
    let here = here("model=\"x\"");
    let (recipient, other) = (Identity::generate(), Identity::generate());
    let to = recipient.to_public().to_string();
    here.made(&[&EXPORT[..], &["--secrets-to", &to]].concat());
    let there = there(&here);
    identity(&there, "other.txt", &[&other]);
    let (told, code) = there.json(&import(&[]));
    assert_eq!((text(&told["error"], "kind"), code), ("invalid_input", 1), "{told}");
    assert!(hint(&told).contains("the secrets in it"), "{told}");
    let (told, code) = there.json(&import(&["--identity", "other.txt"]));
    assert_eq!((text(&told["error"], "kind"), code), ("corrupt", 1), "{told}");
    assert!(hint(&told).contains("other.txt"), "{told}");

    let inspect = ["tenant", "inspect", "acme.aftenant", "--key", "audit.pub"];
    let inspected = there.made(&[&inspect[..], &["--identity", "other.txt"]].concat());
    assert_eq!(inspected["secrets_opened"], false);
    // One file holds as many as are needed.
    identity(&there, "both.txt", &[&other, &recipient]);
    let inspected = there.made(&[&inspect[..], &["--identity", "both.txt"]].concat());
    assert_eq!(inspected["secrets_opened"], true);
    assert_eq!(there.made(&["tenant", "list"]), Value::Array(Vec::new()));
    assert_eq!(there.made(&import(&["--identity", "both.txt"]))["sealed"], 2);
}

#[test]
fn an_identity_that_does_not_open_the_archive_is_named() {
    agentflow_postgres::needs_pgvector!();
    let here = here("model=\"x\"");
    let (recipient, other) = (Identity::generate(), Identity::generate());
    let to = recipient.to_public().to_string();
    here.made(&[&EXPORT[..], &["--encrypt-to", &to, "--leave-out-secrets"]].concat());
    identity(&here, "other.txt", &[&other]);
    let inspect = ["tenant", "inspect", "acme.aftenant", "--key", "audit.pub"];
    for command in [import(&["--slug", "copy"]), inspect.to_vec()] {
        let (told, code) = here.json(&[&command[..], &["--identity", "other.txt"]].concat());
        assert_eq!((text(&told["error"], "kind"), code), ("corrupt", 1), "{told}");
        assert!(hint(&told).contains("other.txt"), "{told}");
    }
}

#[test]
fn secrets_are_imported_only_where_a_key_ring_can_seal_them() {
    agentflow_postgres::needs_pgvector!();
    let here = here("model=\"x\"");
    let recipient = Identity::generate();
    let to = recipient.to_public().to_string();
    here.made(&[&EXPORT[..], &["--secrets-to", &to]].concat());
    let there = there(&here);
    there.write(".env", "AF_TENANT=acme\n");
    identity(&there, "key.txt", &[&recipient]);
    let (told, code) = there.json(&import(&["--identity", "key.txt"]));
    assert_eq!(code, 2, "{told}");
    assert!(told.to_string().contains("AF_KEY_RING"), "{told}");
    let imported = there.made(&import(&["--leave-out-secrets"]));
    assert_eq!(imported["sealed"], 0);
    assert!(imported.to_string().contains("\"left_out\":1"), "{imported}");
    assert_eq!(there.made(&["provider-key", "list"]), Value::Array(Vec::new()));
    assert_eq!(there.made(&["team", "webhook-secret", "show", "support"])["is_set"], false);
}

#[test]
fn secrets_that_were_left_out_are_told_from_none() {
    agentflow_postgres::needs_pgvector!();
    let here = here("model=\"x\"");
    let leave_out = [&EXPORT[..], &["--leave-out-secrets"]].concat();
    let told = here.told(&leave_out, "");
    assert!(told.code == 0 && told.stdout.contains("left out, if there were any"), "{told:?}");
    let inspect = ["tenant", "inspect", "acme.aftenant", "--key", "audit.pub"];
    assert!(here.text(&inspect).contains("left out, if there were any"));
    assert_eq!(here.made(&inspect)["secrets_left_out"], true);
    let copy = here.made(&import(&["--slug", "copy"]));
    assert_eq!(copy["sealed"], 0);
    assert_eq!(here.made(&["provider-key", "list", "--tenant", "copy"]), Value::Array(Vec::new()));

    let none = [&EXPORT[..3], &["none.aftenant", "--tenant", "copy"], &EXPORT[4..]].concat();
    let told = here.told(&none, "");
    assert!(told.code == 0 && !told.stdout.contains("left out"), "{told:?}");
    let inspect = ["tenant", "inspect", "none.aftenant", "--key", "audit.pub"];
    assert_eq!(here.made(&inspect)["secrets_left_out"], false);
}
