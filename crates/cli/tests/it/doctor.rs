use std::{fmt::Write, fs, path::Path};

use serde_json::{Value, json};

use crate::support::Sandbox;

/// The rules that found something, with what.
fn found(report: &Value) -> Vec<(&str, &str)> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(|it| (it["rule"].as_str().unwrap(), it["object"].as_str().unwrap())).collect()
}

#[test]
fn a_migrated_database_has_no_errors_and_no_warnings() {
    let sandbox = Sandbox::migrated();
    let (report, code) = sandbox.json(&["doctor", "--level", "warning"]);
    assert_eq!((found(&report), code), (vec![], 0), "{report}");
    assert_eq!((report["status"].as_str(), &report["errors"]), (Some("success"), &json!(0)));
    let run = report["rules_run"].as_array().unwrap();
    for rule in ["AF101", "AF505", "AF801", "AF901"] {
        assert!(run.contains(&json!(rule)), "{rule}: {report}");
    }
    let text = sandbox.text(&["doctor", "--level", "warning"]);
    assert!(text.contains("✓ nothing found: ") && text.contains("rules on PostgreSQL "), "{text}");
}

#[test]
fn what_is_wrong_is_told_with_its_rule_and_ends_with_1() {
    let sandbox = Sandbox::migrated();
    sandbox.sql(
        "ALTER TABLE workspaces NO FORCE ROW LEVEL SECURITY; CREATE INDEX twin ON workspaces (tenant_id, id)",
    );
    let (report, code) =
        sandbox.json(&["doctor", "--level", "warning", "--rule", "af503", "--rule", "AF102"]);
    let twin = ("AF503", "public.workspaces: twin");
    assert_eq!((found(&report), code), (vec![("AF102", "public.workspaces"), twin], 1), "{report}");
    assert_eq!(report["findings"][0]["level"], "error");
    assert_eq!((&report["errors"], &report["warnings"]), (&json!(1), &json!(1)));
    let told = sandbox.told(&["doctor"], "");
    assert_eq!(told.code, 1);
    let lines: Vec<_> = told.stdout.lines().collect();
    assert_eq!(
        lines[..2],
        [
            "✗ AF102 row-security-not-forced: The owner of a table of tenants is not bound by its policies",
            "    public.workspaces: its owner postgres reads and writes rows of all tenants",
        ]
    );
    // The start refuses for the same reason, and says so.
    assert!(told.contains("✗ AF901 tenants-not-isolated"), "{}", told.stdout);
    // A warning is no reason to fail.
    let (report, code) = sandbox.json(&["doctor", "--rule", "duplicate-index"]);
    assert_eq!((found(&report), code), (vec![twin], 0), "{report}");
}

#[test]
fn a_policy_that_only_the_made_up_tenants_notice_is_found() {
    let sandbox = Sandbox::migrated();
    // It compares the tenant, and lets through who has none.
    sandbox.sql(
        "CREATE OR REPLACE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql STABLE AS $$
             SELECT COALESCE(NULLIF(current_setting('app.tenant_id', true), '')::uuid,
                             '00000000-0000-4000-8000-00000000000a'::uuid) $$",
    );
    let (report, code) = sandbox.json(&["doctor", "--level", "error"]);
    assert_eq!((found(&report), code), (vec![("AF901", "check of the start")], 1), "{report}");
    let detail = report["findings"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("without a tenant, rows of tenants can be read"), "{detail}");
}

#[test]
fn migrations_are_compared_with_those_of_the_program() {
    let sandbox = Sandbox::migrated();
    sandbox.sql(
        "UPDATE schema_migrations SET checksum = 'x' WHERE version = 2;
         UPDATE schema_migrations SET dirty = true WHERE version = 3;
         DELETE FROM schema_migrations WHERE version IN (4, (SELECT max(version) FROM schema_migrations));
         INSERT INTO schema_migrations VALUES (999, 'later', 'x', now(), 0, 'x', false)",
    );
    let only = ["AF801", "AF802", "AF803", "AF805", "AF806"].map(|it| ["--rule", it]).concat();
    let (report, code) = sandbox.json(&[&["doctor"], &only[..]].concat());
    assert_eq!(code, 1, "{report}");
    let found = found(&report);
    for wanted in [
        ("AF803", "migration 000002_tenancy"),
        ("AF802", "migration 000003_audit"),
        ("AF805", "migration 000004_identity"),
        ("AF806", "migration 000999_later"),
    ] {
        assert!(found.contains(&wanted), "{wanted:?} is not in {report}");
    }
    sandbox.sql("DELETE FROM schema_migrations WHERE version = 999");
    let (report, _) = sandbox.json(&["doctor", "--rule", "migration-pending"]);
    assert_eq!(report["findings"].as_array().unwrap().len(), 1, "{report}");
}

