//! Tools and the schemas of their arguments.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use agentflow_core::tool::{ToolSchema, ToolSpec};
use serde_json::{Map, Value, json};

const DRAFT_7: &str = "http://json-schema.org/draft-07/schema#";
const DRAFT_2020: &str = "https://json-schema.org/draft/2020-12/schema";

fn error(schema: &Value) -> (String, String) {
    let error = ToolSchema::new(schema).unwrap_err();
    (error.field, error.reason)
}

#[test]
fn a_schema_that_is_none_is_refused_with_the_path_in_it() {
    for (schema, field) in [
        (json!({ "type": "strin" }), "schema.type"),
        (
            json!({ "type": "object", "properties": { "limit": { "minimum": "1" } } }),
            "schema.properties.limit.minimum",
        ),
        (json!({ "properties": { "a": { "enum": 1 } } }), "schema.properties.a.enum"),
        (json!({ "allOf": [{}, { "required": "a" }] }), "schema.allOf[1].required"),
        (
            json!({ "$schema": DRAFT_7, "properties": { "a": { "minLength": -1 } } }),
            "schema.properties.a.minLength",
        ),
        (json!({ "$schema": "http://json-schema.org/draft-04/schema#" }), "schema.$schema"),
        (json!({ "default": u64::MAX }), "schema.default"),
        (json!("text"), "schema"),
    ] {
        assert_eq!(error(&schema).0, field, "{schema}");
    }
    assert!(error(&json!({ "properties": { "a": { "pattern": "(" } } })).0.starts_with("schema"));
}

#[test]
fn both_drafts_are_understood_each_in_its_own_words() {
    let tuple = |draft: &str, keyword: &str| {
        let schema = json!({ "$schema": draft, keyword: [{ "type": "integer" }] });
        ToolSchema::new(&schema).unwrap().check_arguments(&json!(["x"])).is_err()
    };
    assert!(tuple(DRAFT_7, "items"));
    assert!(tuple(DRAFT_2020, "prefixItems"));
    assert!(!tuple(DRAFT_7, "prefixItems"), "draft-07 does not know it");
}

#[test]
fn nothing_is_fetched_for_a_schema() {
    for reference in ["http://127.0.0.1:9/schema.json", "file:///etc/hostname", "other.json"] {
        let (field, reason) = error(&json!({ "properties": { "a": { "$ref": reference } } }));
        assert!(field.starts_with("schema"), "{field}");
        assert!(reason.contains("schema.json") || reason.contains(reference), "{reason}");
    }
    let local = json!({ "$defs": { "n": { "type": "integer" } }, "properties": { "a": { "$ref": "#/$defs/n" } } });
    let schema = ToolSchema::new(&local).unwrap();
    assert!(schema.check_arguments(&json!({ "a": 1 })).is_ok());
    assert_eq!(
        schema.check_arguments(&json!({ "a": "x" })).unwrap_err().to_string(),
        "arguments.a: expected an integer, got \"x\""
    );
}

#[test]
fn all_bad_arguments_are_reported() {
    let schema = ToolSchema::new(&json!({
        "type": "object", "required": ["query"], "additionalProperties": false,
        "properties": {
            "query": { "type": "string", "minLength": 1 },
            "limits": { "type": "array", "items": { "type": "integer", "minimum": 1, "maximum": 50 } },
            "mode": { "enum": ["fast", "deep"] },
        },
    }))
    .unwrap();
    let arguments = json!({ "limits": [5, 99, "x"], "mode": "slow", "more": 1 });
    let mut lines: Vec<_> = schema
        .check_arguments(&arguments)
        .unwrap_err()
        .0
        .into_iter()
        .map(|finding| finding.to_string())
        .collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            "arguments.limits[1]: expected an integer from 1 to 50, got 99",
            "arguments.limits[2]: expected an integer from 1 to 50, got \"x\"",
            "arguments.mode: expected one of: fast deep, got \"slow\"",
            "arguments.more: unknown key; expected one of: limits mode query",
            "arguments.query: is missing",
        ]
    );
}

#[test]
fn of_many_bad_arguments_a_hundred_are_named_and_that_there_are_more() {
    let schema = json!({
        "type": "object", "additionalProperties": false,
        "properties": { "list": { "type": "array", "items": { "type": "string" } } },
    });
    let schema = ToolSchema::new(&schema).unwrap();
    let unknown: Map<_, _> = (0..1_000).map(|n| (format!("k{n}"), json!(n))).collect();
    for arguments in [json!({ "list": vec![1; 100_000] }), Value::Object(unknown)] {
        let findings = schema.check_arguments(&arguments).unwrap_err().0;
        assert_eq!(findings.len(), 101);
        assert_eq!(findings[100].to_string(), "arguments: more is wrong than these 100");
    }
    let findings = schema.check_arguments(&json!({ "list": vec![1; 100] })).unwrap_err().0;
    assert_eq!((findings.len(), findings[99].field.as_str()), (100, "arguments.list[99]"));
}

