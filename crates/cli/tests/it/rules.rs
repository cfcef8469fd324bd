mod cases;
mod eval;
mod import;

use serde_json::{Value, json};

use crate::support::Sandbox;

/// A book that most tests are about.
pub(crate) const BOOK: &str = "\
schema:
  User: { age: int, country: string? }
  Order: { total: float }
derived:
  - name: is_adult
    expression: User.age >= 18
rules:
  - name: may buy
    expression: is_adult && Order.total < 100.0
  - name: abroad
    expression: has(User.country) && User.country != 'AT'
  - name: asleep
    expression: User.age > 100
    active: false
";

/// A tenant with a schema of people and orders.
fn of_people() -> Sandbox {
    let sandbox = Sandbox::of_acme();
    let schema = "User: { age: int, country: string? }\nOrder: { total: float }\n";
    let (update, code) = sandbox.json_from(&["rules", "schema", "set", "-"], schema);
    assert_eq!((&update["schema"]["version"], code), (&json!(1), 0), "{update}");
    sandbox
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect()
}

#[test]
fn a_rule_lives_and_dies() {
    let sandbox = of_people();
    assert!(sandbox.text(&["rules", "list"]).contains("no such rule"));
    let made = sandbox.made(&["rules", "add", "of age", "User.age >= 18"]);
    assert_eq!([&made["name"], &made["active"]], [&json!("of age"), &json!(true)]);
    assert_eq!(sandbox.newest(), ("user:tester".into(), "rule.created".into()));
    let id = made["id"].as_str().unwrap();
    for name in [id, "of age"] {
        let shown = sandbox.made(&["rules", "show", name]);
        assert_eq!(shown["id"], id);
        assert_eq!(shown["reads"], json!(["User.age"]));
        assert_eq!(shown["clauses"][0]["text"], "User.age >= 18");
    }
    let text = sandbox.text(&["rules", "show", "of age"]);
    assert!(text.contains("    User.age >= 18") && text.contains("Reads User.age."), "{text}");

    let changed = sandbox.made(&["rules", "update", "of age", "--name", "adult", "--inactive"]);
    assert_eq!([&changed["id"], &changed["name"]], [&json!(id), &json!("adult")]);
    assert_eq!([&changed["active"], &changed["expression"]], [&json!(false), &made["expression"]]);
    assert_eq!(sandbox.made(&["rules", "list", "--active"]), json!([]));
    assert_eq!(names(&sandbox.made(&["rules", "list"])), ["adult"]);
    let update = ["rules", "update", "adult", "--active", "--expression", "-"];
    let (changed, code) = sandbox.json_from(&update, "User.age >= 21\n");
    assert_eq!((&changed["expression"], code), (&json!("User.age >= 21"), 0));
    assert_eq!(changed["active"], true);
    assert_eq!(sandbox.failed(&["rules", "update", "adult"]), ("usage".into(), 2));

    assert_eq!(sandbox.failed(&["rules", "rm", "adult"]), ("usage".into(), 2));
    assert_eq!(sandbox.made(&["rules", "rm", "adult", "--yes"])["id"], id);
    assert_eq!(sandbox.newest().1, "rule.deleted");
    assert_eq!(sandbox.made(&["rules", "list"]), json!([]));
}

#[test]
fn a_rule_that_is_not_there_is_guessed_at() {
    let sandbox = of_people();
    sandbox.made(&["rules", "add", "adult", "User.age >= 18"]);
    for action in [&["show"][..], &["rm", "--yes"], &["update", "--active"]] {
        let arguments: Vec<_> = ["rules"].into_iter().chain(action.iter().copied()).collect();
        let (told, code) = sandbox.json(&[&arguments[..], &["adlut"]].concat());
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1), "{told}");
        assert_eq!(told["error"]["hint"], "did you mean `adult`?");
    }
    let missing = "01998a5d-ac96-774b-bcce-b302099a8057";
    assert_eq!(sandbox.failed(&["rules", "show", missing]), ("not_found".into(), 1));
}

