use agentflow::{
    Error, PrincipalId, RunId,
    core::ids::{IdSource, RandomIds},
    identity::NewService,
    metering::{
        GroupBy, MetricType, Price, PriceBook, ReportPeriod, ReportQuery, UsageEvent, UsageRow,
    },
};

use super::support::{Meter, ann, at, decimal, now};

fn query(period: ReportPeriod) -> ReportQuery {
    ReportQuery::new(at("2026-11-01T00:00:00Z"), at("2026-11-03T00:00:00Z"), period)
}

/// Two days of usage of two models, a level, calls and minutes.
async fn used() -> Meter {
    let meter = Meter::new().await;
    let book = PriceBook::new(at("2026-01-01T00:00:00Z"))
        .with(Price::new(MetricType::LlmTokens, 1, 1_000))
        .with(Price::new(MetricType::ApiCalls, 2, 1));
    meter.tenant.metering().prices().publish(&book, &ann()).await.unwrap();
    let (tokens, calls) = (MetricType::LlmTokens, MetricType::ApiCalls);
    let event = |key: &str, time: &str, metric, name: &str, quantity: &str| {
        UsageEvent::new(key, meter.workspace, metric, name, decimal(quantity)).at(at(time))
    };
    let events = [
        event("1", "2026-11-01T00:00:00Z", tokens, "input_tokens", "1000").of_model("a"),
        event("2", "2026-11-01T00:59:59.999999Z", tokens, "output_tokens", "500").of_model("a"),
        event("3", "2026-11-01T01:00:00Z", tokens, "input_tokens", "2000").of_model("b"),
        event("4", "2026-11-02T10:00:00Z", tokens, "other", "3000").of_model("b"),
        event("5", "2026-11-02T10:00:00Z", calls, "calls", "3").of_model("b"),
        event("6", "2026-11-02T11:00:00Z", MetricType::ConnectorCalls, "calls", "4")
            .of_tool("jira"),
        event("7", "2026-11-02T11:00:00Z", MetricType::ComputeMinutes, "cpu", "1.25"),
        meter.bytes("8", "2026-11-01T05:00:00Z", 100),
        meter.bytes("9", "2026-11-01T23:00:00Z", 70),
        meter.bytes("10", "2026-11-02T03:00:00Z", 50),
        meter.bytes("11", "2026-11-01T06:00:00Z", 7).of_model("series"),
        meter.tokens("before", "2026-10-31T23:59:59.999999Z", 1_000_000),
        meter.tokens("behind", "2026-11-03T00:00:00Z", 1_000_000),
    ];
    meter.record(&events).await;
    meter
}

fn told(row: &UsageRow) -> String {
    let group = &row.group;
    let names = [
        &group.workspace,
        &group.agent,
        &group.principal,
        &group.model,
        &group.tool,
        &group.metric_name,
    ];
    let names: Vec<_> = names.into_iter().flatten().map(String::as_str).collect();
    format!(
        "{} {} e{} t{}={}+{} c{}+{} b{} m{} ${}",
        row.start.strftime("%d-%H"),
        names.join("/"),
        row.events,
        row.tokens,
        row.input_tokens,
        row.output_tokens,
        row.connector_calls,
        row.api_calls,
        row.storage_bytes,
        row.compute_minutes,
        row.cost_in_cents
    )
}

async fn rows(meter: &Meter, query: &ReportQuery) -> Vec<String> {
    let report = meter.tenant.metering().report(query).await.unwrap();
    report.rows.iter().map(told).collect()
}

