use std::process::Output;

use crate::support::{Sandbox, json};

fn shown(output: &Output) -> String {
    let both = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8(both).unwrap()
}

#[test]
fn without_a_database_the_way_to_one_is_shown() {
    let sandbox = Sandbox::bare();
    let output = sandbox.af(&["tenant", "list"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.starts_with("error: no database is configured"), "{told}");
    assert!(told.contains("hint: ") && told.contains("`af up`"), "{told}");

    let (told, code) = sandbox.json(&["tenant", "list"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_configured"), 3));
    assert!(told["error"]["causes"].as_array().unwrap().is_empty());
}

#[test]
fn verification_that_cannot_begin_is_an_error_in_its_own_form() {
    let (report, code) = Sandbox::bare().json(&["audit", "verify"]);
    assert_eq!((report["status"].as_str(), code), (Some("error"), 3));
    assert!(report["error_message"].as_str().unwrap().contains("no database"), "{report}");
    assert_eq!(report["total_records"], 0);
    assert_eq!(report["error"]["kind"], "not_configured");
}

#[test]
fn a_wrong_password_is_told_and_no_password_is() {
    let sandbox = Sandbox::migrated();
    let (scheme, rest) = sandbox.url().split_once("://").unwrap();
    let (user, server) = rest.split_once('@').unwrap();
    let user = user.split(':').next().unwrap();
    let url = format!("{scheme}://{user}:hunter2-secret@{server}");
    for command in [&["tenant", "list"][..], &["migrate", "up"], &["audit", "verify"]] {
        for format in ["human", "json"] {
            let mut failed = sandbox.af(command);
            let output = failed.env("DATABASE_URL", &url).args(["--output", format, "-vv"]);
            let output = output.output().unwrap();
            let told = shown(&output);
            assert_eq!(output.status.code(), Some(3), "{told}");
            assert!(told.contains("password authentication failed"), "{told}");
            assert!(!told.contains("hunter2") && !told.contains("postgres://"), "{told}");
        }
    }
}

#[test]
fn an_unreachable_server_is_named_with_its_cause() {
    let sandbox = Sandbox::bare();
    let url = "postgres://app:hunter2@127.0.0.1:1/af";
    let mut failed = sandbox.af(&["tenant", "list", "--database-url", url, "--output", "json"]);
    let (told, code) = json(&mut failed);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("unavailable"), 3));
    let text = told.to_string();
    assert!(text.contains("refused") && !text.contains("hunter2"), "{text}");
}

#[test]
fn a_malformed_url_is_wrong_usage() {
    let sandbox = Sandbox::bare();
    let url = "postgres://app:hunter2@[::1/af";
    let output = sandbox.af(&["tenant", "list", "--database-url", url]).output().unwrap();
    let told = shown(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("DATABASE_URL") && !told.contains("hunter2"), "{told}");
}

#[test]
fn a_database_without_the_schema_says_what_to_run() {
    let sandbox = Sandbox::empty();
    let (told, code) = sandbox.json(&["tenant", "list"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("schema_missing"), 4));
    assert!(told["error"]["hint"].as_str().unwrap().contains("af migrate up"), "{told}");
}

#[test]
fn the_url_is_in_no_help() {
    let sandbox = Sandbox::bare();
    for command in [&["--help"][..], &["-h"], &["audit", "append", "--help"]] {
        let mut help = sandbox.af(command);
        let output = help.env("DATABASE_URL", "postgres://u:hunter2@h/d").output().unwrap();
        assert!(output.status.success() && !shown(&output).contains("hunter2"));
    }
}

#[test]
fn an_empty_url_is_wrong_usage_but_an_empty_variable_is_not_set() {
    let sandbox = Sandbox::bare();
    for blank in ["", "  "] {
        for command in [&["tenant", "list"][..], &["audit", "verify"]] {
            let before = [&["--database-url", blank], command].concat();
            let behind = [command, &["--database-url", blank]].concat();
            for arguments in [before, behind] {
                let (told, code) = sandbox.json(&arguments);
                assert_eq!((told["error"]["kind"].as_str(), code), (Some("usage"), 2), "{told}");
                assert!(told.to_string().contains("--database-url is empty"), "{told}");
            }
        }
        let mut unset = sandbox.af(&["tenant", "list", "--output", "json"]);
        let (told, code) = json(unset.env("DATABASE_URL", blank));
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_configured"), 3), "{told}");
    }
}

#[test]
fn what_postgresql_said_is_told_with_its_sqlstate_and_without_rows() {
    let sandbox = Sandbox::migrated();
    sandbox.tenant("acme");
    sandbox.sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
         $$BEGIN RAISE 'no more room' USING DETAIL = 'secret row', ERRCODE = '53100'; END$$; \
         CREATE TRIGGER refuse BEFORE INSERT ON workspaces EXECUTE FUNCTION refuse()",
    );
    let create = ["workspace", "create", "One", "--tenant", "acme"];
    let (told, code) = sandbox.json(&create);
    assert_eq!(code, 4, "{told}");
    assert_eq!(told["error"]["causes"], serde_json::json!(["no more room (SQLSTATE 53100)"]));
    let failed = sandbox.af(&create).assert().code(4);
    let told = String::from_utf8_lossy(&failed.get_output().stderr).into_owned();
    assert_eq!(told.matches("no more room").count(), 1, "{told}");
    assert!(!told.contains("db error") && !told.contains("secret"), "{told}");

    let (scheme, rest) = sandbox.url().split_once("://").unwrap();
    let (user, server) = rest.split_once('@').unwrap();
    let user = user.split(':').next().unwrap();
    let mut wrong = sandbox.af(&["tenant", "list"]);
    let wrong = wrong.env("DATABASE_URL", format!("{scheme}://{user}:wrong@{server}"));
    let told = String::from_utf8(wrong.output().unwrap().stderr).unwrap();
    assert_eq!(told.matches("password authentication failed").count(), 1, "{told}");
    assert!(told.contains("cause: SQLSTATE 28P01") && !told.contains("db error"), "{told}");
}

