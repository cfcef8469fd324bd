use serde_json::json;

use super::*;

const BOOK: &str = "\
# What may be bought
schema:
  User: { age: int, country: string? }
  Order:
    total: float
    items: [{ sku: string, price: float }]
derived:
  - name: is_adult
    expression: User.age >= 18
rules:
  - name: may buy
    expression: is_adult && Order.total < 100.0
  - name: abroad
    active: false
    expression: \"has(User.country) && User.country != 'AT'\"
";

fn told(text: &str) -> Vec<String> {
    let problems = Book::parse(text).and_then(|book| book.compile().map(drop)).unwrap_err();
    problems.0.iter().map(ToString::to_string).collect()
}

#[test]
fn a_book_is_read_and_compiled() {
    let book = Book::parse(BOOK).unwrap();
    assert!(book.has_schema());
    assert_eq!(book.derived[0].name, "is_adult");
    let names: Vec<_> = book.rules.iter().map(|it| it.spec.name.as_str()).collect();
    assert_eq!(names, ["may buy", "abroad"]);
    let set = book.compile().unwrap();
    let facts = set.facts(&json!({"User": {"age": 20}, "Order": {"total": 5, "items": []}}));
    let verdicts = set.evaluate_all(&facts.unwrap());
    assert_eq!(verdicts.len(), 1, "the inactive one is not evaluated: {verdicts:?}");
    assert!(verdicts[0].matched, "{verdicts:?}");
}

#[test]
fn json_is_read_as_json() {
    let id = "01998a5d-ac96-774b-bcce-b302099a8057";
    let text = format!(
        "\u{feff}{{\n\t\"rules\": [\n\t\t{{\"name\": \"a\\/b \\ud83d\\ude00\", \"expression\": \"1 < 2\", \"id\": \"{id}\"}}]}}"
    );
    let book = Book::parse(&text).unwrap();
    assert_eq!((book.rules[0].spec.name.as_str(), book.has_schema()), ("a/b 😀", false));
    assert_eq!(book.rules[0].effective_id().to_string(), id);
    let faults = told("{\"rules\": [{\"name\": \"a\", \"name\": \"b\"}]}");
    assert_eq!(faults, ["rules[0].name: the key occurs twice"]);
    let faults = told("{\"rules\": [\n  {\"name\": \"a\", \"expression\": \"User.age\"}]}");
    assert!(faults[0].starts_with("line 2, column 32: rule `a`: "), "{faults:?}");
}

#[test]
fn what_is_written_is_read_again() {
    let book = Book::parse(BOOK).unwrap();
    let text = book.to_json().to_string();
    let again = Book::parse(&text).unwrap();
    assert_eq!(
        (&again.schema, &again.derived, &again.rules),
        (&book.schema, &book.derived, &book.rules)
    );
    let empty = Book::parse("").unwrap_err();
    assert_eq!(empty.to_string(), "book: expected an object, got null");
    assert_eq!(Book::parse("rules:\n").unwrap().rules, []);
}

#[test]
fn everything_that_is_wrong_is_named_with_its_line() {
    let faults = told(
        "\
schema:
  User: { age: whole }
derived:
  - { name: 3, expression: x }
  - name: a
    expression: User.age
    dependencies: [1]
  - { name: a, expression: x }
rulez: []
rules:
  - expression: x
  - name: b
    expression: ''
    active: 1
    id: b
  - name: b
    expresion: x
",
    );
    let starts: Vec<_> =
        faults.iter().map(|it| it.split(": ").take(2).collect::<Vec<_>>().join(": ")).collect();
    assert_eq!(
        starts,
        [
            "line 2, column 11: schema.User.age",
            "line 4, column 7: derived[0].name",
            "line 7, column 20: derived[1].dependencies[0]",
            "line 8, column 7: derived[2].name",
            "line 9, column 1: rulez",
            "line 11, column 5: rules[0].name",
            "line 13, column 5: rules[1].expression",
            "line 14, column 5: rules[1].active",
            "line 15, column 5: rules[1].id",
            "line 16, column 5: rules[2].expression",
            "line 16, column 5: rules[2].name",
            "line 17, column 5: rules[2].expresion",
        ],
        "{faults:#?}"
    );
    for (text, says) in [
        ("rules: {}", "line 1, column 1: rules: expected a list, got an object"),
        ("rules: [1]", "line 1, column 9: rules[0]: expected an object, got a number"),
        ("schema: []", "line 1, column 1: schema: expected an object"),
    ] {
        assert!(told(text)[0].starts_with(says), "{:?}", told(text));
    }
    assert!(told("rules: [\n")[0].starts_with("book: "), "{:?}", told("rules: [\n"));
}

