//! The audit chain: appending many a call, appending one a call from many callers, and verifying, without checkpoints and
//! with them.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "a benchmark, not an interface"
)]

mod support;

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use agentflow::{
    Store, Tenant,
    audit::{Actor, AuditFilter, Event, Resource, Verdict, VerifyOptions},
    core::{audit::TrustedKeys, note::SigningKey, random::Generator},
};
use support::{Samples, flag, goal, header, line};

const CALLERS: usize = 64;

/// About 360 bytes once it is written.
fn event(number: u64) -> Event {
    let actor = Actor::agent(format!("agent-{:04}", number % 1_000));
    Event::new(
        "workflow.step_completed",
        Resource::new("workflow_run", format!("run-{:06}", number % 50_000)),
        actor,
    )
    .with_detail("step", number % 20)
    .with_detail("note", "the quick brown fox jumps over the lazy dog and over the fence")
}

/// Appends `entries`, a thousand a call, and returns the rate of each call.
async fn append_thousands(tenant: &Tenant, entries: u64) -> Samples {
    let mut samples = Samples::default();
    for call in 0..entries / 1_000 {
        let events: Vec<_> = (call * 1_000..(call + 1) * 1_000).map(event).collect();
        let began = Instant::now();
        tenant.audit().append_many(&events).await.unwrap();
        samples.add(1_000.0 / began.elapsed().as_secs_f64());
    }
    samples
}

