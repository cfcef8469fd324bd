use crate::support::{Sandbox, json};

fn prepared() -> (Sandbox, String, String) {
    let sandbox = Sandbox::of_acme();
    let id = |made: serde_json::Value| made["id"].as_str().unwrap().to_owned();
    let ann = id(sandbox.made(&["user", "create", "ann@example.com", "--name", "Ann"]));
    let bot = id(sandbox.made(&["service", "create", "bot"]));
    (sandbox, ann, bot)
}

#[test]
fn a_change_is_recorded_as_done_by_the_principal_that_is_named() {
    let (sandbox, ann, bot) = prepared();
    assert_eq!(sandbox.newest(), ("user:tester".into(), "service.created".into()));
    for (name, actor) in [
        ("ann@example.com", format!("user:{ann}")),
        (&ann, format!("user:{ann}")),
        ("bot", format!("service:{bot}")),
    ] {
        let workspace = format!("Workspace of {name}");
        for command in [
            &["workspace", "create", &workspace][..],
            &["user", "create", &format!("{name:.3}@example.org"), "--name", "X"],
            &["user", "delete", &format!("{name:.3}@example.org"), "--yes"],
            &["team", "create", "Team", "--owner", "ann@example.com"],
            &["team", "delete", "team", "--yes"],
            &["role", "create", "mine"],
            &["role", "delete", "mine", "--yes"],
            &["key", "create", "ci", "--for", "bot"],
            &["session", "open", "--for", "bot"],
            &["session", "revoke-all", "bot"],
        ] {
            sandbox.made(&[&["--as", name], command].concat());
            assert_eq!(sandbox.newest().0, actor, "{command:?}");
        }
    }
    let key = sandbox.made(&["key", "create", "ci", "--for", "bot", "--as", "ann@example.com"]);
    assert_eq!(key["created_by"], ann.as_str());
}

#[test]
fn the_environment_names_the_actor_and_the_option_wins() {
    let (sandbox, ann, bot) = prepared();
    let rename = |name: &str| {
        let mut command = sandbox.af(&["user", "rename", "ann@example.com", name]);
        command.env("AF_ACTOR", "bot");
        command
    };
    rename("Ann A.").assert().success();
    assert_eq!(sandbox.newest().0, format!("service:{bot}"));
    rename("Ann B.").args(["--as", "ann@example.com"]).assert().success();
    assert_eq!(sandbox.newest().0, format!("user:{ann}"));
    rename("Ann C.").env("AF_ACTOR", "").assert().success();
    assert_eq!(sandbox.newest().0, "user:tester");
}

#[test]
fn somebody_who_is_not_there_or_not_active_does_nothing() {
    let (sandbox, ann, _) = prepared();
    sandbox.tenant("globex");
    let newest = sandbox.newest();
    let create = |name: &str| sandbox.json(&["role", "create", "mine", "--as", name]);
    let (told, code) = create("bto");
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1));
    assert_eq!(told["error"]["hint"], "did you mean `bot`?");
    for name in ["nobody@example.com", "01890a5d-ac96-774b-bcce-b302099a8057", "\u{1b}[2J"] {
        let (told, code) = create(name);
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1), "{told}");
        assert!(told["error"]["hint"].as_str().unwrap().contains("af user list"), "{told}");
    }
    let elsewhere = ["role", "create", "mine", "--tenant", "globex", "--as", &ann];
    assert_eq!(sandbox.failed(&elsewhere), ("not_found".into(), 1));
    assert_eq!(sandbox.failed(&["role", "create", "mine", "--as", ""]), ("usage".into(), 2));
    assert_eq!(sandbox.newest(), newest, "nothing was done");

    sandbox.made(&["user", "deactivate", "ann@example.com"]);
    let (told, code) = create("ann@example.com");
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1));
    assert!(told["error"]["message"].as_str().unwrap().contains("inactive"), "{told}");
    // Whoever only looks is nobody's actor.
    assert_eq!(sandbox.json(&["role", "list", "--as", "bto"]).1, 0);
}

#[test]
fn tenants_are_administered_from_outside() {
    let (sandbox, _, _) = prepared();
    for command in
        [&["tenant", "create", "x"][..], &["tenant", "suspend"], &["tenant", "delete", "--yes"]]
    {
        let command = [command, &["--as", "ann@example.com"]].concat();
        assert_eq!(sandbox.failed(&command), ("usage".into(), 2), "{command:?}");
    }
    assert_eq!(sandbox.json(&["tenant", "show", "--as", "ann@example.com"]).1, 0);
    // What is set for all commands does not get in the way of these.
    let mut suspend = sandbox.af(&["tenant", "suspend", "--output", "json"]);
    assert_eq!(json(suspend.env("AF_ACTOR", "ann@example.com")).1, 0);
}