#[test]
fn what_does_not_compile_is_shown_where_it_stands() {
    let start = |text: &str| {
        let text = format!("schema: {{ User: {{ age: int }} }}\n{text}");
        let faults = told(&text);
        assert_eq!(faults.len(), 1, "{faults:?}");
        faults[0].clone()
    };
    for (text, says) in [
        ("rules:\n  - name: r\n    expression: Usr.age > 1", "line 4, column 17: rule `r`: "),
        ("rules:\n  - name: r\n    expression:   'Usr.age > 1'", "line 4, column 20: rule `r`: "),
        ("rules: [{ name: r, expression: \"Usr.age > 1\" }]", "line 2, column 33: rule `r`: "),
        (
            "rules:\n  - name: r\n    expression: |\n      User.age > 1\n      && Usr.age > 1",
            "line 6, column 10: rule `r`: ",
        ),
        // In another form than the expression has, only where it begins is known.
        (
            "rules:\n  - name: r\n    expression: >\n      User.age > 1\n      && Usr.age > 1",
            "line 4: rule `r`: line 1, column 17: ",
        ),
        (
            "derived:\n  - name: d\n    expression: Usr.age > 1",
            "line 4, column 17: derived field `d`: ",
        ),
        (
            "derived:\n  - { name: a, expression: b + 1 }\n  - { name: b, expression: a + 1 }",
            "line 3: derived field `a`: derived fields depend on each other in a circle: ",
        ),
        (
            "derived:\n  - { name: a, expression: User.age + 1, dependencies: [User.name] }",
            "line 3: derived field `a`: reads User.age, which its dependencies do not name",
        ),
    ] {
        assert!(start(text).starts_with(says), "{text}\n{}", start(text));
    }
}

#[test]
fn a_rule_that_is_not_active_need_not_compile() {
    let text = "rules:\n  - name: r\n    active: false\n    expression: Usr.age > 1";
    let book = Book::parse(text).unwrap();
    let set = book.compile().unwrap();
    assert_eq!(set.rules().count(), 1);
    assert_eq!(set.evaluate_all(&set.facts(&json!({})).unwrap()), []);
    let active = told(&text.replace("false", "true"));
    assert!(active[0].starts_with("line 4, column 17: rule `r`: "), "{active:?}");
}

#[test]
fn a_schema_that_is_not_said_is_not_written() {
    let book = Book::new(None, Vec::new(), Vec::new());
    assert_eq!(book.to_json(), json!({"derived": [], "rules": []}));
    assert!(!Book::parse(&book.to_json().to_string()).unwrap().has_schema());
    let book = Book::new(FactSchema::default(), Vec::new(), Vec::new());
    assert_eq!(book.to_json(), json!({"schema": {}, "derived": [], "rules": []}));
    assert!(book.has_schema());
}

#[test]
fn a_rule_without_an_id_has_the_same_one_every_time() {
    let ids = || {
        let book = Book::parse(BOOK).unwrap();
        book.rules.iter().map(BookRule::effective_id).collect::<Vec<_>>()
    };
    assert_eq!(ids(), ids());
    assert_ne!(ids()[0], ids()[1]);
}
