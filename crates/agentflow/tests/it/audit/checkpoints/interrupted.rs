//! Rounds that end in the middle, and sinks that fail.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use agentflow::{
    audit::CheckpointSink,
    core::{
        audit::{Checkpoint, SignedCheckpoint},
        note::KeyName,
    },
};
use futures::{FutureExt, future::BoxFuture};
use tokio::sync::Notify;

use super::{Shelf, assert_tenant_log_is_right, key, origin, round, sinks};
use crate::{audit::event, support::World};

const LOG: &str = "audit.example.com/tenants";

/// Takes some checkpoints, and then none, for ever: as if the process had died there.
#[derive(Debug)]
struct Stuck {
    shelf: Arc<Shelf>,
    left: AtomicUsize,
    halted: Notify,
}

impl CheckpointSink for Stuck {
    fn name(&self) -> &str {
        self.shelf.name()
    }

    fn last<'a>(
        &'a self,
        origin: &'a KeyName,
    ) -> BoxFuture<'a, agentflow::Result<Option<Checkpoint>>> {
        self.shelf.last(origin)
    }

    fn publish<'a>(
        &'a self,
        checkpoint: &'a SignedCheckpoint,
    ) -> BoxFuture<'a, agentflow::Result<()>> {
        async move {
            if self.left.load(Ordering::Relaxed) == 0 {
                self.halted.notify_one();
                std::future::pending::<()>().await;
            }
            self.left.fetch_sub(1, Ordering::Relaxed);
            self.shelf.publish(checkpoint).await
        }
        .boxed()
    }
}

#[tokio::test]
async fn a_checkpointer_killed_while_it_publishes_publishes_the_rest_later() {
    for given in 0..4 {
        let world = World::new().await;
        let (admin, shelf) = (world.store.admin(), Shelf::new("shelf"));
        let (acme, beta) = (world.tenant("Acme").await, world.tenant("Beta").await);
        let stuck = Arc::new(Stuck {
            shelf: Arc::clone(&shelf),
            left: AtomicUsize::new(given),
            halted: Notify::new(),
        });
        let killed = tokio::spawn({
            let (admin, stuck) = (admin.clone(), Arc::clone(&stuck) as Arc<dyn CheckpointSink>);
            async move { admin.take_checkpoints(&key(), &[stuck], None).await }
        });
        if given < 3 {
            stuck.halted.notified().await;
            killed.abort();
            assert!(killed.await.unwrap_err().is_cancelled());
        } else {
            killed.await.unwrap().unwrap();
        }
        assert_eq!(shelf.checkpoints().len(), given);
        acme.audit().append(&event(given)).await.unwrap();
        round(&admin, &[&shelf]).await;
        let mut acmes = shelf.sizes(origin(acme.id()).as_str());
        acmes.dedup();
        assert_eq!(acmes, [1, 2], "in order, after {given}");
        let mut betas = shelf.sizes(origin(beta.id()).as_str());
        betas.dedup();
        assert_eq!(betas, [1]);
        assert_eq!(shelf.sizes(LOG).last(), Some(&3));
        assert_eq!(
            shelf.checkpoints().last().unwrap().origin.as_str(),
            LOG,
            "what covers all is last"
        );
    }
}

#[tokio::test]
async fn a_round_killed_before_the_log_was_signed_is_finished_by_the_next() {
    let world = World::new().await;
    let (admin, shelf) = (world.store.admin(), Shelf::new("shelf"));
    let acme = world.tenant("Acme").await;
    round(&admin, &[]).await;
    let superuser = world.superuser().await;
    let forget = "SET session_replication_role = replica; DELETE FROM tenant_log_checkpoints";
    superuser.batch_execute(forget).await.unwrap();
    let report = round(&admin, &[&shelf]).await;
    assert_eq!((report.checkpoints, report.sinks[0].published), (0, 2));
    assert_eq!(shelf.sizes(origin(acme.id()).as_str()), [1]);
    assert_eq!(assert_tenant_log_is_right(&superuser).await.len(), 1);
}

#[tokio::test]
async fn a_failing_sink_loses_nothing_and_stops_none_of_the_others() {
    let world = World::new().await;
    let (admin, good, bad) = (world.store.admin(), Shelf::new("good"), Shelf::new("bad"));
    let acme = world.tenant("Acme").await;
    bad.set_broken(true);
    for number in 0..3 {
        acme.audit().append(&event(number)).await.unwrap();
        let report = admin.take_checkpoints(&key(), &sinks(&[&bad, &good]), None).await.unwrap();
        assert!(!report.is_complete());
        let error = report.sinks[0].error.as_ref().unwrap().to_string();
        assert!(error.contains("the shelf is broken"), "{error}");
        assert_eq!((report.sinks[0].published, report.sinks[1].published), (0, 2));
        assert!(report.sinks[1].error.is_none());
    }
    bad.set_broken(false);
    let report = round(&admin, &[&bad, &good]).await;
    assert_eq!((report.sinks[0].published, report.sinks[1].published), (4, 0));
    assert_eq!(bad.sizes(origin(acme.id()).as_str()), [2, 3, 4], "nothing is lost");
    assert_eq!(bad.sizes(LOG), [3], "one signature covers all of them");
    assert_eq!(good.sizes(LOG), [1, 2, 3]);
}

#[tokio::test]
async fn a_sink_that_comes_late_is_given_everything() {
    let world = World::new().await;
    let (admin, early, late) = (world.store.admin(), Shelf::new("early"), Shelf::new("late"));
    let acme = world.tenant("Acme").await;
    for number in 0..3 {
        round(&admin, &[&early]).await;
        acme.audit().append(&event(number)).await.unwrap();
    }
    round(&admin, &[&early, &late]).await;
    let acme = origin(acme.id());
    assert_eq!(late.sizes(acme.as_str()), early.sizes(acme.as_str()));
    assert_eq!(late.sizes(acme.as_str()), [1, 2, 3, 4]);
}
