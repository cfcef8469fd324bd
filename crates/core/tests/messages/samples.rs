//! Random envelopes.

use agentflow_core::{
    envelope::{Cost, Envelope, MessageType},
    ids::MessageId,
};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Text without U+0000, ordinary and not.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,12}",
        any::<String>().prop_map(|text| text.replace('\0', "")),
        "[\u{1}-\u{1f}\"\\\\<>&/\u{7f}\u{2028}\u{ffff}\u{e000}\u{10000}\u{10ffff}]{0,8}",
    ]
}

/// Any double there is, and the ones that are printed in unusual ways.
fn number() -> impl Strategy<Value = Value> {
    let double = any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |n| n.is_finite());
    prop_oneof![
        any::<i32>().prop_map(Value::from),
        double.prop_map(Value::from),
        (-400_i32..400, 1_u32..1_000_000)
            .prop_map(|(power, digits)| json!(f64::from(digits) * 10_f64.powi(power)))
            .prop_filter("finite", Value::is_number),
        prop::sample::select(vec![
            json!(-0.0),
            json!(1e308),
            json!(5e-324),
            json!(1e21),
            json!(999_999_999_999_999_900_000.0),
            json!(1e-6),
            json!(1e-7),
            json!(9_007_199_254_740_991_u64),
            json!(9_007_199_254_740_992_u64),
            json!(1_152_921_504_606_847_000_u64),
            json!(-9_223_372_036_854_775_808_i64),
        ]),
    ]
}

pub(crate) fn payload() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number(),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            object(inner).prop_map(Value::Object),
        ]
    })
}

fn object(values: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map(text(), values, 0..6)
        .prop_map(|members| members.into_iter().collect())
}

fn instant() -> impl Strategy<Value = Timestamp> {
    // The years 1 to 9999, in nanoseconds.
    (-62_135_596_800_i64..253_402_207_200, 0_i32..1_000_000_000)
        .prop_map(|(second, nanosecond)| Timestamp::new(second, nanosecond).unwrap())
}

fn party() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.chars().take(254).chain(['x']).collect())
}

prop_compose! {
    pub(crate) fn envelope()(
        id in any::<u128>(),
        trace in proptest::option::of("[0-9a-f]{32}"),
        span in proptest::option::of("[0-9a-f]{16}"),
        (from, to) in (party(), party()),
        kind in prop::sample::select(MessageType::ALL),
        payload in payload(),
        metadata in object(number()),
        tokens in 0_u64..1 << 53,
        dollars in prop_oneof![Just(0.0), 0.0..1e6, any::<f64>().prop_map(f64::abs)],
        ts in instant(),
    ) -> Envelope {
        let dollars = if dollars.is_finite() { dollars } else { 0.25 };
        let mut envelope = Envelope::new(MessageId(Uuid::from_u128(id)), from, to, kind, ts)
            .with_payload(payload)
            .with_cost(Cost::new(tokens, dollars));
        envelope.trace_id = trace.map(|text| text.parse().unwrap());
        envelope.span_id = span.map(|text| text.parse().unwrap());
        envelope.metadata = metadata;
        envelope
    }
}

/// A plain envelope, always the same.
pub(crate) fn plain() -> Envelope {
    let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    let ts = "2026-11-21T04:41:00.25Z".parse().unwrap();
    Envelope::new(id, "planner", "coder", MessageType::Request, ts)
        .with_trace(
            "4bf92f3577b34da6a3ce929d0e0e4736".parse().unwrap(),
            Some("00f067aa0ba902b7".parse().unwrap()),
        )
        .with_payload(json!({ "items": [{ "price": 1.5 }, { "price": 2 }], "note": "é\n" }))
        .with_metadata("attempt", 1)
        .with_cost(Cost::new(12, 0.003))
}
