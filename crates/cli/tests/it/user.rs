use serde_json::{Value, json};

use crate::support::Sandbox;

const PASSWORD: &str = "planted pass-word";

fn create(sandbox: &Sandbox, email: &str) -> Value {
    let command = ["user", "create", email, "--name", "Ann Lee", "--password-stdin"];
    let (user, code) = sandbox.json_from(&command, format!("{PASSWORD}\n"));
    assert_eq!(code, 0, "{user}");
    user
}

fn verify(sandbox: &Sandbox, email: &str, password: &str) -> (Value, i32) {
    sandbox.json_from(&["user", "verify", email, "--password-stdin"], password)
}

#[test]
fn a_user_lives_and_dies() {
    let sandbox = Sandbox::of_acme();
    assert!(sandbox.text(&["user", "list"]).contains("no user yet"));
    assert_eq!(sandbox.made(&["user", "list"]), json!([]));
    let user = create(&sandbox, "Ann@example.com");
    assert_eq!([&user["email"], &user["display_name"]], ["Ann@example.com", "Ann Lee"]);
    assert_eq!((&user["is_active"], &user["oidc"]), (&json!(true), &Value::Null));
    assert!(user["password_changed_at"].as_str().unwrap().ends_with('Z'));
    let id = user["id"].as_str().unwrap();
    for name in [id, "Ann@example.com", "ann@EXAMPLE.com"] {
        assert_eq!(sandbox.made(&["user", "show", name]), user);
    }
    assert_eq!(sandbox.made(&["user", "list"]), json!([user]));

    let renamed = sandbox.made(&["user", "rename", "ann@example.com", "Ann B. Lee"]);
    assert_eq!(renamed["display_name"], "Ann B. Lee");
    let moved = sandbox.made(&["user", "set-email", id, "lee@example.com"]);
    assert_eq!([&moved["email"], &moved["id"]], ["lee@example.com", id]);
    assert_eq!(sandbox.failed(&["user", "show", "ann@example.com"]), ("not_found".into(), 1));
    assert_eq!(sandbox.made(&["user", "deactivate", "lee@example.com"])["is_active"], false);
    assert_eq!(sandbox.made(&["user", "activate", "lee@example.com"])["is_active"], true);

    assert_eq!(sandbox.failed(&["user", "delete", id]), ("usage".into(), 2));
    assert_eq!(sandbox.made(&["user", "delete", id, "--yes"])["email"], "lee@example.com");
    assert_eq!(sandbox.made(&["user", "list"]), json!([]));
}

#[test]
fn people_are_told_the_same_in_words() {
    let sandbox = Sandbox::of_acme();
    let text = sandbox.text(&["user", "create", "ann@example.com", "--name", "Ann Lee"]);
    assert!(
        text.contains("E-mail:   ann@example.com") && text.contains("Password: none"),
        "{text}"
    );
    assert!(sandbox.text(&["user", "list"]).contains("ann@example.com  Ann Lee  active"));
    let text = sandbox.text(&["user", "deactivate", "ann@example.com"]);
    assert!(text.contains("Status:   inactive"), "{text}");
    let set = ["user", "set-password", "ann@example.com", "--password-stdin"];
    assert!(
        sandbox.told(&set, PASSWORD).stdout.starts_with("The password of ann@example.com is set")
    );
    assert!(sandbox.text(&["user", "show", "ann@example.com"]).contains("Password: set 2"));
    let text = sandbox.text(&["user", "delete", "ann@example.com", "--yes"]);
    assert!(text.starts_with("Deleted user ann@example.com ("), "{text}");
}