#[test]
fn another_database_is_looked_at_by_its_own_names_without_what_concerns_agentflow() {
    let sandbox = Sandbox::empty();
    sandbox.sql(
        "CREATE SCHEMA shop; CREATE TABLE shop.orders (account int NOT NULL, id int NOT NULL, PRIMARY KEY (account, id));
         CREATE TABLE shop.countries (code text PRIMARY KEY)",
    );
    let names = ["--schema", "shop", "--tenant-column", "account", "--setting", "shop.account"];
    let (report, code) = sandbox.json(&[&["doctor", "--level", "warning"], &names[..]].concat());
    let orders = ("AF101", "shop.orders");
    let countries = ("AF115", "shop.countries");
    assert_eq!((found(&report), code), (vec![orders, countries], 1), "{report}");
    let skipped = report["skipped"].as_array().unwrap().iter();
    let canary = skipped.clone().find(|it| it["rule"] == "AF901").unwrap();
    assert!(canary["why"].as_str().unwrap().contains("no migration of AgentFlow"), "{canary}");
    let text = sandbox.told(&[&["doctor"], &names[..]].concat(), "");
    assert!(text.contains("AF806, AF901 were skipped: no migration of AgentFlow"), "{text:?}");
    let global = [&["doctor", "--level", "warning", "--global", "countries"], &names[..]].concat();
    assert_eq!(found(&sandbox.json(&global).0), [orders]);
}

#[test]
fn the_history_of_another_tool_is_not_taken_for_ours() {
    let sandbox = Sandbox::empty();
    sandbox
        .sql("CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL)");
    let (report, code) = sandbox.json(&["doctor", "--rule", "AF803", "--rule", "AF901"]);
    assert_eq!((found(&report), code), (vec![], 0), "{report}");
    let why = report["skipped"][0]["why"].as_str().unwrap();
    assert!(why.contains("not AgentFlow's"), "{report}");
}

#[test]
fn what_is_in_the_baseline_is_known_and_what_is_gone_is_told() {
    let sandbox = Sandbox::migrated();
    let doctor = ["doctor", "--baseline", "doctor.txt"];
    let write = [&doctor[..], &["--write-baseline"]].concat();
    let (told, code) = sandbox.json(&doctor);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("usage"), 2), "{told}");
    sandbox.sql("GRANT TRUNCATE ON workspaces TO af_app; CREATE TABLE stray (id int PRIMARY KEY)");
    sandbox.write("doctor.txt", "# of the project\n\n# for the importer\nAF115 public.stray\n");
    assert_eq!(sandbox.json(&doctor).1, 1);
    let (report, code) = sandbox.json(&write);
    assert_eq!((&report["errors"], code), (&json!(0), 0), "{report}");
    let path = sandbox.path().join("doctor.txt");
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with("# of the project\n\n# for the importer\nAF115 public.stray\n"),
        "{text}"
    );
    assert!(text.contains("\nAF405 public.workspaces\n"), "{text}");
    let mut lines: Vec<_> = text.lines().filter(|it| it.starts_with("AF")).collect();
    let written = lines.clone();
    lines.sort_unstable();
    assert_eq!(lines, written, "sorted");

    let (report, code) = sandbox.json(&doctor);
    assert_eq!((&report["status"], code), (&json!("success"), 0), "{report}");
    assert!(report["findings"].as_array().unwrap().iter().all(|it| it["known"] == true));
    // One is mended, another one comes.
    sandbox.sql("REVOKE TRUNCATE ON workspaces FROM af_app; GRANT TRUNCATE ON teams TO af_app");
    let (report, code) = sandbox.json(&doctor);
    assert_eq!(code, 1);
    let gone = report["gone"].as_array().unwrap();
    assert!(gone.contains(&json!("AF405 public.workspaces")), "{report}");
    // What was not looked at is not gone.
    let few = [&doctor[..], &["--rule", "AF101"]].concat();
    assert_eq!(sandbox.json(&few).0["gone"], json!([]));
    sandbox.text(&write);
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("public.workspaces") && text.contains("AF405 public.teams"), "{text}");
    assert!(text.contains("# for the importer\nAF115"), "{text}");
    sandbox.write("doctor.txt", "AF405\n");
    let (told, code) = sandbox.json(&doctor);
    assert_eq!(code, 2);
    assert!(told["error"]["message"].as_str().unwrap().contains("doctor.txt:1"), "{told}");
}

