use serde_json::{Value, json};

use crate::{
    memory::{add, id, support},
    support::Sandbox,
};

fn search(sandbox: &Sandbox, query: &str, more: &[&str]) -> Value {
    sandbox.made(&[&["memory", "search", query, "--team", "support"], more].concat())
}

fn contents(page: &Value) -> Vec<&str> {
    let found = page["found"].as_array().unwrap();
    found.iter().map(|it| it["memory"]["content"].as_str().unwrap()).collect()
}

#[test]
fn words_and_meaning_find_what_the_other_does_not() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    for (text, tag) in [
        ("Ann prefers tea in the morning", "drinks"),
        ("The order 7F-4431-K was sent back", "orders"),
        ("Refunds above 500 need approval", "orders"),
    ] {
        add(&sandbox, text, &["--tag", tag]);
    }
    let page = search(&sandbox, "7F-4431-K", &["--rank", "relevance"]);
    assert_eq!(contents(&page)[0], "The order 7F-4431-K was sent back", "{page}");
    let page = search(&sandbox, "7F-4431-K", &["--mode", "text"]);
    assert_eq!(contents(&page), ["The order 7F-4431-K was sent back"]);
    let page =
        search(&sandbox, "tea in the mornings", &["--mode", "vector", "--rank", "relevance"]);
    assert_eq!(contents(&page)[0], "Ann prefers tea in the morning", "{page}");
    let page = search(&sandbox, "refunds", &["--tag", "drinks", "--rank", "relevance"]);
    assert!(!contents(&page).contains(&"Refunds above 500 need approval"), "{page}");
    let none = ["memory", "search", "penguins", "--team", "support", "--mode", "text"];
    assert_eq!(sandbox.text(&none), "Nothing was found.\n");
}

#[test]
fn text_shows_the_score_the_age_the_first_line_and_the_tags() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    let made = add(&sandbox, "Ann prefers tea\nand milk", &["--tag", "drinks", "--pin"]);
    let text = sandbox.text(&["memory", "search", "tea", "--team", "support"]);
    let head = format!("semantic  now  pinned  {}", id(&made));
    for part in [head.as_str(), "\n  Ann prefers tea…\n", "\n  #drinks", "1 of 1 candidate."] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn an_explanation_adds_up_to_the_score() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    let made = add(&sandbox, "Ann prefers tea", &["--importance", "10"]);
    let other = add(&sandbox, "Ann prefers coffee", &["--importance", "3"]);
    sandbox.made(&["memory", "pin", id(&other)]);
    let page = search(&sandbox, "Ann prefers tea", &[]);
    let found = page["found"].as_array().unwrap();
    let signals = &found.iter().find(|it| it["memory"]["id"] == made["id"]).unwrap()["signals"];
    let names = ["semantic", "recency", "importance", "continuity", "relationship"];
    let sum: f64 = names.iter().map(|name| signals[name]["part"].as_f64().unwrap()).sum();
    let score = found.iter().find(|it| it["memory"]["id"] == made["id"]).unwrap()["score"].as_f64();
    assert!((sum - score.unwrap()).abs() < 1e-9, "{page}");
    let text =
        sandbox.text(&["memory", "search", "Ann prefers tea", "--team", "support", "--explain"]);
    for part in
        ["SIGNAL", "WEIGHT", "× 0.35", "importance", "sum 0.", "pinned: at least 0.95", "by words"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let weights = ["--weights", "importance=1", "--explain"];
    let by_importance = search(&sandbox, "Ann prefers tea", &weights[..2]);
    let found = by_importance["found"].as_array().unwrap();
    assert!(found.iter().all(|it| it["signals"]["semantic"]["part"] == 0.0), "{by_importance}");
}

