//! Runs: claiming them, doing their steps and recording these in batches; with more and more runs waiting, and more and more
//! of them done.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "a benchmark, not an interface"
)]

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use agentflow::{
    NewWorkspace, PrincipalId, Store, Tenant, WorkflowVersionId, WorkspaceId, WorkspaceSettings,
    audit::Actor,
    identity::NewUser,
    runs::{
        Begun, ClaimRequest, NewRun, Queue, RecordedKind, StartRun, StartRuns, StepOutcome,
        StepReport, TriggerType,
    },
    workflows::WorkflowSpec,
};
use futures::future::join_all;
use serde_json::json;
use support::{Samples, flag, goal, header, line};
use tokio_postgres::Client;

/// Workers at a time, and how many runs each claims at once.
const WORKERS: usize = 2;
const BATCH: u16 = 500;
const TARGET: f64 = 5_000.0;

/// A tenant with a workflow to run.
struct Place {
    tenant: Tenant,
    workspace: WorkspaceId,
    version: WorkflowVersionId,
    starter: PrincipalId,
    client: Client,
}

impl Place {
    async fn new(store: &Store, url: &str, name: &str) -> Self {
        let tenant = support::new_tenant(store, name).await;
        let by = Actor::system();
        let workspace =
            tenant.workspaces().create(NewWorkspace::named("Work"), &by).await.unwrap().id;
        let workflows = tenant.workflows();
        let workflow = workflows.create(workspace, WorkflowSpec::named("Work"), &by).await.unwrap();
        let text = "version: 1.0.0\nsteps:\n  - { name: s1, type: llm_call }\n";
        let version = workflows.publish(workflow.id, text, &by).await.unwrap().version.id;
        let email = "starter@example.com".parse().unwrap();
        let starter = tenant.users().create(NewUser::new(email, "Starter"), &by).await.unwrap().id;
        let client = support::connect(url).await;
        Self { tenant, workspace, version, starter, client }
    }

    /// Runs that wait.
    async fn plant(&self, runs: i32, steps: i32) {
        const SQL: &str = "
            WITH run AS (
                INSERT INTO runs (tenant_id, workspace_id, workflow_version_id, request_digest, triggered_by, due_at, input_metadata)
                SELECT $1, $2, $3, sha256(''), $6, now() - ($4 - n) * interval '1 us', '{\"bytes\": 2, \"sha256\": \"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\"}'
                FROM generate_series(1, $4::integer) AS n
                RETURNING id
            )
            INSERT INTO steps (tenant_id, workspace_id, run_id, step_name, step_type, sequence)
            SELECT $1, $2, run.id, 's' || n, 'llm_call', n FROM run, generate_series(1, $5::integer) AS n";
        let (tenant, workspace) = (self.tenant.id().0, self.workspace.0);
        // Foreign keys are checked row by row, and these are right.
        self.client.batch_execute("SET session_replication_role = replica").await.unwrap();
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
            [&tenant, &workspace, &self.version.0, &runs, &steps, &self.starter.0];
        self.client.execute(SQL, &parameters).await.unwrap();
        let note = "INSERT INTO run_queues (tenant_id, next_at) VALUES ($1, '-infinity')
                    ON CONFLICT (tenant_id) DO UPDATE SET next_at = '-infinity'";
        self.client.execute(note, &[&tenant]).await.unwrap();
    }

    /// What autovacuum would have done after a while.
    async fn rest(&self) {
        self.client.batch_execute("VACUUM ANALYZE runs, steps").await.unwrap();
        self.client.batch_execute("CHECKPOINT").await.unwrap();
    }
}

/// Does a step: nothing at all takes long here but recording it.
fn report(begun: &Begun, steps: i32) -> StepReport {
    let next = (begun.step.sequence < steps).then_some(begun.step.sequence + 1);
    let output = json!({ "answer": "the quick brown fox jumps over the lazy dog", "at": begun.step.sequence });
    begun.report(StepOutcome::Succeeded { output, next }, Vec::new())
}

/// A worker that goes on until nothing is due, and counts its steps.
async fn work(queue: &Queue, name: &str, steps: i32, done: &AtomicU64) {
    let request = ClaimRequest {
        worker: name.to_owned(),
        limit: BATCH,
        lease: Duration::from_secs(60),
        tenants: None,
    };
    loop {
        let claims = queue.claim(&request).await.unwrap();
        if claims.is_empty() {
            return;
        }
        let mut begun = queue.begin(&claims).await.unwrap();
        while !begun.is_empty() {
            let reports = begun.iter().map(|it| report(it, steps)).collect();
            let recorded = queue.finish(reports).await.unwrap();
            done.fetch_add(recorded.len() as u64, Ordering::Relaxed);
            let mut going_on = Vec::new();
            for (mut begun, recorded) in begun.into_iter().zip(recorded) {
                let RecordedKind::Now { next_step_id } = recorded.kind else {
                    panic!("{recorded:?}")
                };
                if let Some(id) = next_step_id {
                    begun.step.id = id;
                    begun.step.sequence += 1;
                    begun.step.name = format!("s{}", begun.step.sequence);
                    going_on.push(begun);
                }
            }
            begun = going_on;
        }
    }
}

/// What came of a time of work.
struct Drained {
    /// The rates of each half second, or of all of it if it was shorter.
    rates: Samples,
    took: Duration,
}