#[test]
fn a_password_is_right_or_refused_and_nobody_learns_why() {
    let sandbox = Sandbox::of_acme();
    let user = create(&sandbox, "ann@example.com");
    sandbox.made(&["user", "create", "bob@example.com", "--name", "Bob"]);
    let (shown, code) = verify(&sandbox, "ANN@example.com", PASSWORD);
    assert_eq!((&shown["id"], code), (&user["id"], 0));
    let told = sandbox.told(&["user", "verify", "ann@example.com", "--password-stdin"], PASSWORD);
    assert!(told.stdout.starts_with("✓ that is the password of ann@example.com"), "{told:?}");

    let (wrong, code) = verify(&sandbox, "ann@example.com", "another pass-word");
    assert_eq!((wrong["error"]["kind"].as_str(), code), (Some("unauthenticated"), 1));
    assert!(wrong["error"]["hint"].as_str().unwrap().contains("audit"), "{wrong}");
    for (email, password) in [
        ("bob@example.com", PASSWORD),
        ("nobody@example.com", PASSWORD),
        ("no address", PASSWORD),
        ("ann@example.com", &"x".repeat(73)),
        ("ann@example.com", "with\0nul character"),
    ] {
        assert_eq!(verify(&sandbox, email, password), (wrong.clone(), 1), "{email}");
    }
    sandbox.made(&["user", "deactivate", "ann@example.com"]);
    assert_eq!(verify(&sandbox, "ann@example.com", PASSWORD), (wrong, 1));

    sandbox.made(&["user", "activate", "ann@example.com"]);
    let set = ["user", "set-password", "ann@example.com", "--password-stdin"];
    assert_eq!(sandbox.told(&set, "another pass-word\r\n").code, 0);
    assert_eq!(verify(&sandbox, "ann@example.com", PASSWORD).1, 1);
    assert_eq!(verify(&sandbox, "ann@example.com", "another pass-word").1, 0);
}

#[test]
fn whoever_knows_the_old_password_changes_it() {
    let sandbox = Sandbox::of_acme();
    let user = create(&sandbox, "ann@example.com");
    let change = |lines: &str| {
        let command = ["user", "change-password", "ann@example.com", "--password-stdin"];
        sandbox.json_from(&command, lines)
    };
    for (lines, kind, code) in [
        ("another pass-word\nnew pass-word\n".to_owned(), "unauthenticated", 1),
        (format!("{PASSWORD}\nshort\n"), "invalid_input", 1),
        (format!("{PASSWORD}\n"), "usage", 2),
    ] {
        let (told, exit) = change(&lines);
        assert_eq!((told["error"]["kind"].as_str(), exit), (Some(kind), code), "{told}");
        assert_eq!(verify(&sandbox, "ann@example.com", PASSWORD).1, 0);
    }
    let (changed, code) = change(&format!("{PASSWORD}\r\nnew pass-word"));
    assert_eq!((&changed["id"], code), (&user["id"], 0), "{changed}");
    assert_eq!(verify(&sandbox, "ann@example.com", PASSWORD).1, 1);
    assert_eq!(verify(&sandbox, "ann@example.com", "new pass-word").1, 0);
    let command = ["user", "change-password", "ann@example.com", "--password-stdin"];
    let told = sandbox.told(&command, "new pass-word\nnewer pass-word");
    assert!(told.stdout.starts_with("The password of ann@example.com is changed"), "{told:?}");
}

#[test]
fn a_user_is_linked_to_a_subject_and_unlinked() {
    let sandbox = Sandbox::of_acme();
    create(&sandbox, "ann@example.com");
    let link = ["user", "link", "ann@example.com"];
    let oidc = ["--oidc-issuer", "https://id.example.com", "--oidc-subject", "4711"];
    let linked = sandbox.made(&[&link[..], &oidc].concat());
    assert_eq!(linked["oidc"], json!({ "issuer": oidc[1], "subject": oidc[3] }));
    create(&sandbox, "bob@example.com");
    let taken = [&["user", "link", "bob@example.com"][..], &oidc].concat();
    assert_eq!(sandbox.failed(&taken), ("already_exists".into(), 4));
    assert_eq!(sandbox.made(&[&link[..], &["--unlink"]].concat())["oidc"], Value::Null);
    for more in [&[][..], &oidc[..2], &oidc[2..], &["--unlink", oidc[0], oidc[1], oidc[2], oidc[3]]]
    {
        assert_eq!(sandbox.failed(&[&link[..], more].concat()), ("usage".into(), 2), "{more:?}");
    }
}

