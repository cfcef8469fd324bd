use std::sync::Mutex;

use agentflow::{
    Error, NewWorkspace,
    audit::AuditFilter,
    metering::{MetricType, Price, PriceBook, Rerating},
};

use super::support::{Meter, ann, at, decimal};

fn november() -> Rerating {
    Rerating::new(at("2026-11-01T00:00:00Z"), at("2026-12-01T00:00:00Z"))
}

async fn publish(meter: &Meter, from: &str, cents: i64) {
    let book = PriceBook::new(at(from)).with(Price::new(MetricType::LlmTokens, cents, 1_000));
    meter.tenant.metering().prices().publish(&book, &ann()).await.unwrap();
}

const COSTS: &str = "SELECT event_key || ' ' || cost_source || ' ' || coalesce(price_version::text, '-') || ' ' || cost_in_cents \
                     FROM metering_events ORDER BY event_key";

#[tokio::test]
async fn a_period_gets_the_prices_that_are_in_force_now_for_its_time() {
    let meter = Meter::new().await;
    let mut given = meter.tokens("given", "2026-11-10T00:00:00Z", 1_000);
    given.cost_in_cents = Some(decimal("0.5"));
    let events = [
        meter.tokens("a", "2026-11-01T00:00:00Z", 1_000),
        meter.tokens("b", "2026-11-15T00:00:00Z", 3_000),
        given,
        meter.bytes("level", "2026-11-15T00:00:00Z", 7),
        meter.tokens("october", "2026-10-31T23:59:59.999999Z", 1_000),
    ];
    meter.record(&events).await;
    publish(&meter, "2026-01-01T00:00:00Z", 2).await;
    publish(&meter, "2026-11-15T00:00:00Z", 4).await;
    let metering = meter.tenant.metering();

    let dry = Rerating { dry_run: true, ..november() };
    let told = metering.rerate(&dry, &ann(), &|_| ()).await.unwrap();
    let report = metering.rerate(&november(), &ann(), &|_| ()).await.unwrap();
    assert_eq!((told.events, told.changed, told.after_cents), (2, 2, decimal("14")));
    assert_eq!(agentflow::metering::RerateReport { dry_run: false, ..told }, report);
    assert_eq!((report.before_cents, report.unpriced), (decimal("0"), 0));
    let expected = [
        "a priced 1 2.000000",
        "b priced 2 12.000000",
        "given given - 0.500000",
        "level unpriced - 0.000000",
        "october unpriced - 0.000000",
    ];
    assert_eq!(meter.column(COSTS).await, expected);

    // Once more there is nothing to do, and nothing to tell.
    let again = metering.rerate(&november(), &ann(), &|_| ()).await.unwrap();
    assert_eq!((again.changed, again.before_cents), (0, again.after_cents));
    let told = actions(&meter).await;
    assert_eq!(told.iter().filter(|action| *action == "usage.rerated").count(), 1);
}

#[tokio::test]
async fn one_workspace_may_be_rated_anew_and_the_summaries_follow() {
    let meter = Meter::new().await;
    let new = NewWorkspace::named("other");
    let other = meter.tenant.workspaces().create(new, &ann()).await.unwrap().id;
    let mut theirs = meter.tokens("theirs", "2026-11-02T00:00:00Z", 1_000);
    theirs.workspace_id = other;
    meter.record(&[meter.tokens("ours", "2026-11-02T00:00:00Z", 1_000), theirs]).await;
    meter.refresh().await;
    publish(&meter, "2026-01-01T00:00:00Z", 2).await;
    let only = Rerating { workspace_id: Some(other), ..november() };
    let report = meter.tenant.metering().rerate(&only, &ann(), &|_| ()).await.unwrap();
    assert_eq!((report.events, report.changed), (1, 1));
    let expected = ["ours unpriced - 0.000000", "theirs priced 1 2.000000"];
    assert_eq!(meter.column(COSTS).await, expected);
    assert_eq!(meter.refresh().await, 1);
    let sums = "SELECT period || ' ' || sum(total_cost_in_cents) || ' ' || sum(unpriced_events) FROM usage_summaries \
                GROUP BY period ORDER BY period";
    assert_eq!(
        meter.column(sums).await,
        ["daily 2.000000 1", "hourly 2.000000 1", "monthly 2.000000 1"]
    );
}

