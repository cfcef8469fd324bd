use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
};

use serde_json::{Value, json};

use crate::support::Sandbox;

const KEY: &str = "sk-planted-0123456789abcdef-one";
const KEY_2: &str = "sk-planted-0123456789abcdef-two";

/// A tenant with a workspace, a service and a key ring.
pub(crate) fn sandbox() -> Sandbox {
    let sandbox = Sandbox::of_acme();
    sandbox.write(".env", "AF_TENANT=acme\nAF_KEY_RING=file:ring/keys.json\n");
    sandbox.text(&["key-ring", "init"]);
    sandbox.made(&["workspace", "create", "Finance"]);
    sandbox.made(&["service", "create", "bot"]);
    sandbox
}

fn add(sandbox: &Sandbox, name: &str, more: &[&str]) -> Value {
    let add = ["provider-key", "add", name, "--type", "openai", "--workspace", "Finance"];
    let (key, code) = sandbox.json_from(&[&add[..], more].concat(), format!("{KEY}\n"));
    assert_eq!(code, 0, "{key}");
    key
}

#[test]
fn a_provider_key_lives_and_dies() {
    let sandbox = sandbox();
    assert!(sandbox.text(&["provider-key", "list"]).contains("no provider key yet"));
    let key = add(&sandbox, "main", &["--service", "bot"]);
    assert_eq!([&key["name"], &key["provider_type"]], ["main", "openai"]);
    assert_eq!((&key["is_active"], &key["kms_key_id"]), (&json!(false), &json!("shared/1")));
    let id = key["id"].as_str().unwrap();
    assert_eq!(sandbox.made(&["provider-key", "list"])[0]["id"], id);
    assert_eq!(sandbox.made(&["provider-key", "activate", "main"])["is_active"], true);
    let shown = sandbox.made(&["provider-key", "show", id]);
    assert_eq!(shown["checks"][0]["validation_test"], "syntax");
    let text = sandbox.text(&["provider-key", "show", "main"]);
    assert!(text.contains("active") && text.contains("bot") && text.contains("Finance"), "{text}");

    assert_eq!(sandbox.made(&["provider-key", "ungrant", "main", "bot"])["services"], json!([]));
    let granted = sandbox.made(&["provider-key", "grant", "main", "bot"]);
    assert_eq!(granted["services"].as_array().unwrap().len(), 1);
    let rotate = ["provider-key", "rotate", "main", "--grace", "1h", "--reason", "quarter"];
    let (rotated, code) = sandbox.json_from(&rotate, KEY_2);
    assert_eq!((rotated["previous_kms_key_id"].as_str(), code), (Some("shared/1"), 0));
    let nothing = json!({ "provider_keys": 0, "connectors": 0, "webhook_secrets": 0 });
    assert_eq!(sandbox.made(&["provider-key", "prune"]), nothing);

    assert_eq!(sandbox.failed(&["provider-key", "revoke", "main"]), ("usage".into(), 2));
    let revoked = sandbox.made(&["provider-key", "revoke", "main", "--yes"]);
    assert_eq!((&revoked["kms_key_id"], &revoked["is_active"]), (&json!(null), &json!(false)));
    let activate = ["provider-key", "activate", "main"];
    assert_eq!(sandbox.failed(&activate), ("conflict".into(), 4));
    // Its name is free again, and means the new one.
    let again = add(&sandbox, "main", &[]);
    assert_ne!(again["id"], key["id"]);
    assert_eq!(sandbox.made(&["provider-key", "show", "main"])["id"], again["id"]);
    assert_eq!(sandbox.failed(&["provider-key", "show", "other"]), ("not_found".into(), 1));
}

