use serde_json::json;

use crate::support::Sandbox;

/// A database, and a place for a key ring.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::migrated();
    sandbox.write(".env", "AF_KEY_RING=file:ring/keys.json\n");
    sandbox
}

#[test]
fn a_key_ring_is_made_rotated_rewrapped_and_retired() {
    let sandbox = sandbox();
    sandbox.tenant("acme");
    let told = sandbox.told(&["key-ring", "init"], "");
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.stderr.contains("Keep a copy of it apart from the backups"), "{told:?}");
    assert!(told.stdout.contains("ring/keys.json"), "{told:?}");
    let (again, code) = sandbox.json(&["key-ring", "init"]);
    assert_eq!((again["error"]["kind"].as_str(), code), (Some("conflict"), 4), "{again}");

    assert_eq!(sandbox.json(&["key-ring", "stage"]), (json!({ "version": 2 }), 0));
    assert_eq!(sandbox.json(&["key-ring", "rotate"]), (json!({ "version": 2 }), 0));
    let (told, code) = sandbox.json(&["key-ring", "retire", "2", "--yes"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("conflict"), 4), "{told}");
    let (report, code) = sandbox.json(&["key-ring", "rewrap", "--dry-run"]);
    let nothing = json!({
        "dry_run": true, "tenants": 0, "rewrapped": 0, "verified": 0, "failed": 0, "failures": [], "refused": []
    });
    assert_eq!((report, code), (nothing, 0));
    assert!(sandbox.text(&["key-ring", "rewrap"]).contains("Everything is wrapped"));
    let told = sandbox.told(&["key-ring", "retire", "1"], "");
    assert_eq!(told.code, 2, "{told:?}");
    assert!(told.stderr.contains("another database") && told.stderr.contains("--yes"), "{told:?}");
    let retired = sandbox.json(&["key-ring", "retire", "1", "--yes"]);
    assert_eq!(retired, (json!({ "version": 1 }), 0));

    let (status, code) = sandbox.json(&["key-ring", "status"]);
    assert_eq!((&status["current"], &status["fault"], code), (&json!(2), &json!(null), 0));
    let kinds: Vec<_> =
        status["versions"].as_array().unwrap().iter().map(|it| &it["state"]).collect();
    assert_eq!(kinds, ["retired", "current"]);
    for by in [&status["versions"][0]["retired_by"], &status["versions"][1]["created_by"]] {
        assert!(by.as_str().unwrap().contains("tester"), "{status}");
    }
    let text = sandbox.text(&["key-ring", "status"]);
    assert!(text.contains("VERSION") && text.contains("retired"), "{text}");
}

#[test]
fn the_key_of_a_tenant_is_made_and_destroyed_after_a_question() {
    let sandbox = sandbox();
    let id = sandbox.made(&["tenant", "create", "acme"])["id"].as_str().unwrap().to_owned();
    sandbox.text(&["key-ring", "init"]);
    let (told, code) = sandbox.json(&["key-ring", "erase", "acme", "--yes"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("conflict"), 4), "{told}");
    let (made, code) = sandbox.json(&["key-ring", "tenant-key", "acme"]);
    assert_eq!((made, code), (json!({ "tenant_id": id, "version": 1 }), 0));
    assert!(sandbox.text(&["key-ring", "status"]).contains(&id));

    let told = sandbox.told(&["key-ring", "erase", "acme"], "");
    assert_eq!(told.code, 2, "{told:?}");
    assert!(told.stderr.contains("--yes"), "{told:?}");
    let erased = json!({ "tenant_id": id, "erased": true });
    for name in ["acme", &id] {
        assert_eq!(sandbox.json(&["key-ring", "erase", name, "--yes"]), (erased.clone(), 0));
    }
    let (told, code) = sandbox.json(&["key-ring", "tenant-key", "acme"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("denied"), 1), "{told}");
    let (entries, _) = sandbox.json(&["audit", "list", "--tenant", "acme"]);
    let text = entries.to_string();
    assert!(
        text.contains("key_ring.tenant_erased") && text.contains("\"actor_id\":\"tester\""),
        "{text}"
    );
}

