//! How long a worker has what it claimed.

use std::time::Duration;

use agentflow::{
    Error,
    runs::{Claim, RunStatus},
};
use serde_json::json;

use super::planted::{LEASE, Planted, succeeded};
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
    for begun in planted.begin(&again).await {
        // The step that was begun was interrupted, the other one not.
        let was_begun = begun.claim.run_id == claims[0].run_id;
        assert_eq!(begun.step.interruptions, i32::from(was_begun));
    }
    assert_eq!(planted.queue.release(&claims[..2]).await.unwrap(), []);
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