#[test]
fn without_a_terminal_a_password_is_asked_for_on_stdin_by_name() {
    let sandbox = Sandbox::of_acme();
    for command in [
        &["user", "set-password", "ann@example.com"][..],
        &["user", "change-password", "ann@example.com"],
        &["user", "verify", "a@b.cc"],
    ] {
        let (told, code) = sandbox.json_from(command, PASSWORD);
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("usage"), 2), "{told}");
        assert!(told["error"]["hint"].as_str().unwrap().contains("--password-stdin"), "{told}");
    }
    // What happens to stand on stdin is no password.
    let command = ["user", "create", "ann@example.com", "--name", "Ann"];
    let (user, code) = sandbox.json_from(&command, PASSWORD);
    assert_eq!((&user["password_changed_at"], code), (&Value::Null, 0));
    assert_eq!(verify(&sandbox, "ann@example.com", PASSWORD).1, 1);
}

#[test]
fn what_is_no_password_is_refused_without_being_repeated() {
    let sandbox = Sandbox::of_acme();
    let bad: [(Vec<u8>, i32, &str); 8] = [
        (Vec::new(), 2, "no password on stdin"),
        (b"\n".to_vec(), 2, "no password on stdin"),
        (b"\xff\xfe planted".to_vec(), 1, "not valid UTF-8"),
        ("planted".repeat(200_000).into(), 1, "longer than 4096 bytes"),
        ("planted".repeat(20).into(), 1, "at most 72 bytes"),
        ("ü".repeat(36).into_bytes().into_iter().chain(*b"x").collect(), 1, "at most 72 bytes"),
        (b"planted\0more".to_vec(), 1, "U+0000"),
        (b"planted".to_vec(), 1, "at least 8 characters"),
    ];
    for (input, code, reason) in bad {
        let create = ["user", "create", "ann@example.com", "--name", "Ann", "--password-stdin"];
        let told = sandbox.told(&create, input);
        assert_eq!(told.code, code, "{told:?}");
        assert!(told.stderr.contains(reason) && !told.contains("planted"), "{told:?}");
    }
    assert_eq!(sandbox.made(&["user", "list"]), json!([]), "nothing was created");
    let longest = "ü".repeat(36);
    let create = ["user", "create", "ann@example.com", "--name", "Ann", "--password-stdin"];
    assert_eq!(sandbox.told(&create, longest.as_str()).code, 0);
    assert_eq!(verify(&sandbox, "ann@example.com", &longest).1, 0);
}

#[test]
fn a_password_on_the_command_line_is_refused_and_not_repeated() {
    let sandbox = Sandbox::of_acme();
    let user = create(&sandbox, "ann@example.com");
    let misplaced = "does not belong on a command line";
    for (command, reason) in [
        (&["user", "verify", "ann@example.com", "planted-1"][..], misplaced),
        (&["user", "verify", "ann@example.com", "--password-stdin", "planted-1"], misplaced),
        (&["user", "set-password", "ann@example.com", "planted-1", "planted-2"], misplaced),
        (&["user", "change-password", "ann@example.com", "planted-1", "planted-2"], misplaced),
        (&["user", "set-password", "ann@example.com", "--password-stdin", "planted-1"], misplaced),
        (
            &["user", "create", "bob@example.com", "--name", "Bob", "--password=planted-1"],
            "--password",
        ),
        (
            &["user", "create", "bob@example.com", "--name", "Bob", "--password-stdin=planted-1"],
            "--password-stdin",
        ),
    ] {
        for format in ["human", "json"] {
            // With what would do, if it were not for the argument.
            let told = sandbox.told(&[command, &["--output", format]].concat(), PASSWORD);
            assert!(told.code == 2 && told.contains(reason), "{command:?} {told:?}");
            assert!(!told.contains("planted-"), "{command:?} {told:?}");
        }
    }
    assert_eq!(sandbox.made(&["user", "list"]), json!([user]), "nothing was changed");
}

