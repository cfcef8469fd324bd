use serde_json::json;

use super::{BOOK, names};
use crate::support::Sandbox;

fn imported() -> Sandbox {
    let sandbox = Sandbox::of_acme();
    sandbox.write("book.yaml", BOOK);
    let told = sandbox.made(&["rules", "import", "book.yaml"]);
    assert_eq!(told["schema"]["version"], 1);
    assert_eq!(told["derived"]["added"], json!(["is_adult"]));
    assert_eq!(told["rules"]["added"], json!(["may buy", "abroad", "asleep"]));
    sandbox
}

fn audited(sandbox: &Sandbox) -> usize {
    sandbox.made(&["audit", "list", "--limit", "1000"]).as_array().unwrap().len()
}

#[test]
fn a_book_is_put_in_force_and_recorded() {
    let sandbox = imported();
    assert_eq!(names(&sandbox.made(&["rules", "list"])), ["may buy", "abroad", "asleep"]);
    assert_eq!(names(&sandbox.made(&["rules", "list", "--active"])), ["may buy", "abroad"]);
    let actions = sandbox.made(&["audit", "list", "--limit", "5"]);
    let actions: Vec<_> =
        actions.as_array().unwrap().iter().map(|it| it["action"].as_str().unwrap()).collect();
    let created = "rule.created";
    assert_eq!(actions, [created, created, created, "derived_field.set", "rule_schema.set"]);
    assert_eq!(sandbox.made(&["rules", "schema", "history"])[0]["kind"], "created");
    // Once more, it changes nothing.
    let before = audited(&sandbox);
    let text = sandbox.text(&["rules", "import", "book.yaml"]);
    assert_eq!(text, "The book is in force already; nothing changed.\n");
    assert_eq!(audited(&sandbox), before);
}

#[test]
fn a_schema_and_all_that_depends_on_it_change_together() {
    let sandbox = imported();
    let old = sandbox.made(&["rules", "show", "may buy"]);
    // Each step alone would break something.
    let book = BOOK
        .replace("age: int", "born: int")
        .replace("User.age >= 18", "User.born")
        .replace("is_adult && ", "is_adult < 2008 && ")
        .replace("User.age > 100", "User.born < 1900");
    sandbox.write("book.yaml", book);
    let text = sandbox.text(&["rules", "import", "book.yaml"]);
    assert_eq!(
        text,
        "Version 2 of the schema is in force.\nUpdated 1 derived field: is_adult.\n\
         Updated 2 rules: may buy, asleep.\n1 rule was as before.\n"
    );
    let new = sandbox.made(&["rules", "show", "may buy"]);
    assert_eq!([&new["id"], &new["created_at"]], [&old["id"], &old["created_at"]]);
    assert_eq!(new["active"], true);
    assert_ne!(new["expression"], old["expression"]);
}

