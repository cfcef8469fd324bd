//! Workers that stop, and runs that are stopped.

use std::{sync::Arc, time::Duration};

use agentflow::runs::{RunStatus, StepContext, StepHandler, StepOutput, StepStatus};
use tokio::sync::{Semaphore, mpsc};

use super::{
    support::{Place, TOOL, ann},
    working::{NEVER, Working, ended, endless, eventually, heard, nothing, steps, work},
};
use crate::support::World;

/// A handler that tells when it begins, and ends when it may.
fn waiting(tell: &mpsc::UnboundedSender<String>, go: &Arc<Semaphore>) -> impl StepHandler + use<> {
    let (tell, go) = (tell.clone(), Arc::clone(go));
    move |context: StepContext| {
        let (tell, go) = (tell.clone(), Arc::clone(&go));
        async move {
            tell.send(context.step().name.clone()).unwrap();
            go.acquire().await.unwrap().forget();
            Ok(StepOutput::default())
        }
    }
}

#[tokio::test]
async fn a_worker_that_stops_ends_its_steps_and_gives_the_runs_back() {
    let world = World::new().await;
    let place = Place::new(&world.tenant("Acme").await, 3).await;
    let (run, later) = (place.start().await, place.start().await);
    let (tell, mut told) = mpsc::unbounded_channel();
    let go = Arc::new(Semaphore::new(0));
    let builder = world.store.run_worker("one").on_tool(TOOL, waiting(&tell, &go));
    let working = Working::start(builder.slots(1));
    assert_eq!(heard(&mut told).await.as_deref(), Some("step-1"));
    working.stop.cancel();
    go.add_permits(1);
    let stats = working.ended().await;
    assert_eq!((stats.claimed, stats.steps, stats.given_back, stats.lost), (1, 1, 1, 0));
    assert_eq!(steps(&place, &run).await[0].1, StepStatus::Succeeded);
    assert_eq!(place.now(&later).await.status, RunStatus::Queued);

    // Others go on with it at once, whatever the lease was.
    let stats = work(world.store.run_worker("two").on_tool(TOOL, nothing)).await;
    assert_eq!((stats.steps, stats.succeeded), (5, 2));
    assert_eq!(place.now(&run).await.fencing, 2);
}

#[tokio::test]
async fn what_is_claimed_while_it_stops_is_given_back_and_not_begun() {
    const WAITS: &str = "SELECT EXISTS (SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE '%claim_runs%' AND cardinality(pg_blocking_pids(pid)) > 0)";
    let world = World::new().await;
    let place = Place::new(&world.tenant("Acme").await, 1).await;
    let run = place.start().await;
    let mut locker = world.superuser().await;
    let tx = locker.transaction().await.unwrap();
    tx.batch_execute("LOCK TABLE run_queues IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let working = Working::start(world.store.run_worker("one").on_tool(TOOL, nothing));
    let watcher = world.superuser().await;
    eventually(async || watcher.query_one(WAITS, &[]).await.unwrap().get(0)).await;
    working.stop.cancel();
    tx.commit().await.unwrap();
    let stats = working.ended().await;
    assert_eq!((stats.claimed, stats.steps, stats.given_back), (0, 0, 1));
    assert_eq!(place.now(&run).await.fencing, 1, "it was claimed");
    // Others go on with it at once, whatever the lease was.
    let stats = work(world.store.run_worker("two").on_tool(TOOL, nothing)).await;
    assert_eq!((stats.steps, stats.succeeded), (1, 1));
}

#[tokio::test]
async fn a_step_that_takes_longer_than_the_grace_is_dropped_and_done_again() {
    let world = World::new().await;
    let place = Place::new(&world.tenant("Acme").await, 1).await;
    let run = place.start().await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let builder = world.store.run_worker("one").on_tool(TOOL, endless(&tell));
    let working = Working::start(builder.grace(Duration::from_millis(50)));
    // Another one is told when the run is given back.
    let other = world.store.run_worker("two").on_tool(TOOL, nothing).poll(NEVER, NEVER);
    assert_eq!(heard(&mut told).await, Some("began"));
    let other = Working::start(other);
    let stats = working.stop().await;
    assert_eq!((stats.given_back, stats.lost, stats.steps), (1, 0, 0));
    assert!(heard(&mut told).await.is_some() && heard(&mut told).await.is_some(), "it was dropped");
    assert_eq!(ended(&place, &run).await.status, RunStatus::Succeeded);
    other.stop().await;
    let timeline = place.tenant.runs().timeline(run.id).await.unwrap().unwrap();
    // Whoever stops by the book interrupts nothing.
    assert_eq!(timeline.steps[0].interruptions, 0);
}

#[tokio::test]
async fn a_run_that_is_canceled_stops_its_step() {
    let world = World::new().await;
    let place = Place::new(&world.tenant("Acme").await, 2).await;
    let run = place.start().await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let builder = world.store.run_worker("one").on_tool(TOOL, endless(&tell));
    let working = Working::start(builder.lease(Duration::from_millis(300)));
    assert_eq!(heard(&mut told).await, Some("began"));
    place.tenant.runs().cancel(run.id, "not wanted any more", &ann()).await.unwrap();
    assert!(heard(&mut told).await.is_some() && heard(&mut told).await.is_some(), "it was dropped");
    let stats = working.stop().await;
    assert_eq!((stats.lost, stats.steps, stats.given_back), (1, 0, 0));
    assert_eq!(place.now(&run).await.status, RunStatus::Canceled);
    assert!(steps(&place, &run).await.iter().all(|(_, status)| *status == StepStatus::Canceled));
}

#[tokio::test]
async fn a_worker_that_has_nothing_to_do_stops_at_once() {
    let world = World::new().await;
    let working = Working::start(world.store.run_worker("w").poll(NEVER, NEVER).grace(NEVER));
    assert_eq!(working.stop().await, agentflow::runs::WorkerStats::default());
}
