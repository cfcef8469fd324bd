use serde_json::{Value, json};

use crate::support::Sandbox;

fn with_bot() -> Sandbox {
    let sandbox = Sandbox::of_acme();
    sandbox.made(&["service", "create", "bot"]);
    sandbox
}

fn create(sandbox: &Sandbox, more: &[&str]) -> Value {
    sandbox.made(&[&["key", "create", "ci", "--for", "bot"], more].concat())
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

fn check(sandbox: &Sandbox, key: &str) -> (Value, i32) {
    sandbox.json_from(&["key", "check"], key)
}

#[test]
fn a_key_is_shown_once_and_then_only_checked() {
    let sandbox = with_bot();
    let told = sandbox.told(&["key", "create", "ci", "--for", "bot"], "");
    let key = told.stdout.strip_suffix('\n').unwrap();
    assert!(key.starts_with("af_live_") && key.len() == 80, "nothing else: {told:?}");
    assert!(told.stderr.contains("not shown again") && !told.stderr.contains(key), "{told:?}");
    assert_eq!(sandbox.told(&["key", "create", "ci", "--for", "bot", "-q"], "").stderr, "");

    let bot = sandbox.made(&["service", "show", "bot"]);
    for given in [key.to_owned(), format!("{key}\r\nmore"), format!("  {key} \n")] {
        let (who, code) = check(&sandbox, &given);
        assert_eq!((&who["principal_id"], code), (&bot["id"], 0), "{who}");
        assert_eq!(
            (&who["type"], &who["credential"]["kind"]),
            (&json!("service"), &json!("api_key"))
        );
        assert_eq!(who["tenant_id"], sandbox.made(&["tenant", "show"])["id"]);
    }
    let told = sandbox.told(&["key", "check"], key);
    assert!(told.stdout.starts_with("Accepted:  bot\n"), "{told:?}");
    let shown = sandbox.made(&["key", "list"]);
    assert_eq!(shown.as_array().unwrap().len(), 2);
    assert!(shown[0]["last_used_at"].is_string() && shown[1]["last_used_at"].is_null());
    assert!(key.starts_with(text(&shown[0], "prefix")));
}

#[test]
fn a_key_needs_no_tenant_to_be_named() {
    let sandbox = with_bot();
    let key = text(&create(&sandbox, &[]), "key").to_owned();
    sandbox.write(".env", "");
    assert_eq!(check(&sandbox, &key).1, 0);
    sandbox.tenant("globex");
    let (told, code) = sandbox.json_from(&["key", "check", "--tenant", "globex"], key.as_str());
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("unauthenticated"), 1));
}

#[test]
fn what_is_no_key_is_refused_without_being_repeated() {
    let sandbox = with_bot();
    let key = text(&create(&sandbox, &[]), "key").to_owned();
    let secret = &key[60..];
    let typo = format!("{}{}", &key[..79], if key.ends_with('a') { 'b' } else { 'a' });
    for (input, code, kind) in [
        (Vec::new(), 2, "usage"),
        (b"\n".to_vec(), 2, "usage"),
        (typo.into_bytes(), 1, "invalid_input"),
        (key[..79].into(), 1, "invalid_input"),
        (format!("planted {key}").into_bytes(), 1, "invalid_input"),
        (b"planted\xff\xfe".to_vec(), 1, "invalid_input"),
        ([key.as_bytes(), b"\0"].concat(), 1, "invalid_input"),
        ("planted".repeat(100_000).into_bytes(), 1, "invalid_input"),
    ] {
        let told = sandbox.told(&["key", "check", "-vv", "--output", "json"], input);
        let error: Value = serde_json::from_str(&told.stdout).unwrap();
        assert_eq!((error["error"]["kind"].as_str(), told.code), (Some(kind), code), "{told:?}");
        assert!(!told.contains("planted") && !told.contains(secret), "{told:?}");
    }
    for command in [&["key", "check", &key][..], &["key", "check", "--tenant", "acme", &key, &key]]
    {
        let told = sandbox.told(command, key.as_str());
        assert!(told.code == 2 && told.contains("does not belong on a command line"), "{told:?}");
        assert!(!told.contains(secret), "{told:?}");
    }
}

