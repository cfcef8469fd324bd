use agentflow::{
    AgentId, Error, PrincipalId,
    audit::{Actor, AuditConfigChange, AuditFilter, LogLevel},
    metering::{MetricType, Refusal, UsageEvent},
};
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

use super::place::{NOW, Place, counts, reasons, workspace};

#[tokio::test]
async fn an_event_is_stored_as_it_was_told() {
    let place = Place::new().await;
    let mut event = place.tokens("k", 120).at("2026-11-20T08:15:00.1234567Z".parse().unwrap());
    event = event.of_model("gpt-4o").of_tool("openai");
    event.cost_in_cents = Some(Decimal::new(1_250_001, 6));
    event.run_id = Some(Uuid::from_u128(1).into());
    event.tool_call_id = Some(Uuid::from_u128(2).into());
    event.message_id = Some(Uuid::from_u128(3).into());
    event.reservation_id = Some(Uuid::from_u128(4).into());
    event.metadata = json!({ "region": "eu" }).as_object().unwrap().clone();
    let metering = place.tenant.metering();
    let error = metering.record(&event).await.unwrap_err().to_string();
    assert!(error.contains("reservation_id: there is no reservation 00000000"), "{error}");
    let reservation = "INSERT INTO budget_reservations
                           (tenant_id, id, tokens, calls, cost_in_cents, budget_ids, period_starts, expires_at, created_at)
                       VALUES ($1, $2, 0, 0, 0, '{}', '{}', now() + interval '1 hour', now())";
    let ids = (place.tenant.id().0, Uuid::from_u128(4));
    place.superuser.execute(reservation, &[&ids.0, &ids.1]).await.unwrap();
    let recorded = metering.record(&event).await.unwrap();
    assert!(!recorded.is_repeated && recorded.alerts.is_empty());
    for (column, expected) in [
        ("workspace_id", place.workspace.to_string().as_str()),
        ("occurred_at AT TIME ZONE 'UTC'", "2026-11-20 08:15:00.123456"),
        ("event_key", "k"),
        ("metric_type", "llm_tokens"),
        ("metric_name", "input_tokens"),
        ("unit", "tokens"),
        ("quantity", "120.00"),
        ("cost_in_cents", "1.250001"),
        ("cost_source", "given"),
        ("run_id", "00000000-0000-0000-0000-000000000001"),
        ("tool_call_id", "00000000-0000-0000-0000-000000000002"),
        ("message_id", "00000000-0000-0000-0000-000000000003"),
        ("reservation_id", "00000000-0000-0000-0000-000000000004"),
        ("model", "gpt-4o"),
        ("tool", "openai"),
        ("metadata", r#"{"region": "eu"}"#),
    ] {
        assert_eq!(place.column(column).await.as_deref(), Some(expected), "{column}");
    }
}

#[tokio::test]
async fn an_event_without_a_time_happened_now_and_without_a_price_costs_nothing() {
    let place = Place::new().await;
    place.tenant.metering().record(&place.tokens("k", 1)).await.unwrap();
    let at = place.column("occurred_at AT TIME ZONE 'UTC'").await.unwrap();
    assert_eq!(at.replace(' ', "T") + "Z", NOW);
    assert_eq!(place.column("cost_in_cents").await.unwrap(), "0.000000");
    assert_eq!(place.column("cost_source").await.unwrap(), "unpriced");
}

#[tokio::test]
async fn told_again_it_counts_once_and_another_body_is_a_conflict() {
    let place = Place::new().await;
    let metering = place.tenant.metering();
    let event = place.tokens("k", 1);
    assert!(!metering.record(&event).await.unwrap().is_repeated);
    assert!(metering.record(&event).await.unwrap().is_repeated);
    let error = metering.record(&place.tokens("k", 2)).await.unwrap_err();
    assert!(matches!(&error, Error::Conflict { .. }), "{error}");
    assert!(error.to_string().contains("another event of the workspace has it"), "{error}");
    assert_eq!(place.count("metering_events").await, 1);
    assert_eq!(place.column("quantity").await.unwrap(), "1.00");
    // The same key in another workspace is another event.
    let elsewhere = UsageEvent { workspace_id: workspace(&place.tenant, "other").await, ..event };
    assert!(!metering.record(&elsewhere).await.unwrap().is_repeated);
    assert_eq!(place.count("metering_event_keys").await, 2);
}

#[tokio::test]
async fn a_repeat_is_one_whatever_month_it_is_told_of_in() {
    let place = Place::new().await;
    let event = place.tokens("k", 1);
    let later = place.world.at("2027-01-02T00:00:00Z");
    place.tenant.metering().record(&event).await.unwrap();
    let again = later.tenant(place.tenant.id()).metering().record(&event).await.unwrap();
    assert!(again.is_repeated);
    assert_eq!(place.count("metering_events").await, 1);
}

#[tokio::test]
async fn of_many_the_good_ones_are_stored_and_the_others_are_named() {
    let place = Place::new().await;
    let metering = place.tenant.metering();
    metering.record(&place.tokens("known", 1)).await.unwrap();
    let mut events: Vec<_> = (0..2_500).map(|n| place.tokens(&format!("k{n}"), n)).collect();
    events[7].quantity = Decimal::NEGATIVE_ONE;
    events[1_007].key = "known".to_owned();
    events[1_008] = place.tokens("known", 1);
    let nobody = AgentId(Uuid::from_u128(9));
    events[2_007].agent_id = Some(nobody);
    let report = metering.record_many(&events).await.unwrap();
    assert_eq!(counts(&report), (2_496, 1, 3));
    assert_eq!(
        reasons(&report),
        [
            "7 k7: quantity: -1 is negative; what was used is 0 or more".to_owned(),
            "1007 known: key: another event of the workspace has it, with a different body; nothing was changed"
                .to_owned(),
            format!("2007 k2007: agent_id: there is no agent {nobody} in this tenant"),
        ]
    );
    assert_eq!(place.count("metering_events").await, 2_497);
    // Once more, all of it: nothing is new.
    let report = metering.record_many(&events).await.unwrap();
    assert_eq!(counts(&report), (0, 2_497, 3));
    assert_eq!(place.count("metering_events").await, 2_497);
}

#[tokio::test]
async fn the_same_key_several_times_in_one_call_counts_once() {
    let place = Place::new().await;
    let metering = place.tenant.metering();
    let absent = |quantity| {
        let mut event = place.tokens("b", quantity);
        event.principal_id = Some(PrincipalId(Uuid::from_u128(9)));
        event
    };
    let events = [
        place.tokens("a", 1),
        place.tokens("a", 1),
        place.tokens("a", 2),
        // The first two are refused, so the third decides.
        absent(1),
        absent(1),
        place.tokens("b", 5),
        place.tokens("b", 5),
        place.tokens("b", 6),
    ];
    let report = metering.record_many(&events).await.unwrap();
    assert_eq!(counts(&report), (2, 2, 4));
    let kinds: Vec<_> = report.refused.iter().map(|it| (it.index, it.reason.kind())).collect();
    assert_eq!(kinds, [(2, "conflict"), (3, "missing"), (4, "missing"), (7, "conflict")]);
    assert_eq!(place.count("metering_events").await, 2);
}

#[tokio::test]
async fn what_belongs_to_another_tenant_is_missing() {
    let place = Place::new().await;
    let other = place.world.tenant("Other").await;
    let foreign = workspace(&other, "theirs").await;
    let event = UsageEvent { workspace_id: foreign, ..place.tokens("k", 1) };
    let report = place.tenant.metering().record_many(std::slice::from_ref(&event)).await.unwrap();
    let expected = Refusal::Missing { field: "workspace_id", id: foreign.0 };
    assert_eq!(report.refused[0].reason, expected);
    let error = place.tenant.metering().record(&event).await.unwrap_err();
    assert!(matches!(&error, Error::InvalidInput { .. }), "{error}");
    assert!(other.metering().record(&event).await.is_ok());
}

#[tokio::test]
async fn callers_who_tell_of_the_same_events_in_other_orders_count_them_once() {
    let place = Place::new().await;
    let events: Vec<_> = (0..300).map(|n| place.tokens(&format!("k{n}"), n)).collect();
    let backward: Vec<_> = events.iter().rev().cloned().collect();
    let metering = place.tenant.metering();
    let calls = (0..8).map(|n| {
        metering.record_many(if n % 2 == 0 { events.as_slice() } else { backward.as_slice() })
    });
    let reports = futures::future::join_all(calls).await;
    let reports: Vec<_> = reports.into_iter().map(Result::unwrap).collect();
    assert_eq!(reports.iter().map(|it| it.recorded).sum::<u64>(), 300);
    assert_eq!(reports.iter().map(|it| it.repeated).sum::<u64>(), 7 * 300);
    assert_eq!(place.count("metering_events").await, 300);
}

#[tokio::test]
async fn within_a_transaction_it_is_stored_with_the_rest_or_not_at_all() {
    let place = Place::new().await;
    let events = [place.tokens("a", 1), place.tokens("b", 1)];
    let tx = place.tenant.begin().await.unwrap();
    assert_eq!(counts(&tx.record_usage(&events).await.unwrap()), (2, 0, 0));
    tx.rollback().await.unwrap();
    assert_eq!(place.count("metering_events").await, 0);
    assert_eq!(place.count("metering_event_keys").await, 0);
    let tx = place.tenant.begin().await.unwrap();
    assert_eq!(counts(&tx.record_usage(&events).await.unwrap()), (2, 0, 0));
    assert_eq!(counts(&tx.record_usage(&[place.tokens("step/a", 1)]).await.unwrap()), (0, 0, 1));
    let other = [place.tokens("b", 2), place.tokens("a", 1)];
    assert_eq!(counts(&tx.record_usage(&other).await.unwrap()), (0, 1, 1));
    tx.commit().await.unwrap();
    assert_eq!(place.count("metering_events").await, 2);
    assert_eq!(counts(&place.tenant.metering().record_many(&events).await.unwrap()), (0, 2, 0));
}

#[tokio::test]
async fn the_hours_that_changed_are_noted_and_no_others() {
    let place = Place::new().await;
    let at = |key: &str, time: &str| place.tokens(key, 1).at(time.parse().unwrap());
    let events = [
        at("a", "2026-11-20T08:00:00Z"),
        at("b", "2026-11-20T08:59:59.999999999Z"),
        at("c", "2026-11-20T09:00:00Z"),
    ];
    let _ = place.tenant.metering().record_many(&events).await.unwrap();
    assert_eq!(place.count("usage_changes").await, 2);
    let _ = place.tenant.metering().record_many(&events).await.unwrap();
    assert_eq!(place.count("usage_changes").await, 2);
}

#[tokio::test]
async fn it_is_in_the_chain_only_where_everything_is() {
    let place = Place::new().await;
    let recorded = async || {
        let filter =
            AuditFilter { action: Some("usage.recorded".to_owned()), ..AuditFilter::default() };
        place.tenant.audit().list(&filter, 10).await.unwrap()
    };
    place.tenant.metering().record(&place.tokens("a", 1)).await.unwrap();
    assert!(recorded().await.is_empty());
    let change =
        AuditConfigChange { log_level: Some(LogLevel::Verbose), ..AuditConfigChange::default() };
    place.tenant.audit().configure(change, &Actor::user("ann")).await.unwrap();
    let events = [place.tokens("a", 1), place.tokens("b", 1), place.tokens("a", 3)];
    let _ = place.tenant.metering().record_many(&events).await.unwrap();
    // Nothing new, so nothing to tell.
    let _ = place.tenant.metering().record_many(&events).await.unwrap();
    let entries = recorded().await;
    assert_eq!(entries.len(), 1);
    let details = entries[0].details.as_ref().unwrap();
    assert_eq!([&details["recorded"], &details["repeated"], &details["refused"]], [1, 1, 1]);
}

#[tokio::test]
async fn no_events_are_no_work() {
    let place = Place::new().await;
    let report = place.tenant.metering().record_many(&[]).await.unwrap();
    assert_eq!(counts(&report), (0, 0, 0));
    let zero = UsageEvent::new("z", place.workspace, MetricType::StorageBytes, "stored", 0);
    assert!(!place.tenant.metering().record(&zero).await.unwrap().is_repeated);
}
