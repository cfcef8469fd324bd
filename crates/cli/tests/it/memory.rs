use serde_json::{Value, json};

use crate::{agent::with_ada, support::Sandbox};

const NOBODY: &str = "0198f6a5-4c1e-7d31-9f3a-0c9d5f5d2b11";

/// A team `support` with Ann and the agent Ada; small vectors, made by the program itself.
pub(crate) fn support() -> Sandbox {
    let (sandbox, _) = with_ada();
    sandbox.write(".env", "AF_TENANT=acme\nEMBEDDING_PROVIDER=local\nEMBEDDING_DIMENSIONS=64\n");
    sandbox
}

pub(crate) fn add(sandbox: &Sandbox, text: &str, more: &[&str]) -> Value {
    sandbox.made(&[&["memory", "add", text, "--team", "support"], more].concat())
}

pub(crate) fn id(memory: &Value) -> &str {
    memory["id"].as_str().unwrap()
}

#[test]
fn a_memory_is_added_once_shown_and_listed() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    let more = ["--type", "user_profile", "--user", "ann@example.com", "--agent", "ada"];
    let about = ["--subject", "user.drink", "--importance", "8", "--tag", "drinks,ann"];
    let rest = ["--metadata", r#"{"source":"crm"}"#, "--expires-in", "90d", "--confidence", "0.75"];
    let more = [&more[..], &about, &rest].concat();
    let made = add(&sandbox, "Ann prefers tea", &more);
    assert_eq!((&made["created"], &made["version"]), (&json!(true), &json!(1)), "{made}");
    assert_eq!(
        (&made["embedding_dimensions"], &made["source_type"]),
        (&json!(64), &json!("explicit"))
    );
    assert_eq!(sandbox.newest().1, "memory.created");
    let again = add(&sandbox, "Ann prefers tea", &more);
    assert_eq!((&again["created"], &again["id"]), (&json!(false), &made["id"]), "{again}");

    let shown = sandbox.text(&["memory", "show", id(&made)]);
    for part in [
        "  Ann prefers tea\n",
        "user_profile",
        "support",
        "ada",
        "ann@example.com",
        "user.drink",
        "ann, drinks",
        "8 of 10",
        "0.75",
        r#"{"source":"crm"}"#,
        "64 dimensions",
        "Expires:",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    add(&sandbox, "Orders are shipped on Mondays", &[]);
    let list = |more: &[&str]| {
        let listed = sandbox.made(&[&["memory", "list", "--team", "support"], more].concat());
        listed.as_array().unwrap().len()
    };
    assert_eq!((list(&[]), list(&["--limit", "1"]), list(&["--after", id(&made)])), (2, 1, 1));
    assert_eq!((list(&["--type", "user_profile"]), list(&["--tag", "ann,drinks"])), (1, 1));
    assert_eq!((list(&["--min-importance", "9"]), list(&["--since", "1h"])), (0, 2));
    assert_eq!(list(&["--metadata", r#"{"source":"crm"}"#]), 1);
    assert_eq!(list(&["--path", r#"$.source ? (@ == "erp")"#]), 0);
    let text = sandbox.text(&["memory", "list", "--team", "support"]);
    assert!(text.contains("Ann prefers tea") && text.contains("ann, drinks"), "{text}");
    let count = sandbox.text(&["memory", "list", "--team", "support", "--count"]);
    assert_eq!(count, "2 memories.\n");
}

#[test]
fn history_tells_who_changed_what_when_and_why() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    let made = add(&sandbox, "Ann prefers tea", &[]);
    let id = id(&made);
    let before = made["created_at"].as_str().unwrap();
    let update = ["memory", "update", id, "--text", "Ann prefers coffee", "--importance", "9"];
    let update = [&update[..], &["--reason", "she said so", "--as", "ann@example.com"]].concat();
    let changed = sandbox.made(&update);
    assert_eq!((&changed["version"], &changed["importance"]), (&json!(2), &json!(9)));
    sandbox.made(&["memory", "pin", id]);
    sandbox.made(&["memory", "tag", id, "drinks", "ann"]);
    let history = sandbox.text(&["memory", "history", id]);
    for part in [
        "created by user:tester",
        "updated by ",
        "why: she said so",
        "content: Ann prefers tea → Ann prefers coffee",
        "importance: 5 → 9",
        "the embedding changed",
        "pinned by user:tester",
        "tags: ann, drinks",
    ] {
        assert!(history.contains(part), "{part}: {history}");
    }
    assert!(!history.contains("tenant_id") && !history.contains("updated_at"), "{history}");
    let all = sandbox.made(&["memory", "history", id]);
    let all = all.as_array().unwrap();
    assert!(all.iter().map(|it| it["seq"].as_u64().unwrap()).eq(1..=all.len() as u64), "{all:?}");
    let rest = sandbox.made(&["memory", "history", id, "--after", "1", "--limit", "1"]);
    assert_eq!(rest, json!([all[1]]));

    let then = sandbox.made(&["memory", "at", id, "--time", before]);
    assert_eq!((&then["content"], &then["seq"]), (&json!("Ann prefers tea"), &json!(1)), "{then}");
    assert_eq!((&then["importance"], &then["tags"]), (&json!(5), &json!([])));
    sandbox.made(&["memory", "delete", id, "--reason", "wrong person", "--yes"]);
    assert_eq!(sandbox.newest().1, "memory.deleted");
    let text = sandbox.text(&["memory", "at", id, "--time", "0s"]);
    assert!(text.contains("Ann prefers coffee") && text.contains("Deleted:"), "{text}");
    let (told, code) = sandbox.json(&["memory", "show", id]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1));
    assert!(told.to_string().contains("was deleted"), "{told}");
    assert!(told["error"]["hint"].as_str().unwrap().contains("af memory history"), "{told}");
    let (told, code) = sandbox.json(&["memory", "at", id, "--time", "2020-01-01"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1));
    assert!(told["error"]["hint"].as_str().unwrap().contains("its history begins at"), "{told}");
}

#[test]
fn a_new_memory_takes_the_place_of_an_old_one() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    let made = add(&sandbox, "Ann prefers tea", &["--tag", "drinks", "--importance", "7"]);
    let supersede = ["memory", "supersede", id(&made), "Ann prefers coffee", "--reason", "said so"];
    let both = sandbox.made(&supersede);
    assert_eq!(
        (&both["old"]["status"], &both["old"]["tier"]),
        (&json!("superseded"), &json!("cold"))
    );
    assert_eq!(both["old"]["superseded_by"], both["new"]["id"]);
    let new = &both["new"];
    assert_eq!((&new["version"], &new["tags"]), (&json!(2), &json!(["drinks"])));
    assert_eq!((&new["importance"], &new["content"]), (&json!(7), &json!("Ann prefers coffee")));
    assert_eq!(sandbox.failed(&supersede), ("conflict".to_owned(), 4));
}

#[test]
fn what_contradicts_is_disputed_until_it_is_settled() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    let (tea, coffee) =
        (add(&sandbox, "Ann prefers tea", &[]), add(&sandbox, "Ann prefers coffee", &[]));
    let two = [id(&tea), id(&coffee)];
    let dispute = [&["memory", "dispute"], &two[..], &["--reason", "tea or coffee"]].concat();
    let both = sandbox.made(&dispute);
    assert_eq!((&both[0]["status"], &both[1]["status"]), (&json!("disputed"), &json!("disputed")));
    assert_eq!(both[0]["contradicts"], json!([two[1]]));
    let resolve = |more: &'static [&'static str]| -> Vec<&str> {
        let command: &[&str] = &["memory", "resolve"];
        [command, &two, more].concat()
    };
    let (told, code) = sandbox.json(&resolve(&[]));
    assert_eq!(code, 2, "{told}");
    assert!(
        told.to_string().contains("--keep") && told.to_string().contains("--coexist"),
        "{told}"
    );
    assert_eq!(sandbox.failed(&resolve(&["--keep", NOBODY])), ("usage".to_owned(), 2));
    let text = sandbox.text(&resolve(&["--coexist", "--reason", "tea in the morning"]));
    assert!(text.contains("Both hold") && !text.contains("disputed"), "{text}");
    sandbox.made(&dispute);
    let both = sandbox.made(&[&resolve(&["--keep"])[..], &two[1..]].concat());
    assert_eq!((&both[0]["status"], &both[1]["status"]), (&json!("superseded"), &json!("active")));
}

#[test]
fn what_is_forgotten_can_be_restored() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    let made = add(&sandbox, "Ann prefers tea", &[]);
    let id = id(&made);
    let text = sandbox.text(&["memory", "forget", id, "--reason", "asked to"]);
    assert!(text.contains("Forgot") && text.contains("af memory restore"), "{text}");
    let count = |more: &[&str]| {
        let list = ["memory", "list", "--team", "support", "--count"];
        sandbox.made(&[&list[..], more].concat())["count"].as_u64().unwrap()
    };
    assert_eq!((count(&[]), count(&["--status", "archived"])), (0, 1));
    let again = sandbox.text(&["memory", "forget", id]);
    assert!(again.contains("already"), "{again}");
    let restored = sandbox.made(&["memory", "restore", id, "--reason", "by mistake"]);
    assert_eq!(restored["status"], "active");
    assert_eq!(count(&[]), 1);
}

#[test]
fn pins_and_tags_are_set_and_taken_away() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    let made = add(&sandbox, "Ann prefers tea", &[]);
    let id = id(&made);
    assert!(sandbox.text(&["memory", "pin", id]).contains("is now pinned"));
    assert!(sandbox.text(&["memory", "pin", id]).contains("is already pinned"));
    assert!(sandbox.text(&["memory", "unpin", id]).contains("is now not pinned"));
    assert_eq!(sandbox.made(&["memory", "tag", id, "b,a", "b"])["tags"], json!(["a", "b"]));
    assert_eq!(sandbox.newest().1, "memory.tagged");
    let text = sandbox.text(&["memory", "untag", id, "a,b", "c"]);
    assert_eq!(text, format!("{id} has no tags.\n"));
}

