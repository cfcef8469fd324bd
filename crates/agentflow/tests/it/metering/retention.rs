use agentflow::{
    Error,
    metering::{Maintenance, ReportPeriod, ReportQuery},
};

use super::support::{Meter, at};

async fn months(meter: &Meter) -> Vec<String> {
    let months = meter.store.admin().metering().months().await.unwrap();
    months.into_iter().map(|month| month.name.replace("metering_events_", "")).collect()
}

#[tokio::test]
async fn room_is_made_ahead_once() {
    let meter = Meter::new().await;
    let admin = meter.store.admin();
    let ahead = Maintenance { ahead: 2, keep: None };
    let report = admin.metering().maintain(ahead).await.unwrap();
    let created = ["metering_events_2026_11", "metering_events_2026_12", "metering_events_2027_01"];
    assert_eq!((report.created, report.dropped), (created.map(str::to_owned).to_vec(), vec![]));
    assert_eq!(report.retained_from, at("2000-01-01T00:00:00Z"));
    assert_eq!(admin.metering().maintain(ahead).await.unwrap().created, Vec::<String>::new());
    let months = admin.metering().months().await.unwrap();
    assert_eq!(months[1].month, at("2026-12-01T00:00:00Z"));
    assert!(months.iter().all(|month| month.is_retained && month.bytes > 0));
    let refused = admin.metering().maintain(Maintenance { ahead: 25, keep: None }).await;
    assert!(matches!(refused, Err(Error::InvalidInput { .. })));
}

#[tokio::test]
async fn months_whose_time_is_over_are_summed_up_and_dropped() {
    let meter = Meter::new().await;
    let events = [
        meter.tokens("august", "2026-08-15T00:00:00Z", 1),
        meter.tokens("september", "2026-09-30T23:59:59.999999Z", 10),
        meter.tokens("october", "2026-10-01T00:00:00Z", 100),
        meter.tokens("november", "2026-11-01T00:00:00Z", 1_000),
    ];
    meter.record(&events).await;
    let admin = meter.store.admin();
    // Suspended or not.
    admin.tenants().suspend(meter.tenant.id(), &super::support::ann()).await.unwrap();
    let keep = Maintenance { ahead: 0, keep: Some(1) };
    let report = admin.metering().maintain(keep).await.unwrap();
    assert_eq!(report.dropped, ["metering_events_2026_08", "metering_events_2026_09"]);
    assert_eq!((report.keys, report.retained_from), (2, at("2026-10-01T00:00:00Z")));
    assert_eq!(months(&meter).await, ["2026_10", "2026_11"]);
    admin.tenants().resume(meter.tenant.id(), &super::support::ann()).await.unwrap();

    // The summaries stay, whatever is summed up later.
    let mark = "INSERT INTO usage_changes (tenant_id, workspace_id, hour) \
                SELECT tenant_id, workspace_id, period_start FROM usage_summaries WHERE period = 'hourly'";
    meter.world.superuser().await.batch_execute(mark).await.unwrap();
    assert_eq!(meter.refresh().await, 4);
    let (from, to) = (at("2026-08-01T00:00:00Z"), at("2026-12-01T00:00:00Z"));
    let query = ReportQuery::new(from, to, ReportPeriod::Month);
    let report = meter.tenant.metering().report(&query).await.unwrap();
    let tokens: Vec<_> = report.rows.iter().map(|row| row.tokens.to_string()).collect();
    assert_eq!(tokens, ["1", "10", "100", "1000"]);

    // No more of it is taken.
    let late = meter.tokens("late", "2026-09-30T00:00:00Z", 1);
    let refused = meter.tenant.metering().record(&late).await.unwrap_err();
    assert!(refused.to_string().contains("no longer kept"), "{refused}");
    let again = admin.metering().maintain(keep).await.unwrap();
    assert_eq!((again.dropped, again.keys), (vec![], 0));
    // What is not kept does not come back with a longer time.
    let longer = Maintenance { ahead: 0, keep: Some(12) };
    let again = admin.metering().maintain(longer).await.unwrap();
    assert_eq!(again.retained_from, at("2026-10-01T00:00:00Z"));
}

#[tokio::test]
async fn what_is_being_stored_when_a_month_ends_is_summed_up_or_refused() {
    let meter = Meter::new().await;
    meter.record(&[meter.tokens("known", "2026-08-15T00:00:00Z", 1)]).await;
    meter.refresh().await;
    let insert = format!(
        "INSERT INTO metering_events (tenant_id, workspace_id, occurred_at, id, event_key, metric_type, metric_name, unit, quantity, cost_source) \
         VALUES ('{0}', '{1}', '2026-08-15T01:00:00Z', gen_random_uuid(), 'k', 'llm_tokens', 'x', 'tokens', 5, 'unpriced'); \
         INSERT INTO usage_changes (tenant_id, workspace_id, hour) VALUES ('{0}', '{1}', '2026-08-15T01:00:00Z')",
        meter.tenant.id(),
        meter.workspace
    );
    let storing = meter.world.superuser().await;
    storing.batch_execute(&format!("BEGIN; {insert}")).await.unwrap();
    let admin = meter.store.admin();
    let maintaining = tokio::spawn(async move {
        admin.metering().maintain(Maintenance { ahead: 0, keep: Some(0) }).await
    });
    // Until it waits for the one that stores.
    let waits = "SELECT 'x' FROM pg_locks WHERE NOT granted AND relation = to_regclass('metering_events_2026_08')";
    while meter.column(waits).await.is_empty() {
        tokio::task::yield_now().await;
    }
    storing.batch_execute("COMMIT").await.unwrap();
    maintaining.await.unwrap().unwrap();
    let sums = "SELECT sum(quantity)::text FROM usage_summaries WHERE period = 'monthly'";
    assert_eq!(meter.column(sums).await, ["6.00"]);
    assert_eq!(months(&meter).await, ["2026_11"]);
}

#[tokio::test]
async fn a_month_that_is_frozen_takes_nothing_more() {
    let meter = Meter::new().await;
    meter.record(&[meter.tokens("known", "2026-08-15T00:00:00Z", 1)]).await;
    let database = meter.world.superuser().await;
    let kept = "SELECT freeze_metering_month('metering_events_2026_08')";
    assert!(database.batch_execute(kept).await.is_err());
    let freeze = format!("SELECT retain_metering_from('2026-09-01T00:00:00Z'); {kept}; {kept}");
    database.batch_execute(&freeze).await.unwrap();
    let insert = format!(
        "INSERT INTO metering_events (tenant_id, workspace_id, occurred_at, id, event_key, metric_type, metric_name, unit, quantity, cost_source) \
         VALUES ('{0}', '{1}', '2026-08-15T01:00:00Z', gen_random_uuid(), 'k', 'llm_tokens', 'x', 'tokens', 5, 'unpriced')",
        meter.tenant.id(),
        meter.workspace
    );
    let refused = database.batch_execute(&insert).await.unwrap_err();
    let constraint = refused.as_db_error().and_then(|it| it.constraint()).unwrap().to_owned();
    assert_eq!(constraint, "metering_events_no_longer_kept");
    assert_eq!(meter.refresh().await, 1);
    let sums = "SELECT sum(quantity)::text FROM usage_summaries WHERE period = 'monthly'";
    assert_eq!(meter.column(sums).await, ["1.00"]);
}
