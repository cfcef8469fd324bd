//! Usage: events a thousand a call, from one caller and from several, into months of three sizes; and one a call.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "a benchmark, not an interface"
)]

mod support;

use std::time::Instant;

use agentflow::{
    NewWorkspace, Store, Tenant, WorkspaceId,
    audit::Actor,
    budgets::{
        Amounts, BudgetPeriod, BudgetSpec, Budgets, Enforcement, Limits, ReserveRequest, Subject,
    },
    core::clock::{Clock, SystemClock},
    metering::{GroupBy, MetricType, ReportPeriod, ReportQuery, UsageEvent},
};
use futures::{StreamExt, future::join_all, stream};
use jiff::{SignedDuration, Timestamp};
use support::{Samples, flag, goal, header, line};

/// Events a call.
const CALL: u64 = 1_000;
/// Calls under way at once, as `af usage record` has.
const AT_ONCE: usize = 3;

/// Every ten seconds or less one, in the order of their times, over the days before now.
fn event(workspace: WorkspaceId, number: u64, of: u64, until: Timestamp) -> UsageEvent {
    let span = SignedDuration::from_hours(20 * 24).as_millis() / i128::from(of);
    let ago = SignedDuration::from_millis(i64::try_from(i128::from(of - number) * span).unwrap());
    let (name, model) = match number % 6 {
        0 | 1 => ("input_tokens", "gpt-4o"),
        2 | 3 => ("output_tokens", "gpt-4o"),
        4 => ("input_tokens", "claude-sonnet-4.5"),
        _ => ("output_tokens", "gpt-4o-mini"),
    };
    // Keys in no order, as those of real callers are.
    let key = format!("call-{:016x}", number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    UsageEvent::new(key, workspace, MetricType::LlmTokens, name, number % 10_000)
        .of_model(model)
        .at(until - ago)
}

struct Place {
    tenant: Tenant,
    workspace: WorkspaceId,
    until: Timestamp,
}

impl Place {
    async fn new(store: &Store, name: &str) -> Self {
        let tenant = support::new_tenant(store, name).await;
        let new = NewWorkspace::named("main");
        let workspace = tenant.workspaces().create(new, &Actor::system()).await.unwrap().id;
        Self { tenant, workspace, until: SystemClock.now() }
    }

    /// Records `count` events and returns the rate of each ten calls.
    async fn record(&self, count: u64, at_once: usize) -> Samples {
        let metering = self.tenant.metering();
        let calls = stream::iter(0..count / CALL).map(|call| {
            let metering = metering.clone();
            let events: Vec<_> = (call * CALL..(call + 1) * CALL)
                .map(|number| event(self.workspace, number, count, self.until))
                .collect();
            tokio::spawn(async move { metering.record_many(&events).await.unwrap().recorded })
        });
        let mut finished = calls.buffered(at_once);
        let (mut samples, mut recorded, mut began) = (Samples::default(), 0, Instant::now());
        while let Some(call) = finished.next().await {
            recorded += call.unwrap();
            if recorded >= 10 * CALL {
                samples.add(10_000.0 / began.elapsed().as_secs_f64());
                (recorded, began) = (0, Instant::now());
            }
        }
        samples
    }
}

async fn ingest(store: &Store, sizes: &[u64]) {
    for (at_once, title) in [(1, "one caller"), (AT_ONCE, "three callers")] {
        header(&format!("record, 1,000 a call, {title}, one tenant"));
        for size in sizes {
            let place = Place::new(store, &format!("Ingest {at_once} {size}")).await;
            let samples = place.record(*size, at_once).await;
            line(&format!("{size} events"), &samples, "events/s");
            if at_once == AT_ONCE {
                goal("  against its target", samples.median(), 20_000.0, true);
            }
        }
    }
    header("record, told of a second time");
    let place = Place::new(store, "Repeats").await;
    place.record(50_000, AT_ONCE).await;
    let mut samples = Samples::default();
    for call in 0..50 {
        let range = call * CALL..(call + 1) * CALL;
        let events: Vec<_> =
            range.map(|number| event(place.workspace, number, 50_000, place.until)).collect();
        let began = Instant::now();
        let report = place.tenant.metering().record_many(&events).await.unwrap();
        samples.add(1_000.0 / began.elapsed().as_secs_f64());
        assert_eq!(report.repeated, CALL);
    }
    line("1,000 a call", &samples, "events/s");
}

/// All that was recorded summed up, and then reported by day and model, from the summaries and from the events.
async fn sums(store: &Store, sizes: &[u64]) {
    header("refresh, and reports of 20 days by model");
    for size in sizes {
        let place = Place::new(store, &format!("Sums {size}")).await;
        place.record(*size, AT_ONCE).await;
        let metering = place.tenant.metering();
        let mut samples = Samples::default();
        let began = Instant::now();
        metering.refresh(&|_| ()).await.unwrap();
        #[expect(clippy::cast_precision_loss, reason = "a rate to be shown")]
        samples.add(*size as f64 / began.elapsed().as_secs_f64());
        line(&format!("refresh of {size} events"), &samples, "events/s");
        let (from, to) = (place.until - SignedDuration::from_hours(21 * 24), place.until);
        for (group, title) in [(GroupBy::Model, "summaries"), (GroupBy::User, "events")] {
            let query = ReportQuery::new(from, to, ReportPeriod::Day).by(GroupBy::Model).by(group);
            let mut samples = Samples::default();
            for _ in 0..if group == GroupBy::Model { 50 } else { 3 } {
                let began = Instant::now();
                assert!(!metering.report(&query).await.unwrap().rows.is_empty());
                samples.add(began.elapsed().as_secs_f64() * 1e3);
            }
            line(&format!("report of {size} from {title}"), &samples, "ms");
        }
    }
}

async fn one_a_call(store: &Store) {
    header("record, one a call");
    let place = Place::new(store, "Single").await;
    let metering = place.tenant.metering();
    let mut samples = Samples::default();
    for number in 0..2_000 {
        let event = event(place.workspace, number, 2_000, place.until);
        let began = Instant::now();
        metering.record(&event).await.unwrap();
        samples.add(began.elapsed().as_secs_f64() * 1e3);
    }
    line("one caller", &samples, "ms");
}

/// Callers that reserve and settle at once.
const CALLERS: u64 = 64;

fn token_budget(name: String, subject: Subject) -> BudgetSpec {
    BudgetSpec {
        name,
        subject,
        enforcement: Enforcement::Hard,
        period: BudgetPeriod::Month,
        time_zone: "Europe/Berlin".to_owned(),
        limits: Limits { tokens: Some(1_000_000_000_000), ..Limits::default() },
        thresholds: vec![80, 100],
        carry_over_percent: 0,
    }
}

/// Reserves and settles of 64 callers, in pairs a second of each second or so.
async fn pairs(budgets: &Budgets, rounds: u64, each: u64) -> Samples {
    let mut samples = Samples::default();
    for _ in 0..rounds {
        let began = Instant::now();
        let callers = (0..CALLERS).map(|_| {
            let budgets = budgets.clone();
            tokio::spawn(async move {
                for _ in 0..each {
                    let subject =
                        Subject { model: Some("gpt-4o".to_owned()), ..Subject::default() };
                    let request = ReserveRequest::new(subject, Amounts::tokens(1_000));
                    let held = budgets.reserve(request).await.unwrap().reserved().unwrap();
                    budgets.settle(held.id, Amounts::tokens(800)).await.unwrap();
                }
            })
        });
        for caller in join_all(callers).await {
            caller.unwrap();
        }
        let count = u32::try_from(CALLERS * each).unwrap();
        samples.add(f64::from(count) / began.elapsed().as_secs_f64());
    }
    samples
}

async fn hot_budget(store: &Store) {
    header("reserve and settle, 64 callers, one hot budget, beside others of the tenant");
    for others in [0_u32, 100, 1_000] {
        let tenant = support::new_tenant(store, &format!("Budgets {others}")).await;
        let budgets = tenant.budgets();
        let by = Actor::system();
        budgets.set(token_budget("hot".to_owned(), Subject::default()), &by).await.unwrap();
        for number in 0..others {
            let model = Some(format!("model-{number}"));
            let subject = Subject { model, ..Subject::default() };
            budgets.set(token_budget(format!("other {number}"), subject), &by).await.unwrap();
        }
        let samples = pairs(&budgets, 8, 25).await;
        line(&format!("{} budgets", others + 1), &samples, "pairs/s");
        goal("  against its target", samples.median(), 2_000.0, true);
    }
    header("reserve and settle, 64 callers, so many budgets that all are about it");
    for matching in [1_u32, 4, 16] {
        let tenant = support::new_tenant(store, &format!("Matching {matching}")).await;
        let budgets = tenant.budgets();
        for number in 0..matching {
            let spec = token_budget(format!("budget {number}"), Subject::default());
            budgets.set(spec, &Actor::system()).await.unwrap();
        }
        line(&format!("{matching} budgets"), &pairs(&budgets, 8, 25).await, "pairs/s");
    }
}

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let server = support::server();
    let url = server.url("postgres");
    runtime.block_on(async {
        support::migrate(&url).await;
        let store = support::store(&url);
        let sizes: &[u64] = match (flag("quick"), flag("full")) {
            (true, _) => &[20_000, 100_000],
            (false, false) => &[50_000, 200_000, 500_000],
            (false, true) => &[50_000, 500_000, 5_000_000],
        };
        if flag("budgets") {
            hot_budget(&store).await;
            return support::print_load();
        }
        ingest(&store, sizes).await;
        sums(&store, sizes).await;
        one_a_call(&store).await;
        hot_budget(&store).await;
        support::print_load();
    });
    server.stop().unwrap();
}
