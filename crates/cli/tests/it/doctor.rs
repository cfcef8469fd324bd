mod baseline;

use std::{fmt::Write, fs, path::Path};

use serde_json::{Value, json};

use crate::support::{Sandbox, has_pgvector};

/// A baseline with what is the same on every server of tests: they do not wait for the disk.
const USUAL: &str = "AF608 fsync\nAF608 full_page_writes\n";

/// The arguments of a doctor who knows what is usual here, so that it ends with 1 for something else only.
fn knowing<'a>(sandbox: &Sandbox, more: &[&'a str]) -> Vec<&'a str> {
    sandbox.write("usual.txt", USUAL);
    [&["doctor", "--baseline", "usual.txt"], more].concat()
}

/// The rules that found something new, with what.
fn found(report: &Value) -> Vec<(&str, &str)> {
    let findings = report["findings"].as_array().unwrap().iter();
    let new = findings.filter(|it| it["known"] == false);
    new.map(|it| (it["rule"].as_str().unwrap(), it["object"].as_str().unwrap())).collect()
}

#[test]
fn a_migrated_database_has_no_errors_and_no_warnings() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = Sandbox::migrated();
    let doctor = knowing(&sandbox, &["--level", "warning"]);
    let (report, code) = sandbox.json(&doctor);
    assert_eq!((found(&report), code), (vec![], 0), "{report}");
    assert_eq!((report["status"].as_str(), &report["errors"]), (Some("success"), &json!(0)));
    let run = report["rules_run"].as_array().unwrap();
    for rule in ["AF101", "AF505", "AF801", "AF901"] {
        assert!(run.contains(&json!(rule)), "{rule}: {report}");
    }
    let text = sandbox.text(&doctor);
    assert!(text.contains("✓ nothing found") && text.contains("rules on PostgreSQL "), "{text}");
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
    // The start refuses for the same reason, and says so.
    let doctor = knowing(&sandbox, &["--level", "error"]);
    let (report, code) = sandbox.json(&doctor);
    let start = ("AF901", "table workspaces has tenant_id and row-level security is not forced");
    assert_eq!(
        (found(&report), code),
        (vec![("AF102", "public.workspaces"), start], 1),
        "{report}"
    );
    let told = sandbox.told(&doctor, "");
    assert_eq!(told.code, 1);
    let lines: Vec<_> = told.stdout.lines().collect();
    assert_eq!(
        lines[..2],
        [
            "✗ AF102 row-security-not-forced: The owner of a table of tenants is not bound by its policies",
            "    public.workspaces: its owner postgres reads and writes rows of all tenants",
        ]
    );
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
    let (report, code) = sandbox.json(&knowing(&sandbox, &["--level", "error"]));
    let without = ("AF901", "without a tenant, rows of tenants can be read");
    assert_eq!((found(&report), code), (vec![without], 1), "{report}");
    // Who accepts that is told of what comes to it.
    sandbox.write("doctor.txt", format!("AF901 {}\n", without.1));
    let known = ["doctor", "--level", "error", "--rule", "AF901", "--baseline", "doctor.txt"];
    let (report, code) = sandbox.json(&known);
    assert_eq!((code, &report["errors"]), (0, &json!(0)), "{report}");
    sandbox.sql("GRANT TRUNCATE ON workspaces TO af_app");
    let (report, code) = sandbox.json(&known);
    assert_eq!((code, &report["errors"]), (1, &json!(1)), "{report}");
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
    // Two more are, where there is no pgvector.
    let pending = if has_pgvector() { 1 } else { 3 };
    assert_eq!(report["findings"].as_array().unwrap().len(), pending, "{report}");
}

