//! Telling the hook takes nothing away from what else there is to do.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use agentflow::{
    DataPersistenceMode,
    runs::{Run, RunStatus, WorkerBuilder},
    webhook::Webhook,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::timeout,
};

use super::{
    resume::Approvers,
    support::{Place, TOOL, steps_of},
    working::{Working, ended, eventually, nothing, work},
};
use crate::support::World;

const ASKING: &str = "steps:\n  - { name: ask, type: approval_gate, subject: All right? }\n";

/// Counts what is posted, and answers with this status; never without one.
async fn receiver(status: Option<u16>) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let posted = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&posted);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                let mut some = [0; 4096];
                while stream.read(&mut some).await.is_ok_and(|count| count > 0) {
                    let Some(status) = status else { continue };
                    let head = format!("HTTP/1.1 {status} S\r\nconnection: close\r\n");
                    let answer = format!("{head}content-length: 0\r\n\r\n");
                    let _ = stream.write_all(answer.as_bytes()).await;
                    return;
                }
            });
        }
    });
    (address, posted)
}

/// With so many runs that wait for approval, of which nobody was told.
async fn asking(world: &World, count: usize) -> (Place, Vec<Run>) {
    let tenant = world.tenant("Acme").await;
    let place = Place::with(&tenant, DataPersistenceMode::Full, ASKING).await;
    let runs = place.start_many(count).await;
    work(world.store.run_worker("asks")).await;
    world.superuser().await.batch_execute("UPDATE runs SET due_at = now()").await.unwrap();
    (place, runs)
}

fn telling(world: &World, address: SocketAddr) -> WorkerBuilder {
    let hook = Webhook::new(&format!("http://{address}/"), None).unwrap();
    let builder = world.store.run_worker("w").on_tool(TOOL, nothing).approval_hook(hook);
    builder.poll(Duration::from_millis(10), Duration::from_millis(50))
}

#[tokio::test]
async fn a_hook_that_does_not_answer_keeps_no_run_waiting() {
    let world = World::new().await;
    let (place, _) = asking(&world, 8).await;
    let (address, posted) = receiver(None).await;
    let working = Working::start(telling(&world, address).slots(2));
    eventually(async || posted.load(Ordering::Relaxed) == 2).await;
    let plain = place.another("Plain", &steps_of(1)).await;
    let run = plain.start().await;
    // Sooner than any attempt at the hook would be given up.
    let ended = timeout(Duration::from_secs(4), ended(&plain, &run)).await.expect("it waits");
    assert_eq!(ended.status, RunStatus::Succeeded);
    assert_eq!(posted.load(Ordering::Relaxed), 2, "so many are told at once");
    working.kill().await;
}

#[tokio::test]
async fn a_hook_that_failed_is_left_alone_for_a_while() {
    let world = World::new().await;
    let (_place, runs) = asking(&world, 20).await;
    let (address, posted) = receiver(Some(500)).await;
    let stats = work(telling(&world, address)).await;
    assert_eq!((stats.claimed, stats.lost), (20, 0));
    let posted = posted.load(Ordering::Relaxed);
    assert!((1..=2).contains(&posted), "{posted} attempts: two at once, one each");
    assert_eq!(runs.len(), 20);
    let soon = "SELECT count(*) FROM runs WHERE due_at BETWEEN now() AND now() + interval '10 s'";
    let soon: i64 = world.superuser().await.query_one(soon, &[]).await.unwrap().get(0);
    assert_eq!(soon, 20, "they are told later, but soon");
}

#[tokio::test]
async fn whoever_works_until_idle_has_told_the_hook_by_then() {
    let world = World::new().await;
    let (place, runs) = asking(&world, 20).await;
    let (address, posted) = receiver(Some(200)).await;
    work(telling(&world, address).slots(3)).await;
    assert_eq!(posted.load(Ordering::Relaxed), 20);
    let approvers = Approvers::new(&place).await;
    for run in &runs {
        assert!(approvers.asked(run).await.notified_at.is_some());
        assert_eq!(place.now(run).await.due_at, None, "nobody looks before somebody decides");
    }
}