#[test]
fn every_rule_is_explained_without_a_database() {
    let sandbox = Sandbox::bare();
    let (rules, code) = sandbox.json(&["doctor", "--list"]);
    assert_eq!(code, 0);
    let rules = rules.as_array().unwrap();
    for id in ["AF101", "AF505", "AF802", "AF901"] {
        assert!(rules.iter().any(|rule| rule["id"] == id), "{id}");
    }
    let text = sandbox.text(&["doctor", "--explain", "af203", "--tenant-column", "account"]);
    for part in [
        "AF203 foreign-key-without-tenant",
        "Why: ",
        "What to do: ",
        "\"tenant_column\":\"account\"",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!text.contains("$1"), "{text}");
    let (told, code) = sandbox.json(&["doctor", "--explain", "row-security-disable"]);
    assert_eq!(code, 2);
    let hint = told["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("`row-security-disabled`"), "{told}");
    assert_eq!(sandbox.json(&["doctor", "--rule", "AF999"]).1, 2);
}

#[test]
fn an_explained_query_finds_by_hand_what_the_rule_finds() {
    let sandbox = Sandbox::migrated();
    sandbox.sql("CREATE TABLE stray (id int PRIMARY KEY)");
    let explained = sandbox.made(&["doctor", "--explain", "AF115"]);
    let query = explained["query"].as_str().unwrap().trim_end_matches(';');
    sandbox.sql(&format!(
        "DO $check$ BEGIN IF (SELECT string_agg(object, ',') FROM ({query}) AS found) <> 'public.stray' THEN RAISE 'another'; END IF; END $check$"
    ));
}

#[test]
fn without_a_database_it_ends_with_3_and_a_schema_that_is_not_there_with_2() {
    let sandbox = Sandbox::bare();
    let mut doctor = sandbox.af(&["doctor"]);
    doctor.env("DATABASE_URL", "postgres://app:hush-9f2@127.0.0.1:1/af");
    let output = doctor.output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(!String::from_utf8(output.stderr).unwrap().contains("hush-9f2"));
    let sandbox = Sandbox::migrated();
    let (told, code) = sandbox.json(&["doctor", "--schema", "nowhere"]);
    assert_eq!(code, 2);
    assert!(told["error"]["message"].as_str().unwrap().contains("nowhere"), "{told}");
}

#[test]
fn the_guide_lists_every_rule_as_it_is() {
    let rules = Sandbox::bare().made(&["doctor", "--list"]);
    let mut rows = String::new();
    for rule in rules.as_array().unwrap() {
        let word = |name: &str| rule[name].as_str().unwrap();
        writeln!(
            rows,
            "| {} | {} | `{}` | {} |",
            word("id"),
            word("level"),
            word("name"),
            word("title")
        )
        .unwrap();
    }
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/doctor.md");
    let guide = fs::read_to_string(guide).unwrap().replace('\r', "");
    let shown: String = guide
        .lines()
        .filter(|line| line.starts_with("| AF"))
        .flat_map(|line| [line, "\n"])
        .collect();
    assert!(shown == rows, "the rows of docs/doctor.md should be\n{rows}");
}