#[test]
fn the_tenant_of_the_environment_does_not_narrow_rewrapping() {
    let sandbox = sandbox();
    sandbox.tenant("acme");
    sandbox.text(&["key-ring", "init"]);
    sandbox.write(".env", "AF_KEY_RING=file:ring/keys.json\nAF_TENANT=nobody\n");
    let (report, code) = sandbox.json(&["key-ring", "rewrap"]);
    assert_eq!((&report["failed"], code), (&json!(0), 0), "{report}");
    assert!(sandbox.text(&["key-ring", "rewrap", "--verify"]).contains("Values that open: 0"));
    let told = sandbox.told(&["key-ring", "rewrap", "--tenant", "nobody"], "");
    assert_eq!(told.code, 1, "{told:?}");
    let told = sandbox.told(&["key-ring", "rewrap", "--tenant", ""], "");
    assert_ne!(told.code, 0, "{told:?}");
}

#[test]
fn keys_that_are_there_already_are_used_when_that_is_said() {
    let (sandbox, other) = (sandbox(), sandbox());
    other.text(&["key-ring", "init"]);
    std::fs::create_dir(sandbox.path().join("ring")).unwrap();
    let path = sandbox.path().join("ring/keys.json");
    std::fs::copy(other.path().join("ring/keys.json"), path).unwrap();
    let told = sandbox.told(&["key-ring", "init"], "");
    assert_eq!(told.code, 4, "{told:?}");
    assert!(told.stderr.contains("--adopt"), "{told:?}");
    let (made, code) = sandbox.json(&["key-ring", "init", "--adopt"]);
    assert_eq!((&made["created"], code), (&json!(null), 0), "{made}");
}

#[test]
fn a_missing_key_file_is_not_blamed_on_the_database() {
    let sandbox = sandbox();
    let told = sandbox.told(&["key-ring", "status"], "");
    assert_eq!(told.code, 3, "{told:?}");
    assert!(told.stderr.contains("af key-ring init"), "{told:?}");
    assert!(!told.stderr.contains("DATABASE_URL"), "{told:?}");
}

#[test]
fn without_a_key_ring_it_is_said_what_to_set() {
    let sandbox = Sandbox::migrated();
    let told = sandbox.told(&["key-ring", "status"], "");
    assert_eq!(told.code, 2, "{told:?}");
    assert!(told.stderr.contains("AF_KEY_RING"), "{told:?}");
}

#[test]
fn another_key_ring_is_found_and_exits_with_one() {
    let (sandbox, other) = (sandbox(), sandbox());
    sandbox.text(&["key-ring", "init"]);
    other.text(&["key-ring", "init"]);
    let path = other.path().join("ring/keys.json");
    std::fs::copy(path, sandbox.path().join("ring/keys.json")).unwrap();
    let (status, code) = sandbox.json(&["key-ring", "status"]);
    assert_eq!(code, 1, "{status}");
    assert!(
        status["fault"].as_str().unwrap().contains("this database was sealed with"),
        "{status}"
    );
    let told = sandbox.told(&["key-ring", "rewrap"], "");
    assert_eq!(told.code, 4, "{told:?}");
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let sandbox = sandbox();
    sandbox.text(&["key-ring", "init"]);
    let path = sandbox.path().join("ring/keys.json");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let told = sandbox.told(&["key-ring", "status"], "");
    assert_eq!(told.code, 1, "{told:?}");
    assert!(told.stderr.contains("0640") && told.stderr.contains("chmod 600"), "{told:?}");
}

#[test]
fn no_key_is_shown_and_none_is_logged() {
    let sandbox = sandbox();
    sandbox.tenant("acme");
    let mut said = String::new();
    for command in [
        &["init"][..],
        &["stage"],
        &["rotate"],
        &["tenant-key", "acme"],
        &["rewrap"],
        &["status"],
        &["retire", "1", "--yes"],
        &["init"],
    ] {
        let told = sandbox.told(&[&["key-ring", "-vv"], command].concat(), "");
        said.push_str(&told.stdout);
        said.push_str(&told.stderr);
    }
    let file = std::fs::read_to_string(sandbox.path().join("ring/keys.json")).unwrap();
    let keys: Vec<_> = file.split('"').filter(|it| it.len() == 44).collect();
    assert_eq!(keys.len(), 2, "{file}");
    assert!(said.contains("DEBUG"), "nothing was logged");
    for key in keys {
        assert!(!said.contains(key), "{said}");
    }
}