#[test]
fn a_key_is_limited_as_it_is_told() {
    let sandbox = with_bot();
    let workspace = sandbox.made(&["workspace", "create", "Finance"]);
    let limits =
        ["--workspace", "Finance", "--scope", "run:read,run:start", "--scope", "usage:read"];
    let more = ["--environment", "test", "--expires-at", "2099-01-01"];
    let key = create(&sandbox, &[&limits[..], &more].concat());
    assert!(text(&key, "key").starts_with("af_test_"));
    assert_eq!(key["scopes"].as_array().unwrap().len(), 3);
    assert_eq!(key["workspace_id"], workspace["id"]);
    assert_eq!(key["expires_at"], "2099-01-01T00:00:00Z");
    let shown = sandbox.text(&["key", "show", text(&key, "prefix")]);
    assert!(shown.contains("Workspace: ") && shown.contains("Finance"), "{shown}");
    assert!(shown.contains("run:read, run:start, usage:read"), "{shown}");

    let refused =
        |more: &[&str]| sandbox.failed(&[&["key", "create", "ci", "--for", "bot"], more].concat());
    assert_eq!(refused(&["--expires-at", "2020-01-01"]), ("invalid_input".into(), 1));
    assert_eq!(refused(&["--environment", "Live"]), ("usage".into(), 2));
    assert_eq!(refused(&["--scope", "run"]), ("usage".into(), 2));
    assert_eq!(refused(&["--expires-in", "1d", "--expires-at", "2099-01-01"]), ("usage".into(), 2));
    let (told, _) = sandbox.json(&["key", "create", "ci", "--for", "bto"]);
    assert_eq!(told["error"]["hint"], "did you mean `bot`?");
    assert_eq!(sandbox.made(&["key", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn a_key_is_named_by_id_or_by_how_it_begins() {
    let sandbox = with_bot();
    let key = create(&sandbox, &[]);
    let (id, prefix, whole) = (text(&key, "id"), text(&key, "prefix"), text(&key, "key"));
    for name in [id, prefix, &prefix[..prefix.len() - 4], &prefix["af_live_".len()..]] {
        let told = sandbox.told(&["key", "show", name, "--output", "json"], "");
        assert!(told.code == 0 && told.stderr.is_empty(), "{name} {told:?}");
        let shown: Value = serde_json::from_str(&told.stdout).unwrap();
        assert_eq!(shown["id"], id);
        assert!(shown.get("key").is_none() && shown.get("key_hash").is_none(), "{shown}");
    }
    let secret = &whole[prefix.len()..];
    for pasted in [whole, &whole["af_live_".len()..], &whole[..60]] {
        let told = sandbox.told(&["key", "show", pasted, "-q"], "");
        assert!(told.code == 0 && told.stdout.contains(id), "{told:?}");
        assert!(told.stderr.contains("command line") && !told.contains(&secret[..8]), "{told:?}");
    }
    let unknown = format!("af_live_{}{secret}", "x".repeat(12));
    for format in ["human", "json"] {
        let told = sandbox.told(&["key", "show", &unknown, "--output", format], "");
        assert!(told.code == 1 && !told.contains(&secret[..8]), "{told:?}");
        assert!(told.contains("there is no key `af_live_xxxxxxxxxxxx`"), "{told:?}");
    }
    assert_eq!(sandbox.failed(&["key", "show", "af_"]), ("invalid_input".into(), 1));
    let missing = "01890a5d-ac96-774b-bcce-b302099a8057";
    assert_eq!(sandbox.failed(&["key", "show", missing]), ("not_found".into(), 1));
}

#[test]
fn a_rotated_key_works_until_the_overlap_is_over() {
    let sandbox = with_bot();
    let old = create(&sandbox, &["--scope", "run:read"]);
    let told = sandbox.told(&["key", "rotate", text(&old, "prefix")], "");
    let new = told.stdout.trim_end();
    assert!(told.code == 0 && new != text(&old, "key"), "{told:?}");
    assert!(told.stderr.contains("the key `ci` of bot. It is not shown again"), "{told:?}");
    assert_eq!((check(&sandbox, text(&old, "key")).1, check(&sandbox, new).1), (0, 0));
    let shown = sandbox.made(&["key", "show", text(&old, "id")]);
    assert!(shown["rotated_at"].is_string() && shown["expires_at"].is_string(), "{shown}");
    assert!(sandbox.text(&["key", "list"]).contains(" rotated "));
    assert_eq!(sandbox.failed(&["key", "rotate", text(&old, "id")]), ("conflict".into(), 4));

    // Two keys are enough: the oldest goes before there is a third.
    let too_many = ["key", "rotate", &new[..20], "--overlap", "0"];
    assert_eq!(sandbox.failed(&too_many), ("conflict".into(), 4));
    sandbox.made(&["key", "revoke", text(&old, "id"), "--yes"]);
    let last = sandbox.made(&too_many);
    assert_eq!(last["scopes"], json!(["run:read"]));
    let (told, code) = check(&sandbox, new);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("unauthenticated"), 1));
    assert_eq!(check(&sandbox, text(&last, "key")).1, 0);
    let id = text(&last, "id");
    assert_eq!(
        sandbox.failed(&["key", "rotate", id, "--overlap", "91d"]),
        ("invalid_input".into(), 1)
    );
    assert_eq!(sandbox.failed(&["key", "rotate", id, "--overlap", "a while"]), ("usage".into(), 2));
}

#[test]
fn a_revoked_key_is_refused() {
    let sandbox = with_bot();
    let key = create(&sandbox, &[]);
    let prefix = text(&key, "prefix");
    assert_eq!(sandbox.failed(&["key", "revoke", prefix]), ("usage".into(), 2));
    assert_eq!(check(&sandbox, text(&key, "key")).1, 0);
    assert!(sandbox.made(&["key", "revoke", prefix, "--yes"])["revoked_at"].is_string());
    let (revoked, code) = check(&sandbox, text(&key, "key"));
    assert_eq!((revoked["error"]["kind"].as_str(), code), (Some("unauthenticated"), 1));
    assert!(sandbox.text(&["key", "list"]).contains(" revoked "));

    // Whatever is wrong, the answer is the same.
    let key = create(&sandbox, &["--expires-in", "1h"]);
    sandbox.sql(
        "UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE revoked_at IS NULL",
    );
    assert_eq!(check(&sandbox, text(&key, "key")), (revoked.clone(), 1));
    assert!(sandbox.text(&["key", "list"]).contains(" expired "));
    let key = create(&sandbox, &[]);
    sandbox.made(&["service", "deactivate", "bot"]);
    assert_eq!(check(&sandbox, text(&key, "key")), (revoked, 1));
}

#[test]
fn keys_are_listed_by_whose_they_are() {
    let sandbox = with_bot();
    assert!(sandbox.text(&["key", "list"]).contains("no key yet"));
    sandbox.made(&["service", "create", "reporter"]);
    create(&sandbox, &[]);
    sandbox.made(&["key", "create", "mine", "--for", "reporter"]);
    let of = |who: &str| sandbox.made(&["key", "list", "--of", who]);
    assert_eq!([&of("bot")[0]["name"], &of("reporter")[0]["name"]], ["ci", "mine"]);
    assert_eq!(of("bot").as_array().unwrap().len(), 1);
    assert_eq!(sandbox.failed(&["key", "list", "--of", "nobody"]), ("not_found".into(), 1));
    let shown = sandbox.text(&["key", "list"]);
    assert!(shown.contains("  mine  reporter  live") && shown.contains("  ci    bot "), "{shown}");
}

#[test]
fn people_have_no_keys() {
    let sandbox = with_bot();
    sandbox.made(&["user", "create", "ann@example.com", "--name", "Ann"]);
    let (told, code) = sandbox.json(&["key", "create", "mine", "--for", "ann@example.com"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{told}");
    assert!(told["error"]["message"].as_str().unwrap().contains("create a service"), "{told}");
    assert_eq!(sandbox.made(&["key", "list"]), serde_json::json!([]));
}
