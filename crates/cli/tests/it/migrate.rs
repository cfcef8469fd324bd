use serde_json::{Value, json};

use crate::support::{LATEST, Sandbox, block_on, json};

#[test]
fn the_embedded_schema_goes_up_and_down() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = Sandbox::empty();
    assert_eq!(sandbox.json(&["migrate", "version"]).0, json!({ "version": null, "dirty": false }));
    let (status, code) = sandbox.json(&["migrate", "status"]);
    assert_eq!((status[0]["state"].as_str(), code), (Some("pending"), 1));
    let (plan, code) = sandbox.json(&["migrate", "up", "--dry-run"]);
    assert_eq!((plan["dry_run"].as_bool(), code), (Some(true), 0));
    assert_eq!(plan["steps"].as_array().unwrap().len(), LATEST);
    assert!(plan["steps"][0].get("sql").is_none());
    assert_eq!(sandbox.json(&["migrate", "version"]).0["version"], Value::Null, "nothing ran");

    let (report, code) = sandbox.json(&["migrate", "up", "--steps", "1", "--show-sql"]);
    assert_eq!((report["version"].as_i64(), code), (Some(1), 0));
    assert!(report["steps"][0]["sql"].as_str().unwrap().contains("CREATE ROLE af_app"));
    let text = sandbox.text(&["migrate", "up"]);
    assert!(
        text.contains("applied    000003_audit") && text.contains(&format!("at version {LATEST}")),
        "{text}"
    );
    assert!(sandbox.text(&["migrate", "up"]).contains("Nothing to do"));
    assert!(sandbox.text(&["migrate", "status"]).contains("Nothing is pending."));
    assert_eq!(sandbox.json(&["migrate", "verify"]), (json!([]), 0));
    assert_eq!(sandbox.json(&["migrate", "wait", "--timeout", "1s"]).0["version"], LATEST);

    assert_eq!(sandbox.json(&["migrate", "redo"]).0["applied"].as_array().unwrap().len(), 2);
    assert_eq!(sandbox.json(&["migrate", "down"]).0["version"], LATEST - 1, "one step unless told");
    let (pending, code) = sandbox.json(&["migrate", "wait", "--timeout", "200ms"]);
    assert_eq!((pending["error"]["kind"].as_str(), code), (Some("pending"), 1));
    assert_eq!(sandbox.json(&["migrate", "down", "--to", "1"]).0["version"], 1);
    assert_eq!(sandbox.json(&["migrate", "down", "--all", "--yes"]).0["version"], Value::Null);
}

#[test]
fn any_folder_is_run_also_with_windows_line_ends() {
    let sandbox = Sandbox::empty();
    sandbox.write("db/1_one.up.sql", "CREATE TABLE one (\r\n    id int\r\n);\r\n");
    sandbox.write("db/1_one.down.sql", "DROP TABLE one;\r\n");
    sandbox.write(
        "db/2_two.up.sql",
        "-- no-transaction\r\nCREATE INDEX CONCURRENTLY i ON one (id);\r\n",
    );
    sandbox.write("db/2_two.down.sql", "-- no-transaction\r\nDROP INDEX CONCURRENTLY i;\r\n");
    let run = |arguments: &[&str]| sandbox.json(&[&["migrate", "--dir", "db"], arguments].concat());
    assert_eq!(run(&["up"]).0["version"], 2);
    // The same text with other line ends is the same script.
    sandbox.write("db/1_one.up.sql", "CREATE TABLE one (\n    id int\n);\n");
    assert_eq!(run(&["verify"]), (json!([]), 0));

    sandbox.write("db/1_one.up.sql", "CREATE TABLE one (id bigint);\n");
    let (findings, code) = run(&["verify"]);
    assert_eq!((findings[0]["finding"].as_str(), code), (Some("changed"), 1));
    let (told, code) = run(&["up"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("inconsistent"), 1));
    assert_eq!(run(&["force", "2", "--yes"]).0["versions"], json!([1, 2]));
    assert_eq!(run(&["verify"]).1, 0);
    assert_eq!(run(&["down", "--all", "--yes"]).0["version"], Value::Null);
    assert_eq!(run(&["baseline", "1"]).0["versions"], json!([1]));
    let (told, code) = run(&["baseline", "1"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("conflict"), 4));
    assert!(sandbox.text(&["migrate", "--dir", "db", "version"]).starts_with('1'));
}

