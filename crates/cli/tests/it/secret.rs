//! `af secret`: values go in by stdin, come out when they are asked for, and are nowhere else.

use serde_json::json;

use crate::support::{Sandbox, Told};

const PLANTED: &str = "planted-value-77c0";

/// Where `secrets.json` holds secrets, and nobody else may read it.
fn place(text: &str) -> Sandbox {
    let sandbox = Sandbox::bare();
    sandbox.write(".env", "AF_SECRETS=file:secrets.json\n");
    private(&sandbox, "secrets.json", text);
    sandbox
}

fn private(sandbox: &Sandbox, name: &str, text: &str) {
    sandbox.write(name, text);
    mode(sandbox, name, 0o600);
}

#[cfg(unix)]
fn mode(sandbox: &Sandbox, name: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt;

    let mode = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(sandbox.path().join(name), mode).unwrap();
}

#[cfg(not(unix))]
fn mode(_: &Sandbox, _: &str, _: u32) {}

fn stored(sandbox: &Sandbox) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(sandbox.path().join("secrets.json")).unwrap()).unwrap()
}

#[test]
fn a_secret_lives_and_dies_without_a_database() {
    let sandbox = Sandbox::bare();
    sandbox.write(".env", "AF_SECRETS=file:kept/secrets.json\n");
    // The first one makes the file, and its folder.
    let told = sandbox.told(&["secret", "set", "stripe-key"], format!("{PLANTED}\n"));
    assert_eq!((told.stdout.as_str(), told.code), ("Stored stripe-key.\n", 0), "{told:?}");
    let text = std::fs::read_to_string(sandbox.path().join("kept/secrets.json")).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&text).unwrap(),
        json!({ "stripe-key": PLANTED })
    );

    let told = sandbox.told(&["secret", "get", "stripe-key"], "");
    assert!(
        told.stdout.contains("********") && told.stdout.contains("kept/secrets.json"),
        "{told:?}"
    );
    assert!(!told.contains(PLANTED), "{told:?}");
    let told = sandbox.told(&["secret", "get", "stripe-key", "--reveal"], "");
    assert_eq!((told.stdout, told.stderr, told.code), (format!("{PLANTED}\n"), String::new(), 0));
    let (shown, _) = sandbox.json(&["secret", "get", "stripe-key"]);
    assert_eq!((&shown["key"], shown.get("value")), (&json!("stripe-key"), None));
    let (shown, _) = sandbox.json(&["secret", "get", "stripe-key", "--reveal"]);
    assert_eq!(shown["value"], PLANTED);

    assert_eq!(sandbox.made(&["secret", "rotate", "stripe-key"]), json!({ "key": "stripe-key" }));
    let rotated = sandbox.text(&["secret", "get", "stripe-key", "--reveal"]);
    assert!(rotated.len() == 65 && rotated.trim_end().bytes().all(|it| it.is_ascii_hexdigit()));
    assert_eq!(sandbox.made(&["secret", "list"]), json!([{ "key": "stripe-key" }]));
    assert_eq!(sandbox.text(&["secret", "list"]), "stripe-key\n");
    assert_eq!(sandbox.failed(&["secret", "delete", "stripe-key"]), ("usage".into(), 2));
    let told = sandbox.told(&["secret", "delete", "stripe-key", "--yes"], "");
    assert_eq!((told.stdout.as_str(), told.code), ("Deleted stripe-key.\n", 0));
    assert_eq!(
        sandbox.failed(&["secret", "delete", "stripe-key", "--yes"]),
        ("not_found".into(), 1)
    );
    assert_eq!(sandbox.failed(&["secret", "get", "stripe-key"]), ("not_found".into(), 1));
    assert!(sandbox.text(&["secret", "list"]).contains("no secret yet"));
}