#[test]
fn a_sweep_forgets_what_has_expired_and_moves_tiers() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    let made = add(&sandbox, "It rains today", &["--expires-in", "1h"]);
    let important = add(&sandbox, "Refunds need approval", &["--importance", "9"]);
    sandbox.sql(
        "UPDATE memories SET expires_at = now() - interval '1 second' WHERE expires_at IS NOT NULL",
    );
    let report = sandbox.made(&["memory", "sweep"]);
    assert_eq!(report["expired"], 1, "{report}");
    assert_eq!(sandbox.made(&["memory", "show", id(&made)])["status"], "archived");
    assert_eq!(sandbox.made(&["memory", "show", id(&important)])["tier"], "hot");
    let text = sandbox.text(&["memory", "sweep"]);
    assert!(text.starts_with("Forgot 0 memories that had expired"), "{text}");
}

#[test]
fn what_is_not_there_is_named_with_what_is_like_it() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    for (more, hint) in [
        (["--team", "suport", "--agent", "ada", "--user", "ann@example.com"], "`support`"),
        (["--team", "support", "--agent", "adda", "--user", "ann@example.com"], "`ada`"),
        (
            ["--team", "support", "--agent", "ada", "--user", "anne@example.com"],
            "`ann@example.com`",
        ),
    ] {
        let (told, code) = sandbox.json(&[&["memory", "add", "x"][..], &more].concat());
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1), "{told}");
        assert!(told["error"]["hint"].as_str().unwrap().contains(hint), "{told}");
    }
    for command in ["show", "pin", "forget", "history", "restore"] {
        assert_eq!(sandbox.failed(&["memory", command, NOBODY]), ("not_found".to_owned(), 1));
    }
    assert_eq!(sandbox.failed(&["memory", "pin", "tea"]), ("usage".to_owned(), 2));
}