#[tokio::test]
async fn large_periods_are_rated_in_parts_that_leave_nothing_out() {
    let meter = Meter::new().await;
    // Planted, for there are many; those in the last hour are not summed up yet.
    meter.record(&[meter.tokens("first", "2026-11-01T00:00:00Z", 1)]).await;
    let plant = |hours: &str, each: u32| {
        format!(
            "INSERT INTO metering_events (tenant_id, workspace_id, occurred_at, id, event_key, metric_type, metric_name, unit, quantity, cost_source) \
             SELECT '{}', '{}', '2026-11-03T00:30:00Z'::timestamptz + hour * interval '1 hour', gen_random_uuid(), 'k', 'llm_tokens', 'x', 'tokens', 1, 'unpriced' \
             FROM generate_series({hours}) AS hour, generate_series(1, {each})",
            meter.tenant.id(),
            meter.workspace
        )
    };
    let database = meter.world.superuser().await;
    database.batch_execute(&plant("0, 20", 3_000)).await.unwrap();
    let mark = "INSERT INTO usage_changes (tenant_id, workspace_id, hour) \
                SELECT DISTINCT tenant_id, workspace_id, date_trunc('hour', occurred_at, 'UTC') FROM metering_events";
    database.batch_execute(mark).await.unwrap();
    meter.refresh().await;
    database.batch_execute(&plant("-24, -20", 10)).await.unwrap();
    publish(&meter, "2026-01-01T00:00:00Z", 1_000).await;
    let steps = Mutex::new(Vec::new());
    let progress = |now: agentflow::metering::RerateProgress| steps.lock().unwrap().push(now.done);
    let report = meter.tenant.metering().rerate(&november(), &ann(), &progress).await.unwrap();
    assert_eq!((report.events, report.changed), (63_051, 63_051));
    assert_eq!(report.after_cents, decimal("63051"));
    let steps = steps.into_inner().unwrap();
    assert_eq!((steps.len(), steps.last()), (4, Some(&63_051)));
    let left = "SELECT count(*)::text FROM metering_events WHERE cost_source <> 'priced'";
    assert_eq!(meter.column(left).await, ["0"]);
}

#[tokio::test]
async fn periods_that_cannot_be_rated_are_refused() {
    let meter = Meter::new().await;
    let database = meter.world.superuser().await;
    database.batch_execute("SELECT retain_metering_from('2026-10-01T00:00:00Z')").await.unwrap();
    let metering = meter.tenant.metering();
    let (from, to) = (at("2026-09-30T00:00:00Z"), at("2026-12-01T00:00:00Z"));
    for (wrong, field) in [(Rerating::new(from, to), "from"), (Rerating::new(to, to), "to")] {
        let refused = metering.rerate(&wrong, &ann(), &|_| ()).await.unwrap_err();
        assert!(
            matches!(&refused, Error::InvalidInput { input, .. } if input.field == field),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn what_would_cost_more_than_there_is_room_for_is_left_as_it_is_and_named() {
    let meter = Meter::new().await;
    let trillion = 1_000_000_000_000;
    let events = [
        meter.tokens("a", "2026-11-01T00:00:00Z", 1_000),
        meter.tokens("later", "2026-11-03T00:00:00Z", trillion),
        meter.tokens("first", "2026-11-02T00:00:00Z", trillion),
    ];
    meter.record(&events).await;
    publish(&meter, "2026-01-01T00:00:00Z", 100_000).await;
    let metering = meter.tenant.metering();
    for dry_run in [true, false] {
        let rerating = Rerating { dry_run, ..november() };
        let report = metering.rerate(&rerating, &ann(), &|_| ()).await.unwrap();
        assert_eq!((report.events, report.changed, report.too_costly), (3, 1, 2));
        assert_eq!(report.after_cents, decimal("100000"));
        let first = report.first_too_costly.unwrap();
        assert_eq!((first.occurred_at, first.key.as_str()), (at("2026-11-02T00:00:00Z"), "first"));
    }
    let expected =
        ["a priced 1 100000.000000", "first unpriced - 0.000000", "later unpriced - 0.000000"];
    assert_eq!(meter.column(COSTS).await, expected);
}

#[tokio::test]
async fn what_was_rated_before_it_failed_is_in_the_audit() {
    let meter = Meter::new().await;
    let events = [
        meter.tokens("a", "2026-11-01T00:00:00Z", 1_000),
        meter.tokens("b", "2026-11-02T00:00:00Z", 1_000),
    ];
    meter.record(&events).await;
    meter.refresh().await;
    publish(&meter, "2026-01-01T00:00:00Z", 2).await;
    // As if there were many in the first hour: it is a part of its own then. The second cannot be written.
    let plant = "UPDATE usage_summaries SET events = 20000 WHERE period = 'hourly' AND period_start = '2026-11-01T00:00:00Z'; \
                 ALTER TABLE metering_events_2026_11 ADD CHECK (event_key <> 'b' OR cost_in_cents = 0)";
    meter.world.superuser().await.batch_execute(plant).await.unwrap();
    meter.tenant.metering().rerate(&november(), &ann(), &|_| ()).await.unwrap_err();
    assert_eq!(meter.column(COSTS).await, ["a priced 1 2.000000", "b unpriced - 0.000000"]);
    let entries = meter.tenant.audit().list(&AuditFilter::default(), 100).await.unwrap();
    let mut rated = entries.into_iter().filter(|it| it.action.as_deref() == Some("usage.rerated"));
    let details = rated.next().unwrap().details.unwrap();
    let detail = |key: &str| details[key].as_str().unwrap_or_default();
    let told = ["from", "to", "before_cents", "after_cents"].map(detail);
    assert_eq!(told, ["2026-11-01T00:00:00Z", "2026-11-01T01:00:00Z", "0", "2"]);
    assert_eq!((&details["events"], &details["changed"]), (&1.into(), &1.into()));
    assert!(rated.next().is_none());
}

async fn actions(meter: &Meter) -> Vec<String> {
    let entries = meter.tenant.audit().list(&AuditFilter::default(), 100).await.unwrap();
    entries.into_iter().filter_map(|entry| entry.action).collect()
}
