//! What the contract allows, by example.

use agentflow_core::{
    InvalidInput,
    envelope::{self, Cost, Envelope, EnvelopeHash, SealedEnvelope},
};
use serde_json::{Value, json};

use crate::samples::plain;

fn contract() -> Value {
    serde_json::to_value(plain()).unwrap()
}

/// The contract with one key set, or without it.
fn with(key: &str, value: Option<Value>) -> String {
    let mut contract = contract();
    let members = contract.as_object_mut().unwrap();
    match value {
        Some(value) => members.insert(key.to_owned(), value),
        None => members.remove(key),
    };
    contract.to_string()
}

fn error(key: &str, value: Value) -> InvalidInput {
    Envelope::from_json(&with(key, Some(value))).unwrap_err()
}

/// The hash was computed apart from this code: `printf '%s' '<the text>' | sha256sum`.
#[test]
fn the_canonical_text_and_its_hash_are_the_published_ones() {
    let text = concat!(
        r#"{"cost":{"dollars":0.003,"tokens":12},"from":"planner","id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","#,
        r#""metadata":{"attempt":1},"payload":{"items":[{"price":1.5},{"price":2}],"note":"é\n"},"#,
        r#""span_id":"00f067aa0ba902b7","to":"coder","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","#,
        r#""ts":"2026-11-21T04:41:00.25Z","type":"request"}"#
    );
    assert_eq!(plain().canonical().unwrap(), text);
    assert_eq!(plain().hash().unwrap().to_string(), HASH);
}

const HASH: &str = "d4b5b4364a8752dd907348f72ef63bd2da412b9a1a22ba12fe068cf333cf24ff";

