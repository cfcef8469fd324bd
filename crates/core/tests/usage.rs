//! Lines of usage: what they say, and why they are refused.

use agentflow_core::{
    ids::TenantId,
    metering::{MetricType, UsageEvent, UsageLineError},
};
use proptest::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

const TENANT: TenantId = TenantId(Uuid::from_u128(1));
const WORKSPACE: &str = "00000000-0000-0000-0000-00000000000a";

/// A line with these members besides those that it needs.
fn line(more: &str) -> String {
    format!(
        r#"{{"key":"k","workspace_id":"{WORKSPACE}","metric_type":"llm_tokens","metric_name":"input_tokens"{more}}}"#
    )
}

fn read(text: &str) -> Result<UsageEvent, UsageLineError> {
    UsageEvent::from_json(text, TENANT)
}

fn quantity(number: &str) -> Result<Decimal, String> {
    let read = read(&line(&format!(r#","quantity":{number}"#)));
    read.map(|event| event.quantity).map_err(|error| error.to_string())
}

#[test]
fn everything_that_a_line_may_say_is_read() {
    let id = |n: u128| Uuid::from_u128(n).to_string();
    let text = line(&format!(
        r#","quantity":"12.50","unit":"tokens","tenant_id":"{}","occurred_at":"2026-11-22T01:00:00+01:00",
        "cost_in_cents":0.1,"agent_id":"{}","principal_id":"{}","workflow_id":"{}","run_id":"{}","tool_call_id":"{}",
        "message_id":"{}","reservation_id":"{}","model":"gpt-\u0034o","tool":null,"metadata":{{"a":[1,{{"b":1e3}}]}}"#,
        id(1),
        id(2),
        id(3),
        id(4),
        id(5),
        id(6),
        id(7),
        id(8)
    ));
    let event = read(&text).unwrap();
    assert_eq!(event.key, "k");
    assert_eq!(event.workspace_id.to_string(), WORKSPACE);
    assert_eq!(event.metric_type, MetricType::LlmTokens);
    assert_eq!(event.quantity, Decimal::new(125, 1));
    assert_eq!(event.occurred_at.unwrap().to_string(), "2026-11-22T00:00:00Z");
    // Not 0.1000000000000000055511151231257827.
    assert_eq!(event.cost_in_cents.unwrap(), Decimal::new(1, 1));
    let ids = [
        event.agent_id.unwrap().0,
        event.principal_id.unwrap().0,
        event.workflow_id.unwrap().0,
        event.run_id.unwrap().0,
        event.tool_call_id.unwrap().0,
        event.message_id.unwrap().0,
        event.reservation_id.unwrap().0,
    ];
    assert_eq!(ids, [2, 3, 4, 5, 6, 7, 8].map(Uuid::from_u128));
    assert_eq!((event.model.as_deref(), event.tool), (Some("gpt-4o"), None));
    assert_eq!(serde_json::to_string(&event.metadata).unwrap(), r#"{"a":[1,{"b":1000.0}]}"#);
}

#[test]
fn numbers_are_read_exactly_or_not_at_all() {
    for (text, exact) in [
        ("0", "0"),
        ("1e3", "1000"),
        ("1.5E+2", "150"),
        (r#""0.1""#, "0.1"),
        ("123456789012345678.25", "123456789012345678.25"),
        ("-1", "-1"),
        ("1e-6", "0.000001"),
    ] {
        assert_eq!(quantity(text), Ok(exact.parse().unwrap()), "{text}");
    }
    for (text, reason) in [
        (r#""NaN""#, "quantity: `NaN` is no number"),
        (r#""Infinity""#, "quantity: `Infinity` is no number"),
        (r#""-inf""#, "quantity: `-inf` is no number"),
        (r#""1_000""#, "quantity: `1_000` is no number"),
        (r#""""#, "quantity: `` is no number"),
        (r#"" 1""#, "quantity: ` 1` is no number"),
        ("1e400", "quantity: 1e400 is too large"),
        (
            "0.33333333333333333333333333333333",
            "quantity: 0.33333333333333333333333333333333 is too large, or has too many",
        ),
        (
            "1.33333333333333333333333333333333e1",
            "quantity: 1.33333333333333333333333333333333e1 is too large",
        ),
        ("true", "quantity: expected a number, got a boolean"),
        ("[1]", "quantity: expected a number, got a list"),
        ("null", "quantity: is missing"),
    ] {
        let refused = quantity(text).unwrap_err();
        assert!(refused.starts_with(reason), "{text}: {refused}");
    }
}

#[test]
fn what_is_wrong_with_a_line_is_said_with_its_place() {
    let q = r#","quantity":1"#;
    let other = Uuid::from_u128(2);
    for (text, expected) in [
        (line(&format!(r#"{q},"quantity":2"#)), "quantity: the key occurs twice".to_owned()),
        (
            line(&format!(r#"{q},"modle":"x""#)),
            "modle: unknown key; did you mean `model`?".to_owned(),
        ),
        (
            line(&format!(r#"{q},"zzzzzz":1"#)),
            "zzzzzz: unknown key; the keys are: key workspace_id".to_owned(),
        ),
        (
            line(&format!(r#"{q},"unit":"calls""#)),
            "unit: llm_tokens is counted in tokens, not calls".to_owned(),
        ),
        (
            line(&format!(r#"{q},"unit":"km""#)),
            "unit: `km` is none; expected one of: tokens".to_owned(),
        ),
        (
            line(&format!(r#"{q},"tenant_id":"{other}""#)),
            format!("tenant_id: {other} is another tenant; these are events of {}", TENANT.0),
        ),
        (line(&format!(r#"{q},"agent_id":"a7""#)), "agent_id: `a7` is not a UUID".to_owned()),
        (
            line(&format!(r#"{q},"occurred_at":"yesterday""#)),
            "occurred_at: `yesterday` is no time".to_owned(),
        ),
        (
            line(&format!(r#"{q},"occurred_at":5"#)),
            "occurred_at: expected a text, got a number".to_owned(),
        ),
        (
            line(&format!(r#"{q},"metadata":[]"#)),
            "metadata: expected an object, got a list".to_owned(),
        ),
        (
            line(&format!(r#"{q},"metadata":{{"a":1,"a":2}}"#)),
            "metadata.a: the key occurs twice".to_owned(),
        ),
        (
            line(&format!(r#"{q},"metadata":{{"a":100000000000000000001}}"#)),
            "metadata.a: 100000000000000000001".to_owned(),
        ),
        (
            line(&format!(r#"{q},"model":"\ud800""#)),
            "model: has an escape that stands for no character".to_owned(),
        ),
        (line(""), "quantity: is missing".to_owned()),
        ("[1,2]".to_owned(), "expected a JSON object".to_owned()),
        ("{}".to_owned(), "metric_type: is missing".to_owned()),
    ] {
        let refused = read(&text).unwrap_err().to_string();
        assert!(refused.starts_with(&expected), "{text}: {refused}");
    }
    let broken = read(r#"{"key":"ä" "x"}"#).unwrap_err();
    assert!(matches!(broken, UsageLineError::Syntax { column: 12, .. }), "{broken:?}");
    assert!(read(&line(&format!("{q}}} x"))).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".*", number in "[-+0-9.eE_]{0,40}") {
        let _ = read(&text);
        let _ = read(&line(&format!(",{text}")));
        let _ = quantity(&number);
        let _ = quantity(&format!("\"{number}\""));
    }

    #[test]
    fn every_decimal_comes_back(mantissa in any::<i64>(), scale in 0..=10_u32) {
        let decimal = Decimal::new(mantissa, scale);
        prop_assert_eq!(quantity(&decimal.to_string()), Ok(decimal));
        prop_assert_eq!(quantity(&format!("\"{decimal}\"")), Ok(decimal));
    }
}