#[test]
fn nothing_is_written_when_something_does_not_compile() {
    let sandbox = imported();
    let before = audited(&sandbox);
    // A rule of the file, named by its line.
    sandbox.write("book.yaml", BOOK.replace("User.country != 'AT'", "User.contry != 'AT'"));
    let (told, code) = sandbox.json(&["rules", "import", "book.yaml"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{told}");
    let cause = told["error"]["causes"][0].as_str().unwrap();
    assert!(cause.starts_with("line 11, column ") && cause.contains("rule `abroad`"), "{told}");
    // A rule that is not in the file.
    sandbox.made(&["rules", "add", "elsewhere", "User.age > 1"]);
    let book = BOOK.replace("age: int", "born: int").replace("User.age", "User.born");
    sandbox.write("book.yaml", book);
    let (told, code) = sandbox.json(&["rules", "import", "book.yaml"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("rules_broken"), 1), "{told}");
    assert!(told["error"]["message"].as_str().unwrap().contains("rule `elsewhere`"), "{told}");
    // A file that is none.
    sandbox.write("book.yaml", "rules:\n  - name: x\n    expresion: y\n");
    let told = sandbox.told(&["rules", "import", "book.yaml"], "");
    assert_eq!(told.code, 1);
    assert!(told.stderr.contains("line 3, column 5: rules[0].expresion: unknown key"), "{told:?}");
    assert_eq!(sandbox.made(&["rules", "schema", "show"])["version"], 1);
    assert_eq!(audited(&sandbox), before + 1, "only the rule that was added");
}

#[test]
fn a_part_of_a_book_leaves_the_rest_as_it_is() {
    let sandbox = imported();
    let (told, code) = sandbox.json_from(
        &["rules", "import", "-"],
        "rules: [{ name: second, expression: is_adult }, { name: asleep, expression: User.age > 100 }]",
    );
    assert_eq!(code, 0, "{told}");
    assert_eq!(told["schema"], json!(null));
    assert_eq!(told["rules"], json!({"added": ["second"], "updated": ["asleep"], "unchanged": 0}));
    let listed = sandbox.made(&["rules", "list", "--active"]);
    assert_eq!(names(&listed), ["may buy", "abroad", "asleep", "second"]);
}

#[test]
fn what_is_exported_can_be_imported_elsewhere() {
    let sandbox = imported();
    let book = sandbox.text(&["rules", "export"]);
    sandbox.tenant("globex");
    let globex = ["--tenant", "globex"];
    let (told, code) =
        sandbox.json_from(&[&["rules", "import", "-"][..], &globex].concat(), book.as_str());
    assert_eq!(code, 0, "{told}");
    assert_eq!(sandbox.text(&[&["rules", "export"][..], &globex].concat()), book);
    // By its id, a rule is known under another name.
    let renamed = book.replace("\"may buy\"", "\"can buy\"");
    let (told, _) = sandbox.json_from(&[&["rules", "import", "-"][..], &globex].concat(), renamed);
    assert_eq!(told["rules"], json!({"added": [], "updated": ["can buy"], "unchanged": 2}));
    // And not under the name of another rule.
    let swapped = book.replace("\"may buy\"", "\"x\"").replace("\"abroad\"", "\"may buy\"");
    let (told, code) = sandbox.json_from(&["rules", "import", "-"], swapped);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{told}");
    // The same file is a book for what needs no database.
    sandbox.write("book.json", &book);
    let facts = r#"{"User":{"age":20},"Order":{"total":5}}"#;
    let told = sandbox.told(&["rules", "eval", "--facts", "-", "--book", "book.json"], facts);
    assert!(told.stdout.contains("\"matched\":[\"may buy\"]"), "{told:?}");
    let empty = sandbox.tenant("initech");
    let nothing = sandbox.made(&["rules", "export", "--tenant", &empty]);
    assert_eq!(nothing, json!({"derived": [], "rules": []}));
}

#[test]
fn what_a_schema_broke_is_exported_and_imported_inactive() {
    let sandbox = imported();
    let without_country = "User: { age: int }\nOrder: { total: float }\n";
    let set = ["rules", "schema", "set", "-", "--deactivate"];
    let (told, code) = sandbox.json_from(&set, without_country);
    assert_eq!((told["report"]["failed"][0]["name"].as_str(), code), (Some("abroad"), 0), "{told}");
    let without_age = "User: { born: int }\nOrder: { total: float }\n";
    // Breaks a derived field, and with it the rule that reads it.
    let (told, code) = sandbox.json_from(&set, without_age);
    assert_eq!(code, 0, "{told}");
    let book = sandbox.text(&["rules", "export"]);
    let text = sandbox.told(&["rules", "import", "-"], book.as_str());
    assert_eq!(text.code, 0, "{text:?}");
    assert_eq!(text.stdout, "The book is in force already; nothing changed.\n");
    sandbox.tenant("globex");
    let globex = |arguments: &[&str], input: &str| {
        sandbox.json_from(&[arguments, &["--tenant", "globex"]].concat(), input)
    };
    let (told, code) = globex(&["rules", "import", "-"], &book);
    assert_eq!(code, 0, "{told}");
    assert_eq!(told["rules"]["added"], json!(["may buy", "abroad", "asleep"]));
    assert_eq!(globex(&["rules", "list", "--active"], "").0, json!([]));
    // It is checked when it is to be evaluated.
    let (told, code) = globex(&["rules", "update", "abroad", "--active"], "");
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{told}");
    let active = book.replace("\"active\": false", "\"active\": true");
    assert_ne!(active, book);
    let (told, code) = globex(&["rules", "import", "-"], &active);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{told}");
    // The same file is a book for what needs no database, and says why when it is asked for such a rule.
    sandbox.write("book.json", &book);
    let facts = r#"{"User":{"born":2000},"Order":{"total":5}}"#;
    let told = sandbox.told(&["rules", "eval", "--facts", "-", "--book", "book.json"], facts);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.stdout.contains("\"matched\":[]"), "{told:?}");
    let explain = ["rules", "explain", "abroad", "--facts", "-", "--book", "book.json"];
    let told = sandbox.told(&explain, facts);
    assert_eq!(told.code, 1, "{told:?}");
    assert!(told.stdout.contains("country"), "{told:?}");
}

#[test]
fn a_tenant_without_a_schema_does_not_replace_that_of_another() {
    let sandbox = imported();
    sandbox.tenant("globex");
    let globex = ["--tenant", "globex"];
    sandbox.made(&[&["rules", "add", "always", "1 < 2"][..], &globex].concat());
    let book = sandbox.made(&[&["rules", "export"][..], &globex].concat());
    assert_eq!(book.get("schema"), None, "{book}");
    let (told, code) = sandbox.json_from(&["rules", "import", "-"], book.to_string());
    assert_eq!(code, 0, "{told}");
    assert_eq!([&told["schema"], &told["rules"]["added"]], [&json!(null), &json!(["always"])]);
    assert_eq!(sandbox.made(&["rules", "schema", "show"])["version"], 1);
    // An empty schema that somebody set is one.
    let (told, code) =
        sandbox.json_from(&[&["rules", "schema", "set", "-"][..], &globex].concat(), "{}");
    assert_eq!(code, 0, "{told}");
    let book = sandbox.made(&[&["rules", "export"][..], &globex].concat());
    assert_eq!(book["schema"], json!({}));
}

#[test]
fn a_hint_is_one_line_whatever_a_rule_is_called() {
    let sandbox = Sandbox::of_acme();
    let named = |name: &str| json!({"name": name, "expression": "1 < 2"});
    let book = json!({"rules": [named("may\nbuy"), named("x\u{1b}[2J")]});
    let (told, code) = sandbox.json_from(&["rules", "import", "-"], book.to_string());
    assert_eq!(code, 0, "{told}");
    let told = sandbox.told(&["rules", "show", "some\nthing"], "");
    assert_eq!(
        (told.stderr.as_str(), told.code),
        (
            "error: there is no rule `some\\u{a}thing`\n\
             hint: there is may\\u{a}buy, x\\u{1b}[2J\n",
            1
        )
    );
}

#[test]
fn of_very_many_problems_the_first_are_told() {
    let sandbox = imported();
    let book = |expression: &str| {
        let rule = |index| json!({"name": format!("r{index}"), "expression": expression});
        json!({"rules": (0..50).map(rule).collect::<Vec<_>>()}).to_string()
    };
    let causes = |stderr: &str| -> Vec<String> {
        stderr.lines().filter_map(|it| it.strip_prefix("  cause: ")).map(str::to_owned).collect()
    };
    let told = sandbox.told(&["rules", "import", "-"], book("User.agee > 1"));
    let told = (causes(&told.stderr), told.code);
    assert_eq!((told.0.len(), told.1), (21, 1), "{told:?}");
    assert!(told.0[0].contains("`r0`") && told.0[20] == "and 30 more", "{told:?}");

    let told = sandbox.told(&["rules", "check", "true", "--book", "-"], book("User.agee > 1"));
    let told = (causes(&told.stderr), told.code);
    assert_eq!((told.0.len(), told.1), (21, 1), "{told:?}");
    assert_eq!(told.0[20], "and 30 more", "{told:?}");

    let (told, code) = sandbox.json_from(&["rules", "import", "-"], book("User.age > 1"));
    assert_eq!(code, 0, "{told}");
    let told = sandbox.told(&["rules", "schema", "set", "-"], "Order: { total: float }");
    let told = (causes(&told.stderr), told.code);
    // The message names five of the 53: a derived field, three rules that read it or the user, and one of the 50.
    assert_eq!((told.0.len(), told.1), (21, 1), "{told:?}");
    assert_eq!(told.0[20], "and 28 more", "{told:?}");

    let fields: Vec<_> = (0..50).map(|index| format!("f{index}: whole")).collect();
    let schema = format!("User: {{ {} }}", fields.join(", "));
    let told = sandbox.told(&["rules", "schema", "set", "-"], schema);
    let told = (causes(&told.stderr), told.code);
    assert_eq!((told.0.len(), told.1), (21, 1), "{told:?}");
    assert_eq!(told.0[20], "and 30 more", "{told:?}");
}

#[test]
fn a_history_of_nothing_is_not_asked_for() {
    let sandbox = imported();
    let none = ["rules", "schema", "history", "--limit", "0"];
    assert_eq!(sandbox.failed(&none), ("usage".into(), 2));
    let one = sandbox.made(&["rules", "schema", "history", "--limit", "1"]);
    assert_eq!(one.as_array().unwrap().len(), 1);
}
