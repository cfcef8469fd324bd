use serde_json::{Value, json};

use crate::support::Sandbox;

fn with_ann() -> Sandbox {
    let sandbox = Sandbox::of_acme();
    sandbox.made(&["user", "create", "ann@example.com", "--name", "Ann"]);
    sandbox
}

fn open(sandbox: &Sandbox, more: &[&str]) -> Value {
    sandbox.made(&[&["session", "open", "--for", "ann@example.com"], more].concat())
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

fn check(sandbox: &Sandbox, token: &str, more: &[&str]) -> (Value, i32) {
    sandbox.json_from(&[&["session", "check"], more].concat(), token)
}

#[test]
fn a_token_is_shown_once_and_then_only_checked() {
    let sandbox = with_ann();
    assert!(sandbox.text(&["session", "list"]).contains("no session"));
    let told = sandbox.told(&["session", "open", "--for", "ann@example.com"], "");
    let token = told.stdout.strip_suffix('\n').unwrap();
    assert!(token.starts_with("afs_") && token.len() == 72, "nothing else: {told:?}");
    assert!(told.stderr.contains("not shown again") && !told.stderr.contains(token), "{told:?}");
    let ann = sandbox.made(&["user", "show", "ann@example.com"]);
    let (who, code) = check(&sandbox, token, &[]);
    assert_eq!((&who["principal_id"], code), (&ann["id"], 0), "{who}");
    assert_eq!((&who["type"], &who["credential"]["kind"]), (&json!("human"), &json!("session")));
    let told = sandbox.told(&["session", "check"], token);
    assert!(told.stdout.starts_with("Accepted:  ann@example.com\n"), "{told:?}");
    let listed = sandbox.made(&["session", "list"]);
    assert_eq!(listed[0]["id"], who["credential"]["id"]);
    assert!(text(&listed[0], "user_agent").starts_with("af/"), "{listed}");
    assert!(listed[0].get("token").is_none() && listed[0].get("token_hash").is_none(), "{listed}");
    assert!(sandbox.text(&["session", "list"]).contains("ann@example.com  open"));
}

#[test]
fn a_session_lasts_as_long_as_it_is_told() {
    let sandbox = with_ann();
    let lasts = |session: &Value| {
        let at = |name| text(session, name).parse::<jiff::Timestamp>().unwrap();
        (
            at("expires_at").duration_since(at("issued_at")).as_secs(),
            session["idle_timeout_seconds"].clone(),
        )
    };
    assert_eq!(lasts(&open(&sandbox, &[])), (43_200, json!(1_800)));
    assert_eq!(
        lasts(&open(&sandbox, &["--lifetime", "1d", "--idle", "2h"])),
        (86_400, json!(7_200))
    );
    assert_eq!(lasts(&open(&sandbox, &["--lifetime", "5m"])), (300, json!(300)));
    let refused = |more: &[&str]| {
        sandbox.failed(&[&["session", "open", "--for", "ann@example.com"], more].concat())
    };
    assert_eq!(refused(&["--lifetime", "1h", "--idle", "2h"]), ("invalid_input".into(), 1));
    assert_eq!(refused(&["--lifetime", "401d"]), ("invalid_input".into(), 1));
    assert_eq!(refused(&["--idle", "0"]), ("invalid_input".into(), 1));
    assert_eq!(refused(&["--lifetime", "long"]), ("usage".into(), 2));
    let of_nobody = ["session", "open", "--for", "nobody@example.com"];
    assert_eq!(sandbox.failed(&of_nobody), ("not_found".into(), 1));
}

#[test]
fn what_is_no_token_is_refused_without_being_repeated() {
    let sandbox = with_ann();
    let token = text(&open(&sandbox, &[]), "token").to_owned();
    let secret = &token[40..60];
    for (input, code, kind) in [
        (Vec::new(), 2, "usage"),
        (b"\r\n".to_vec(), 2, "usage"),
        (token[..71].into(), 1, "invalid_input"),
        (b"afs_planted".to_vec(), 1, "invalid_input"),
        (b"planted\xff".to_vec(), 1, "invalid_input"),
        ("planted".repeat(100_000).into_bytes(), 1, "invalid_input"),
    ] {
        let told = sandbox.told(&["session", "check", "-vv", "--output", "json"], input);
        let error: Value = serde_json::from_str(&told.stdout).unwrap();
        assert_eq!((error["error"]["kind"].as_str(), told.code), (Some(kind), code), "{told:?}");
        assert!(!told.contains("planted") && !told.contains(secret), "{told:?}");
    }
    for (command, reason) in [
        (&["session", "check", &token][..], "does not belong on a command line"),
        (&["session", "revoke", &token], "a session is named by its id"),
    ] {
        for format in ["human", "json"] {
            let told = sandbox.told(&[command, &["--output", format]].concat(), token.as_str());
            assert!(told.code == 2 && told.contains(reason), "{told:?}");
            assert!(!told.contains(secret), "{told:?}");
        }
    }
}

#[test]
fn a_session_of_a_jwt_is_good_with_its_subject_only() {
    let sandbox = with_ann();
    let session = open(&sandbox, &["--jwt-subject", "auth0|4711"]);
    assert_eq!(session["jwt_sub"], "auth0|4711");
    let token = text(&session, "token");
    assert_eq!(check(&sandbox, token, &["--jwt-subject", "auth0|4711"]).1, 0);
    let (told, code) = check(&sandbox, token, &["--jwt-subject", "auth0|4712"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("unauthenticated"), 1));
    assert_eq!(check(&sandbox, token, &[]), (told.clone(), 1));

    // The JWT as the credential: it names the session.
    let id = text(&session, "id");
    let (who, code) = sandbox.json(&["session", "check-jwt", id, "auth0|4711"]);
    assert_eq!((&who["credential"]["id"], code), (&json!(id), 0), "{who}");
    assert_eq!(sandbox.json(&["session", "check-jwt", id, "auth0|4712"]), (told.clone(), 1));
    let hint = told["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("af audit list --status failure --output json"), "{hint}");
    let failures = sandbox.made(&["audit", "list", "--status", "failure"]);
    assert!(failures.to_string().contains("other_subject"), "{failures}");
    let revoked = sandbox.made(&["session", "revoke", id]);
    assert_eq!(revoked["id"], json!(id));
    assert_eq!(sandbox.json(&["session", "check-jwt", id, "auth0|4711"]), (told, 1));
    assert_eq!(sandbox.failed(&["session", "check-jwt", "4711", "x"]), ("usage".into(), 2));
    let plain = open(&sandbox, &[]);
    assert_eq!(check(&sandbox, text(&plain, "token"), &["--jwt-subject", "auth0|4711"]).1, 1);
}

#[test]
fn a_revoked_session_is_refused() {
    let sandbox = with_ann();
    let sessions: Vec<_> = (0..3).map(|_| open(&sandbox, &[])).collect();
    let revoked = sandbox.made(&["session", "revoke", text(&sessions[0], "id")]);
    assert!(revoked["revoked_at"].is_string(), "{revoked}");
    let (told, code) = check(&sandbox, text(&sessions[0], "token"), &[]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("unauthenticated"), 1));
    assert_eq!(check(&sandbox, text(&sessions[1], "token"), &[]).1, 0);
    assert!(sandbox.text(&["session", "list"]).contains("revoked"));

    let all = ["session", "revoke-all", "ann@example.com"];
    assert_eq!(sandbox.made(&all)["revoked"], 2);
    assert_eq!(check(&sandbox, text(&sessions[1], "token"), &[]).1, 1);
    assert_eq!(sandbox.text(&all), "Revoked 0 sessions.\n");
    let missing = "01890a5d-ac96-774b-bcce-b302099a8057";
    assert_eq!(sandbox.failed(&["session", "revoke", missing]), ("not_found".into(), 1));

    let open_again = open(&sandbox, &[]);
    sandbox.made(&["user", "deactivate", "ann@example.com"]);
    assert_eq!(check(&sandbox, text(&open_again, "token"), &[]).1, 1);
}

#[test]
fn sessions_that_ended_are_cleaned_away() {
    let sandbox = with_ann();
    let old = open(&sandbox, &[]);
    let fresh = open(&sandbox, &[]);
    sandbox.sql(&format!(
        "UPDATE sessions SET issued_at = issued_at - interval '60 days', \
         last_seen_at = last_seen_at - interval '60 days', expires_at = expires_at - interval '60 days' \
         WHERE id = '{}'",
        text(&old, "id")
    ));
    assert!(sandbox.text(&["session", "list"]).contains("ended"));
    assert_eq!(sandbox.made(&["session", "clean", "--before", "90d"])["removed"], 0);
    assert_eq!(sandbox.made(&["session", "clean", "--before", "30d"])["removed"], 1);
    let left = sandbox.made(&["session", "list", "--of", "ann@example.com"]);
    assert_eq!((left.as_array().unwrap().len(), &left[0]["id"]), (1, &fresh["id"]));
    let text = sandbox.text(&["session", "clean", "--before", "2020-01-01"]);
    assert_eq!(text, "Removed 0 sessions that ended before 2020-01-01T00:00:00Z.\n");
    for wrong in [&["session", "clean"][..], &["session", "clean", "--before", "lately"]] {
        assert_eq!(sandbox.failed(wrong), ("usage".into(), 2));
    }
}