#[test]
fn what_cannot_be_is_refused_and_says_why() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    let add = ["memory", "add", "x", "--team", "support"];
    for (more, kind, part) in [
        (["--importance", "11"], ("usage", 2), "1..=10"),
        (["--confidence", "2"], ("usage", 2), "a number of 0 to 1"),
        (["--metadata", "[1]"], ("usage", 2), "expected a JSON object"),
        (["--metadata", "{\"a\":\n}"], ("usage", 2), "line 2 column 1"),
        (["--type", "sematic"], ("usage", 2), "expected one of: semantic"),
        (["--type", "identity"], ("invalid_input", 1), "agent"),
        (["--expires-at", "2020-01-01"], ("invalid_input", 1), "expires_at"),
    ] {
        let (told, code) = sandbox.json(&[&add[..], &more].concat());
        assert_eq!(
            (told["error"]["kind"].as_str(), code),
            (Some(kind.0), kind.1),
            "{more:?} {told}"
        );
        assert!(told.to_string().contains(part), "{more:?} {told}");
    }
    let path = ["memory", "list", "--team", "support", "--path", "$.a ?? (@ > 1)"];
    let (told, code) = sandbox.json(&path);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{told}");
    assert!(told.to_string().contains("metadata_path"), "{told}");
    assert_eq!(sandbox.failed(&["memory", "add", "--team", "support"]), ("usage".to_owned(), 2));
    let made = self::add(&sandbox, "x", &[]);
    let nothing = ["memory", "update", id(&made), "--reason", "why not"];
    assert_eq!(sandbox.failed(&nothing), ("usage".to_owned(), 2));
    assert_eq!(
        sandbox.failed(&["memory", "update", id(&made), "--importance", "2"]),
        ("usage".to_owned(), 2)
    );
}

#[test]
fn without_pgvector_it_says_how_to_get_it() {
    let sandbox = Sandbox::empty();
    sandbox.text(&["migrate", "up", "--to", "10"]);
    let tenant = sandbox.tenant("acme");
    sandbox.write(".env", format!("AF_TENANT={tenant}\n"));
    let (told, code) = sandbox.json(&["memory", "show", NOBODY]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("schema_missing"), 4), "{told}");
    let hint = told["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("pgvector") && hint.contains("af migrate up"), "{hint}");
}
