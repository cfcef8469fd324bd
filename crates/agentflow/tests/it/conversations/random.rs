//! Random envelopes through PostgreSQL.

use std::collections::HashMap;

use agentflow::{
    conversations::{Replay, StoredMessage},
    core::{
        envelope::{Cost, Envelope, MessageType, SealedEnvelope},
        ids::MessageId,
    },
};
use jiff::Timestamp;
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Stage, pages};

const BATCH: usize = 1_000;

/// Text without U+0000, ordinary and not.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z]{0,12}",
        1 => any::<String>().prop_map(|text| text.replace('\0', "")),
        2 => "[\u{1}-\u{1f}\"\\\\<>&/\u{7f}\u{2028}\u{ffff}\u{e000}\u{10000}\u{10ffff}]{0,8}",
    ]
}

/// Any double there is, and the numbers that are stored or printed in unusual ways.
fn number() -> impl Strategy<Value = Value> {
    let double = any::<u64>().prop_map(|bits| {
        let double = f64::from_bits(bits);
        if double.is_finite() { json!(double) } else { json!(0.5) }
    });
    prop_oneof![
        any::<i32>().prop_map(Value::from),
        double,
        (-400_i32..300, 1_u32..1_000_000)
            .prop_map(|(power, digits)| json!(f64::from(digits) * 10_f64.powi(power))),
        prop::sample::select(vec![
            json!(-0.0),
            json!(f64::MAX),
            json!(f64::MIN_POSITIVE),
            json!(5e-324),
            json!(1e21),
            json!(999_999_999_999_999_900_000.0),
            json!(1e-6),
            json!(1e-7),
            json!(9_007_199_254_740_991_u64),
            json!(9_007_199_254_740_992_u64),
            json!(1_152_921_504_606_847_000_u64),
            json!(1_152_921_504_606_846_976_u64),
            json!(-9_223_372_036_854_775_808_i64),
        ]),
    ]
}

fn object(values: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((text(), values), 0..5).prop_map(|members| members.into_iter().collect())
}

fn payload() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number(),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 30, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            object(inner).prop_map(Value::Object),
        ]
    })
}

fn party() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.chars().take(254).chain(['x']).collect())
}

fn envelope() -> impl Strategy<Value = Envelope> {
    let times = (-62_135_596_800_i64..253_402_207_200, 0_i32..1_000_000_000);
    let traces = (any::<Option<u128>>(), any::<Option<u64>>());
    let dollars = prop_oneof![Just(0.0), 0.0..1e6, any::<f64>().prop_map(f64::abs)];
    (
        (any::<u128>(), times, traces),
        (party(), party(), prop::sample::select(MessageType::ALL)),
        (payload(), object(number()), 0_u64..1 << 53, dollars),
    )
        .prop_map(|((id, (second, nano), (trace, span)), (from, to, kind), content)| {
            let (payload, metadata, tokens, dollars) = content;
            let ts = Timestamp::new(second, nano).unwrap();
            let dollars = if dollars.is_finite() { dollars } else { 0.25 };
            let mut envelope = Envelope::new(MessageId(Uuid::from_u128(id)), from, to, kind, ts)
                .with_payload(payload)
                .with_cost(Cost::new(tokens, dollars));
            envelope.trace_id = trace.map(|bits| format!("{bits:032x}").parse().unwrap());
            envelope.span_id = span.map(|bits| format!("{bits:016x}").parse().unwrap());
            envelope.metadata = metadata;
            envelope
        })
}

/// Now and then something large, or as deep as it may be.
fn special(number: usize, envelope: &mut Envelope) {
    match number % 500 {
        7 => envelope.payload = json!("é\u{1F600}\"\\\n".repeat(50_000)),
        8 => envelope.payload = (0..20_000).map(|n| json!({ "n": n })).collect(),
        9 => {
            envelope.payload = (0..100).fold(json!(1.5), |inner, _| json!([inner]));
        }
        10 => {
            envelope.payload =
                (0..2_000).map(|n| (format!("key {n} \u{e000}\u{10000}"), json!(n))).collect();
        }
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_envelopes_come_back_from_the_database_with_the_same_text_and_hash() {
    let cases: usize =
        std::env::var("AF_TEST_CASES").map_or(20_000, |text| text.parse().expect("AF_TEST_CASES"));
    let stage = Stage::new().await;
    let messages = stage.tenant.messages();
    let (mut runner, strategy) = (TestRunner::new(Config::default()), envelope());
    let mut expected: HashMap<MessageId, SealedEnvelope> = HashMap::new();
    let mut total = 0;
    while total < cases {
        let batch: Vec<_> = (total..cases.min(total + BATCH))
            .map(|number| {
                let mut envelope = strategy.new_tree(&mut runner).unwrap().current();
                special(number, &mut envelope);
                envelope.seal().unwrap()
            })
            .collect();
        messages.store_many(&batch).await.unwrap();
        total += batch.len();
        expected.extend(batch.into_iter().map(|sealed| (sealed.envelope().id, sealed)));
    }
    assert_eq!(expected.len(), total);
    let mut last = None;
    let each = |message: &StoredMessage, verdict: Result<(), &str>| {
        let sealed = expected.remove(&message.id).expect("it was stored, and comes once");
        let text = sealed.envelope().canonical().unwrap();
        assert_eq!(verdict, Ok(()), "{text}");
        let envelope = message.envelope.as_ref().unwrap();
        assert_eq!(envelope.canonical().unwrap(), text);
        let hash = sealed.envelope_hash().to_string();
        assert_eq!(message.envelope_hash.as_ref(), Some(&hash));
        let place = Some((envelope.ts, envelope.id));
        assert!(last < place, "out of order at {}", message.id);
        last = place;
    };
    let all = Replay::Between { since: None, until: None };
    let report = messages.replay(&all, &pages(1_000), each).await.unwrap();
    assert_eq!((report.total, expected.len()), (total as u64, 0));
    let report = stage.verify_all().await;
    assert_eq!((report.total, report.verified), (total as u64, total as u64));
}
