//! What holds for any envelope.

use agentflow_core::{
    canonical,
    envelope::{Cost, Envelope, MessageType, SealedEnvelope},
};
use jiff::{Timestamp, ToSpan, tz::Offset};
use proptest::prelude::*;
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::samples::{envelope, plain};

/// Every envelope that differs from this one in one field.
fn changed(envelope: &Envelope) -> Vec<Envelope> {
    let change = |edit: &dyn Fn(&mut Envelope)| {
        let mut other = envelope.clone();
        edit(&mut other);
        other
    };
    vec![
        change(&|e| e.id.0 = Uuid::from_u128(e.id.0.as_u128() ^ 1)),
        change(&|e| {
            e.trace_id = if e.trace_id.is_none() { "ab".repeat(16).parse().ok() } else { None };
        }),
        change(&|e| {
            e.span_id = if e.span_id.is_none() { "ab".repeat(8).parse().ok() } else { None };
        }),
        change(&|e| e.from = format!("y{}", &e.from[..e.from.len() - 1])),
        change(&|e| e.to = format!("y{}", &e.to[..e.to.len() - 1])),
        change(&|e| {
            e.kind = if e.kind == MessageType::Event {
                MessageType::Control
            } else {
                MessageType::Event
            };
        }),
        change(&|e| e.payload = json!([e.payload])),
        change(&|e| drop(e.metadata.insert("another".into(), Value::Null))),
        change(&|e| e.cost.tokens ^= 1),
        change(&|e| {
            e.cost = Cost::new(e.cost.tokens, f64::from_bits(e.cost.dollars.to_bits() ^ 1));
        }),
        change(&|e| {
            e.ts = e.ts.checked_add(1.microseconds()).unwrap();
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn an_envelope_comes_back_from_json_with_the_same_bytes_and_hash(envelope in envelope()) {
        let (text, hash) = (envelope.canonical().unwrap(), envelope.hash().unwrap());
        let json = serde_json::to_string(&envelope).unwrap();
        for back in [
            Envelope::from_json(&json).unwrap(),
            serde_json::from_str(&json).unwrap(),
            serde_json::from_value(serde_json::to_value(&envelope).unwrap()).unwrap(),
            Envelope::from_json(&text).unwrap(),
        ] {
            prop_assert_eq!(&back.canonical().unwrap(), &text);
            prop_assert_eq!(back.hash().unwrap(), hash);
            back.verify(&hash).unwrap();
        }
        let sealed = envelope.seal().unwrap();
        prop_assert_eq!(SealedEnvelope::open(&serde_json::to_string(&sealed).unwrap()).unwrap(), sealed);
    }

    #[test]
    fn the_text_is_what_the_canonical_writer_and_the_oracle_write(envelope in envelope()) {
        let text = envelope.canonical().unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(value.as_object().unwrap().len(), 10);
        prop_assert_eq!(&canonical::to_string_as_doubles(&value, "").unwrap(), &text);
        prop_assert_eq!(&serde_json_canonicalizer::to_string(&value).unwrap(), &text);
    }

    #[test]
    fn any_changed_field_changes_the_hash(envelope in envelope()) {
        let hash = envelope.hash().unwrap();
        for other in changed(&envelope) {
            // A dollar amount may become too large, and the last instant has none behind it: those have no hash.
            if let Ok(different) = other.hash() {
                prop_assert_ne!(different, hash, "{:?}", other);
                prop_assert!(other.verify(&hash).is_err());
            }
        }
    }

    #[test]
    fn an_instant_is_hashed_alike_from_every_offset(
        second in -62_000_000_000_i64..253_000_000_000,
        nanosecond in 0_i32..1_000_000_000,
        minutes in -1439_i32..1440,
    ) {
        let instant = Timestamp::new(second, nanosecond).unwrap();
        let there = Offset::from_seconds(minutes * 60).unwrap().to_datetime(instant);
        let (sign, minutes) = (if minutes < 0 { '-' } else { '+' }, minutes.abs());
        let local = format!("{there:.9}{sign}{:02}:{:02}", minutes / 60, minutes % 60);
        let read = |ts: &str| {
            let mut contract = serde_json::to_value(plain()).unwrap();
            contract["ts"] = json!(ts);
            Envelope::from_json(&contract.to_string()).unwrap()
        };
        let (here, there) = (read(&instant.to_string()), read(&local));
        prop_assert_eq!(here.hash().unwrap(), there.hash().unwrap(), "{}", local);
        prop_assert_eq!(here.ts.subsec_nanosecond() % 1000, 0);
        let with_nanoseconds = Envelope { ts: instant, ..plain() };
        prop_assert_eq!(with_nanoseconds.hash().unwrap(), here.hash().unwrap());
    }
}

/// Bytes flipped, cut, doubled, and put in from elsewhere.
fn damaged(text: &str, random: &mut StdRng) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random.next_u32() % 3 {
        let at = usize::try_from(random.next_u64()).unwrap() % bytes.len();
        let fragments: [&[u8]; 8] =
            [b"\"", b"{", b"[[[[", b"\\u0000", b"1e999", b"null", b",", b"99999999999999999999"];
        match random.next_u32() % 4 {
            0 => bytes[at] ^= 1 << (random.next_u32() % 7),
            1 => drop(bytes.drain(at..(at + 3).min(bytes.len() - 1))),
            2 => bytes.truncate(at.max(1)),
            _ => {
                let fragment = fragments[usize::try_from(random.next_u32() % 8).unwrap()];
                bytes.splice(at..at, fragment.iter().copied());
            }
        }
        if bytes.is_empty() {
            bytes.push(b'{');
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn ten_thousand_damaged_texts_are_refused_or_mean_the_same_and_nothing_panics() {
    let mut random = StdRng::seed_from_u64(10_000);
    let sealed = plain().seal().unwrap();
    let text = serde_json::to_string(&sealed).unwrap();
    let (mut refused, mut attempts) = (0, 0);
    while refused < 10_000 {
        attempts += 1;
        assert!(attempts < 20_000, "damage is not found");
        let text = damaged(&text, &mut random);
        match SealedEnvelope::open(&text) {
            Ok(open) => assert_eq!(open, sealed, "{text} passes for another message"),
            Err(error) => {
                assert!(!error.field.is_empty() && !error.reason.is_empty(), "{text}: {error:?}");
                refused += 1;
            }
        }
        // The same without the hash, which refuses most of it.
        let _ = Envelope::from_json(&text).map(|envelope| envelope.canonical().unwrap());
    }
}