#[test]
fn of_written_arguments_only_what_stays_wrong_is_reported() {
    let told = |schema: &Value, arguments: &Value| -> Vec<String> {
        let checked = ToolSchema::new(schema).unwrap().check_written(arguments, "with");
        checked.err().into_iter().flat_map(|it| it.0).map(|it| it.to_string()).collect()
    };
    let text = json!({ "type": "string" });
    let closed = json!({
        "type": "object", "required": ["a", "b"], "minProperties": 2, "additionalProperties": false,
        "properties": {
            "a": { "type": "integer" }, "b": { "type": "object", "required": ["c"] },
            "then": { "type": "integer" }, "list": { "items": { "required": ["c"] }, "minItems": 2 },
        },
    });
    let reference = json!({
        "$defs": { "n": { "type": "integer" } },
        "properties": { "a": { "$ref": "#/$defs/n" } },
        "if": { "required": ["slow"] }, "else": { "properties": { "b": { "$ref": "#/$defs/n" } } },
    });
    let either = json!({
        "anyOf": [{ "required": ["a"] }, { "required": ["b"] }],
        "properties": { "n": { "anyOf": [{ "type": "integer" }, { "type": "null" }] } },
    });
    let one = json!({ "oneOf": [{ "properties": { "a": { "type": "integer" } } }] });
    let whole = json!({
        "const": { "a": 1, "b": 2 }, "properties": { "a": { "const": 1 } },
        "propertyNames": { "maxLength": 1 }, "unevaluatedProperties": false,
    });
    let lists = json!({ "properties": { "a": {
        "uniqueItems": true, "contains": { "properties": { "x": { "const": 1 } }, "required": ["x"] },
    } } });
    let dependent = json!({ "dependentRequired": { "a": ["b"] }, "dependentSchemas": { "a": { "properties": { "c": text } } } });
    let cases: &[(&Value, Value, &[&str])] = &[
        (&closed, json!({}), &[]),
        (&closed, json!({ "a": 1, "b": {}, "list": [{}, {}] }), &[]),
        (&closed, json!({ "a": "x" }), &["with.a: expected an integer, got \"x\""]),
        (&closed, json!({ "then": "x" }), &["with.then: expected an integer, got \"x\""]),
        (&closed, json!({ "c": 1 }), &["with.c: unknown key; expected one of: a b list then"]),
        (&closed, json!({ "list": [{}] }), &["with.list: [{}] has less than 2 items"]),
        (&reference, json!({ "a": "x", "b": "x" }), &["with.a: expected an integer, got \"x\""]),
        (&either, json!({ "n": 5 }), &[]),
        (
            &either,
            json!({ "n": "x" }),
            &["with.n: \"x\" is not valid under any of the schemas listed in the 'anyOf' keyword"],
        ),
        (&one, json!({ "a": "x" }), &[]),
        (&whole, json!({ "a": 1 }), &[]),
        (&whole, json!({ "a": 2 }), &["with.a: 1 was expected"]),
        (&whole, json!({ "bb": 2 }), &["with: \"bb\" is longer than 1 character"]),
        (&lists, json!({ "a": [{}, {}] }), &[]),
        (&lists, json!({ "a": [5, 5] }), &["with.a: [5,5] has non-unique elements"]),
        (&dependent, json!({ "a": 1, "c": 5 }), &["with.c: expected a text, got 5"]),
        (&text, json!({}), &["with: expected a text, got an object"]),
    ];
    for (schema, arguments, expected) in cases {
        assert_eq!(told(schema, arguments), *expected, "{arguments} by {schema}");
    }
}

#[test]
fn a_tool_reports_all_its_bad_fields() {
    let tool = ToolSpec {
        name: String::new(),
        description: "a\0".into(),
        schema: json!({ "type": 1 }),
        permissions: json!({ "n": u64::MAX }).as_object().unwrap().clone(),
        cost_model: json!({ "per_call": 0.1 }).as_object().unwrap().clone(),
    };
    let fields: Vec<_> = tool.validate().unwrap_err().0.into_iter().map(|it| it.field).collect();
    assert_eq!(fields, ["name", "description", "permissions.n", "schema.type"]);
    let good = ToolSpec {
        name: "search".into(),
        description: String::new(),
        permissions: Map::default(),
        schema: json!({ "type": "object" }),
        ..tool
    };
    assert!(good.validate().is_ok());
}