#[test]
fn another_database_is_looked_at_by_its_own_names_without_what_concerns_agentflow() {
    let sandbox = Sandbox::empty();
    sandbox.sql(
        "CREATE SCHEMA shop; CREATE TABLE shop.orders (account int NOT NULL, id int NOT NULL, PRIMARY KEY (account, id));
         CREATE TABLE shop.countries (code text PRIMARY KEY)",
    );
    let names = ["--schema", "shop", "--tenant-column", "account", "--setting", "shop.account"];
    let doctor = knowing(&sandbox, &names);
    let at_least = ["--level", "warning"];
    let (report, code) = sandbox.json(&[&doctor[..], &at_least].concat());
    let orders = ("AF101", "shop.orders");
    let countries = ("AF115", "shop.countries");
    assert_eq!((found(&report), code), (vec![orders, countries], 1), "{report}");
    let skipped = report["skipped"].as_array().unwrap().iter();
    let canary = skipped.clone().find(|it| it["rule"] == "AF901").unwrap();
    assert!(canary["why"].as_str().unwrap().contains("no migration of AgentFlow"), "{canary}");
    let text = sandbox.told(&doctor, "");
    assert!(text.contains("AF806, AF901 were skipped: no migration of AgentFlow"), "{text:?}");
    let global = [&doctor[..], &at_least, &["--global", "countries"]].concat();
    assert_eq!(found(&sandbox.json(&global).0), [orders]);
    // Where nothing is wrong, it ends with 0.
    sandbox.sql("DROP TABLE shop.orders; CREATE TABLE shop.accounts (account int PRIMARY KEY)");
    let accounts = [&global[..], &["--global", "accounts"]].concat();
    let (report, code) = sandbox.json(&accounts);
    assert_eq!((found(&report), code), (vec![], 0), "{report}");
}

#[test]
fn tables_that_stand_elsewhere_or_name_no_tenant_refuse_what_is_about_tables_only() {
    let sandbox = Sandbox::empty();
    sandbox.sql("CREATE SCHEMA shop; CREATE TABLE shop.orders (tenant_id int PRIMARY KEY)");
    let (told, code) = sandbox.json(&["doctor"]);
    let message = "no table of public has a column tenant_id, but tables of shop have";
    assert_eq!((&told["error"]["message"], code), (&json!(message), 2), "{told}");
    sandbox.sql("CREATE TABLE countries (code text PRIMARY KEY)");
    for (rule, wanted) in [("AF608", 0), ("AF408", 0), ("AF115", 2)] {
        let (told, code) = sandbox.json(&knowing(&sandbox, &["--rule", rule]));
        assert_eq!(code, wanted, "{rule}: {told}");
    }
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
fn what_would_look_at_nothing_is_refused() {
    let sandbox = Sandbox::migrated();
    for (more, wanted) in [
        (&["--tenant-column", "tenat_id"][..], "no table of public has a column tenat_id"),
        (&["--rule", "AF503", "--level", "error"], "no rule is left to look at"),
        (&["--timeout", "0"], "expected more than no time"),
    ] {
        let (told, code) = sandbox.json(&[&["doctor"], more].concat());
        let message = told["error"]["message"].as_str().unwrap();
        assert!(code == 2 && message.contains(wanted), "{code} {told}");
    }
    // Some may be too slow for so little, and are told; that fails nothing.
    let (report, code) =
        sandbox.json(&["doctor", "--rule", "AF503", "--rule", "AF112", "--timeout", "1ms"]);
    assert_eq!((&report["status"], code), (&json!("success"), 0), "{report}");
}

#[test]
fn a_role_that_may_not_work_as_the_application_is_told_so_and_fails_nothing() {
    let sandbox = Sandbox::migrated();
    let role = format!("outsider_{}", std::process::id());
    sandbox.sql(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'out'; GRANT SELECT ON schema_migrations TO {role}; GRANT USAGE ON SCHEMA public TO {role}"
    ));
    let (rest, mut doctor) = (
        sandbox.url().split_once('@').unwrap().1,
        sandbox.af(&["doctor", "--rule", "AF901", "--output", "json"]),
    );
    let output =
        doctor.env("DATABASE_URL", format!("postgres://{role}:out@{rest}")).output().unwrap();
    sandbox.sql(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{report}");
    let why = report["skipped"][0]["why"].as_str().unwrap();
    assert!(why.contains("may not become af_app"), "{report}");
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
fn what_is_explained_runs_as_it_is_shown_whatever_stands_before_the_names_of_the_system() {
    let sandbox = Sandbox::migrated();
    sandbox.sql(
        "CREATE FUNCTION current_setting(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'shadow'; END $$;
         DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database()); END $$",
    );
    for rule in ["AF101", "AF107", "AF306", "AF409", "AF601"] {
        let text = sandbox.text(&["doctor", "--explain", rule]);
        let shown = text.split_once("Query:\n").unwrap().1;
        let ran = std::process::Command::new("psql")
            .args([sandbox.url(), "-X", "-v", "ON_ERROR_STOP=1", "-qc", shown])
            .output();
        // Not every machine has it.
        let Ok(ran) = ran else {
            sandbox.sql(shown);
            continue;
        };
        assert!(ran.status.success(), "{rule}: {}", String::from_utf8_lossy(&ran.stderr));
    }
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