#[test]
fn what_does_not_compile_is_not_stored() {
    let sandbox = of_people();
    for expression in ["User.agee > 1", "User.age", "User.age > ", "User.age > 'x'"] {
        let (told, code) = sandbox.json(&["rules", "add", "bad", expression]);
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{told}");
        let message = told["error"]["message"].as_str().unwrap();
        assert!(message.contains("expression: line 1, column"), "{told}");
    }
    assert_eq!(sandbox.made(&["rules", "list"]), json!([]));
    sandbox.made(&["rules", "add", "good", "User.age > 1"]);
    assert_eq!(sandbox.failed(&["rules", "add", "good", "true"]), ("already_exists".into(), 4));
    let id = "01998a5d-ac96-774b-bcce-b302099a8057";
    sandbox.made(&["rules", "add", "other", "true", "--id", id, "--inactive"]);
    let (told, code) = sandbox.json(&["rules", "add", "third", "true", "--id", id]);
    assert_eq!(code, 4);
    let message = told["error"]["message"].as_str().unwrap();
    assert!(message.contains(&format!("rule with ID {id} already exists")), "{message}");
    let told = sandbox.told(&["rules", "add", "x", "true", "--id", "seven"], "");
    assert_eq!(told.code, 2, "{told:?}");
}

#[test]
fn an_expression_is_checked_with_its_place() {
    let sandbox = of_people();
    let (checked, code) = sandbox.json(&["rules", "check", "User.age > 1 && Order.total > 1.0"]);
    assert_eq!((&checked["valid"], code), (&json!(true), 0), "{checked}");
    assert_eq!(checked["reads"], json!(["Order.total", "User.age"]));
    assert_eq!(checked["clauses"].as_array().unwrap().len(), 2, "{checked}");
    let text = sandbox.text(&["rules", "check", "User.age > 1"]);
    assert_eq!(text, "✓ compiles: 1 clause, reads User.age\n");

    let bad = "Order.total > 1.0 &&\n  User.agee > 1";
    let told = sandbox.told(&["rules", "check", "-"], bad);
    assert_eq!(told.code, 1, "{told:?}");
    assert!(told.stdout.starts_with("✗ line 2, column "), "{told:?}");
    let lines: Vec<_> = told.stdout.lines().collect();
    assert!(lines[0].contains("did you mean `age`?"), "{told:?}");
    assert_eq!(lines[1], "      User.agee > 1");
    let sign = lines[2].find('^').unwrap();
    assert!((6..=11).contains(&sign), "under the name: {told:?}");
    let (checked, code) = sandbox.json_from(&["rules", "check", "-"], bad);
    assert_eq!(
        (&checked["valid"], &checked["problems"][0]["line"], code),
        (&json!(false), &json!(2), 1)
    );
    assert_eq!(sandbox.failed(&["rules", "check", " "]), ("usage".into(), 2));

    // The same without a database.
    let sandbox = Sandbox::bare();
    sandbox.write("book.yaml", BOOK);
    let book = ["rules", "check", "is_adult && User.age < 30", "--book", "book.yaml"];
    assert_eq!(sandbox.made(&book)["valid"], true);
    let (told, code) = sandbox.json(&["rules", "check", "true"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("usage"), 2), "{told}");
}