#[tokio::test]
async fn flows_are_summed_and_of_levels_the_last_counts() {
    let meter = used().await;
    let days =
        ["01-00  e6 t3500=3000+500 c0+0 b77 m0 $3.5", "02-00  e5 t3000=0+0 c4+3 b50 m1.25 $9"];
    assert_eq!(rows(&meter, &query(ReportPeriod::Day)).await, days);
    let total = ["01-00  e11 t6500=3000+500 c4+3 b57 m1.25 $12.5"];
    assert_eq!(rows(&meter, &query(ReportPeriod::Total)).await, total);
    // By hours, for these are no whole days.
    let mut some = query(ReportPeriod::Total);
    (some.from, some.to) = (at("2026-11-01T00:30:00Z"), at("2026-11-01T23:00:00Z"));
    assert_eq!(rows(&meter, &some).await, ["01-00  e5 t3500=3000+500 c0+0 b107 m0 $3.5"]);
    let hours = rows(&meter, &query(ReportPeriod::Hour)).await;
    assert_eq!((hours.len(), hours[0].as_str()), (8, "01-00  e2 t1500=1000+500 c0+0 b0 m0 $1.5"));
    let month = rows(&meter, &query(ReportPeriod::Month)).await;
    assert_eq!(month, ["01-00  e12 t1006500=1003000+500 c4+3 b57 m1.25 $1012.5"]);
}

#[tokio::test]
async fn rows_are_told_apart_and_filtered_by_what_is_asked_for() {
    let meter = used().await;
    let by_model = query(ReportPeriod::Total).by(GroupBy::Model);
    let expected = [
        "01-00 a e2 t1500=1000+500 c0+0 b0 m0 $1.5",
        "01-00 b e3 t5000=2000+0 c0+3 b0 m0 $11",
        "01-00 series e1 t0=0+0 c0+0 b7 m0 $0",
        "01-00  e5 t0=0+0 c4+0 b50 m1.25 $0",
    ];
    assert_eq!(rows(&meter, &by_model).await, expected);
    let only = ReportQuery { model: Some("b".to_owned()), ..by_model.clone() };
    assert_eq!(rows(&meter, &only).await, expected[1..2]);
    let only = ReportQuery { tool: Some("jira".to_owned()), ..query(ReportPeriod::Day) };
    assert_eq!(rows(&meter, &only.by(GroupBy::Tool)).await, ["02-00 jira e1 t0=0+0 c4+0 b0 m0 $0"]);
    let metric = query(ReportPeriod::Total).by(GroupBy::Metric).by(GroupBy::Workspace);
    let report = meter.tenant.metering().report(&metric).await.unwrap();
    let told: Vec<_> = report
        .rows
        .iter()
        .map(|row| {
            let name = row.group.metric_name.as_deref().unwrap();
            format!("{name} {} {}", row.quantity.unwrap(), row.unit.unwrap())
        })
        .collect();
    let expected = [
        "calls 3 calls",
        "cpu 1.25 minutes",
        "calls 4 calls",
        "input_tokens 3000 tokens",
        "other 3000 tokens",
        "output_tokens 500 tokens",
        "files 57 bytes",
    ];
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list
    };
    assert_eq!(sorted(told), sorted(expected.map(str::to_owned).to_vec()));
    assert!(report.rows.iter().all(|row| row.group.workspace.as_deref() == Some("main")));
    assert_eq!(report.unpriced_events, 2);
    let only = ReportQuery {
        metric_type: Some(MetricType::LlmTokens),
        metric_name: Some("other".into()),
        ..query(ReportPeriod::Total)
    };
    assert_eq!(rows(&meter, &only).await, ["01-00  e1 t3000=0+0 c0+0 b0 m0 $3"]);
}

