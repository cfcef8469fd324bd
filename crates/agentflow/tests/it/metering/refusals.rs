use agentflow::metering::{MetricType, UsageEvent};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::place::{Place, counts};

/// How the reason begins for an event that is changed like this.
async fn refused(place: &Place, change: impl Fn(&mut UsageEvent)) -> String {
    let mut bad = place.tokens("bad", 10);
    change(&mut bad);
    let good = place.tokens("good", 1);
    let report = place.tenant.metering().record_many(&[bad, good]).await.unwrap();
    assert_eq!(report.recorded + report.repeated, 1, "the good one was lost");
    assert_eq!(report.refused.len(), 1, "nothing was refused");
    report.refused[0].reason.to_string()
}

type Change<'c> = Box<dyn Fn(&mut UsageEvent) + 'c>;

#[tokio::test]
async fn each_bad_event_is_refused_by_its_field_and_takes_no_other_along() {
    let place = Place::new().await;
    let minutes = |it: &mut UsageEvent, quantity| {
        it.metric_type = MetricType::ComputeMinutes;
        it.quantity = quantity;
    };
    let huge: Decimal = "79228162514264337593543950335".parse().unwrap();
    let long = "x".repeat(256);
    let cases: Vec<(Change<'_>, &str)> = vec![
        (Box::new(|it| it.quantity = (-1).into()), "quantity: -1 is negative"),
        (
            Box::new(|it| it.quantity = Decimal::new(15, 1)),
            "quantity: 1.5 has decimal places; tokens are whole",
        ),
        (
            Box::new(|it| it.quantity = 1_000_000_000_001_u64.into()),
            "quantity: 1000000000001 is too large; one event holds at most 1000000000000 tokens",
        ),
        (Box::new(|it| it.quantity = huge), "quantity: 79228162514264337593543950335 is too large"),
        (
            Box::new(|it| minutes(it, Decimal::new(1_001, 3))),
            "quantity: 1.001 has too many decimal places; minutes have at most 2",
        ),
        (Box::new(|it| it.key = String::new()), "key: expected 1 to 255 characters"),
        (Box::new(|it| it.key = long.clone()), "key: expected 1 to 255 characters"),
        (
            Box::new(|it| it.key = "step/1".to_owned()),
            "key: keys that begin with step/ are made by the library",
        ),
        (
            Box::new(|it| it.key = "message/".to_owned()),
            "key: keys that begin with message/ are made by the library",
        ),
        (Box::new(|it| it.key = "a\0b".to_owned()), "key: the character U+0000 cannot be stored"),
        (Box::new(|it| it.key = "a\u{7f}b".to_owned()), "key: the control character U+007F"),
        (
            Box::new(|it| it.metric_name = "Tokens".to_owned()),
            "metric_name: expected 1 to 255 of a-z",
        ),
        (
            Box::new(|it| it.metric_name = "_tokens".to_owned()),
            "metric_name: expected 1 to 255 of a-z",
        ),
        (Box::new(|it| it.metric_name = long.clone()), "metric_name: expected 1 to 255 of a-z"),
        (Box::new(|it| it.metric_name = String::new()), "metric_name: expected 1 to 255 of a-z"),
        (
            Box::new(|it| it.occurred_at = Some("2026-11-22T10:35:00.000001Z".parse().unwrap())),
            "occurred_at: 2026-11-22T10:35:00.000001Z is in the future; it is 2026-11-22T10:30:00Z now",
        ),
        (
            Box::new(|it| it.occurred_at = Some("2016-11-21T00:00:00Z".parse().unwrap())),
            "occurred_at: 2016-11-21T00:00:00Z is more than 10 years ago",
        ),
        (Box::new(|it| it.cost_in_cents = Some((-1).into())), "cost_in_cents: -1 is negative"),
        (
            Box::new(|it| it.cost_in_cents = Some(Decimal::new(1, 7))),
            "cost_in_cents: 0.0000001 has too many decimal places; a cost has at most 6",
        ),
        (
            Box::new(|it| it.cost_in_cents = Some(1_000_000_000_000_u64.into())),
            "cost_in_cents: 1000000000000 is too large",
        ),
        (Box::new(|it| it.model = Some(String::new())), "model: expected 1 to 255 characters"),
        (Box::new(|it| it.tool = Some("a\nb".to_owned())), "tool: the control character U+000A"),
        (
            Box::new(|it| it.metadata = object(&json!({ "a": { "t": "\0" } }))),
            "metadata.a.t: the character U+0000",
        ),
        (
            Box::new(|it| it.metadata = object(&json!({ "n": [9_007_199_254_740_993_u64] }))),
            "metadata.n[0]: 9007199254740993 is an integer",
        ),
        (Box::new(|it| it.metadata = object(&json!({ "d": deep(101) }))), "metadata.d"),
        (
            Box::new(|it| it.metadata = object(&json!({ "t": "x".repeat(9_000) }))),
            "metadata: 9008 bytes of JSON",
        ),
    ];
    for (change, expected) in cases {
        let reason = refused(&place, change).await;
        assert!(reason.starts_with(expected), "expected {expected}, got {reason}");
    }
    assert_eq!(place.count("metering_events").await, 1);
    assert_eq!(place.count("metering_event_keys").await, 1);
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn deep(levels: usize) -> Value {
    (0..levels).fold(Value::Null, |inner, _| json!([inner]))
}

#[tokio::test]
async fn what_is_just_within_the_bounds_is_stored() {
    let place = Place::new().await;
    let now_is_near = "2026-11-22T10:35:00Z".parse().unwrap();
    let long_ago = "2016-11-23T00:00:00Z".parse().unwrap();
    let mut bytes = place.tokens("c", 0);
    bytes.metric_type = MetricType::StorageBytes;
    bytes.quantity = 1_000_000_000_000_000_u64.into();
    let mut minutes = place.tokens("d", 0);
    minutes.metric_type = MetricType::ComputeMinutes;
    minutes.quantity = Decimal::new(1_500, 3);
    let mut dear = place.tokens(&"ä".repeat(255), 1_000_000_000_000);
    dear.cost_in_cents = Some("999999999999.999999".parse().unwrap());
    dear.metadata = object(&json!({ "t": "x".repeat(8_000), "n": 1e300, "big": 1_u64 << 60 }));
    let events = [
        place.tokens("a", 1).at(now_is_near),
        place.tokens("b", 1).at(long_ago),
        bytes,
        minutes,
        dear,
    ];
    let report = place.tenant.metering().record_many(&events).await.unwrap();
    assert_eq!(counts(&report), (5, 0, 0), "{report:?}");
}

#[tokio::test]
async fn what_would_cost_more_than_is_held_is_refused_alone() {
    let place = Place::new().await;
    place
        .superuser
        .batch_execute(&format!(
            "INSERT INTO price_books (tenant_id, version, effective_from) VALUES ('{0}', 1, '2020-01-01 00:00:00+00');
             INSERT INTO prices (tenant_id, price_version, metric_type, cents) VALUES ('{0}', 1, 'llm_tokens', 999999999999);",
            place.tenant.id()
        ))
        .await
        .unwrap();
    let events = [place.tokens("a", 1_000_000_000_000), place.tokens("b", 2)];
    let report = place.tenant.metering().record_many(&events).await.unwrap();
    assert_eq!(counts(&report), (1, 0, 1));
    let reason = report.refused[0].reason.to_string();
    assert!(reason.starts_with("quantity: by the price book, so much costs"), "{reason}");
    assert_eq!(place.column("cost_in_cents").await.unwrap(), "1999999999998.000000");
    assert_eq!(place.column("price_version").await.unwrap(), "1");
}
