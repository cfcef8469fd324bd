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
    assert_eq!(nothing, json!({"schema": {}, "derived": [], "rules": []}));
}