#[tokio::test]
async fn what_summaries_do_not_tell_apart_is_read_from_the_events() {
    let meter = used().await;
    let bob = NewService { display_name: Some("Bob".to_owned()), ..NewService::named("bob") };
    let bob = meter.tenant.services().create(bob, &ann()).await;
    let bob: PrincipalId = bob.unwrap().id;
    let run = RunId(RandomIds::from_os().next_id(now()));
    let mut event = meter.tokens("bobs", "2026-11-01T12:00:00Z", 10);
    (event.principal_id, event.run_id) = (Some(bob), Some(run));
    let level =
        UsageEvent { principal_id: Some(bob), ..meter.bytes("level", "2026-11-01T12:00:00Z", 30) };
    let later =
        UsageEvent { principal_id: Some(bob), ..meter.bytes("later", "2026-11-01T13:00:00Z", 20) };
    meter.record(&[event, later, level]).await;
    let by_user = query(ReportPeriod::Total).by(GroupBy::User);
    let expected = [
        "01-00 Bob e3 t10=10+0 c0+0 b20 m0 $0.01",
        "01-00  e11 t6500=3000+500 c4+3 b57 m1.25 $12.5",
    ];
    assert_eq!(rows(&meter, &by_user).await, expected);
    let report =
        meter.tenant.metering().report(&query(ReportPeriod::Day).by(GroupBy::Run)).await.unwrap();
    let runs: Vec<_> = report.rows.iter().map(|row| (row.group.run_id, row.events)).collect();
    assert_eq!(runs, [(Some(run), 1), (None, 8), (None, 5)]);
    let database = meter.world.superuser().await;
    database.batch_execute("SELECT retain_metering_from('2026-11-01T00:00:00Z')").await.unwrap();
    assert_eq!(rows(&meter, &by_user).await, expected);
    let earlier = ReportQuery { from: at("2026-10-31T00:00:00Z"), ..by_user };
    let refused = meter.tenant.metering().report(&earlier).await.unwrap_err();
    assert!(refused.to_string().contains("kept in summaries only"), "{refused}");
}

#[tokio::test]
async fn windows_are_whole_and_what_is_not_summed_up_is_left_out_when_asked_to() {
    let meter = used().await;
    let metering = meter.tenant.metering();
    let mut stale = query(ReportPeriod::Month);
    (stale.from, stale.to) = (at("2026-10-31T23:30:00Z"), at("2026-11-01T00:00:00.000001Z"));
    stale.refresh = false;
    let report = metering.report(&stale).await.unwrap();
    assert_eq!((report.from, report.to), (at("2026-10-01T00:00:00Z"), at("2026-12-01T00:00:00Z")));
    assert_eq!(report.rows, []);
    stale.refresh = true;
    let report = metering.report(&stale).await.unwrap();
    let windows: Vec<_> = report.rows.iter().map(|row| (row.start, row.end)).collect();
    let november = at("2026-11-01T00:00:00Z");
    assert_eq!(windows, [(report.from, november), (november, report.to)]);
    let empty = ReportQuery { to: stale.from, ..stale };
    let refused = metering.report(&empty).await.unwrap_err();
    assert!(
        matches!(&refused, Error::InvalidInput { input, .. } if input.field == "to"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_report_that_would_be_too_long_says_how_to_narrow_it() {
    let meter = used().await;
    meter.refresh().await;
    let plant = "INSERT INTO usage_summaries (tenant_id, workspace_id, period, period_start, period_end, metric_type, metric_name, unit, model, events, unpriced_events, quantity, total_cost_in_cents, last_at) \
                 SELECT tenant_id, workspace_id, period, period_start, period_end, metric_type, metric_name, unit, 'm' || n, 1, 0, 1, 0, last_at \
                 FROM (SELECT * FROM usage_summaries WHERE period = 'daily' AND model = 'a' AND metric_name = 'input_tokens') AS s, generate_series(1, $1::integer) AS n";
    let database = meter.world.superuser().await;
    database.execute(plant, &[&100_001]).await.unwrap();
    let by_model = query(ReportPeriod::Day).by(GroupBy::Model);
    let refused = meter.tenant.metering().report(&by_model).await.unwrap_err();
    assert!(refused.to_string().contains("more than 100,000 rows; ask for less time"), "{refused}");
    assert_eq!(rows(&meter, &query(ReportPeriod::Day)).await.len(), 2);
}
