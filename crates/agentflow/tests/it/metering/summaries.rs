use std::collections::BTreeMap;

use agentflow::{
    NewWorkspace, Tenant, WorkspaceId,
    metering::{MetricType, Price, PriceBook, Priced, ReportPeriod, Rerating, UsageEvent},
};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::support::{Meter, ann, at};

/// Around the end of a month, which is that of a day and of an hour too.
const MIDDLE: &str = "2026-11-01T00:00:00Z";

#[derive(Debug, Clone)]
enum Act {
    /// Tells of these events, each by its number.
    Record(Vec<usize>),
    Refresh,
    /// From so many hours after the middle.
    Publish(i64, i64),
    Rerate(i64, i64),
}

#[derive(Debug, Clone)]
struct Used {
    workspace: usize,
    /// Half hours after the middle.
    when: i64,
    metric: usize,
    quantity: u32,
    model: Option<u8>,
    given: Option<u8>,
}

fn used() -> impl Strategy<Value = Used> {
    let when = prop_oneof![-4..4_i64, -60..60_i64, -1_500..30_i64];
    let given = prop::option::weighted(0.2, any::<u8>());
    (0..2_usize, when, 0..5_usize, 0..1_000_000_u32, prop::option::of(0..2_u8), given).prop_map(
        |(workspace, when, metric, quantity, model, given)| Used {
            workspace,
            when,
            metric,
            quantity,
            model,
            given,
        },
    )
}

fn act(events: usize) -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => prop::collection::vec(0..events, 1..12).prop_map(Act::Record),
        2 => Just(Act::Refresh),
        1 => (-800..20_i64, 1..50_i64).prop_map(|(from, cents)| Act::Publish(from, cents)),
        1 => (-800..20_i64, 1..800_i64).prop_map(|(from, hours)| Act::Rerate(from, hours)),
    ]
}

fn event(number: usize, used: &Used, workspaces: &[WorkspaceId]) -> UsageEvent {
    let (metric, name) = [
        (MetricType::LlmTokens, "input_tokens"),
        (MetricType::LlmTokens, "output_tokens"),
        (MetricType::ApiCalls, "calls"),
        (MetricType::StorageBytes, "files"),
        (MetricType::ComputeMinutes, "cpu"),
    ][used.metric];
    let hundredths = Decimal::new(used.quantity.into(), 2);
    let quantity =
        if metric == MetricType::ComputeMinutes { hundredths } else { used.quantity.into() };
    let time = hours_after(used.when, 1_800);
    let workspace = workspaces[used.workspace];
    let mut event = UsageEvent::new(number.to_string(), workspace, metric, name, quantity).at(time);
    event.model = used.model.map(|model| format!("model-{model}"));
    event.cost_in_cents = used.given.map(|cents| Decimal::new(cents.into(), 3));
    event
}

fn hours_after(count: i64, seconds: i64) -> Timestamp {
    at(MIDDLE) + SignedDuration::from_secs(count * seconds)
}

async fn play(tenant: Tenant, act: Act, events: Vec<UsageEvent>) {
    let metering = tenant.metering();
    match act {
        Act::Record(numbers) => {
            let told: Vec<_> = numbers.iter().map(|number| events[*number].clone()).collect();
            let report = metering.record_many(&told).await.unwrap();
            assert_eq!(report.refused, []);
        }
        Act::Refresh => drop(metering.refresh(&|_| ()).await.unwrap()),
        Act::Publish(from, cents) => {
            let book = PriceBook::new(hours_after(from, 3_600))
                .with(Price::new(MetricType::LlmTokens, cents, 1_000))
                .with(Price::new(MetricType::LlmTokens, 7, 10_000_000).of_model("model-1"))
                .with(Price::new(MetricType::ComputeMinutes, cents, 1));
            metering.prices().publish(&book, &ann()).await.unwrap();
        }
        Act::Rerate(from, hours) => {
            let (from, to) = (hours_after(from, 3_600), hours_after(from + hours, 3_600));
            metering.rerate(&Rerating::new(from, to), &ann(), &|_| ()).await.unwrap();
        }
    }
}

/// What a window has of a series: how many events, how many without a price, how much, what it costs, when the last was.
type Sum = (i64, i64, Decimal, Decimal, Timestamp);

type Sums = BTreeMap<String, Sum>;

