use agentflow::{
    Error,
    budgets::{BudgetPeriod, BudgetSpec, Enforcement, Limits, Subject},
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
    let limits = Limits { tokens: Some(1_000_000), ..Limits::default() };
    let budget = BudgetSpec {
        name: "llm".to_owned(),
        subject: Subject::default(),
        enforcement: Enforcement::Hard,
        period: BudgetPeriod::Day,
        time_zone: "UTC".to_owned(),
        limits,
        thresholds: vec![],
        carry_over_percent: 0,
    };
    meter.tenant.budgets().set(budget, &super::support::ann()).await.unwrap();
    meter.record(&events).await;
    let admin = meter.store.admin();
    // Suspended or not.
    admin.tenants().suspend(meter.tenant.id(), &super::support::ann()).await.unwrap();
    let keep = Maintenance { ahead: 0, keep: Some(1) };
    let report = admin.metering().maintain(keep).await.unwrap();
    assert_eq!(report.dropped, ["metering_events_2026_08", "metering_events_2026_09"]);
    assert_eq!((report.keys, report.retained_from), (2, at("2026-10-01T00:00:00Z")));
    // The day in August: that of September ends when October begins, which is kept.
    assert_eq!(report.budget_periods, 1);
    assert_eq!(months(&meter).await, ["2026_10", "2026_11", "2026_12"]);
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
async fn what_changed_is_summed_up_and_old_reservations_are_deleted_without_dropping_anything() {
    let meter = Meter::new().await;
    meter.record(&[meter.tokens("a", "2026-11-01T00:00:00Z", 1)]).await;
    let reservation = |key: &str, ended: &str| {
        format!(
            "INSERT INTO budget_reservations (tenant_id, id, request_key, status, tokens, calls, cost_in_cents, budget_ids, period_starts, expires_at, ended_at, created_at) \
             VALUES ('{}', gen_random_uuid(), '{key}', 'expired', 0, 0, 0, '{{}}', '{{}}', '{ended}', '{ended}', '2026-01-01T00:00:00Z')",
            meter.tenant.id()
        )
    };
    let admin = meter.store.admin();
    let database = meter.world.superuser().await;
    for (key, ended) in [("old", "2026-02-01T00:00:00Z"), ("new", "2026-11-01T00:00:00Z")] {
        database.batch_execute(&reservation(key, ended)).await.unwrap();
    }
    let report = admin.metering().maintain(Maintenance { ahead: 0, keep: None }).await.unwrap();
    assert_eq!((report.hours, report.reservations, report.keys), (1, 1, 0));
    assert_eq!(meter.column("SELECT request_key FROM budget_reservations").await, ["new"]);
    assert_eq!(meter.refresh().await, 0);
}

#[tokio::test]
async fn only_hours_that_are_dropped_are_summed_up_to_the_last() {
    let meter = Meter::new().await;
    let before = at("2026-10-01T00:00:00Z");
    meter.record(&[meter.tokens("old", "2026-09-01T00:00:00Z", 1)]).await;
    meter.record(&[meter.tokens("new", "2026-11-01T00:00:00Z", 1)]).await;
    // Somebody who records all the time: whenever an hour of now is summed up, it changes once more.
    let busy = "CREATE FUNCTION change_again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                    INSERT INTO usage_changes (tenant_id, workspace_id, hour) SELECT OLD.tenant_id, OLD.workspace_id, OLD.hour; \
                    RETURN NULL; \
                END $$; \
                CREATE TRIGGER busy AFTER DELETE ON usage_changes FOR EACH ROW WHEN (OLD.hour >= '2026-10-01') \
                EXECUTE FUNCTION change_again()";
    meter.world.superuser().await.batch_execute(busy).await.unwrap();
    let admin = meter.store.admin();
    let report = admin.metering().maintain(Maintenance { ahead: 0, keep: Some(1) }).await.unwrap();
    assert_eq!((report.dropped.len(), report.retained_from, report.hours), (1, before, 2));
}

#[tokio::test]
async fn what_is_to_come_is_not_dropped_by_a_clock_that_is_wrong() {
    let meter = Meter::new().await;
    let database = meter.world.superuser().await;
    let ahead = "SELECT retain_metering_from(now() + interval '1 second')";
    let refused = database.batch_execute(ahead).await.unwrap_err();
    let constraint = refused.as_db_error().and_then(|it| it.constraint()).unwrap().to_owned();
    assert_eq!(constraint, "metering_retention_not_ahead");
    meter.clock.set(at("2096-11-20T12:30:00Z"));
    let keep = Maintenance { ahead: 0, keep: Some(0) };
    let refused = meter.store.admin().metering().maintain(keep).await.unwrap_err();
    assert!(
        refused.to_string().contains("by the clock of the database is still to come"),
        "{refused}"
    );
    assert_eq!(
        meter.column("SELECT metering_retained_from()::text").await,
        ["2000-01-01 00:00:00+00"]
    );
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
