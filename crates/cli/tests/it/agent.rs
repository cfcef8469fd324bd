use serde_json::{Value, json};

use crate::support::Sandbox;

const ADA: &str = "\
name: Ada
slug: ada
tagline: Finds invoices
shared_skill_names: [search, mail]
custom_skill_names: [poems]
disabled_skill_names: [mail]
model: { temperature: 0.2 }
";

/// With a person, Ann, and her team, support, which shares the skill `search` and `refunds`.
pub(crate) fn with_team() -> Sandbox {
    let sandbox = Sandbox::of_acme();
    sandbox.made(&["user", "create", "ann@example.com", "--name", "Ann"]);
    let create = ["team", "create", "Support", "--owner", "ann@example.com"];
    sandbox.made(&[&create[..], &["--skill", "search", "--skill", "refunds"]].concat());
    sandbox.write("ada.yaml", ADA);
    sandbox
}

/// With the agent Ada as well; her id.
pub(crate) fn with_ada() -> (Sandbox, String) {
    let sandbox = with_team();
    let made = sandbox.made(&["agent", "create", "ada.yaml", "--team", "support"]);
    (sandbox, made["id"].as_str().unwrap().to_owned())
}

#[test]
fn a_file_is_checked_without_database_and_tenant() {
    let sandbox = Sandbox::bare();
    sandbox.write("ada.yaml", ADA);
    let (checked, code) = sandbox.json(&["agent", "validate", "ada.yaml"]);
    assert_eq!((code, &checked["valid"]), (0, &json!(true)), "{checked}");
    assert_eq!(checked["agent"]["model"]["max_output_tokens"], 4096);
    assert_eq!(checked["errors"], json!([]));
    let text = sandbox.text(&["agent", "validate", "ada.yaml"]);
    assert_eq!(text, "✓ ada.yaml describes the agent `ada`\n");
    // JSON by its name, and by its look on stdin.
    sandbox.write("bob.json", r#"{"name": "Bob", "slug": "bob"}"#);
    assert!(sandbox.text(&["agent", "validate", "bob.json"]).contains("`bob`"));
    for input in [
        "{\"name\": \"Bob\", \"slug\": \"bob\"}",
        "\u{feff}name: Bob\nslug: bob\n",
        "{name: Bob, slug: bob}",
        "{ 'name': Bob,\n  slug: bob }\n",
    ] {
        assert_eq!(sandbox.json_from(&["agent", "validate", "-"], input).1, 0, "{input}");
    }
}

#[test]
fn every_bad_field_is_named_with_what_is_allowed() {
    let sandbox = Sandbox::bare();
    let bad = "name: Ada\nslug: Not A Slug\nmodel: { temperature: 3 }\nmemory: { token_budget: 1 }\nodd: 1\n";
    sandbox.write("bad.yaml", bad);
    let (checked, code) = sandbox.json(&["agent", "validate", "bad.yaml"]);
    assert_eq!((code, &checked["valid"], &checked["agent"]), (1, &json!(false), &Value::Null));
    let errors = checked["errors"].as_array().unwrap();
    let fields: Vec<_> = errors.iter().map(|it| it["field"].as_str().unwrap()).collect();
    for field in ["slug", "model.temperature", "memory.token_budget", "odd"] {
        assert!(fields.contains(&field), "{field}: {checked}");
    }
    let shown = sandbox.told(&["agent", "validate", "bad.yaml"], "");
    assert_eq!(shown.code, 1);
    assert!(shown.stdout.contains("✗ model.temperature: expected a number from 0 to 2, got 3"));
    assert!(shown.stdout.contains("bad.yaml: 4 errors"), "{shown:?}");

    let told = sandbox.told(&["agent", "validate", "-"], "name: [Ada\n");
    assert!(told.code == 1 && told.stdout.contains("line"), "{told:?}");
    let weights = "name: Ada\nslug: ada\nmemory: { retrieval_weights: { semantic: 1 } }\n";
    let (checked, code) = sandbox.json_from(&["agent", "validate", "-"], weights);
    assert_eq!((code, &checked["warnings"][0]["field"]), (0, &json!("memory.retrieval_weights")));
    let told = sandbox.told(&["agent", "validate", "-"], weights);
    assert!(told.stdout.contains("! memory.retrieval_weights: the weights add up to"), "{told:?}");
    for missing in ["missing.yaml", "."] {
        assert_eq!(sandbox.failed(&["agent", "validate", missing]), ("usage".into(), 2));
    }
    let told = sandbox.told(&["agent", "validate", "-"], b"name: \xff".to_vec());
    assert!(told.code == 1 && told.stderr.contains("not valid UTF-8 at byte 7"), "{told:?}");
}

#[test]
fn the_schema_is_the_one_in_the_documents() {
    let sandbox = Sandbox::bare();
    let documented: Value =
        serde_json::from_str(include_str!("../../../../docs/agent-dna.schema.json")).unwrap();
    assert_eq!(sandbox.made(&["agent", "schema"]), documented);
    assert!(sandbox.text(&["agent", "schema"]).starts_with('{'));
}

#[test]
fn an_agent_lives_and_dies() {
    let sandbox = with_team();
    assert!(sandbox.text(&["agent", "list"]).contains("no such agent"));
    let made = sandbox.made(&["agent", "create", "ada.yaml", "--team", "support"]);
    assert_eq!([&made["slug"], &made["status"]], ["ada", "draft"]);
    assert_eq!(made["effective_skills"], json!(["search", "refunds", "poems"]));
    assert_eq!(sandbox.newest().1, "agent.created");
    let id = made["id"].as_str().unwrap();
    let shown = sandbox.made(&["agent", "show", "ada", "--team", "support"]);
    assert_eq!(shown, made);
    assert_eq!(sandbox.made(&["agent", "show", id]), made);
    let text = sandbox.text(&["agent", "show", id]);
    assert!(text.contains("Skills:       search, refunds, poems"), "{text}");
    assert!(text.contains("temperature 0.2") && text.contains("Team:         support"), "{text}");

    let active = sandbox.made(&["agent", "set-status", "ada", "active", "--team", "support"]);
    assert_eq!(active["status"], "active");
    let list = |more: &[&str]| {
        let list = sandbox.made(&[&["agent", "list"], more].concat());
        list.as_array().unwrap().len()
    };
    assert_eq!([list(&[]), list(&["--team", "support", "--status", "active"])], [1, 1]);
    assert_eq!(list(&["--status", "draft"]), 0);
    let text = sandbox.text(&["agent", "list"]);
    assert!(text.contains("SLUG") && text.contains("support"), "{text}");

    assert_eq!(sandbox.failed(&["agent", "delete", id]), ("usage".into(), 2));
    assert_eq!(sandbox.made(&["agent", "delete", id, "--yes"])["id"], id);
    assert_eq!(sandbox.failed(&["agent", "show", id]), ("not_found".into(), 1));
    assert_eq!(sandbox.newest().1, "agent.deleted");
}

#[test]
fn an_agent_is_replaced_by_what_a_file_says() {
    let (sandbox, id) = with_ada();
    sandbox.made(&["agent", "set-status", &id, "active"]);
    sandbox.write("new.json", r#"{"name": "Ada II", "slug": "ada-2", "tagline": "Better"}"#);
    let told = sandbox.told(&["agent", "update", "ada", "new.json", "--team", "support"], "");
    assert!(told.stdout.contains("Ada II"), "{told:?}");
    assert!(told.stderr.contains("The status was active and is draft now"), "{told:?}");
    let shown = sandbox.made(&["agent", "show", &id]);
    assert_eq!([&shown["slug"], &shown["tagline"]], ["ada-2", "Better"]);
    assert_eq!(shown["custom_skill_names"], json!([]));
    let gone = ["agent", "update", "ada", "new.json", "--team", "support"];
    assert_eq!(sandbox.failed(&gone), ("not_found".into(), 1));
}

#[test]
fn what_cannot_be_is_refused() {
    let (sandbox, id) = with_ada();
    let create = ["agent", "create", "ada.yaml", "--team", "support"];
    assert_eq!(sandbox.failed(&create), ("already_exists".into(), 4));
    assert_eq!(sandbox.failed(&["agent", "create", "ada.yaml"]).1, 2);
    let elsewhere = ["agent", "create", "ada.yaml", "--team", "suport"];
    let (told, code) = sandbox.json(&elsewhere);
    assert_eq!((told["error"]["hint"].as_str(), code), (Some("did you mean `support`?"), 1));
    // A slug alone could be the agent of any team.
    assert_eq!(sandbox.failed(&["agent", "show", "ada"]), ("usage".into(), 2));
    let (told, code) = sandbox.json(&["agent", "show", "aad", "--team", "support"]);
    assert_eq!((told["error"]["hint"].as_str(), code), (Some("did you mean `ada`?"), 1));
    let odd = ["agent", "set-status", &id, "asleep"];
    assert_eq!(sandbox.failed(&odd), ("usage".into(), 2));

    let bad = "name: ''\nslug: ada\nmodel: { temperature: 3 }\n";
    let (told, code) = sandbox.json_from(&["agent", "create", "-", "--team", "support"], bad);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1));
    let causes: Vec<_> = told["error"]["causes"].as_array().unwrap().iter().collect();
    assert_eq!(causes[0], "model.temperature: expected a number from 0 to 2, got 3");
    assert!(causes[1].as_str().unwrap().starts_with("name: "), "{told}");
}