/// The sums as one would make them who had never heard of summaries.
fn recount(events: &[UsageEvent], books: &[PriceBook]) -> Sums {
    let mut sums = Sums::new();
    let mut events: Vec<_> = events.iter().collect();
    events.sort_by_key(|event| event.occurred_at);
    for event in events {
        let time = event.occurred_at.unwrap();
        let (cost, is_priced) = cost_of(event, books);
        for (period, word) in [
            (ReportPeriod::Hour, "hourly"),
            (ReportPeriod::Day, "daily"),
            (ReportPeriod::Month, "monthly"),
        ] {
            let (start, end) = (period.start_of(time), period.end_of(time));
            let series = format!(
                "{word} {start} {end} {} {} {} {:?}",
                event.workspace_id, event.metric_type, event.metric_name, event.model
            );
            let sum = sums.entry(series).or_insert((0, 0, Decimal::ZERO, Decimal::ZERO, time));
            let level = event.metric_type.is_level();
            sum.0 += 1;
            sum.1 += i64::from(!is_priced && !level);
            sum.2 = if level { event.quantity } else { sum.2 + event.quantity };
            sum.3 += cost;
            sum.4 = time;
        }
    }
    sums
}

fn cost_of(event: &UsageEvent, books: &[PriceBook]) -> (Decimal, bool) {
    if let Some(given) = event.cost_in_cents {
        return (given, true);
    }
    let before = books.iter().filter(|book| Some(book.effective_from) <= event.occurred_at);
    // Of equals, the last.
    let usage = Priced {
        metric_type: event.metric_type,
        metric_name: &event.metric_name,
        model: event.model.as_deref(),
        tool: event.tool.as_deref(),
    };
    let price =
        before.max_by_key(|book| book.effective_from).and_then(|book| book.price_of(&usage));
    match price {
        Some(price) => (price.cost_of(event.quantity).unwrap(), true),
        None => (Decimal::ZERO, false),
    }
}

async fn stored(meter: &Meter) -> Sums {
    let sql = "SELECT period, period_start, period_end, workspace_id, metric_type, metric_name, model, events, unpriced_events, \
               quantity::text, total_cost_in_cents::text, last_at FROM usage_summaries";
    let rows = meter.world.superuser().await.query(sql, &[]).await.unwrap();
    let sum = |row: &tokio_postgres::Row| {
        let (start, end): (Timestamp, Timestamp) = (row.get(1), row.get(2));
        let workspace = WorkspaceId(row.get(3));
        let texts = [0, 4, 5].map(|column| row.get::<_, String>(column));
        let [period, metric_type, metric_name] = texts;
        let model: Option<String> = row.get(6);
        let number = |column: usize| row.get::<_, String>(column).parse::<Decimal>().unwrap();
        let series =
            format!("{period} {start} {end} {workspace} {metric_type} {metric_name} {model:?}");
        (series, (row.get(7), row.get(8), number(9), number(10), row.get(11)))
    };
    rows.iter().map(sum).collect()
}

/// The same by SQL, for all three periods at once: nothing is there that a recount does not find, and the other way round.
const DIFFERENCES: &str = "
WITH counted AS (
    SELECT p.period, date_trunc(p.unit, e.occurred_at, 'UTC') AS period_start, e.workspace_id, e.metric_type, e.metric_name, e.model,
           count(*) AS events, sum(e.cost_in_cents) AS cost, max(e.occurred_at) AS last_at,
           CASE WHEN e.unit = 'bytes' THEN (array_agg(e.quantity ORDER BY e.occurred_at DESC, e.id DESC))[1] ELSE sum(e.quantity) END AS quantity,
           count(*) FILTER (WHERE e.cost_source = 'unpriced' AND e.unit <> 'bytes') AS unpriced
    FROM metering_events AS e, (VALUES ('hourly', 'hour'), ('daily', 'day'), ('monthly', 'month')) AS p (period, unit)
    GROUP BY 1, 2, 3, 4, 5, 6, e.unit
), summed AS (
    SELECT period, period_start, workspace_id, metric_type, metric_name, model, events, total_cost_in_cents AS cost, last_at, quantity,
           unpriced_events AS unpriced
    FROM usage_summaries
)
SELECT to_jsonb(d)::text FROM (
    (SELECT 'counted' AS by, c.* FROM (TABLE counted EXCEPT TABLE summed) AS c)
    UNION ALL (SELECT 'summed', s.* FROM (TABLE summed EXCEPT TABLE counted) AS s)
) AS d";