#[test]
fn commands_give_up_a_server_that_says_nothing() {
    let sandbox = Sandbox::bare();
    // The system accepts for it, and nobody answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let url = format!("postgres://app:hunter2@127.0.0.1:{port}/af?connect_timeout=1");
    for command in [
        &["tenant", "list"][..],
        &["workspace", "list", "--tenant", "acme"],
        &["migrate", "status"],
        &["migrate", "up"],
        &["migrate", "wait", "--timeout", "1s"],
        &["doctor"],
        &["metrics"],
        &["audit", "list", "--tenant", "acme"],
        &["backup", "create", "--dir", "backups", "--unsigned"],
    ] {
        let mut failed = sandbox.af(command);
        failed.args(["--output", "json"]).env("DATABASE_URL", &url);
        // Less than it would take by default.
        let (told, code) = json(failed.timeout(std::time::Duration::from_secs(9)));
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("unavailable"), 3), "{told}");
        let text = told.to_string();
        assert!(text.contains("no answer within 1 s") && !text.contains("hunter2"), "{text}");
        assert!(!text.contains("communicating"), "{text}");
    }
}

#[test]
fn waiting_for_migrations_ends_in_its_time_also_where_nobody_answers() {
    let sandbox = Sandbox::bare();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    for options in ["", "?connect_timeout=0"] {
        let url = format!("postgres://app:hunter2@127.0.0.1:{port}/af{options}");
        let mut wait = sandbox.af(&["migrate", "wait", "--timeout", "2s", "--output", "json"]);
        wait.env("DATABASE_URL", &url);
        let (told, code) = json(wait.timeout(std::time::Duration::from_secs(8)));
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("unavailable"), 3), "{told}");
        let text = told.to_string();
        assert!(text.contains("no answer within 2 s (--timeout)"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_look_without_waiting_gets_as_far_as_the_migrations() {
    let sandbox = Sandbox::migrated();
    sandbox.af(&["migrate", "wait", "--timeout", "0"]).assert().code(0);
}