#[test]
fn pages_go_on_where_the_last_one_ended() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    for number in 0..7 {
        add(&sandbox, &format!("Ship number {number} is in the harbor"), &[]);
    }
    let (mut seen, mut more) = (Vec::new(), vec!["--limit".to_owned(), "3".to_owned()]);
    loop {
        let more_now: Vec<_> = more.iter().map(String::as_str).collect();
        let page = search(&sandbox, "ship in the harbor", &more_now);
        seen.extend(contents(&page).into_iter().map(str::to_owned));
        let Some(next) = page["next"].as_str() else { break };
        more = ["--limit", "3", "--after", next].map(str::to_owned).to_vec();
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 7, "{seen:?}");
    let wrong = ["memory", "search", "x", "--team", "support", "--after", "x"];
    assert_eq!(sandbox.failed(&wrong), ("usage".to_owned(), 2));
}

#[test]
fn reading_counts_unless_it_is_not_to() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    let made = add(&sandbox, "Ann prefers tea", &[]);
    let read = || sandbox.made(&["memory", "show", id(&made)])["access_count"].as_u64().unwrap();
    search(&sandbox, "tea", &["--no-touch"]);
    assert_eq!(read(), 0);
    search(&sandbox, "tea", &[]);
    assert_eq!(read(), 1);
}

#[test]
fn an_agent_sees_its_own_and_what_is_shared() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    let own = ["--type", "agent_private", "--agent", "ada"];
    add(&sandbox, "The tea is hidden", &own);
    sandbox.write("bob.yaml", "name: Bob\nslug: bob\nshared_skill_names: [search]\n");
    sandbox.made(&["agent", "create", "bob.yaml", "--team", "support"]);
    assert_eq!(contents(&search(&sandbox, "tea", &["--agent", "ada"])), ["The tea is hidden"]);
    assert!(contents(&search(&sandbox, "tea", &["--agent", "bob"])).is_empty());
}

#[test]
fn what_is_recalled_is_as_in_the_prompt() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    add(&sandbox, "I am Ada, who helps with orders", &["--type", "identity", "--agent", "ada"]);
    add(&sandbox, "Ann prefers tea", &["--type", "user_profile", "--user", "ann@example.com"]);
    add(&sandbox, "Refunds above 500 need approval", &["--agent", "ada"]);
    let recall = ["memory", "recall", "refund for Ann", "--team", "support", "--agent", "ada"];
    let recall = [&recall[..], &["--user", "ann@example.com", "--budget", "500"]].concat();
    let told = sandbox.told(&recall, "");
    for part in ["[IDENTITY] I am Ada", "[USER-PROFILE] Ann prefers tea", "[FACT] Refunds"] {
        assert!(told.stdout.contains(part), "{part}: {told:?}");
    }
    assert!(told.stderr.contains("of 500 tokens"), "{told:?}");
    let json = sandbox.made(&recall);
    assert_eq!((&json["budget"], json["packed"].as_array().map(Vec::len)), (&json!(500), Some(3)));
}

#[test]
fn another_embedder_is_refused_and_words_still_find() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    add(&sandbox, "Ann prefers tea", &[]);
    sandbox.write(".env", "AF_TENANT=acme\nEMBEDDING_PROVIDER=local\nEMBEDDING_DIMENSIONS=32\n");
    let (told, code) = sandbox.json(&["memory", "search", "tea", "--team", "support"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("conflict"), 4), "{told}");
    assert!(told["error"]["hint"].as_str().unwrap().contains("--mode text"), "{told}");
    assert_eq!(contents(&search(&sandbox, "tea", &["--mode", "text"])), ["Ann prefers tea"]);
    let settings = sandbox.made(&["memory", "settings"]);
    assert_eq!(
        (&settings["embedder"]["fits"], &settings["embedding_dimensions"]),
        (&json!(false), &json!(64))
    );
    assert!(sandbox.text(&["memory", "settings"]).contains("does not fit"));
    let unembedded = add(&sandbox, "Bob prefers milk", &["--no-embedding"]);
    assert_eq!(unembedded["embedding_model"], Value::Null);
    let done = sandbox.made(&["memory", "reindex", "--embed"]);
    assert_eq!(
        (&done["embedded"]["embedded"], &done["indexed"]),
        (&json!(2), &Value::Null),
        "{done}"
    );
    assert_eq!(contents(&search(&sandbox, "tea", &[])).len(), 2);
}
