//! The checkpointer that runs on its own.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use agentflow::{
    Store,
    audit::{CheckpointPolicy, RoundReport},
    core::{clock::ManualClock, ids::RandomIds, random::Generator},
};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, oneshot};

use super::{Shelf, key, sinks};
use crate::{
    audit::event,
    support::{World, config, database},
};

const START: Timestamp = Timestamp::UNIX_EPOCH;

/// A checkpointer at work, which tells of its rounds.
struct Running {
    world: World,
    clock: Arc<ManualClock>,
    rounds: mpsc::UnboundedReceiver<Result<RoundReport, String>>,
    stop: Option<oneshot::Sender<()>>,
    ended: tokio::task::JoinHandle<()>,
}

impl Running {
    async fn start(shelf: &Arc<Shelf>, every: Duration, entries: u64) -> Self {
        let (database, clock) = (database().await, Arc::new(ManualClock::at(START)));
        let (ids, entropy) = (Arc::new(RandomIds::from_os()), Arc::new(Generator::seeded(1)));
        let clock_of_store = Arc::clone(&clock);
        let store = Store::with_sources(config(&database), clock_of_store, ids, entropy).unwrap();
        let world = World { store, database };
        let (stop, stopped) = oneshot::channel();
        let (tell, rounds) = mpsc::unbounded_channel();
        let (admin, sinks) = (world.store.admin(), sinks(&[shelf]));
        let policy = CheckpointPolicy { every, entries, poll: Duration::from_millis(5) };
        let ended = tokio::spawn(async move {
            let tell = Mutex::new(tell);
            let observe = |taken: &agentflow::Result<RoundReport>| {
                let taken = taken.as_ref().map_err(ToString::to_string).cloned();
                let _ = tell.lock().unwrap().send(taken);
            };
            let shutdown = async { drop(stopped.await) };
            admin.run_checkpointer(&key(), &sinks, policy, &observe, shutdown).await;
        });
        let mut running = Self { world, clock, rounds, stop: Some(stop), ended };
        assert_eq!(running.next().await.unwrap().checkpoints, 0, "the round it begins with");
        running
    }

    async fn next(&mut self) -> Result<RoundReport, String> {
        let next = tokio::time::timeout(Duration::from_secs(60), self.rounds.recv()).await;
        next.expect("a round is due").unwrap()
    }

    fn advance(&self, seconds: i64) {
        let now = agentflow::core::clock::Clock::now(self.clock.as_ref());
        self.clock.set(now + SignedDuration::from_secs(seconds));
    }

    async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.ended.await.unwrap();
        assert!(self.rounds.recv().await.is_none(), "no round came that was not due");
    }
}

#[tokio::test]
async fn a_round_is_taken_when_an_entry_waited_long_enough() {
    let shelf = Shelf::new("shelf");
    let mut running = Running::start(&shelf, Duration::from_secs(10), 1_000).await;
    running.world.tenant("Acme").await;
    running.advance(9);
    running.world.tenant("Beta").await;
    running.advance(1);
    let report = running.next().await.unwrap();
    assert_eq!((report.checkpoints, report.entries), (2, 2), "Beta's goes along");
    running.stop().await;
}

#[tokio::test]
async fn a_round_is_taken_at_once_when_a_tenant_has_many_new_entries() {
    let shelf = Shelf::new("shelf");
    let mut running = Running::start(&shelf, Duration::from_secs(1_000_000), 10).await;
    let acme = running.world.tenant("Acme").await;
    let events: Vec<_> = (0..9).map(event).collect();
    acme.audit().append_many(&events).await.unwrap();
    assert_eq!(running.next().await.unwrap().entries, 10);
    acme.audit().append_many(&events).await.unwrap();
    running.stop().await;
}

/// Appends an entry that bears this time.
async fn append_dated(running: &Running, tenant: agentflow::TenantId, time: &str) {
    let sql = format!(
        "SELECT set_config('app.tenant_id', '{tenant}', false);
         SELECT audit_append('{tenant}', ARRAY[gen_random_uuid()], ARRAY['{{\"occurred_at\":\"{time}\"}}'])"
    );
    running.world.superuser().await.batch_execute(&sql).await.unwrap();
}

#[tokio::test]
async fn the_time_that_an_entry_bears_makes_it_wait_neither_more_nor_less() {
    let shelf = Shelf::new("shelf");
    let mut running = Running::start(&shelf, Duration::from_secs(10), 1_000).await;
    let acme = running.world.tenant("Acme").await.id();
    running.advance(10);
    assert_eq!(running.next().await.unwrap().entries, 1);
    for time in ["2099-01-01T00:00:00Z", "1900-01-01T00:00:00Z"] {
        append_dated(&running, acme, time).await;
        running.advance(9);
        append_dated(&running, acme, time).await;
        running.advance(1);
        assert_eq!(running.next().await.unwrap().entries, 2, "{time}");
    }
    running.stop().await;
}

