//! How long a worker has what it claimed.

use std::time::Duration;

use agentflow::{
    Error,
    runs::{Claim, RecordedKind, RunStatus},
};
use serde_json::json;

use super::{
    planted::{LEASE, Planted, succeeded},
    working::eventually,
};
use crate::support::World;

/// How many seconds are left of the leases, in the order of their runs' claims.
async fn left(planted: &Planted, claims: &[Claim]) -> Vec<i64> {
    let mut all = Vec::new();
    for claim in claims {
        let sql = "SELECT round(extract(epoch FROM due_at - clock_timestamp()) / 10)::bigint * 10 FROM runs WHERE id = $1";
        all.push(planted.superuser.query_one(sql, &[&claim.run_id.0]).await.unwrap().get(0));
    }
    all
}

#[tokio::test]
async fn a_lease_that_ended_is_claimed_by_another_and_one_that_was_renewed_is_not() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(2, 1).await;
    let claims = planted.claim("one", 2).await;
    planted.begin(&claims).await;
    assert_eq!(left(&planted, &claims).await, [60, 60]);
    planted.lose_workers().await;
    // It was slow, and nobody was faster.
    let held = planted.queue.renew(&claims[..1], Duration::from_secs(300)).await.unwrap();
    assert_eq!(held, [claims[0].run_id]);
    assert_eq!(left(&planted, &claims[..1]).await, [300]);
    let again = planted.claim("two", 2).await;
    let expected = Claim { fencing: 2, was: RunStatus::Running, ..claims[1] };
    assert_eq!(again, [expected]);
    let held = planted.queue.renew(&claims, LEASE).await.unwrap();
    assert_eq!(held, [claims[0].run_id]);
}

#[tokio::test]
async fn what_is_given_back_is_claimed_at_once() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(3, 1).await;
    let claims = planted.claim("one", 3).await;
    assert_eq!(planted.begin(&claims[..1]).await.len(), 1);
    let mut given = planted.queue.release(&claims[..2]).await.unwrap();
    given.sort_unstable();
    let mut expected = vec![claims[0].run_id, claims[1].run_id];
    expected.sort_unstable();
    assert_eq!(given, expected);
    let again = planted.claim("two", 3).await;
    assert_eq!(again.len(), 2);
    assert!(planted.begin(&again).await.iter().all(|it| it.step.interruptions == 0));
    assert_eq!(planted.queue.release(&claims[..2]).await.unwrap(), []);
}

#[tokio::test]
async fn a_step_that_is_given_back_is_not_interrupted_and_takes_no_late_report() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(1, 1).await;
    let mut late = None;
    for n in 1..=25 {
        let begun = planted.work("one").await;
        assert_eq!((begun.claim.fencing, begun.step.interruptions), (n, 0));
        // Since another one has it,
        if let Some(late) = late.take() {
            assert_eq!(planted.finish(late).await, RecordedKind::Lost);
        }
        // twice, for an answer may be lost,
        for _ in 0..2 {
            let given = planted.queue.release(&[begun.claim]).await.unwrap();
            assert_eq!(given, [begun.claim.run_id]);
        }
        // and before another one has it.
        let report = begun.report(succeeded("late", None), Vec::new());
        assert_eq!(planted.finish(report.clone()).await, RecordedKind::Lost);
        late = Some(report);
    }
    // One who is lost counts as before.
    planted.work("one").await;
    planted.lose_workers().await;
    let begun = planted.work("two").await;
    assert_eq!(begun.step.interruptions, 1);
    planted.finish(begun.report(succeeded(1, None), Vec::new())).await;
    assert_eq!(planted.state(begun.claim.run_id).await.0, "succeeded");
}

#[tokio::test]
async fn runs_are_given_back_in_the_order_of_their_ids() {
    const LOCK: &str = "SELECT 1 FROM runs WHERE id = $1 FOR NO KEY UPDATE NOWAIT";
    const WAITS: &str = "SELECT EXISTS (SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0)";
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(2, 1).await;
    let mut claims = planted.claim("one", 2).await;
    claims.sort_by_key(|claim| std::cmp::Reverse(claim.run_id));
    let superuser = world.superuser().await;
    superuser.batch_execute("BEGIN").await.unwrap();
    superuser.execute(LOCK, &[&claims[1].run_id.0]).await.unwrap();
    let (queue, both) = (planted.queue.clone(), claims.clone());
    let release = tokio::spawn(async move { queue.release(&both).await.unwrap().len() });
    eventually(async || planted.superuser.query_one(WAITS, &[]).await.unwrap().get(0)).await;
    // It waits for the first one, and has not taken the second one yet.
    superuser.execute(LOCK, &[&claims[0].run_id.0]).await.unwrap();
    superuser.batch_execute("COMMIT").await.unwrap();
    assert_eq!(release.await.unwrap(), 2);
}

#[tokio::test]
async fn a_run_that_ended_has_no_lease() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(1, 1).await;
    let begun = planted.work("one").await;
    planted.finish(begun.report(succeeded(1, None), Vec::new())).await;
    assert_eq!(planted.queue.renew(&[begun.claim], LEASE).await.unwrap(), []);
    assert_eq!(planted.queue.release(&[begun.claim]).await.unwrap(), []);
    let due = "SELECT due_at FROM runs WHERE tenant_id = $1";
    assert_eq!(planted.rows(due).await, json!([{ "due_at": null }]));
    planted.lose_workers().await;
    assert_eq!(planted.claim("two", 1).await, []);
}

#[tokio::test]
async fn a_lease_is_neither_too_short_nor_too_long() {
    let world = World::new().await;
    let queue = world.store.run_queue();
    for bad in [Duration::ZERO, Duration::from_millis(99), Duration::from_secs(86_401)] {
        let error = queue.renew(&[], bad).await.unwrap_err();
        let Error::InvalidInput { input, .. } = &error else { panic!("{error:?}") };
        assert_eq!(input.to_string(), "lease: expected 100 ms to a day");
    }
    assert_eq!(queue.renew(&[], LEASE).await.unwrap(), []);
}

#[tokio::test]
async fn claims_of_several_tenants_are_renewed_together() {
    let world = World::new().await;
    let mut all = Vec::new();
    for name in ["Acme", "Beta", "Ceta", "Delta", "Eta", "Zeta"] {
        let planted = Planted::named(&world, name).await;
        planted.runs(2, 1).await;
        all.push(planted);
    }
    let claims = all[0].claim("one", 100).await;
    assert_eq!(claims.len(), 12);
    assert_eq!(all[0].begin(&claims).await.len(), 12);
    assert_eq!(all[0].queue.renew(&claims, Duration::from_secs(600)).await.unwrap().len(), 12);
    assert_eq!(left(&all[0], &claims).await, [600; 12]);
    assert_eq!(all[0].queue.release(&claims).await.unwrap().len(), 12);
}
