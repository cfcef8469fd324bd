mod keys;

use keys::{FACT_KEYS, OTHER_KEYS, OWN, SECRET_KEYS, SECRETS_OR_SWITCHES};
use proptest::prelude::*;
use serde_json::json;

use super::{
    secrets::{
        LONGEST, LONGEST_AT_THE_END, SECRET_ENDS, SECRET_IDS, SECRETS, SECRETS_AT_THE_END,
        SHORTEST, SHORTEST_END, may_name_a_secret,
    },
    *,
};

/// Or looking a word up would miss some.
#[test]
fn the_words_are_in_order() {
    assert!(SECRETS.is_sorted_by(|one, next| one < next));
    let shortest = |words: &[&str]| words.iter().map(|word| word.len()).min();
    assert_eq!((shortest(SECRETS), shortest(SECRET_ENDS)), (Some(SHORTEST), Some(SHORTEST_END)));
    let longest = |words: &[&str]| words.iter().map(|word| word.len()).max();
    assert_eq!(longest(SECRETS), Some(LONGEST));
    assert_eq!(longest(SECRETS_AT_THE_END), Some(LONGEST_AT_THE_END));
}

/// Or the look ahead would let it pass.
#[test]
fn every_word_is_seen_by_the_look_ahead() {
    let all = [SECRETS, SECRET_IDS, SECRET_ENDS, SECRETS_AT_THE_END, &["tokens"]];
    for word in all.into_iter().flatten() {
        assert!(may_name_a_secret(word.as_bytes()), "{word}");
    }
    assert!(!may_name_a_secret(b"conversationid"));
}

/// Those of the keys under which this value is masked, or those under which it is not.
fn find<'k>(keys: &[&'k str], value: &Value, are_masked: bool) -> Vec<&'k str> {
    let masking = Masking::default();
    keys.iter().copied().filter(|key| masking.masks(key, value) == are_masked).collect()
}

fn values() -> [Value; 8] {
    [
        json!("hunter2"),
        json!(["hunter2"]),
        json!({ "a": "hunter2" }),
        json!(7),
        json!([7]),
        json!(true),
        json!(null),
        json!({}),
    ]
}

#[test]
fn keys_named_like_secrets_are_known_however_they_are_written() {
    for value in values() {
        assert_eq!(find(SECRET_KEYS, &value, false), [""; 0], "{value}");
    }
}

#[test]
fn words_that_are_secrets_at_the_end_of_a_key_may_be_switches() {
    for value in values() {
        let is_switch = value.is_boolean() || value.is_null();
        assert_eq!(find(SECRETS_OR_SWITCHES, &value, is_switch), [""; 0], "{value}");
    }
}

#[test]
fn facts_about_secrets_stay_where_they_can_be_facts() {
    for value in [
        json!("hunter2"),
        json!(""),
        json!("true"),
        json!(["hunter2"]),
        json!([7, "hunter2"]),
        json!([["hunter2"]]),
        json!([{}]),
        json!({ "a": "hunter2" }),
        json!({ "a": { "b": 1 } }),
        json!({ "hunter2": true }),
    ] {
        assert_eq!(find(FACT_KEYS, &value, false), [""; 0], "{value}");
    }
    for value in [json!(7), json!(1.5), json!(true), json!(null), json!([7, null]), json!([])] {
        assert_eq!(find(FACT_KEYS, &value, true), [""; 0], "{value}");
    }
}

#[test]
fn times_stay_where_they_are_asked_for_and_tokens_are_counted_by_kind() {
    let masking = Masking::default();
    for time in ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00.5+01:00", "2026-01-01"] {
        assert!(!masking.masks("token_expires_at", &json!(time)), "{time}");
        assert!(!masking.masks("passwordChangedAt", &json!(time)), "{time}");
        assert!(masking.masks("token_valid", &json!(time)), "{time}");
        assert!(masking.masks("password", &json!(time)), "{time}");
    }
    let kinds = json!({ "reasoning_tokens": 5, "audio": null });
    assert!(!masking.masks("completion_tokens_details", &kinds));
    assert!(masking.masks("token_count", &kinds));
    assert!(masking.masks("tokens", &json!({ "pin": 5 })));
    assert!(masking.masks("access_tokens", &kinds));
}

#[test]
fn names_of_secrets_and_other_words_stay_whatever_stands_under_them() {
    for value in values() {
        assert_eq!(find(OTHER_KEYS, &value, true), [""; 0], "{value}");
    }
}

#[test]
fn nothing_that_this_project_records_itself_is_masked() {
    let facts = ["has_password", "old_password_checked"];
    let texts: Vec<_> = OWN.iter().copied().filter(|key| !facts.contains(key)).collect();
    for value in values() {
        assert_eq!(find(&texts, &value, true), [""; 0], "{value}");
    }
    assert_eq!(find(&facts, &json!(true), true), [""; 0]);

    let schema: Value = serde_json::from_str(include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/agent-dna.schema.json"
    )))
    .unwrap();
    let mut fields = Map::new();
    describe(&schema, &mut fields);
    assert!(fields.len() > 30 && fields.contains_key("max_output_tokens"), "{fields:?}");
    let mut masked = fields.clone();
    Masking::default().apply(&mut masked);
    assert_eq!(masked, fields);
}

/// A value for each field of each document that a schema describes.
fn describe(schema: &Value, fields: &mut Map<String, Value>) {
    let members = schema.as_object().map(|object| object.values()).into_iter().flatten();
    for inside in members.chain(schema.as_array().into_iter().flatten()) {
        describe(inside, fields);
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let value = match field["type"].as_str() {
            Some("integer" | "number") => json!(7),
            Some("boolean") => json!(true),
            _ => json!(["text"]),
        };
        fields.insert(name.clone(), value);
    }
}