/// Many callers, each with one entry a call, each waiting for its own acknowledgement.
async fn append_singly(tenants: &[Tenant], windows: u32) -> Samples {
    let acknowledged = AtomicU64::new(0);
    let finished = AtomicBool::new(false);
    let callers = (0..CALLERS).map(|caller| {
        let (tenant, acknowledged, finished) =
            (&tenants[caller % tenants.len()], &acknowledged, &finished);
        async move {
            let event = event(caller as u64);
            while !finished.load(Ordering::Relaxed) {
                tenant.audit().append(&event).await.unwrap();
                acknowledged.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let watch = async {
        let mut samples = Samples::default();
        for window in 0..=windows {
            let (before, began) = (acknowledged.load(Ordering::Relaxed), Instant::now());
            tokio::time::sleep(Duration::from_secs(1)).await;
            let count = u32::try_from(acknowledged.load(Ordering::Relaxed) - before).unwrap();
            if window > 0 {
                samples.add(f64::from(count) / began.elapsed().as_secs_f64());
            }
        }
        finished.store(true, Ordering::Relaxed);
        samples
    };
    futures::join!(futures::future::join_all(callers), watch).1
}

async fn verify(tenant: &Tenant, options: &VerifyOptions, rounds: u32) -> Samples {
    let mut samples = Samples::default();
    for _ in 0..rounds {
        let began = Instant::now();
        let report = tenant.audit().verify(options, &|_| ()).await.unwrap();
        assert_eq!(report.status, Verdict::Success);
        let entries = u32::try_from(report.total_records).unwrap();
        samples.add(f64::from(entries) / began.elapsed().as_secs_f64());
    }
    samples
}

/// `with` says what there is besides the chain.
async fn verification(tenant: &Tenant, size: u64, with: &str, options: &VerifyOptions) {
    let rounds = if size > 1_000_000 { 3 } else { 7 };
    for jobs in [1, 2, 3] {
        let options = VerifyOptions { jobs, ..options.clone() };
        let samples = verify(tenant, &options, rounds).await;
        line(&format!("verify {size} entries{with}, {jobs} jobs"), &samples, "entries/s");
        if jobs == 2 {
            goal("  against its target", samples.median(), 1e6, true);
        }
    }
    if let Some(peak) = support::peak_memory() {
        goal("  most memory of this process so far, MB", peak, 100.0, false);
    }
}

async fn deep_verification(tenant: &Tenant, size: u64) {
    let deep = VerifyOptions { deep: true, ..VerifyOptions::default() };
    let samples = verify(tenant, &deep, 1).await;
    line(&format!("verify {size} entries deep, default jobs"), &samples, "entries/s");
}

/// The same chains with a signed checkpoint at their end, and one with a checkpoint every thousand entries.
async fn with_checkpoints(store: &Store, tenants: &[(Tenant, u64)]) {
    header("verify, with the trees of signed checkpoints");
    let key = SigningKey::generate("bench.example.com".parse().unwrap(), &Generator::seeded(1));
    let admin = store.admin();
    for (tenant, size) in tenants {
        let began = Instant::now();
        let report = admin.take_checkpoints(&key, &[], Some(tenant.id())).await.unwrap();
        assert!(report.is_complete(), "{report:?}");
        println!(
            "a checkpoint of {size} entries was taken in {:.2} s",
            began.elapsed().as_secs_f64()
        );
    }
    let often = support::new_tenant(store, "Often").await;
    for call in 0..100 {
        let events: Vec<_> = (call * 1_000..(call + 1) * 1_000).map(event).collect();
        often.audit().append_many(&events).await.unwrap();
        admin.take_checkpoints(&key, &[], Some(often.id())).await.unwrap();
    }
    let keys = TrustedKeys::new([key.verifying_key().clone()]);
    let options = VerifyOptions { keys, ..VerifyOptions::default() };
    for (tenant, size) in tenants {
        verification(tenant, *size, ", one checkpoint", &options).await;
    }
    verification(&often, 100_000, ", 100 checkpoints", &options).await;
    let since = VerifyOptions { since_checkpoint: true, ..options };
    for (tenant, size) in tenants {
        let began = Instant::now();
        tenant.audit().verify(&since, &|_| ()).await.unwrap();
        let took = began.elapsed().as_secs_f64() * 1e3;
        println!("verify {size} entries since their checkpoint: {took:.1} ms");
    }
}

async fn many_thousands(store: &Store, url: &str, sizes: &[u64]) {
    header("append, 1,000 a call, one caller, one tenant");
    let mut tenants = Vec::new();
    for size in sizes {
        let tenant = support::new_tenant(store, &format!("Size {size}")).await;
        let samples = append_thousands(&tenant, *size).await;
        line(&format!("{size} entries"), &samples, "entries/s");
        goal("  against its target", samples.median(), 60_000.0, true);
        tenants.push((tenant, *size));
    }
    let newest = tenants[0].0.audit().list(&AuditFilter::default(), 1).await.unwrap();
    println!("a record has {} bytes", newest[0].record.len());
    // What autovacuum would have done by the time anybody verifies.
    let client = support::connect(url).await;
    client.batch_execute("VACUUM ANALYZE audits").await.unwrap();
    client.batch_execute("CHECKPOINT").await.unwrap();
    header("verify, everything but the generated columns");
    let options = VerifyOptions::default();
    for (tenant, size) in &tenants {
        verification(tenant, *size, "", &options).await;
        deep_verification(tenant, *size).await;
    }
    with_checkpoints(store, &tenants).await;
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
            (true, _) => &[10_000, 100_000],
            (false, false) => &[10_000, 100_000, 1_000_000],
            (false, true) => &[10_000, 100_000, 1_000_000, 5_000_000],
        };
        let windows = if flag("quick") { 3 } else { 8 };
        header("append, one a call, 64 callers, each acknowledged after its commit");
        for count in [1, 8, 64] {
            let mut tenants = Vec::new();
            for number in 0..count {
                tenants
                    .push(support::new_tenant(&store, &format!("Single {count} {number}")).await);
            }
            let samples = append_singly(&tenants, windows).await;
            line(&format!("{count} tenants"), &samples, "entries/s");
            if count == 1 {
                goal("  against its target", samples.median(), 15_000.0, true);
            }
        }
        many_thousands(&store, &url, sizes).await;
        support::print_load();
    });
    server.stop().unwrap();
}