/// Works until nothing is due any more.
async fn drain(queue: &Queue, steps: i32) -> Drained {
    const WINDOW: Duration = Duration::from_millis(500);
    let done = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let workers: Vec<_> = (0..WORKERS)
        .map(|number| {
            let (queue, done) = (queue.clone(), Arc::clone(&done));
            tokio::spawn(
                async move { work(&queue, &format!("worker {number}"), steps, &done).await },
            )
        })
        .collect();
    let mut all = tokio::spawn(join_all(workers));
    let mut rates = Samples::default();
    let (mut before, mut since) = (0, Instant::now());
    while tokio::time::timeout(WINDOW, &mut all).await.is_err() {
        let now = done.load(Ordering::Relaxed);
        rates.add(rate(now - before, since.elapsed()));
        (before, since) = (now, Instant::now());
    }
    let (took, steps) = (began.elapsed(), done.load(Ordering::Relaxed));
    if rates.median().is_nan() {
        rates.add(rate(steps, took));
    }
    println!("    {steps} steps in {:.2} s: {:.0} steps/s", took.as_secs_f64(), rate(steps, took));
    Drained { rates, took }
}

#[expect(clippy::cast_precision_loss, reason = "a count of what fits into a database")]
fn rate(count: u64, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

async fn sizes(store: &Store, url: &str, sizes: &[i32], steps: i32) {
    header(&format!(
        "claim, begin, finish: runs of {steps} steps, {WORKERS} workers, {BATCH} runs a claim"
    ));
    for size in sizes {
        let place = Place::new(store, url, &format!("Steps {steps}, {size}")).await;
        place.plant(*size, steps).await;
        place.rest().await;
        let samples = drain(&store.run_queue(), steps).await.rates;
        line(&format!("{size} runs waiting"), &samples, "steps/s");
        goal("  against its target", samples.median(), TARGET, true);
    }
}

/// More and more runs that are done, in the same tenant.
async fn growth(store: &Store, url: &str, rounds: i32, runs: i32) {
    header("the same as done runs of 1 step gather in the tenant");
    let place = Place::new(store, url, "Growth").await;
    for round in 0..rounds {
        place.plant(runs, 1).await;
        place.rest().await;
        let samples = drain(&store.run_queue(), 1).await.rates;
        line(&format!("{} runs done before", round * runs), &samples, "steps/s");
    }
}

/// Tenants with little to do each.
async fn tenants(store: &Store, url: &str, count: i32, runs: i32) {
    header("the same with many tenants");
    let mut last = None;
    for number in 0..count {
        let place = Place::new(store, url, &format!("Tenant {number}")).await;
        place.plant(runs, 1).await;
        last = Some(place);
    }
    last.unwrap().rest().await;
    let samples = drain(&store.run_queue(), 1).await.rates;
    line(&format!("{count} tenants with {runs} runs of 1 step each"), &samples, "steps/s");
}

/// What it takes to start runs: policies are asked, the decision and the run are stored and recorded.
async fn starting(store: &Store, url: &str, calls: u32) {
    header("start runs");
    let place = Place::new(store, url, "Starting").await;
    let by = Actor::system();
    let settings = WorkspaceSettings { write_cap_per_minute: 1_000_000, ..Default::default() };
    place.tenant.workspaces().configure(place.workspace, &settings, &by).await.unwrap();
    let runs = place.tenant.runs();
    let (mut one, mut many) = (Samples::default(), Samples::default());
    for _ in 0..calls {
        let start = StartRun::new(place.workspace, place.version, place.starter);
        let began = Instant::now();
        runs.start(start, &by).await.unwrap();
        one.add(began.elapsed().as_secs_f64() * 1e3);
    }
    for _ in 0..calls / 20 {
        let batch = StartRuns {
            workspace_id: place.workspace,
            workflow_version_id: place.version,
            principal_id: place.starter,
            trigger_type: TriggerType::Manual,
            runs: vec![NewRun::default(); 1_000],
        };
        let began = Instant::now();
        runs.start_many(batch, &by).await.unwrap();
        many.add(1_000.0 / began.elapsed().as_secs_f64());
    }
    line("one a call, one caller", &one, "ms");
    line("1,000 a call, one caller", &many, "runs/s");
}

/// Only so many runs of so many steps, on a server that is there: for a comparison with others on the same one. Says what came of
/// it in a line of JSON.
async fn compared(url: &str, runs: i32, steps: i32) {
    support::migrate(url).await;
    let store = support::store(url);
    let place = Place::new(&store, url, "Compared").await;
    place.plant(runs, steps).await;
    place.rest().await;
    let took = drain(&store.run_queue(), steps).await.took;
    let sql = "SELECT count(*) FROM steps JOIN runs ON runs.id = run_id
               WHERE steps.status = 'succeeded' AND runs.status = 'succeeded'";
    let done: i64 = place.client.query_one(sql, &[]).await.unwrap().get(0);
    println!("{}", json!({ "steps": done, "seconds": took.as_secs_f64() }));
}

/// What stands behind this flag.
fn value(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument.strip_prefix("--") != Some(name)).nth(1)
}

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if let (Some(url), Some(runs), Some(steps)) = (value("at"), value("runs"), value("steps")) {
        runtime.block_on(compared(&url, runs.parse().unwrap(), steps.parse().unwrap()));
        return;
    }
    let server = support::server();
    let url = server.url("postgres");
    runtime.block_on(async {
        support::migrate(&url).await;
        let store = support::store(&url);
        let quick = flag("quick");
        let many: &[i32] = if quick { &[1_000, 5_000, 20_000] } else { &[10_000, 50_000, 200_000] };
        sizes(&store, &url, many, 3).await;
        sizes(&store, &url, many, 1).await;
        let (rounds, runs) = if quick { (4, 10_000) } else { (10, 50_000) };
        growth(&store, &url, rounds, runs).await;
        let (count, runs) = if quick { (20, 200) } else { (200, 200) };
        tenants(&store, &url, count, runs).await;
        starting(&store, &url, if quick { 100 } else { 400 }).await;
        support::print_load();
    });
    server.stop().unwrap();
}