#[test]
fn what_cannot_be_is_refused() {
    let sandbox = Sandbox::of_acme();
    create(&sandbox, "ann@example.com");
    let create = |email: &str, more: &[&str]| {
        sandbox.failed(&[&["user", "create", email, "--name", "X"], more].concat())
    };
    for bad in ["ann", "ann@localhost", "a b@example.com", "änn@example.com", "@", ""] {
        assert_eq!(create(bad, &[]), ("usage".into(), 2), "{bad}");
    }
    assert_eq!(create("ANN@example.com", &[]), ("already_exists".into(), 4));
    assert_eq!(create("bob@example.com", &["--oidc-issuer", "https://x"]), ("usage".into(), 2));
    assert_eq!(create("bob@example.com", &["--oidc-subject", "x"]), ("usage".into(), 2));
    let oidc = ["--oidc-issuer", "https://id.example.com", "--oidc-subject", "4711"];
    let command = [&["user", "create", "bob@example.com", "--name", "Bob"], &oidc[..]].concat();
    assert_eq!(sandbox.made(&command)["oidc"]["subject"], "4711");
    assert_eq!(create("zoe@example.com", &oidc), ("already_exists".into(), 4));
    let blank = ["user", "rename", "ann@example.com", " "];
    assert_eq!(sandbox.failed(&blank), ("invalid_input".into(), 1));

    let missing = "01890a5d-ac96-774b-bcce-b302099a8057";
    for user in ["nobody@example.com", missing, "ann", "x' OR 1=1"] {
        for command in [&["show"][..], &["deactivate"], &["activate"], &["delete", "--yes"]] {
            let command = [&["user", command[0], user], &command[1..]].concat();
            assert_eq!(sandbox.failed(&command), ("not_found".into(), 1), "{command:?}");
        }
    }
}

#[test]
fn another_tenant_has_other_people() {
    let sandbox = Sandbox::of_acme();
    let id = create(&sandbox, "ann@example.com")["id"].as_str().unwrap().to_owned();
    sandbox.tenant("globex");
    for name in ["ann@example.com", &id] {
        let show = ["user", "show", name, "--tenant", "globex"];
        assert_eq!(sandbox.failed(&show), ("not_found".into(), 1));
    }
    let there = ["user", "create", "ann@example.com", "--name", "Another", "--tenant", "globex"];
    assert_eq!(sandbox.made(&there)["display_name"], "Another");
    assert_eq!(sandbox.made(&["user", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn a_long_list_is_whole() {
    let sandbox = Sandbox::of_acme();
    let id = "('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid";
    sandbox.sql(&format!(
        "INSERT INTO principals (tenant_id, id, type, display_name) \
         SELECT t.id, {id}, 'human', 'User ' || n FROM tenants t, generate_series(1, 1001) n; \
         INSERT INTO users (tenant_id, id, email) \
         SELECT t.id, {id}, 'user' || n || '@example.com' FROM tenants t, generate_series(1, 1001) n"
    ));
    for (count, then) in
        [(1001, "DELETE FROM principals WHERE display_name = 'User 1001'"), (1000, "")]
    {
        let listed = sandbox.made(&["user", "list"]);
        let numbers: Vec<_> = listed.as_array().unwrap().iter().map(|it| &it["email"]).collect();
        let wanted: Vec<_> = (1..=count).map(|n| json!(format!("user{n}@example.com"))).collect();
        assert_eq!(numbers, wanted.iter().collect::<Vec<_>>());
        sandbox.sql(then);
    }
    assert_eq!(sandbox.text(&["user", "list"]).lines().count(), 1001);
}