#[test]
fn a_schema_has_versions() {
    let sandbox = Sandbox::of_acme();
    assert_eq!(sandbox.failed(&["rules", "schema", "show"]), ("not_found".into(), 1));
    assert!(sandbox.text(&["rules", "schema", "history"]).contains("no schema yet"));
    sandbox.write("one.json", r#"{"User": {"age": "int"}}"#);
    sandbox.write("two.yaml", "User: { years: int }\n");
    let set = |file| sandbox.made(&["rules", "schema", "set", file]);
    assert_eq!(set("one.json")["schema"]["version"], 1);
    assert_eq!(set("one.json")["changed"], false);
    sandbox.made(&["rules", "add", "adult", "User.age >= 18"]);

    let (told, code) = sandbox.json(&["rules", "schema", "set", "two.yaml"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("rules_broken"), 1), "{told}");
    assert!(told["error"]["message"].as_str().unwrap().contains("rule `adult`"), "{told}");
    assert!(told["error"]["hint"].as_str().unwrap().contains("--deactivate"), "{told}");
    assert_eq!(sandbox.made(&["rules", "schema", "show"])["version"], 1);

    let told = sandbox.told(&["rules", "schema", "set", "two.yaml", "--deactivate"], "");
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.stdout.contains("✗ inactive now: rule `adult`: "), "{told:?}");
    assert!(told.stdout.contains("Version 2 of the schema is in force"), "{told:?}");
    assert_eq!(sandbox.made(&["rules", "show", "adult"])["active"], false);
    let text = sandbox.text(&["rules", "show", "adult"]);
    assert!(text.contains("It does not compile:"), "{text}");

    let back = sandbox.made(&["rules", "schema", "rollback", "1"]);
    assert_eq!(back["schema"]["version"], 1);
    assert_eq!(sandbox.made(&["rules", "schema", "show"])["definition"]["User"]["age"], "int");
    assert_eq!(sandbox.made(&["rules", "schema", "show", "--version", "2"])["active"], false);
    let history = sandbox.made(&["rules", "schema", "history"]);
    let told: Vec<_> =
        history.as_array().unwrap().iter().map(|it| (&it["version"], &it["kind"])).collect();
    assert_eq!(
        told,
        [
            (&json!(1), &json!("rolled_back")),
            (&json!(2), &json!("updated")),
            (&json!(1), &json!("created"))
        ]
    );
    let text = sandbox.text(&["rules", "schema", "history", "--limit", "1"]);
    assert!(text.contains("rolled back to") && text.lines().count() == 2, "{text}");
    for unknown in
        [&["rules", "schema", "rollback", "9"][..], &["rules", "schema", "show", "--version", "9"]]
    {
        assert_eq!(sandbox.failed(unknown), ("not_found".into(), 1));
    }
}

#[test]
fn a_schema_that_is_none_is_refused_by_place() {
    let sandbox = Sandbox::of_acme();
    let set = |text: &str| {
        let told = sandbox.told(&["rules", "schema", "set", "-"], text);
        assert_eq!(told.code, 1, "{told:?}");
        told.stderr
    };
    let told = set("User:\n  age: int\n  name: text\n  in: string\n");
    assert!(told.contains("line 3, column 3: User.name: "), "{told}");
    assert!(set("[1]").contains("expected an object"));
    assert!(set("User: {").contains("stdin cannot be accepted"));
    assert_eq!(sandbox.failed(&["rules", "schema", "set", "nowhere.yaml"]), ("usage".into(), 2));
}

#[test]
fn derived_fields_are_set_and_removed() {
    let sandbox = of_people();
    assert!(sandbox.text(&["rules", "derived", "list"]).contains("no derived field yet"));
    let made = sandbox.made(&["rules", "derived", "set", "adult", "User.age >= 18"]);
    assert_eq!(made["dependencies"], json!(["User.age"]));
    let named = ["rules", "derived", "set", "rich", "adult && Order.total > 9.0", "--depends-on"];
    let made = sandbox.made(&[&named[..], &["adult", "Order.total"]].concat());
    assert_eq!(made["name"], "rich");
    let (told, code) = sandbox.json(&[&named[..], &["adult"]].concat());
    assert_eq!(code, 1, "{told}");
    assert!(told["error"]["message"].as_str().unwrap().contains("Order.total"), "{told}");
    sandbox.made(&["rules", "add", "vip", "rich"]);
    let text = sandbox.text(&["rules", "derived", "list"]);
    assert!(text.contains("adult") && text.contains("rich"), "{text}");

    // In use.
    let (told, code) = sandbox.json(&["rules", "derived", "rm", "rich", "--yes"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("rules_broken"), 1), "{told}");
    let (told, _) = sandbox.json(&["rules", "derived", "set", "adult", "rich"]);
    assert!(told["error"]["message"].as_str().unwrap().contains("adult"), "{told}");
    sandbox.made(&["rules", "rm", "vip", "--yes"]);
    assert_eq!(sandbox.failed(&["rules", "derived", "rm", "rich"]), ("usage".into(), 2));
    sandbox.made(&["rules", "derived", "rm", "rich", "--yes"]);
    assert_eq!(names(&sandbox.made(&["rules", "derived", "list"])), ["adult"]);
    let (told, code) = sandbox.json(&["rules", "derived", "rm", "adlut", "--yes"]);
    assert_eq!((told["error"]["hint"].as_str(), code), (Some("did you mean `adult`?"), 1));
}