#[tokio::test]
async fn what_the_checkpointer_signed_it_does_not_sign_differently() {
    let shelf = Shelf::new("shelf");
    let mut running = Running::start(&shelf, Duration::from_secs(10), 1).await;
    let acme = running.world.tenant("Acme").await;
    assert_eq!(running.next().await.unwrap().checkpoints, 1);
    // No sink can tell, and the database tells of nothing.
    shelf.forge(Vec::clear);
    let superuser = running.world.superuser().await;
    let forge = "SET session_replication_role = replica;
                 DELETE FROM audit_checkpoints; DELETE FROM tenant_log;
                 DELETE FROM tenant_log_checkpoints; DELETE FROM audit_sinks";
    superuser.batch_execute(forge).await.unwrap();
    acme.audit().append(&event(1)).await.unwrap();
    let error = running.next().await.unwrap_err();
    assert!(error.contains("forgot a checkpoint that was signed"), "{error}");
    running.stop().await;
    assert!(shelf.checkpoints().is_empty());
}

#[tokio::test]
async fn a_failing_sink_is_tried_again_after_a_pause() {
    let shelf = Shelf::new("shelf");
    let mut running = Running::start(&shelf, Duration::from_secs(10), 1).await;
    shelf.set_broken(true);
    running.world.tenant("Acme").await;
    assert!(!running.next().await.unwrap().is_complete());
    // What is due meanwhile does not wait for the sink.
    running.world.tenant("Beta").await;
    let report = running.next().await.unwrap();
    assert_eq!((report.checkpoints, report.is_complete()), (1, false));
    shelf.set_broken(false);
    running.advance(600);
    let report = running.next().await.unwrap();
    assert_eq!((report.checkpoints, report.sinks[0].published), (0, 3));
    running.stop().await;
}

#[tokio::test]
async fn a_tampered_tenant_holds_up_nobody_else_and_is_tried_again() {
    let shelf = Shelf::new("shelf");
    let mut running = Running::start(&shelf, Duration::from_secs(1_000_000), 2).await;
    let acme = running.world.tenant("Acme").await;
    let superuser = running.world.superuser().await;
    let forge = "SET session_replication_role = replica; UPDATE audits SET record = '{}'; RESET session_replication_role";
    superuser.batch_execute(forge).await.unwrap();
    acme.audit().append(&event(1)).await.unwrap();
    assert_eq!(running.next().await.unwrap().refused.len(), 1);
    // Beta is due at once, Acme is not looked at again before its time.
    let beta = running.world.tenant("Beta").await;
    beta.audit().append(&event(1)).await.unwrap();
    let report = running.next().await.unwrap();
    assert_eq!((report.checkpoints, report.refused.len()), (1, 1));
    running.advance(600);
    let report = running.next().await.unwrap();
    assert_eq!((report.checkpoints, report.refused.len()), (0, 1));
    running.stop().await;
}

#[tokio::test]
async fn a_database_that_goes_away_is_survived() {
    let shelf = Shelf::new("shelf");
    let mut running = Running::start(&shelf, Duration::from_secs(10), 1).await;
    let superuser = running.world.superuser().await;
    superuser.batch_execute("ALTER TABLE tenant_log RENAME TO hidden").await.unwrap();
    let acme = running.world.tenant("Acme").await;
    running.next().await.unwrap_err();
    superuser.batch_execute("ALTER TABLE hidden RENAME TO tenant_log").await.unwrap();
    acme.audit().append(&event(1)).await.unwrap();
    running.advance(600);
    assert_eq!(running.next().await.unwrap().entries, 2);
    running.stop().await;
}

#[tokio::test]
async fn a_round_under_way_is_finished_when_it_is_told_to_stop() {
    let shelf = Shelf::new("shelf");
    let mut running = Running::start(&shelf, Duration::from_secs(10), 1).await;
    let superuser = running.world.superuser().await;
    superuser
        .batch_execute("BEGIN; LOCK TABLE tenant_log IN SHARE ROW EXCLUSIVE MODE")
        .await
        .unwrap();
    running.world.tenant("Acme").await;
    // It waits for the lock: the round is under way.
    let waits =
        "SELECT count(*) FROM pg_locks WHERE relation = 'tenant_log'::regclass AND NOT granted";
    while superuser.query_one(waits, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        tokio::task::yield_now().await;
    }
    running.stop.take().unwrap().send(()).unwrap();
    superuser.batch_execute("COMMIT").await.unwrap();
    assert_eq!(running.next().await.unwrap().sinks[0].published, 2);
    running.ended.await.unwrap();
    assert_eq!(shelf.checkpoints().len(), 2);
}