#[test]
fn an_unfinished_migration_of_a_newer_program_stops_up() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = Sandbox::migrated();
    sandbox.sql("INSERT INTO schema_migrations VALUES (99, 'newer', 'x', now(), 0, 'x', true)");
    for command in [&["migrate", "up"][..], &["migrate", "up", "--dry-run"]] {
        let (told, code) = sandbox.json(command);
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("inconsistent"), 1), "{told}");
        assert!(told["error"]["message"].as_str().unwrap().contains("99 (newer)"), "{told}");
        assert!(told["error"]["hint"].as_str().unwrap().contains("force"), "{told}");
    }
}

#[test]
fn a_failing_script_is_shown_with_its_line() {
    let sandbox = Sandbox::empty();
    sandbox.write("db/1_bad.up.sql", "CREATE TABLE fine (id int);\nCREATE TABEL wrong (id int);\n");
    let failed = sandbox.af(&["migrate", "up", "--dir", "db"]).assert().code(4);
    let told = String::from_utf8_lossy(&failed.get_output().stderr).into_owned();
    assert!(told.contains("1_bad.up.sql:2:8") && told.contains("rolled back: 1"), "{told}");
}

#[test]
fn what_is_not_there_is_named() {
    let sandbox = Sandbox::empty();
    let (told, code) = sandbox.json(&["migrate", "up", "--dir", "nowhere"]);
    assert_eq!(code, 2, "{told}");
    assert!(told["error"]["message"].as_str().unwrap().contains("nowhere"));
    let (told, code) = sandbox.json(&["migrate", "up", "--to", "99"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1));
    for bad in
        [&["up", "--to", "x"][..], &["up", "--steps", "0"], &["up", "--to", "1", "--steps", "1"]]
    {
        assert_eq!(sandbox.json(&[&["migrate"], bad].concat()).1, 2);
    }
    assert_eq!(sandbox.json(&["migrate", "up", "--lock-timeout", "soon"]).1, 2);
}

#[test]
fn waiting_for_a_server_that_never_comes_ends() {
    let sandbox = Sandbox::bare();
    let url = "postgres://app@127.0.0.1:1/af";
    let mut wait = sandbox.af(&["migrate", "wait", "--timeout", "600ms", "--output", "json"]);
    assert_eq!(json(wait.env("DATABASE_URL", url)).1, 3);
}

#[test]
fn waiting_ends_where_the_history_cannot_be_read() {
    let sandbox = Sandbox::empty();
    sandbox.write("db/1_one.up.sql", "SELECT 1;\n");
    sandbox.json(&["migrate", "up", "--dir", "db"]);
    let config = agentflow::Config::from_url(sandbox.url()).unwrap();
    let locks = block_on(async {
        let client = agentflow::Store::connect(config).unwrap().admin().connect().await.unwrap();
        let lock = "BEGIN; LOCK TABLE schema_migrations IN ACCESS EXCLUSIVE MODE";
        client.batch_execute(lock).await.unwrap();
        client
    });
    let (told, code) =
        sandbox.json(&["migrate", "wait", "--dir", "db", "--to", "1", "--timeout", "100ms"]);
    drop(locks);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("unavailable"), 3), "{told}");
    assert!(told["error"]["message"].as_str().unwrap().contains("read the history"), "{told}");
    assert!(told["error"]["hint"].as_str().unwrap().contains("pg_locks"), "{told}");
}

#[test]
fn timeouts_reach_the_scripts() {
    let sandbox = Sandbox::empty();
    sandbox.write("db/1_slow.up.sql", "SELECT pg_sleep(5);\n");
    let slow = ["migrate", "up", "--dir", "db", "--statement-timeout", "100ms"];
    let (told, code) = sandbox.json(&slow);
    assert_eq!(code, 4, "{told}");
    assert!(told["error"]["message"].as_str().unwrap().contains("statement timeout"), "{told}");
}
