//! What the documents show of files and of SQL is what this program and PostgreSQL take.

use std::{fs, path::Path, process::Command};

use agentflow_postgres::Installation;

use crate::support::{Sandbox, has_pgvector, run_sql};

/// The blocks of a language in a document.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(document);
    let text = fs::read_to_string(path).unwrap();
    let fence = format!("```{language}\n");
    let blocks = text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.map(str::to_owned).collect()
}

#[test]
fn agents_workflows_policies_and_tools_are_taken_as_they_are_shown() {
    let sandbox = Sandbox::of_acme();
    sandbox.write("ada.yaml", &blocks("agents.md", "yaml")[0]);
    sandbox.text(&["agent", "validate", "ada.yaml"]);
    sandbox.write("refunds.yaml", &blocks("workflows.md", "yaml")[0]);
    sandbox.text(&["workflow", "validate", "refunds.yaml"]);
    sandbox.write("budget.rego", &blocks("policies.md", "rego")[0]);
    sandbox.text(&["policy", "check", "budget.rego"]);
    sandbox.write("search.json", &blocks("cli/tool.md", "json")[0]);
    sandbox.text(&["tool", "register", "search.json"]);
}

#[test]
fn rule_books_and_their_cases_are_taken_as_they_are_shown() {
    let sandbox = Sandbox::of_acme();
    let [book, cases] = blocks("rules.md", "yaml").try_into().unwrap();
    sandbox.write("book.yaml", book);
    sandbox.write("cases.yaml", cases);
    sandbox.text(&["rules", "test", "cases.yaml"]);

    let reference = blocks("cli/rules.md", "yaml");
    let [schema, book, cases] = reference.try_into().unwrap();
    sandbox.write("facts.yaml", schema);
    sandbox.text(&["rules", "schema", "set", "facts.yaml"]);
    sandbox.write("book.yaml", book);
    sandbox.write("cases.yaml", cases);
    sandbox.text(&["rules", "test", "cases.yaml"]);
}

#[test]
fn prices_and_who_may_have_a_secret_are_taken_as_they_are_shown() {
    let sandbox = Sandbox::of_acme();
    for document in ["metering.md", "cli/price.md"] {
        sandbox.write("prices.yaml", &blocks(document, "yaml")[0]);
        sandbox.text(&["price", "publish", "prices.yaml"]);
    }
    for document in ["secrets.md", "cli/secret.md"] {
        sandbox.write("rules.yaml", &blocks(document, "yaml")[0]);
        let mut list = sandbox.af(&["secret", "list"]);
        // The rules are read before they refuse.
        let told =
            list.env("AF_SECRETS_RULES", sandbox.path().join("rules.yaml")).output().unwrap();
        let told = String::from_utf8(told.stderr).unwrap();
        assert!(!told.contains("rules.yaml"), "{document}: {told}");
    }
}

#[test]
fn messages_chats_and_usage_are_taken_as_they_are_shown() {
    let sandbox = Sandbox::of_acme();
    let [message, chat] = blocks("messages.md", "json").try_into().unwrap();
    let lines = |text: &str| text.replace('\n', " ") + "\n";
    let sent = sandbox.told(&["message", "send", "--seal"], lines(&message));
    assert_eq!(sent.code, 0, "{sent:?}");
    sandbox.made(&["user", "create", "ann@example.com", "--name", "Ann"]);
    sandbox.made(&["team", "create", "Support", "--owner", "ann@example.com"]);
    sandbox.write("ada.yaml", &blocks("agents.md", "yaml")[0]);
    sandbox.made(&["agent", "create", "ada.yaml", "--team", "support"]);
    sandbox.write("chats.jsonl", lines(&chat));
    let import = ["conversation", "import", "chats.jsonl", "--team", "support"];
    let by = ["--agent", "ada", "--user", "ann@example.com"];
    sandbox.text(&[import.as_slice(), &by].concat());

    let workspace = sandbox.made(&["workspace", "create", "Finance"]);
    let event = &blocks("cli/usage.md", "json")[0];
    let shown = "01998a5d-ac96-774b-bcce-b302099a8057";
    let event = lines(&event.replace(shown, workspace["id"].as_str().unwrap()));
    let recorded = sandbox.told(&["usage", "record"], event);
    assert_eq!(recorded.code, 0, "{recorded:?}");
    if !has_pgvector() {
        return;
    }
    let memory = lines(&blocks("cli/memory.md", "json")[0]);
    let added = sandbox
        .told(&["memory", "add", "--file", "-", "--split", "jsonl", "--team", "support"], memory);
    assert_eq!(added.code, 0, "{added:?}");
}

#[test]
fn the_audit_chain_is_checked_with_psql_alone_as_the_guide_says() {
    let sandbox = Sandbox::migrated();
    let tenant = sandbox.tenant("acme");
    sandbox.events("acme", 5);
    sandbox.write("check.sql", &blocks("audit.md", "sql")[0]);
    let psql = Installation::find_or_provision(&mut |_| ()).unwrap().bin_dir.join("psql");
    let check = || {
        let output = Command::new(&psql)
            .args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-v", &format!("tenant={tenant}")])
            .args(["-f", "check.sql", sandbox.url()])
            .current_dir(sandbox.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(check(), "");
    run_sql(
        sandbox.url(),
        "SET session_replication_role = replica; UPDATE audits SET record = replace(record, 'run', 'ran') WHERE seq = 3",
    );
    assert_eq!(check(), "3|hash is not the hash of its record\n");
}