#[test]
fn a_verdict_is_explained() {
    let sandbox = Sandbox::bare();
    sandbox.write("book.yaml", BOOK);
    let explain = ["rules", "explain", "may buy", "--facts", "-", "--book", "book.yaml"];
    let young = r#"{"User": {"age": 17}, "Order": {"total": 5}}"#;
    let (told, code) = sandbox.json_from(&explain, young);
    assert_eq!((&told["matched"], code), (&json!(false), 0), "{told}");
    assert_eq!(
        told["clauses"][0],
        json!({"text": "is_adult", "line": 1, "column": 1, "outcome": false})
    );
    assert_eq!(told["clauses"][1]["outcome"], Value::Null, "it was not evaluated: {told}");
    assert_eq!(told["read"][0], json!({"path": "is_adult", "value": false}));
    assert!(told["reason"].as_str().unwrap().contains("`is_adult` is false"), "{told}");
    let told = sandbox.told(&explain, young);
    assert!(told.stdout.contains("✗ does not match: `is_adult` is false"), "{told:?}");
    assert!(told.stdout.contains("CLAUSE") && told.stdout.contains("(none)"), "{told:?}");

    let told = sandbox.told(&explain, r#"{"User": {"age": 20}, "Order": {"total": 5}}"#);
    assert!(told.stdout.contains("✓ matches: "), "{told:?}");
    // A wrong fact is an error of the rules that read it.
    let told = sandbox.told(&explain, r#"{"User": {"age": "old"}, "Order": {"total": 5}}"#);
    assert_eq!(told.code, 1, "{told:?}");
    assert!(told.stdout.contains("! comes to no answer: "), "{told:?}");
    assert!(told.stdout.contains("! User.age: expected int, got \"old\""), "{told:?}");
    // An inactive rule can be tried.
    let asleep = ["rules", "explain", "asleep", "--facts", "-", "--book", "book.yaml"];
    let told = sandbox.told(&asleep, young);
    assert!(told.stdout.contains("inactive, so never evaluated"), "{told:?}");

    for (facts, says) in [("[1]", "facts"), ("{", "facts"), (r#"{"a": 1, "a": 2}"#, "facts.a")] {
        let (told, code) = sandbox.json_from(&explain, facts);
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{told}");
        assert!(told.to_string().contains(says), "{told}");
    }
    let other = ["rules", "explain", "may by", "--facts", "-", "--book", "book.yaml"];
    let (told, code) = sandbox.json_from(&other, young);
    assert_eq!((told["error"]["hint"].as_str(), code), (Some("did you mean `may buy`?"), 1));
}

#[test]
fn rules_of_another_tenant_are_not_there() {
    let sandbox = of_people();
    sandbox.made(&["rules", "add", "adult", "User.age >= 18"]);
    let id = sandbox.made(&["rules", "show", "adult"])["id"].as_str().unwrap().to_owned();
    sandbox.tenant("globex");
    let globex = |arguments: &[&str]| sandbox.json(&[arguments, &["--tenant", "globex"]].concat());
    assert_eq!(globex(&["rules", "list"]).0, json!([]));
    for action in [&["show"][..], &["rm", "--yes"]] {
        let arguments = [&["rules"], action, &[id.as_str()]].concat();
        assert_eq!(globex(&arguments).1, 1);
    }
    assert_eq!(globex(&["rules", "schema", "show"]).1, 1);
}
