//! The rule under which every number is a double: what it accepts, what it refuses, and that it is stable.
#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "helpers of tests may panic, and numbers are rounded on purpose"
)]

use std::{fs::File, io::BufRead, io::BufReader};

use agentflow_core::canonical::{self, MAX_DEPTH};
use proptest::prelude::*;
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

/// Names a file with lines of `hexadecimal bits,text`: the number test file of RFC 8785, appendix B.
const NUMBERS: &str = "AF_TEST_ES6_NUMBERS";

fn doubles(value: &Value) -> String {
    canonical::to_string_as_doubles(value, "value").unwrap()
}

/// What an oracle, our writer and our reader make of one double; the text is left in `out`.
fn check(double: f64, out: &mut String) {
    out.clear();
    let value = json!(double);
    canonical::write_value_as_doubles(out, &value, "value").unwrap();
    assert_eq!(
        *out,
        serde_json_canonicalizer::to_string(&value).unwrap(),
        "{:016x}",
        double.to_bits()
    );
    let exact = canonical::to_string(&value, "value").unwrap();
    assert_eq!(*out, exact, "both rules write a double alike");
    let back: Value = serde_json::from_str(out).unwrap();
    assert_eq!(
        back.as_f64().unwrap().to_bits(),
        (double + 0.0).to_bits(),
        "{out} is another double"
    );
    assert_eq!(*out, doubles(&back), "what was read back is written otherwise");
}

/// Where printers and readers of numbers go wrong: the ends of the two forms, integers around 2^53 and 2^64, powers of
/// two and ten and their neighbors, few digits, the smallest numbers.
fn hard(random: &mut StdRng) -> f64 {
    let word = random.next_u64();
    let small = i32::try_from(word % 617).unwrap() - 308;
    let double = match random.next_u32() % 7 {
        0 => (word >> (word % 12)) as f64,
        1 => 10_f64.powi(small),
        2 => 2_f64.powi(small * 3),
        3 => f64::from_bits(word % (1 << 53)),
        4 => (word % 100_000) as f64 * 10_f64.powi(small % 30),
        5 => 1e21 * (1.0 + (word % 4096) as f64 * f64::EPSILON - 2048.0 * f64::EPSILON),
        _ => 1e-6 * (1.0 + (word % 4096) as f64 * f64::EPSILON - 2048.0 * f64::EPSILON),
    };
    let neighbor = match word % 3 {
        0 => double.next_down(),
        1 => double,
        _ => double.next_up(),
    };
    if word & (1 << 40) == 0 { neighbor } else { -neighbor }
}

#[test]
fn a_million_doubles_are_written_as_the_oracle_writes_them_and_come_back() {
    let mut random = StdRng::seed_from_u64(8785);
    let mut text = String::new();
    let mut count = 0;
    while count < 1_000_000 {
        let double =
            if count % 2 == 0 { f64::from_bits(random.next_u64()) } else { hard(&mut random) };
        if double.is_finite() {
            check(double, &mut text);
            count += 1;
        }
    }
}

#[test]
fn the_number_test_file_of_the_rfc_is_written_as_it_says() {
    let Some(path) = std::env::var_os(NUMBERS) else {
        println!("skipped: {NUMBERS} does not name the number test file of RFC 8785");
        return;
    };
    let mut lines = 0_u64;
    let mut text = String::new();
    for line in BufReader::new(File::open(path).unwrap()).lines() {
        let line = line.unwrap();
        let (bits, expected) = line.split_once(',').unwrap();
        lines += 1;
        text.clear();
        let value = json!(f64::from_bits(u64::from_str_radix(bits, 16).unwrap()));
        canonical::write_value_as_doubles(&mut text, &value, "value").unwrap();
        assert_eq!(text, expected, "line {lines}: {bits}");
    }
    assert!(lines > 0, "the file is empty");
}