#[test]
fn a_value_goes_whatever_its_type_and_depth() {
    let mut details = json!({
        "token": { "access": "x", "tokens": 3 },
        "list": [1, { "a": [[{ "Api-Key": 7, "n": 1.5 }]] }, "password"],
        "secret": null,
        "cookies": ["a", "b"],
        "authorization": true,
        "usage": { "prompt_tokens": 7, "completion_tokens": 9 },
        "has_password": { "password": "x" },
    });
    Masking::default().apply(details.as_object_mut().unwrap());
    let expected = json!({
        "token": "[masked]",
        "list": [1, { "a": [[{ "Api-Key": "[masked]", "n": 1.5 }]] }, "password"],
        "secret": "[masked]",
        "cookies": "[masked]",
        "authorization": "[masked]",
        "usage": { "prompt_tokens": 7, "completion_tokens": 9 },
        "has_password": "[masked]",
    });
    assert_eq!(details, expected);
}

#[test]
fn fields_of_the_tenant_are_masked_as_whole_keys_and_without_the_secrets_too() {
    let masking = Masking::new(false, ["eMail", "date_of_birth", "Straße", "phone2", "", "_"]);
    let mut details = json!({
        "email": 1, "E-MAIL": 2, "email_count": 3, "work_email": 4, "dateOfBirth": 5, "straße": 6,
        "phone": 7, "phone_2": 8, "password": 9, "": 10, "-": 11, "in": { "Email": 12 },
    });
    masking.apply(details.as_object_mut().unwrap());
    let expected = json!({
        "email": MASKED, "E-MAIL": MASKED, "email_count": 3, "work_email": 4,
        "dateOfBirth": MASKED, "straße": MASKED, "phone": 7, "phone_2": MASKED, "password": 9,
        "": 10, "-": 11, "in": { "Email": MASKED },
    });
    assert_eq!(details, expected);

    let mut untouched = json!({ "password": 1 });
    Masking::new(false, [""; 0]).apply(untouched.as_object_mut().unwrap());
    assert_eq!(untouched, json!({ "password": 1 }));
    // A field can name what the list of secrets lets pass.
    assert!(Masking::new(true, ["token_count"]).masks("tokenCount", &json!(7)));
}

/// Recursion would end the process.
#[test]
fn a_document_deeper_than_the_stack_is_masked() {
    const LEVELS: usize = 200_000;
    let mut value = json!({ "password": "x" });
    for level in 0..LEVELS {
        value = if level % 2 == 0 { Value::Array(vec![value]) } else { json_object("a", value) };
    }
    let mut details = Map::new();
    details.insert("a".to_owned(), value);
    Masking::default().apply(&mut details);

    // Taken apart level by level, as dropping it is recursive.
    let mut value = details.remove("a").unwrap();
    for _ in 0..LEVELS {
        value = match value {
            Value::Array(mut items) => items.remove(0),
            Value::Object(mut object) => object.remove("a").unwrap(),
            other => panic!("{other}"),
        };
    }
    assert_eq!(value, json!({ "password": MASKED }));
}

fn json_object(key: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(key.to_owned(), value)]))
}

fn key() -> impl Strategy<Value = String> {
    let known = |keys: &'static [&'static str]| prop::sample::select(keys).prop_map(str::to_owned);
    prop_oneof![
        3 => known(SECRET_KEYS),
        3 => known(FACT_KEYS),
        3 => known(OTHER_KEYS),
        1 => "[a-zA-Z_ -]{0,12}",
        1 => any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The rule, said by recursion.
fn expect_masked(masking: &Masking, before: &Value, after: &Value) -> Result<(), TestCaseError> {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            prop_assert!(before.keys().eq(after.keys()));
            for (key, value) in before {
                if masking.masks(key, value) {
                    prop_assert_eq!(&after[key], &Value::from(MASKED));
                } else {
                    expect_masked(masking, value, &after[key])?;
                }
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            prop_assert_eq!(before.len(), after.len());
            for (before, after) in before.iter().zip(after) {
                expect_masked(masking, before, after)?;
            }
        }
        _ => prop_assert_eq!(before, after),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn no_value_under_a_masked_key_survives_and_nothing_else_changes(
        members in prop::collection::vec((key(), value()), 0..6),
        secrets: bool,
        fields in prop::collection::btree_set(key(), 0..3),
    ) {
        let masking = Masking::new(secrets, &fields);
        let before: Map<String, Value> = members.into_iter().collect();
        let mut after = before.clone();
        masking.apply(&mut after);
        expect_masked(&masking, &Value::Object(before), &Value::Object(after.clone()))?;
        let once = after.clone();
        masking.apply(&mut after);
        prop_assert_eq!(after, once, "masking twice is masking once");
    }

    #[test]
    fn the_same_words_are_known_in_every_style(words in prop::collection::vec("[a-z]{1,8}", 0..2), secret in prop::sample::select(&["password", "token", "credentials", "cookie"][..])) {
        let mut words = words;
        words.insert(0, "my".to_owned());
        words.push(secret.to_owned());
        let capital = |word: &String| word[..1].to_uppercase() + &word[1..];
        let camel: String = words.iter().map(capital).collect();
        for key in [words.join("_"), words.join("-"), words.join(" ").to_uppercase(), camel] {
            prop_assert!(Masking::default().masks(&key, &json!("x")), "{key}");
        }
    }
}
