use serde_json::{Value, json};

use crate::{
    memory::{add, support},
    support::json,
};

#[test]
fn a_tenant_is_promoted_indexed_and_listed() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    let text = sandbox.text(&["memory", "partitions"]);
    assert!(text.contains("share one partition"), "{text}");
    let (told, code) = sandbox.json(&["memory", "reindex"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("conflict"), 1), "{told}");
    assert!(told["error"]["hint"].as_str().unwrap().contains("af memory promote"), "{told}");

    for number in 0..30 {
        add(&sandbox, &format!("Ship number {number} is in the harbor"), &["--tag", "ships"]);
    }
    let done = sandbox.made(&["memory", "promote", "--m", "8"]);
    assert_eq!((&done["moved"], &done["memories"]), (&json!(30), &json!(30)), "{done}");
    let index = &done["index"];
    assert_eq!(
        (&index["kind"], &index["m"], &index["dimensions"]),
        (&json!("hnsw"), &json!(8), &json!(64))
    );
    let (told, code) = sandbox.json(&["memory", "promote"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("conflict"), 4), "{told}");
    assert!(told["error"]["hint"].as_str().unwrap().contains("af memory reindex"), "{told}");
    let listed = sandbox.made(&["memory", "partitions"]);
    assert_eq!((listed.as_array().map(Vec::len), &listed[0]["index"]), (Some(1), &json!("hnsw")));
    let text = sandbox.text(&["memory", "partitions"]);
    assert!(text.contains("acme") && text.contains("hnsw"), "{text}");
    assert!(text.contains("MEMORIES (ESTIMATED)"), "{text}");
    assert_eq!(listed[0]["estimated_rows"], 30, "{listed}");

    let text = sandbox.text(&["memory", "reindex", "--index", "ivfflat", "--lists", "2"]);
    assert!(text.contains("ivfflat (2 lists)") && text.contains("30 memories"), "{text}");
    let settings = sandbox.made(&["memory", "settings"]);
    assert_eq!(settings["index_kind"], "ivfflat");
    assert!(settings["promoted_at"].is_string(), "{settings}");
    let search =
        ["memory", "search", "number 17", "--team", "support", "--limit", "1", "--tag", "ships"];
    let found = sandbox.made(&search);
    assert_eq!(found["found"][0]["memory"]["content"], "Ship number 17 is in the harbor");

    sandbox.write(".env", "AF_TENANT=acme\nEMBEDDING_PROVIDER=local\nEMBEDDING_DIMENSIONS=32\n");
    let done = sandbox.made(&["memory", "reindex", "--embed"]);
    assert_eq!(done["embedded"]["embedded"], 30, "{done}");
    let index = &done["indexed"]["index"];
    assert_eq!((index["lists"].is_u64(), &index["dimensions"]), (true, &json!(32)), "{done}");
    assert_eq!(index["kind"], "ivfflat", "{done}");
}

#[test]
fn a_role_that_does_not_own_the_tables_is_told_who_may() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    let tenant = sandbox.made(&["tenant", "show", "acme"])["id"].as_str().unwrap().to_owned();
    add(&sandbox, "Ann prefers tea", &[]);
    sandbox.made(&["memory", "promote"]);
    let role = format!("af_mover_{}", std::process::id());
    sandbox.sql(&format!("CREATE ROLE {role} LOGIN PASSWORD 'mover' IN ROLE af_app"));
    let (_, server) = sandbox.url().rsplit_once('@').unwrap();
    let url = format!("postgres://{role}:mover@{server}");
    for command in [
        &["partitions"][..],
        &["partitions", "--drop-orphans", "--yes"],
        &["promote", "--tenant", &tenant],
        &["reindex", "--tenant", &tenant],
    ] {
        let mut af = sandbox.af(&[&["memory"], command].concat());
        let (told, code) = json(af.env("DATABASE_URL", &url).args(["--output", "json"]));
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("denied"), 1), "{told}");
        assert!(told.to_string().contains("connect as the owner of the tables"), "{told}");
    }
    sandbox.sql(&format!("DROP ROLE {role}"));
    assert!(sandbox.text(&["memory", "partitions"]).contains("acme"));
}

#[test]
fn a_service_that_does_not_embed_changes_nothing_and_is_named() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    add(&sandbox, "Ann prefers tea", &[]);
    let before = sandbox.made(&["memory", "settings"]);
    sandbox.write(
        ".env",
        "AF_TENANT=acme\nEMBEDDING_PROVIDER=openai\nEMBEDDING_BASE_URL=http://127.0.0.1:1/v1\nEMBEDDING_DIMENSIONS=8\n",
    );
    let (told, code) = sandbox.json(&["memory", "reindex", "--embed"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("unavailable"), 3), "{told}");
    let hint = told["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("EMBEDDING_BASE_URL") && hint.contains("--no-embedding"), "{told}");
    let after = sandbox.made(&["memory", "settings"]);
    assert_eq!(after["embedding_model"], before["embedding_model"]);
}

#[test]
fn an_index_that_cannot_be_is_refused_before_anything_moves() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    for (more, part) in [
        (&["--index", "flat"][..], "invalid value"),
        (&["--index", "hnsw", "--lists", "7"], "--lists is for"),
        (&["--index", "ivfflat", "--m", "7"], "are for an index of the kind hnsw"),
        (&["--m", "40", "--ef-construction", "50"], "at least twice --m"),
        (&["--m", "1"], "2..=100"),
    ] {
        let (told, code) = sandbox.json(&[&["memory", "promote"], more].concat());
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("usage"), 2), "{more:?} {told}");
        assert!(told.to_string().contains(part), "{more:?} {told}");
    }
    assert_eq!(sandbox.made(&["memory", "partitions"]), json!([]));
}

#[test]
fn partitions_of_deleted_tenants_are_dropped() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    add(&sandbox, "Ann prefers tea", &[]);
    sandbox.made(&["memory", "promote"]);
    sandbox.made(&["tenant", "delete", "acme", "--yes"]);
    let listed = sandbox.text(&["memory", "partitions"]);
    assert!(listed.contains("(deleted)"), "{listed}");
    let drop = ["memory", "partitions", "--drop-orphans"];
    assert_eq!(sandbox.failed(&drop), ("usage".to_owned(), 2));
    let dropped = sandbox.made(&[&drop[..], &["--yes"]].concat());
    assert_eq!(dropped["dropped"].as_array().map(Vec::len), Some(1), "{dropped}");
    assert_eq!(sandbox.made(&["memory", "partitions"]), Value::Array(Vec::new()));
}