/// Each of these fails without the feature `float_roundtrip` of serde_json, and so do three of ten random doubles: then
/// reading is off by one in the last place.
#[test]
fn a_double_is_read_exactly() {
    for text in [
        "1.0715660391465826e-17",
        "5.144947371430849e-299",
        "6.934698245112694e276",
        "31.245270191439438",
        "-6.801672438380202e47",
    ] {
        let read: f64 = serde_json::from_str(text).unwrap();
        assert_eq!(read.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
    }
}

#[test]
fn an_integer_is_accepted_if_a_double_holds_it_or_prints_it() {
    for (integer, text) in [
        (json!(9_007_199_254_740_992_u64), "9007199254740992"),
        (json!(9_007_199_254_740_994_u64), "9007199254740994"),
        (json!(-9_007_199_254_740_992_i64), "-9007199254740992"),
        (json!(1_u64 << 60), "1152921504606847000"),
        (json!(1_152_921_504_606_847_000_u64), "1152921504606847000"),
        (json!(i64::MIN), "-9223372036854776000"),
        (json!(-9_223_372_036_854_775_000_i64), "-9223372036854775000"),
        (json!(18_446_744_073_709_549_568_u64), "18446744073709550000"),
        (json!(18_446_744_073_709_550_000_u64), "18446744073709550000"),
    ] {
        assert_eq!(doubles(&integer), text, "{integer}");
    }
    for integer in [
        json!(9_007_199_254_740_993_u64),
        json!(-9_007_199_254_740_993_i64),
        json!(1_152_921_504_606_847_001_u64),
        json!(1_152_921_504_606_846_975_u64),
        json!(i64::MAX),
        json!(u64::MAX),
    ] {
        let document = json!({ "a": [true, { "b": integer }] });
        let error = canonical::to_string_as_doubles(&document, "payload").unwrap_err();
        assert_eq!(error.field, "payload.a[1].b");
        assert!(error.reason.contains("a double cannot hold exactly"), "{error}");
        assert!(error.reason.contains(&integer.to_string()), "{error}");
    }
}

#[test]
fn nul_is_refused_with_its_path_in_texts_and_keys() {
    for (document, path) in [
        (json!({ "a": [{ "b": "x\0" }] }), "d.a[0].b"),
        (json!({ "a": { "b\0": 1 } }), r"d.a.b\0"),
        (json!("\0"), "d"),
    ] {
        let error = canonical::to_string_as_doubles(&document, "d").unwrap_err();
        assert_eq!((error.field.as_str(), error.reason.contains("U+0000")), (path, true));
        assert!(
            canonical::to_string(&document, "d").is_ok(),
            "the other rule stores text as it is"
        );
    }
    assert_eq!(doubles(&json!("\\u0000")), r#""\\u0000""#);
}

#[test]
fn a_document_that_is_too_deep_is_refused_with_its_path() {
    let nested = |levels: usize| {
        (0..levels).fold(json!(1), |inner, level| {
            if level % 2 == 0 { json!([inner]) } else { json!({ "k": inner }) }
        })
    };
    assert!(canonical::to_string(&nested(MAX_DEPTH), "d").is_ok());
    for write in [canonical::to_string, canonical::to_string_as_doubles] {
        let error = write(&nested(MAX_DEPTH + 1), "d").unwrap_err();
        assert_eq!(error.field, format!("d{}", "[0].k".repeat(MAX_DEPTH / 2)));
        assert_eq!(error.reason, "nested deeper than 100 levels");
    }
}

/// Any JSON value there is: integers of 64 bits, all doubles, all characters.
fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<u64>().prop_map(|bits| json!(f64::from_bits(bits))),
        (1_u64 << 52..1_u64 << 63).prop_map(|n| json!(n as f64)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The same document with every integer as its double, and without U+0000: what this rule accepts.
fn acceptable(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::String(text) => Value::String(text.replace('\0', "")),
        Value::Array(items) => items.into_iter().map(acceptable).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(key, value)| (key.replace('\0', ""), acceptable(value)))
            .collect(),
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn what_is_accepted_is_written_as_the_oracle_writes_its_doubles(value in document()) {
        let value = acceptable(value);
        prop_assert_eq!(doubles(&value), serde_json_canonicalizer::to_string(&value).unwrap());
    }

    #[test]
    fn writing_what_was_read_back_changes_nothing(value in document()) {
        // The property has no exceptions: whatever is written at all is written the same again.
        for value in [acceptable(value.clone()), value] {
            if let Ok(once) = canonical::to_string_as_doubles(&value, "value") {
                let plain: Value = serde_json::from_str(&once).unwrap();
                prop_assert_eq!(&doubles(&plain), &once);
                let strict = canonical::from_str(&once, "value").unwrap();
                prop_assert_eq!(&doubles(&strict), &once);
            }
        }
    }

    #[test]
    fn an_integer_is_refused_or_written_as_its_nearest_double(integer in any::<u64>(), shift in 0_u32..12) {
        let integer = integer >> shift;
        if let Ok(text) = canonical::to_string_as_doubles(&json!(integer), "n") {
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), (integer as f64).to_bits());
            prop_assert!(integer as f64 as u128 == u128::from(integer) || text == integer.to_string());
        } else {
            prop_assert!(integer as f64 as u128 != u128::from(integer));
        }
    }
}