#[test]
fn the_contract_has_its_keys_in_its_order() {
    let keys = |json: String| {
        let value: Value = serde_json::from_str(&json).unwrap();
        value.as_object().unwrap().len()
    };
    let json = serde_json::to_string(&plain()).unwrap();
    assert!(json.starts_with(r#"{"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","trace_id":"4bf92f"#), "{json}");
    assert!(
        json.ends_with(r#""cost":{"tokens":12,"dollars":0.003},"ts":"2026-11-21T04:41:00.25Z"}"#)
    );
    assert_eq!(keys(json), 10);
    assert_eq!(keys(serde_json::to_string(&plain().seal().unwrap()).unwrap()), 11);
}

#[test]
fn what_is_left_out_has_its_default_and_the_same_hash_as_when_it_is_written() {
    let short = r#"{"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","from":"a","to":"b","type":"event","ts":"2026-11-21T04:41:00Z"}"#;
    let long = r#"{"id":"01563e3a-b5d3-d676-4c61-efb99302bd5b","trace_id":"","span_id":"","from":"a","to":"b",
        "type":"event","payload":null,"metadata":null,"cost":{"tokens":0.0,"dollars":-0.0},
        "ts":"2026-11-21T06:41:00.0000009+02:00","envelope_hash":""}"#;
    let (short, long) = (Envelope::from_json(short).unwrap(), Envelope::from_json(long).unwrap());
    assert_eq!(short, long);
    assert_eq!(short.cost, Cost::default());
    assert_eq!(short.hash().unwrap(), long.hash().unwrap());
}

#[test]
fn every_bad_field_is_named_by_its_path() {
    for (key, value, field) in [
        ("id", json!("01arz3ndektsv4rrffq69g5fav"), "id"),
        ("id", json!("81ARZ3NDEKTSV4RRFFQ69G5FAV"), "id"),
        ("id", json!(7), "id"),
        ("trace_id", json!("4BF92F3577B34DA6A3CE929D0E0E4736"), "trace_id"),
        ("trace_id", Value::Null, "trace_id"),
        ("span_id", json!("00f067aa0ba902b"), "span_id"),
        ("from", json!(""), "from"),
        ("from", json!("a\0"), "from"),
        ("to", json!("é".repeat(256)), "to"),
        ("type", json!("Request"), "type"),
        ("type", json!(["request"]), "type"),
        ("payload", json!({ "items": [0, 0, 0, { "price": u64::MAX }] }), "payload.items[3].price"),
        ("payload", json!({ "a": ["\0"] }), "payload.a[0]"),
        ("metadata", json!([]), "metadata"),
        ("metadata", json!({ "a\0": 1 }), "metadata.a\\0"),
        ("cost", json!({ "tokens": -1, "dollars": 0 }), "cost.tokens"),
        ("cost", json!({ "tokens": 1.5, "dollars": 0 }), "cost.tokens"),
        ("cost", json!({ "tokens": 1_u64 << 53, "dollars": 0 }), "cost.tokens"),
        ("cost", json!({ "tokens": 1, "dollars": -0.01 }), "cost.dollars"),
        ("cost", json!({ "tokens": 1 }), "cost.dollars"),
        ("cost", json!({ "tokens": 1, "dollars": 1, "euros": 1 }), "cost.euros"),
        ("cost", Value::Null, "cost"),
        ("ts", json!("2026-11-21"), "ts"),
        ("ts", json!(1_700_000_000), "ts"),
        ("tsx", json!("2026-11-21T04:41:00Z"), "tsx"),
        ("envelope_hash", json!("AB".repeat(32)), "envelope_hash"),
    ] {
        assert_eq!(error(key, value.clone()).field, field, "{key}: {value}");
    }
    for key in ["id", "from", "to", "type", "ts"] {
        let error = Envelope::from_json(&with(key, None)).unwrap_err();
        assert_eq!((error.field.as_str(), error.reason.as_str()), (key, "is missing"));
    }
    for (text, field) in [
        ("[]", "envelope"),
        ("{", "envelope"),
        (r#"{"id":1,"id":2}"#, "id"),
        (r#"{"payload":{"a":[{"b":1,"b":1}]}}"#, "payload.a[0].b"),
        (r#"{"payload":[100000000000000000000000001]}"#, "payload[0]"),
    ] {
        assert_eq!(Envelope::from_json(text).unwrap_err().field, field, "{text}");
    }
}

#[test]
fn an_envelope_that_is_made_wrong_has_no_canonical_text() {
    for (wrong, field) in [
        (Envelope { from: String::new(), ..plain() }, "from"),
        (Envelope { cost: Cost::new(0, f64::NAN), ..plain() }, "cost.dollars"),
        (Envelope { cost: Cost::new(0, f64::INFINITY), ..plain() }, "cost.dollars"),
        (Envelope { cost: Cost::new(u64::MAX, 0.0), ..plain() }, "cost.tokens"),
        (Envelope { ts: "0000-01-01T00:00:00Z".parse().unwrap(), ..plain() }, "ts"),
        (plain().with_payload(json!([u64::MAX])), "payload[0]"),
        (plain().with_metadata("n", u64::MAX), "metadata.n"),
    ] {
        assert_eq!(wrong.validate().unwrap_err().field, field);
        assert!(wrong.hash().is_err() && wrong.clone().seal().is_err());
    }
    let unprintable = Envelope { cost: Cost::new(0, f64::NAN), ..plain() };
    assert!(serde_json::to_string(&unprintable).is_err(), "it must not be written as null");
}

#[test]
fn a_missing_malformed_or_wrong_hash_is_refused() {
    let hash = plain().hash().unwrap().to_string();
    let good = with("envelope_hash", Some(json!(hash)));
    assert_eq!(SealedEnvelope::open(&good).unwrap(), plain().seal().unwrap());
    assert!(Envelope::from_json(&good).is_ok());
    for bad in [
        None,
        Some(json!("")),
        Some(json!(hash.to_uppercase())),
        Some(json!(&hash[1..])),
        Some(json!(format!("{}g", &hash[1..]))),
        Some(json!(7)),
    ] {
        let error = SealedEnvelope::open(&with("envelope_hash", bad.clone())).unwrap_err();
        assert_eq!(error.field, "envelope_hash", "{bad:?}");
    }
    let wrong = "0".repeat(64);
    let text = with("envelope_hash", Some(json!(wrong)));
    for error in [SealedEnvelope::open(&text).unwrap_err(), Envelope::from_json(&text).unwrap_err()]
    {
        let expected =
            format!("envelope_hash: hash mismatch: expected {wrong}, got {hash} from the content");
        assert_eq!(error.to_string(), expected);
    }
    let parsed: EnvelopeHash = wrong.parse().unwrap();
    assert!(SealedEnvelope::new(plain(), parsed).is_err());
    assert!(serde_json::from_str::<SealedEnvelope>(&text).is_err());
}

#[test]
fn serde_reads_a_contract_without_losing_digits() {
    for number in ["18446744073709551617", "-99999999999999999999999"] {
        let text = with("payload", Some(json!({ "n": "N" }))).replace("\"N\"", number);
        let error = serde_json::from_str::<Envelope>(&text).unwrap_err().to_string();
        assert!(error.contains("payload.n") && error.contains(number), "{error}");
        let error = serde_json::from_str::<SealedEnvelope>(&text).unwrap_err().to_string();
        assert!(error.contains("payload.n"), "{error}");
        let many = format!("[{text}]");
        assert!(serde_json::from_reader::<_, Vec<Envelope>>(many.as_bytes()).is_err(), "{number}");
    }
    // From text, from bytes, from a value: the same.
    let sealed = plain().seal().unwrap();
    let value = serde_json::to_value(&sealed).unwrap();
    assert_eq!(serde_json::from_value::<SealedEnvelope>(value.clone()).unwrap(), sealed);
    let bytes = value.to_string().into_bytes();
    assert_eq!(serde_json::from_slice::<SealedEnvelope>(&bytes).unwrap(), sealed);
    assert_eq!(&serde_json::from_slice::<Envelope>(&bytes).unwrap(), sealed.envelope());
}

#[test]
fn a_payload_may_have_a_hundred_levels_and_no_more() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let text = |payload: String| with("payload", Some(json!("@"))).replace("\"@\"", &payload);
    let deepest = Envelope::from_json(&text(nested(100))).unwrap().seal().unwrap();
    let json = serde_json::to_string(&deepest).unwrap();
    assert_eq!(SealedEnvelope::open(&json).unwrap(), deepest);
    let error = Envelope::from_json(&text(nested(101))).unwrap_err();
    assert_eq!(error.field, format!("payload{}", "[0]".repeat(100)));
    assert!(error.reason.contains("deeper than 100"), "{error}");
}

/// `AF_UPDATE_GOLDEN=1 cargo test -p agentflow-core` renews the file.
#[test]
fn the_schema_in_the_documents_is_what_the_types_generate() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/envelope.schema.json");
    let generated = format!("{:#}\n", envelope::json_schema());
    if std::env::var_os("AF_UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &generated).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == generated, "{path} is old: renew it with AF_UPDATE_GOLDEN=1");
}

#[test]
fn the_schema_agrees_with_the_reader() {
    let schema = jsonschema::options()
        .should_validate_formats(true)
        .build(&envelope::json_schema())
        .unwrap();
    let sealed = serde_json::to_value(plain().seal().unwrap()).unwrap();
    assert!(schema.is_valid(&sealed), "{:?}", schema.iter_errors(&sealed).collect::<Vec<_>>());
    for (key, value) in [
        ("id", json!("01arz3ndektsv4rrffq69g5fav")),
        ("trace_id", json!("xyz")),
        ("span_id", json!("0")),
        ("from", json!("")),
        ("to", json!("é".repeat(256))),
        ("type", json!("reply")),
        ("metadata", json!(1)),
        ("cost", json!({ "tokens": 1 })),
        ("cost", json!({ "tokens": -1, "dollars": 0 })),
        ("cost", json!({ "tokens": 1, "dollars": -1 })),
        ("ts", json!("yesterday")),
        ("envelope_hash", json!("AB".repeat(32))),
        ("other", json!(1)),
    ] {
        let text = with(key, Some(value.clone()));
        assert!(!schema.is_valid(&serde_json::from_str(&text).unwrap()), "{key}: {value}");
        assert!(Envelope::from_json(&text).is_err(), "{key}: {value}");
    }
}