#[test]
fn a_value_comes_from_stdin_whole_or_not_at_all() {
    let sandbox = place("{}");
    let set = ["secret", "set", "key"];
    let pem = "-----BEGIN X-----\nplanted-value-77c0\n-----END X-----\n";
    for (input, message) in [(pem, "more than one line"), ("", "no secret on stdin")] {
        let told = sandbox.told(&set, input);
        assert_eq!(told.code, 2, "{told:?}");
        assert!(told.stderr.contains(message) && !told.contains(PLANTED), "{told:?}");
    }
    assert_eq!(stored(&sandbox), json!({}));
    assert_eq!(sandbox.told(&["secret", "set", "key", "--all-of-stdin"], pem).code, 0);
    assert_eq!(stored(&sandbox), json!({ "key": pem }));
    assert_eq!(sandbox.text(&["secret", "get", "key", "--reveal"]), pem);
    // What other programs could see is not taken.
    let told = sandbox.told(&["secret", "set", "key", PLANTED], "x");
    assert_eq!(told.code, 2);
    assert!(told.stderr.contains("does not belong on a command line"), "{told:?}");
    assert!(!told.contains(PLANTED), "{told:?}");
    assert_eq!(stored(&sandbox), json!({ "key": pem }));
}

#[test]
fn what_is_not_expected_on_the_command_line_is_not_repeated() {
    let sandbox = place(r#"{"k": "1"}"#);
    for arguments in [
        &["secret", "set", "k", "--all-of-stdin=hunter2"][..],
        &["secret", "set", "k", "hunter2"],
        &["secret", "set", "k", "--valve=hunter2"],
        &["secret", "set", "k", "--hunter2"],
        &["secret", "set", "k", "-Zhunter2"],
        &["secret", "set", "k", "-----BEGIN hunter2"],
        &["secret", "rotate", "k", "hunter2"],
        &["secret", "get", "k", "hunter2"],
        &["secret", "get", "k", "--version=hunter2"],
        &["secret", "get", "k", "--version", "hunter2"],
        &["secret", "get", "k", "--reveal=hunter2"],
        &["secret", "delete", "k", "hunter2"],
        &["secret", "list", "hunter2"],
        &["secret", "hunter2"],
        &["--tenant", "acme", "secret", "get", "k", "hunter2"],
        &["provider-key", "add", "main", "--type", "openai", "--workspace", "w", "hunter2"],
        &["provider-key", "show", "main", "hunter2"],
        &["provider-key", "rotate", "main", "--grace=hunter2"],
        &["connector", "install", "Code", "--all-of-stdin=hunter2"],
        &["connector", "rotate", "Code", "hunter2"],
        &["team", "webhook-secret", "set", "support", "hunter2"],
        &["team", "webhook-secret", "rotate", "support", "hunter2"],
        &["team", "webhook-secret", "set", "support", "--secret=hunter2"],
    ] {
        for format in ["human", "json"] {
            let told = sandbox.told(&[arguments, &["--output", format]].concat(), "x");
            assert_eq!(told.code, 2, "{arguments:?} {told:?}");
            assert!(!told.contains("hunter2"), "{arguments:?} {told:?}");
        }
    }
    assert_eq!(stored(&sandbox), json!({ "k": "1" }));
    // What is mistyped is still explained.
    let told = sandbox.told(&["secret", "get", "k", "--reveall"], "");
    assert!(told.stderr.contains("'--reveall'") && told.stderr.contains("'--reveal'"), "{told:?}");
    let told = sandbox.told(&["secret", "gett", "k"], "");
    assert!(told.stderr.contains("'gett'") && told.stderr.contains("'get'"), "{told:?}");
    let told = sandbox.told(&["secret", "rotate", "k", "hunter2"], "");
    assert!(told.stderr.contains("af secret set"), "{told:?}");
}

#[test]
fn settings_and_secrets_are_not_one_file() {
    const WORDS: &str = "secrets would be taken for settings";
    let sandbox = Sandbox::bare();
    // As long as there is none, and once there is one, under whatever name.
    for (dotenv, secrets) in [
        (None, "file:.env"),
        (Some("DATABASE_POOL_SIZE=3\n"), "file:.env"),
        (Some("A=1\n"), "env,fallback:file:other/../.env"),
    ] {
        std::fs::create_dir_all(sandbox.path().join("other")).unwrap();
        if let Some(text) = dotenv {
            private(&sandbox, ".env", text);
        }
        for arguments in [&["secret", "set", "k"][..], &["secret", "get", "k"], &["secret", "list"]]
        {
            let mut command = sandbox.af(arguments);
            let output = command.env("AF_SECRETS", secrets).write_stdin("x").output().unwrap();
            let told = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{told}");
            assert!(told.contains(WORDS) && told.contains("another name"), "{told}");
        }
        let now = std::fs::read_to_string(sandbox.path().join(".env")).ok();
        assert_eq!(now.as_deref(), dotenv, "nothing was written");
    }
    // In the folder above, it is read as well; in another, it is not.
    for (secrets, is_refused) in [("file:../.env", true), ("file:below/.env", false)] {
        let mut command = sandbox.af(&["secret", "set", "k"]);
        let output = command
            .current_dir(sandbox.path().join("other"))
            .env("AF_SECRETS", secrets)
            .write_stdin("x")
            .output()
            .unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(told.contains(WORDS), is_refused, "{secrets}: {told}");
    }
    #[cfg(unix)]
    {
        let sandbox = Sandbox::bare();
        sandbox.write(".env", "AF_SECRETS=file:linked.env\n");
        std::os::unix::fs::symlink(".env", sandbox.path().join("linked.env")).unwrap();
        let told = sandbox.told(&["secret", "get", "k"], "");
        assert!(told.code == 2 && told.stderr.contains(WORDS), "{told:?}");
    }
}

#[test]
fn the_environment_is_read_and_keeps_nothing() {
    let sandbox = Sandbox::bare();
    let af = |arguments: &[&str], input: &str| {
        let mut command = sandbox.af(arguments);
        let output =
            command.env("AF_SECRET_SMTP_KEY", PLANTED).write_stdin(input).output().unwrap();
        Told {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        }
    };
    assert_eq!(af(&["secret", "get", "smtp-key", "--reveal"], "").stdout, format!("{PLANTED}\n"));
    assert_eq!(af(&["secret", "list"], "").stdout, "smtp_key\n");
    for arguments in [
        &["secret", "set", "smtp-key"][..],
        &["secret", "delete", "smtp-key", "--yes"],
        &["secret", "rotate", "smtp-key"],
    ] {
        let told = af(arguments, "new");
        assert_eq!(told.code, 2, "{told:?}");
        assert!(!told.contains(PLANTED), "{told:?}");
    }
    assert!(af(&["secret", "set", "x"], "new").stderr.contains("AF_SECRETS"));
}

#[test]
fn what_is_no_name_is_explained_and_not_repeated() {
    let sandbox = place("{}");
    let long = format!("{PLANTED}{}", "x".repeat(255));
    for name in [&format!("{PLANTED}!"), &format!("../{PLANTED}"), &long] {
        for arguments in [
            &["secret", "get", name][..],
            &["secret", "set", name],
            &["secret", "delete", name, "--yes"],
            &["secret", "rotate", name],
        ] {
            let told = sandbox.told(&[arguments, &["-vv"]].concat(), "value");
            assert_eq!(told.code, 1, "{told:?}");
            assert!(
                told.stderr.contains("key contains invalid")
                    || told.stderr.contains("key too long")
            );
            assert!(told.stderr.contains("********") && !told.contains(PLANTED), "{told:?}");
        }
    }
}

#[test]
fn a_file_that_cannot_be_trusted_or_read_is_explained() {
    let sandbox = place(r#"{"a": "planted-value-77c0", "a": "2"}"#);
    let get = ["secret", "get", "a"];
    assert_eq!(sandbox.failed(&get), ("corrupt".into(), 1));
    let told = sandbox.told(&get, "");
    assert!(!told.contains(PLANTED) && told.stderr.contains("line 1"), "{told:?}");
    // A broken file is not written over.
    assert_eq!(sandbox.told(&["secret", "set", "b"], "x").code, 1);
    assert!(
        std::fs::read_to_string(sandbox.path().join("secrets.json")).unwrap().contains("\"2\"")
    );

    let sandbox = Sandbox::bare();
    sandbox.write(".env", "AF_SECRETS=file:none/secrets.json\n");
    assert_eq!(sandbox.failed(&get), ("unavailable".into(), 3));
    let told = sandbox.told(&get, "");
    assert!(!told.stderr.contains("DATABASE_URL"), "no hint of another matter: {told:?}");

    let sandbox = Sandbox::bare();
    sandbox.write(".env", "AF_SECRETS=hunter2\n");
    assert_eq!(sandbox.failed(&get), ("invalid_setting".into(), 2));
    assert!(!sandbox.told(&get, "").contains("hunter2"));
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_read_is_refused() {
    let sandbox = place(r#"{"a": "planted-value-77c0"}"#);
    mode(&sandbox, "secrets.json", 0o640);
    let get = ["secret", "get", "a", "--reveal"];
    assert_eq!(sandbox.failed(&get), ("denied".into(), 1));
    let told = sandbox.told(&get, "");
    assert!(told.stderr.contains("chmod 600") && !told.contains(PLANTED), "{told:?}");
}

/// The user that the tests run as.
#[cfg(unix)]
fn me() -> String {
    use nix::unistd::{Uid, User};

    let uid = Uid::effective();
    User::from_uid(uid).unwrap().map_or_else(|| uid.to_string(), |user| user.name)
}

#[cfg(not(unix))]
fn me() -> String {
    "tester".to_owned()
}

#[test]
fn rules_say_who_may_do_what() {
    let me = me();
    let sandbox = place(r#"{"stripe_key": "1", "smtp": "2"}"#);
    let rules = format!(
        "rules:\n  - {{ principal: 'user:{me}', keys: ['stripe_*'], verbs: [get, list] }}\n"
    );
    private(&sandbox, "rules.yaml", &rules);
    sandbox.write(".env", "AF_SECRETS=file:secrets.json\nAF_SECRETS_RULES=rules.yaml\n");
    assert_eq!(sandbox.text(&["secret", "get", "stripe_key", "--reveal"]), "1\n");
    assert_eq!(sandbox.text(&["secret", "list"]), "stripe_key\n");
    let told = sandbox.told(&["secret", "get", "smtp"], "");
    assert_eq!(told.code, 1);
    assert!(
        told.stderr.contains(&format!("no rule allows `get` of `smtp` to user:{me}")),
        "{told:?}"
    );
    // The command says it, and the log does not say it again.
    assert!(!told.stderr.contains("WARN"), "{told:?}");
    assert_eq!(sandbox.failed(&["secret", "rotate", "stripe_key"]), ("denied".into(), 1));
    sandbox.write("rules.yaml", "rules:\n  - { principal: tester, keys: ['*'], verbs: [get] }\n");
    let told = sandbox.told(&["secret", "list"], "");
    assert_eq!(told.code, 2);
    assert!(told.stderr.contains("rules.yaml") && told.stderr.contains("line 2"), "{told:?}");
}

#[cfg(unix)]
#[test]
fn who_asks_is_not_what_the_environment_says() {
    let sandbox = place(r#"{"key": "planted-value-77c0"}"#);
    let rules = "rules:\n  - { principal: 'user:somebody-else', keys: ['*'], verbs: [get] }\n";
    private(&sandbox, "rules.yaml", rules);
    for variable in ["USER", "USERNAME", "LOGNAME", "AF_ACTOR"] {
        let mut command = sandbox.af(&["secret", "get", "key", "--reveal"]);
        command.env("AF_SECRETS_RULES", "rules.yaml").env(variable, "somebody-else");
        let output = command.output().unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]));
    }
}

#[test]
fn that_another_provider_helped_out_is_said() {
    let sandbox = Sandbox::bare();
    sandbox.write(".env", "AF_SECRETS=file:none/secrets.json,fallback:env\n");
    let get = |more: &[&str]| {
        let mut command = sandbox.af(&[&["secret", "get", "key", "--reveal"], more].concat());
        let output = command.env("AF_SECRET_KEY", PLANTED).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{PLANTED}\n"));
        String::from_utf8(output.stderr).unwrap()
    };
    let told = get(&[]);
    let is_said = |it: &str| it.contains("WARN") && it.contains("the value of its fallback");
    assert!(told.lines().any(is_said), "{told}");
    assert!(!told.contains("a secret was asked for"), "{told}");
    // Who asked for what, without a tenant, is in the log.
    assert!(get(&["-v"]).contains("a secret was asked for"));
}

/// What is posted to a server on loopback, told once it is there.
fn posts() -> (String, std::sync::mpsc::Receiver<String>) {
    use std::io::{BufRead, BufReader, Read, Write};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/alerts", listener.local_addr().unwrap());
    let (posted, posts) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(&stream);
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                let line = line.trim_end().to_lowercase();
                if let Some(text) = line.strip_prefix("content-length: ") {
                    length = text.parse().unwrap();
                }
                if line.is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            // Before the answer, after which the command ends.
            let _ = posted.send(String::from_utf8(body).unwrap());
            let answer = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (url, posts)
}

#[test]
fn an_alert_is_posted_before_the_command_ends() {
    let (url, posts) = posts();
    let sandbox = Sandbox::bare();
    sandbox.write(".env", "AF_SECRETS=file:none/secrets.json\n");
    for count in 1..=6 {
        let mut command = sandbox.af(&["secret", "get", "key"]);
        let output = command.env("AF_SECRETS_ALERT", &url).output().unwrap();
        assert_eq!(output.status.code(), Some(3));
        let post = posts.try_recv().unwrap_or_else(|_| panic!("{count}: nothing was posted"));
        assert!(
            post.contains("secrets.unavailable") && post.contains("none/secrets.json"),
            "{post}"
        );
    }
}

#[test]
fn a_secret_can_be_had_though_nobody_can_be_notified() {
    let sandbox = place(r#"{"key": "planted-value-77c0"}"#);
    for alert in ["notify", "notify:secrets"] {
        let mut command = sandbox.af(&["secret", "get", "key", "--reveal"]);
        let output = command.env("AF_SECRETS_ALERT", alert).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{PLANTED}\n"), "{told}");
        assert!(output.status.success() && told.contains("AF_SECRETS_ALERT"), "{told}");
    }
}

#[test]
fn with_a_tenant_each_access_is_in_its_chain() {
    let sandbox = Sandbox::of_acme();
    sandbox.write(".env", "AF_TENANT=acme\nAF_SECRETS=file:secrets.json\n");
    private(&sandbox, "secrets.json", "{}");
    sandbox.made(&["service", "create", "bot"]);
    assert_eq!(sandbox.told(&["secret", "set", "key"], PLANTED).code, 0);
    assert_eq!(sandbox.newest(), ("user:tester".into(), "secret.write".into()));
    assert_eq!(sandbox.told(&["secret", "get", "key", "--reveal", "--as", "bot"], "").code, 0);
    let (who, action) = sandbox.newest();
    assert!(who.starts_with("service:") && action == "secret.read", "{who} {action}");
    assert_eq!(sandbox.failed(&["secret", "get", "a b"]), ("invalid_input".into(), 1));
    let listed = sandbox.made(&["audit", "list", "--limit", "1000"]);
    assert_eq!(listed[0]["resource_id"], "********");
    assert_eq!((&listed[0]["status"], &listed[0]["source"]), (&json!("failure"), &json!("cli")));
    assert!(!listed.to_string().contains(PLANTED));
    // Without its chain, nothing.
    let mut away = sandbox.af_without_database(&["secret", "get", "key", "--reveal", "--tenant"]);
    let away = away.arg("00000000-0000-7000-8000-000000000001");
    let output = away.env("DATABASE_URL", "postgres://127.0.0.1:1/none").output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(3), &b""[..]));
}
