use serde_json::json;

use crate::support::{Sandbox, has_pgvector, json};

#[test]
fn what_needs_no_database_works_without_one() {
    let sandbox = Sandbox::bare();
    let version = sandbox.text(&["--version"]);
    assert_eq!(version, format!("af {}\n", env!("CARGO_PKG_VERSION")));
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(sandbox.text(&["completions", shell]).contains("af"), "{shell}");
    }
    let files = sandbox.text(&["migrate", "new", "Add invoices"]);
    assert!(files.contains("000001_add_invoices.up.sql"), "{files}");
    let (files, _) = sandbox.json(&["migrate", "new", "more", "--dir", "db"]);
    assert_eq!(files["version"], 1);
}

#[test]
fn a_mistyped_command_is_guessed() {
    let sandbox = Sandbox::bare();
    let failed = sandbox.af(&["tennant", "list"]).assert().code(2);
    let told = String::from_utf8_lossy(&failed.get_output().stderr).into_owned();
    assert!(told.contains("'tenant'"), "{told}");
    let (told, code) = sandbox.json(&["tennant", "list"]);
    assert_eq!(code, 2);
    assert_eq!(told["error"]["kind"], "usage");
    assert!(told["error"]["hint"].as_str().unwrap().contains("tenant"), "{told}");
}

#[test]
fn global_options_stand_anywhere() {
    let sandbox = Sandbox::migrated();
    sandbox.tenant("acme");
    let mut before = sandbox.af(&["--output", "json", "--tenant", "acme", "tenant", "show"]);
    let mut after = sandbox.af(&["tenant", "show", "--tenant", "acme", "--output", "json"]);
    assert_eq!(json(&mut before), json(&mut after));
    let mut set = sandbox.af(&["tenant", "show", "--output", "json"]);
    assert_eq!(json(set.env("AF_TENANT", "acme")), json(&mut after));
}

#[test]
fn a_command_about_a_tenant_asks_for_one() {
    let sandbox = Sandbox::bare();
    for command in [
        &["tenant", "show"][..],
        &["workspace", "list"],
        &["audit", "list"],
        &["audit", "append", "-"],
    ] {
        let (told, code) = sandbox.json(command);
        assert_eq!(code, 2, "{told}");
        assert!(told["error"]["hint"].as_str().unwrap().contains("--tenant"), "{told}");
    }
}

#[test]
fn what_destroys_is_refused_without_a_terminal_to_ask_on() {
    let sandbox = Sandbox::migrated();
    sandbox.tenant("acme");
    for command in [
        &["tenant", "delete", "acme"][..],
        &["migrate", "down", "--all"],
        &["migrate", "down", "--to", "0"],
        &["migrate", "force", "1"],
        &["down", "--purge"],
    ] {
        let (told, code) = sandbox.json(command);
        assert_eq!(code, 2, "{told}");
        assert!(told["error"]["hint"].as_str().unwrap().contains("--yes"), "{told}");
    }
    assert_eq!(sandbox.json(&["tenant", "show", "acme"]).1, 0);
    // It ends with 1 where some are pending, for lack of pgvector.
    let as_before = i32::from(!has_pgvector());
    assert_eq!(sandbox.json(&["migrate", "status"]).1, as_before);
}

#[test]
fn dotenv_is_read_and_the_environment_wins() {
    let sandbox = Sandbox::migrated();
    sandbox.tenant("acme");
    sandbox.write(".env", format!("DATABASE_URL='{}'\nAF_TENANT=acme\n", sandbox.url()));
    let mut shown = sandbox.af_without_database(&["tenant", "show", "--output", "json"]);
    let (tenant, code) = json(&mut shown);
    assert_eq!((tenant["slug"].clone(), code), (json!("acme"), 0));
    let (told, code) = json(shown.env("AF_TENANT", "other"));
    assert_eq!(code, 1, "{told}");
}

#[test]
fn a_broken_dotenv_is_named_without_its_text_and_only_where_it_matters() {
    let sandbox = Sandbox::bare();
    sandbox.write(".env", "DATABASE_URL = postgres://u:hunter2@h/d with blanks 'and\n");
    sandbox.af(&["completions", "bash"]).assert().success();
    let failed = sandbox.af(&["tenant", "list"]).assert().code(2);
    let told = String::from_utf8_lossy(&failed.get_output().stderr).into_owned();
    assert!(told.contains(".env") && !told.contains("hunter2"), "{told}");
}
