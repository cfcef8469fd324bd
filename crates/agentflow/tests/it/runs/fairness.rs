//! Tenants take turns.

use std::collections::HashMap;

use agentflow::{TenantId, runs::Claim};

use super::planted::Planted;
use crate::support::World;

fn shares(claims: &[Claim]) -> HashMap<TenantId, usize> {
    let mut shares = HashMap::new();
    for claim in claims {
        *shares.entry(claim.tenant_id).or_default() += 1;
    }
    shares
}

#[tokio::test]
async fn a_tenant_with_much_to_do_does_not_keep_others_waiting() {
    let world = World::new().await;
    let large = Planted::named(&world, "Large").await;
    let medium = Planted::named(&world, "Medium").await;
    let small = Planted::named(&world, "Small").await;
    large.runs(500, 1).await;
    medium.runs(12, 1).await;
    small.runs(1, 1).await;
    let claims = large.claim("one", 30).await;
    let got = shares(&claims);
    // Ten each; what one leaves is shared by the others.
    assert_eq!(got[&small.tenant.id()], 1);
    assert_eq!(got[&medium.tenant.id()] + got[&large.tenant.id()], 29);
    assert!(got[&medium.tenant.id()] >= 10 && got[&large.tenant.id()] >= 10, "{got:?}");
}

#[tokio::test]
async fn one_at_a_time_each_has_its_turn() {
    let world = World::new().await;
    let mut all = Vec::new();
    for name in ["Acme", "Beta", "Ceta"] {
        let planted = Planted::named(&world, name).await;
        planted.runs(20, 1).await;
        all.push(planted);
    }
    let mut turns = Vec::new();
    for _ in 0..12 {
        turns.push(all[0].claim("one", 1).await.remove(0).tenant_id);
    }
    for round in turns.chunks(3) {
        let mut round = round.to_vec();
        round.sort_unstable();
        round.dedup();
        assert_eq!(round.len(), 3, "{turns:?}");
    }
}

#[tokio::test]
async fn more_tenants_than_are_claimed_at_once_have_their_turns_too() {
    let world = World::new().await;
    let mut all = Vec::new();
    for number in 0..7 {
        let planted = Planted::named(&world, &format!("Tenant {number}")).await;
        planted.runs(50, 1).await;
        all.push(planted);
    }
    let mut claims = Vec::new();
    for _ in 0..7 {
        let some = all[0].claim("one", 3).await;
        assert_eq!((some.len(), shares(&some).len()), (3, 3));
        claims.extend(some);
    }
    let got = shares(&claims);
    assert!(got.values().all(|share| *share == 3), "{got:?}");
}

#[tokio::test]
async fn who_comes_late_is_served_before_those_who_were() {
    let world = World::new().await;
    let busy = Planted::named(&world, "Busy").await;
    busy.runs(100, 1).await;
    assert_eq!(busy.claim("one", 20).await.len(), 20);
    let late = Planted::named(&world, "Late").await;
    late.runs(1, 1).await;
    let claims = busy.claim("one", 1).await;
    assert_eq!(claims[0].tenant_id, late.tenant.id());
}

#[tokio::test]
async fn one_run_beside_a_thousand_is_claimed_within_ten_claims() {
    let world = World::new().await;
    let large = Planted::named(&world, "Large").await;
    large.runs(1_000, 1).await;
    // Of the large one alone, so that it has a turn behind it and others before it.
    assert_eq!(large.claim("one", 1).await[0].tenant_id, large.tenant.id());
    let small = Planted::named(&world, "Small").await;
    small.runs(1, 1).await;
    let mut claimed_after = None;
    for number in 1..=10 {
        if large.claim("one", 1).await[0].tenant_id == small.tenant.id() {
            claimed_after = Some(number);
            break;
        }
    }
    assert_eq!(claimed_after, Some(1));
}

#[tokio::test]
async fn a_tenant_whose_turn_it_is_and_who_has_nothing_does_not_use_up_the_claim() {
    let world = World::new().await;
    let empty = Planted::named(&world, "Empty").await;
    let other = Planted::named(&world, "Other").await;
    other.runs(1, 1).await;
    let held = world.superuser().await;
    // As if a transaction that adds a run to it were open for long.
    let key = format!("agentflow run queue {}", empty.tenant.id());
    held.execute("SELECT pg_advisory_lock_shared(hashtextextended($1, 0))", &[&key]).await.unwrap();
    let first = "INSERT INTO run_queues (tenant_id, next_at, claimed_at) VALUES ($1, '-infinity', '2000-01-01')";
    held.execute(first, &[&empty.tenant.id().0]).await.unwrap();
    held.execute("UPDATE run_queues SET claimed_at = coalesce(claimed_at, '2001-01-01')", &[])
        .await
        .unwrap();
    let claims = other.claim("one", 1).await;
    assert_eq!(claims[0].tenant_id, other.tenant.id());
    let turn = "SELECT claimed_at > '2002-01-01' FROM run_queues WHERE tenant_id = $1";
    let moved = held.query_one(turn, &[&empty.tenant.id().0]).await.unwrap();
    assert!(moved.get::<_, bool>(0), "its turn is over");
}
