//! Migrating from nothing, and a database for a test.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "a benchmark, not an interface"
)]

mod support;

use agentflow_postgres::testing::TestServer;
use support::{Samples, flag, goal, header, line, seconds};

async fn migrations(admin_url: &str, rounds: u32) {
    let admin = support::connect(admin_url).await;
    let mut samples = Samples::default();
    for round in 0..rounds {
        admin.batch_execute(&format!("CREATE DATABASE bench_{round}")).await.unwrap();
        let (server, _) = admin_url.rsplit_once('/').unwrap();
        let url = format!("{server}/bench_{round}");
        samples.add(seconds(support::migrate(&url)).await * 1e3);
    }
    header("migrate up from nothing, with connecting");
    line(&format!("{} files", agentflow::migrations::FILES.len()), &samples, "ms");
    goal("  against its target", samples.median(), 1_000.0, false);
}

async fn clones(rounds: u32) {
    let server = TestServer::shared().await;
    let clone = async || {
        let make = |url: String| async move { support::migrate(&url).await };
        server.database_from("bench", make).await
    };
    let mut kept = vec![clone().await];
    header("test database from the template (TestServer: fsync off)");
    for at_once in [1, 4] {
        let mut samples = Samples::default();
        for _ in 0..rounds {
            let began = std::time::Instant::now();
            kept.extend(futures::future::join_all((0..at_once).map(|_| clone())).await);
            samples.add(began.elapsed().as_secs_f64() * 1e3 / f64::from(at_once));
        }
        line(&format!("{at_once} at once, each"), &samples, "ms");
        goal("  against its target", samples.median(), 30.0, false);
    }
}

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let rounds = if flag("quick") { 5 } else { 20 };
    let server = support::server();
    let url = server.url("postgres");
    runtime.block_on(async {
        migrations(&url, rounds).await;
        clones(rounds).await;
        support::print_load();
    });
    server.stop().unwrap();
}