#[test]
fn a_key_never_comes_back_and_is_not_taken_from_the_command_line() {
    let sandbox = sandbox();
    let command = ["provider-key", "add", "main", "--type", "openai", "--workspace", "Finance"];
    let told = sandbox.told(&[&command[..], &[KEY]].concat(), "");
    assert_eq!(told.code, 2, "{told:?}");
    assert!(told.contains("does not belong on a command line") && !told.contains("planted"));
    let told = sandbox.told(&command, format!("{KEY}\n"));
    assert!(told.code == 0 && !told.contains("planted"), "{told:?}");
    let odd = ["provider-key", "add", "odd", "--type", "openai", "--workspace", "Finance"];
    let told = sandbox.told(&odd, "planted-and-odd");
    assert!(told.code == 0 && told.contains("does not look like a key"), "{told:?}");
    assert!(!told.contains("planted"), "{told:?}");
    for shown in
        [&["provider-key", "list"][..], &["provider-key", "show", "main"], &["audit", "list"]]
    {
        assert!(!sandbox.text(shown).contains("planted"), "{shown:?}");
    }
    let told = sandbox.told(&["provider-key", "rotate", "main"], "");
    assert_eq!(told.code, 2, "{told:?}");
    let (again, code) = sandbox.json_from(&command, KEY);
    assert_eq!((again["error"]["kind"].as_str(), code), (Some("already_exists"), 4), "{again}");
}

#[test]
fn a_provider_that_is_asked_says_whether_it_takes_the_key() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let setting = format!("base_url=\"http://{}\"", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for (stream, status) in listener.incoming().zip([200, 401, 500]) {
            let mut stream = stream.unwrap();
            let head = BufReader::new(&stream).lines();
            let head = head.map_while(Result::ok).take_while(|line| !line.is_empty());
            assert!(head.count() > 1);
            let answer =
                format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let sandbox = sandbox();
    add(&sandbox, "main", &["--setting", &setting]);
    let ask = |more: &[&str]| sandbox.json(&[&["provider-key", "validate", "main"], more].concat());
    let (told, code) = ask(&[]);
    assert_eq!((told["result"].as_str(), code), (Some("pass"), 0), "{told}");
    let (told, code) = ask(&[]);
    assert_eq!((&told["is_cached"], code), (&json!(true), 0));
    let (told, code) = ask(&["--force"]);
    assert_eq!((told["result"].as_str(), code), (Some("fail"), 1), "{told}");
    let (told, code) = ask(&["--force"]);
    assert_eq!((told["result"].as_str(), code), (Some("error"), 3), "{told}");
    let (told, _) = ask(&["--force"]);
    assert_eq!(told["error"]["kind"], "limited", "{told}");
}

#[test]
fn without_a_key_ring_it_is_told_how_to_make_one() {
    let sandbox = Sandbox::of_acme();
    sandbox.made(&["workspace", "create", "Finance"]);
    let command = ["provider-key", "add", "main", "--type", "openai", "--workspace", "Finance"];
    let told = sandbox.told(&command, KEY);
    assert!(
        told.code != 0 && told.contains("AF_KEY_RING") && !told.contains("planted"),
        "{told:?}"
    );
}

#[test]
fn the_webhook_secret_of_a_team_is_printed_when_it_is_made_and_never_again() {
    let sandbox = sandbox();
    sandbox.made(&["user", "create", "ann@example.com", "--name", "Ann"]);
    sandbox.made(&["team", "create", "Support", "--owner", "ann@example.com"]);
    let of = |action: &'static str| ["team", "webhook-secret", action, "support"];
    assert_eq!(sandbox.made(&of("show"))["is_set"], false);
    let told = sandbox.told(&of("rotate"), "");
    assert!(told.code == 0 && told.stdout.starts_with("whsec_"), "{told:?}");
    assert_eq!(told.stdout.lines().count(), 1);
    let (set, code) = sandbox.json_from(&of("set"), "planted-text\n");
    assert_eq!((&set["is_set"], &set["kms_key_id"], code), (&json!(true), &json!("shared/1"), 0));
    let rotated = sandbox.made(&of("rotate"));
    assert!(rotated["secret"].as_str().unwrap().starts_with("whsec_"), "{rotated}");
    assert_eq!(rotated["previous_kms_key_id"], "shared/1");
    let text = sandbox.text(&of("show"));
    assert!(text.contains("until") && !text.contains("whsec_"), "{text}");
    assert_eq!(sandbox.failed(&of("remove")), ("usage".into(), 2));
    let remove = [&of("remove")[..], &["--yes"]].concat();
    assert_eq!(sandbox.made(&remove)["is_set"], false);
}