/// Plays acts, three at the same time, and compares at the end.
async fn compare(meter: &Meter, used: &[Used], acts: Vec<Act>) {
    let new = NewWorkspace::named("other");
    let other = meter.tenant.workspaces().create(new, &ann()).await.unwrap().id;
    let workspaces = [meter.workspace, other];
    let mut events: Vec<_> =
        used.iter().enumerate().map(|(i, it)| event(i, it, &workspaces)).collect();
    // Two readings of a level at the same time: which is the last would be a matter of luck.
    let mut seen = std::collections::HashSet::new();
    for event in events.iter_mut().filter(|it| it.metric_type.is_level()) {
        while !seen.insert((event.occurred_at, event.workspace_id, event.model.clone())) {
            event.occurred_at = event.occurred_at.map(|time| time + SignedDuration::from_secs(1));
        }
    }
    let mut told = std::collections::BTreeSet::new();
    let mut jobs: [Vec<Act>; 3] = Default::default();
    for (index, act) in acts.into_iter().enumerate() {
        if let Act::Record(numbers) = &act {
            told.extend(numbers.iter().copied());
        }
        jobs[index % 3].push(act);
    }
    let tasks = jobs.map(|acts| {
        let (tenant, events) = (meter.tenant.clone(), events.clone());
        tokio::spawn(async move {
            for act in acts {
                play(tenant.clone(), act, events.clone()).await;
            }
        })
    });
    for task in tasks {
        task.await.unwrap();
    }
    meter.refresh().await;
    assert_eq!(meter.column(DIFFERENCES).await, Vec::<String>::new());

    // Rated anew as a whole, it is all as the books say.
    let all = Rerating::new(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    meter.tenant.metering().rerate(&all, &ann(), &|_| ()).await.unwrap();
    meter.refresh().await;
    let events: Vec<_> = told.into_iter().map(|number| events[number].clone()).collect();
    let mut books = meter.tenant.metering().prices().list().await.unwrap();
    books.reverse();
    let books: Vec<_> = books.into_iter().map(|it| it.book).collect();
    assert_eq!(stored(meter).await, recount(&events, &books));
    assert_eq!(meter.column(DIFFERENCES).await, Vec::<String>::new());
    assert_eq!(meter.refresh().await, 0);
}

#[test]
fn summaries_are_a_recount_whatever_comes_late_again_or_is_rated_anew() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = ProptestConfig { cases: 12, ..ProptestConfig::default() };
    let used = prop::collection::vec(used(), 40);
    proptest!(config, |(used in used, acts in prop::collection::vec(act(40), 1..40))| {
        runtime.block_on(async {
            compare(&Meter::new().await, &used, acts).await;
        });
    });
}

#[tokio::test]
async fn an_hour_is_made_anew_when_something_of_it_comes_late() {
    let meter = Meter::new().await;
    meter.record(&[meter.tokens("a", "2026-11-01T10:00:00Z", 5)]).await;
    assert_eq!((meter.refresh().await, meter.refresh().await), (1, 0));
    meter.record(&[meter.tokens("late", "2026-11-01T10:59:59Z", 7)]).await;
    // Repeated, it changes nothing.
    meter.record(&[meter.tokens("late", "2026-11-01T10:59:59Z", 7)]).await;
    assert_eq!(meter.refresh().await, 1);
    let sums =
        "SELECT period || ' ' || quantity || ' ' || events FROM usage_summaries ORDER BY period";
    assert_eq!(meter.column(sums).await, ["daily 12.00 2", "hourly 12.00 2", "monthly 12.00 2"]);
}

#[tokio::test]
async fn many_hours_are_summed_up_page_by_page() {
    let meter = Meter::new().await;
    let event = |hour: i64| {
        let time = hours_after(-hour, 3_600);
        meter.tokens(&hour.to_string(), &time.to_string(), 1)
    };
    meter.record(&(0..120).map(event).collect::<Vec<_>>()).await;
    let steps = std::sync::Mutex::new(Vec::new());
    let progress = |now: agentflow::metering::RefreshProgress| {
        steps.lock().unwrap().push((now.done, now.total));
    };
    let report = meter.tenant.metering().refresh(&progress).await.unwrap();
    assert_eq!(report.hours, 120);
    assert_eq!(steps.into_inner().unwrap(), [(50, 120), (100, 120), (120, 120)]);
    assert_eq!(meter.column(DIFFERENCES).await, Vec::<String>::new());
}

#[tokio::test]
async fn the_view_has_one_row_for_a_workspace_and_period() {
    let meter = Meter::new().await;
    let mut output = meter.tokens("out", "2026-11-01T10:30:00Z", 7);
    output.metric_name = "openai_gpt4_output_tokens".to_owned();
    let level = meter.bytes("level", "2026-11-01T10:30:00Z", 9);
    meter.record(&[meter.tokens("in", "2026-11-01T10:00:00Z", 5), output, level]).await;
    meter.refresh().await;
    let told = "SELECT period || ' ' || llm_input_tokens || ' ' || llm_output_tokens || ' ' || storage_bytes || ' ' || api_calls_count \
                FROM workspace_usage ORDER BY period";
    let expected =
        ["daily 5.00 7.00 9.00 0", "hourly 5.00 7.00 9.00 0", "monthly 5.00 7.00 9.00 0"];
    assert_eq!(meter.column(told).await, expected);
}