#[test]
fn an_agent_who_has_conversations_stays() {
    let (sandbox, id) = with_ada();
    let create = ["conversation", "create", "--team", "support", "--agent", "ada"];
    sandbox.made(&[&create[..], &["--user", "ann@example.com"]].concat());
    assert_eq!(sandbox.failed(&["agent", "delete", &id, "--yes"]), ("conflict".into(), 4));
    assert_eq!(sandbox.made(&["agent", "set-status", &id, "archived"])["status"], "archived");
    assert_eq!(sandbox.made(&["agent", "list"]), json!([]));
}

#[test]
fn a_damaged_agent_is_named_and_stands_in_nobodys_way() {
    let (sandbox, id) = with_ada();
    let bob = "name: Bob\nslug: bob\n";
    assert_eq!(sandbox.json_from(&["agent", "create", "-", "--team", "support"], bob).1, 0);
    sandbox.sql("UPDATE agents SET personality = '{\"tone\": \"grim\"}' WHERE slug = 'ada'");
    let listed = sandbox.made(&["agent", "list", "--team", "support"]);
    assert_eq!([&listed[0]["id"], &listed[0]["slug"]], [id.as_str(), "ada"]);
    assert!(listed[0]["fault"].as_str().unwrap().contains("agents.personality"), "{listed}");
    assert_eq!(listed[1]["name"], "Bob");
    let told = sandbox.told(&["agent", "list"], "");
    assert!(told.stdout.contains("unreadable") && told.stdout.contains("Bob"), "{told:?}");
    assert!(told.stderr.contains(&format!("`af agent update {id} FILE` replaces it")), "{told:?}");

    // The others, and those that are not there.
    sandbox.made(&["agent", "show", "bob", "--team", "support"]);
    let (told, code) = sandbox.json(&["agent", "show", "aad", "--team", "support"]);
    assert_eq!((told["error"]["hint"].as_str(), code), (Some("did you mean `ada`?"), 1), "{told}");
    for command in [&["agent", "show", "ada"][..], &["agent", "set-status", "ada", "active"]] {
        let (told, code) = sandbox.json(&[command, &["--team", "support"]].concat());
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("inconsistent"), 4), "{told}");
        assert!(told["error"]["hint"].as_str().unwrap().contains(&id), "{told}");
    }
    let create = ["conversation", "create", "--team", "support", "--agent", "ada"];
    let made = sandbox.made(&[&create[..], &["--user", "ann@example.com"]].concat());
    let list = ["conversation", "list", "--team", "support", "--agent", "ada"];
    assert_eq!(sandbox.made(&list)[0]["id"], made["id"]);
    let conversation = made["id"].as_str().unwrap();
    sandbox.made(&["conversation", "delete", conversation, "--yes"]);

    let update = ["agent", "update", "ada", "ada.yaml", "--team", "support"];
    assert_eq!(sandbox.made(&update)["personality"]["tone"], "friendly");
    sandbox.sql("UPDATE agents SET config = '{\"n\": 1e400}' WHERE slug = 'ada'");
    let gone = sandbox.made(&["agent", "delete", "ada", "--team", "support", "--yes"]);
    assert_eq!([&gone["id"], &gone["slug"]], [id.as_str(), "ada"]);
    assert_eq!(sandbox.made(&["agent", "list"]).as_array().unwrap().len(), 1);
}
