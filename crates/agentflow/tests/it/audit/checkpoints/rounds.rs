//! What a round takes and what it writes.

use agentflow::{Tenant, audit::Actor, core::audit::TenantLogEntry};
use futures::future::join_all;
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};

use super::{
    Shelf, assert_checkpoints_are_right, assert_tenant_log_is_right, key, origin, round, sinks,
};
use crate::{audit::event, support::World};

async fn append(tenant: &Tenant, count: usize) {
    if count > 0 {
        let events: Vec<_> = (0..count).map(event).collect();
        tenant.audit().append_many(&events).await.unwrap();
    }
}

/// What happens before a round: how many entries each tenant gets.
type Step = [usize; 3];

#[tokio::test(flavor = "multi_thread")]
async fn rounds_one_by_one_give_what_a_tree_over_all_entries_gives() {
    let world = World::new().await;
    let admin = world.store.admin();
    let superuser = world.superuser().await;
    let tenants: Vec<_> =
        futures::future::join_all(["Acme", "Beta", "Gamma"].map(|name| world.tenant(name))).await;
    let mut runner =
        TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let counts = prop_oneof![3 => Just(0_usize), 4 => 1_usize..5, 2 => 5_usize..200];
    let steps = vec([counts.clone(), counts.clone(), counts], 1..4);
    let runtime = tokio::runtime::Handle::current();
    let run = |steps: Vec<Step>| {
        tokio::task::block_in_place(|| {
            runtime.block_on(async {
                for step in &steps {
                    let appended =
                        tenants.iter().zip(step).map(|(tenant, count)| append(tenant, *count));
                    join_all(appended).await;
                    let report = round(&admin, &[]).await;
                    assert!(report.entries >= step.iter().sum::<usize>() as u64);
                }
                for tenant in &tenants {
                    let sizes = assert_checkpoints_are_right(&superuser, tenant.id()).await;
                    assert_eq!(sizes.last(), Some(&tenant.audit().head().await.unwrap().seq));
                }
            });
        });
        Ok(())
    };
    runner.run(&steps, run).unwrap();
    assert!(assert_tenant_log_is_right(&superuser).await.len() >= 12);
}

#[tokio::test]
async fn more_entries_than_one_segment_are_one_checkpoint() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    for _ in 0..21 {
        append(&tenant, 1_000).await;
    }
    let report = round(&world.store.admin(), &[]).await;
    assert_eq!((report.checkpoints, report.entries), (1, 21_001));
    let superuser = world.superuser().await;
    assert_eq!(assert_checkpoints_are_right(&superuser, tenant.id()).await, [21_001]);
}

#[tokio::test]
async fn nothing_is_written_or_published_when_nothing_is_new() {
    let world = World::new().await;
    let (admin, shelf) = (world.store.admin(), Shelf::new("shelf"));
    let empty = round(&admin, &[&shelf]).await;
    assert_eq!((empty.checkpoints, empty.tenant_log, shelf.checkpoints().len()), (0, 0, 0));

    let tenant = world.tenant("Acme").await;
    round(&admin, &[&shelf]).await;
    let given = shelf.checkpoints().len();
    assert_eq!(given, 2, "the tenant's and the log's");
    let head = tenant.audit().head().await.unwrap();
    for _ in 0..2 {
        let report = round(&admin, &[&shelf]).await;
        assert_eq!((report.checkpoints, report.entries, report.tenant_log), (0, 0, 1));
        assert_eq!(report.sinks[0].published, 0);
    }
    assert_eq!(shelf.checkpoints().len(), given);
    assert_eq!(tenant.audit().head().await.unwrap(), head, "a checkpoint is no entry of the chain");
    let superuser = world.superuser().await;
    assert_eq!(assert_tenant_log_is_right(&superuser).await.len(), 1);
}

const NAMES: [&str; 8] = ["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight"];

#[tokio::test(flavor = "multi_thread")]
async fn of_several_checkpointers_at_once_each_checkpoint_is_taken_by_one() {
    let world = World::new().await;
    let tenants: Vec<_> = join_all(NAMES.map(|name| world.tenant(name))).await;
    let superuser = world.superuser().await;
    let shelf = Shelf::new("shelf");
    let mut taken = 0;
    for _ in 0..5 {
        join_all(tenants.iter().map(|tenant| append(tenant, 3))).await;
        let (admin, key, sinks) = (world.store.admin(), key(), sinks(&[&shelf]));
        let rounds = (0..4).map(|_| {
            let (admin, key, sinks) = (admin.clone(), key.clone(), sinks.clone());
            tokio::spawn(async move { admin.take_checkpoints(&key, &sinks, None).await.unwrap() })
        });
        for report in join_all(rounds).await {
            let report = report.unwrap();
            assert!(report.is_complete(), "{report:?}");
            taken += report.checkpoints;
        }
    }
    assert_eq!(taken, 40, "each once");
    assert_eq!(assert_tenant_log_is_right(&superuser).await.len(), 40);
    for tenant in &tenants {
        let sizes = assert_checkpoints_are_right(&superuser, tenant.id()).await;
        assert_eq!(sizes, [4, 7, 10, 13, 16]);
        let mut published = shelf.sizes(origin(tenant.id()).as_str());
        published.sort_unstable();
        published.dedup();
        assert_eq!(published, [4, 7, 10, 13, 16]);
    }
}

#[tokio::test]
async fn appending_goes_on_while_a_checkpoint_is_taken() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    append(&tenant, 50).await;
    let superuser = world.superuser().await;
    // As a checkpointer that is in the middle of its work holds them.
    superuser
        .batch_execute(&format!(
            "BEGIN; LOCK TABLE tenant_log IN SHARE ROW EXCLUSIVE MODE;
             SELECT FROM audit_heads WHERE tenant_id = '{}' FOR KEY SHARE",
            tenant.id()
        ))
        .await
        .unwrap();
    append(&tenant, 1).await;
    superuser.batch_execute("COMMIT").await.unwrap();
    assert_eq!(round(&world.store.admin(), &[]).await.entries, 52);
}

#[tokio::test]
async fn one_tenant_alone_can_be_taken() {
    let world = World::new().await;
    let (acme, beta) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let admin = world.store.admin();
    let report = admin.take_checkpoints(&key(), &[], Some(acme.id())).await.unwrap();
    assert_eq!((report.checkpoints, report.tenant_log), (1, 1));
    let superuser = world.superuser().await;
    assert_eq!(assert_checkpoints_are_right(&superuser, acme.id()).await, [1]);
    assert!(assert_checkpoints_are_right(&superuser, beta.id()).await.is_empty());
    let nobody = agentflow::TenantId(uuid::Uuid::from_u128(1));
    let error = admin.take_checkpoints(&key(), &[], Some(nobody)).await.unwrap_err();
    assert!(matches!(error, agentflow::Error::NotFound { .. }), "{error}");
}

#[tokio::test]
async fn entries_before_the_last_checkpoint_are_not_read_again() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    append(&tenant, 100).await;
    let admin = world.store.admin();
    round(&admin, &[]).await;
    append(&tenant, 1).await;
    let superuser = world.superuser().await;
    let remove = format!(
        "SET session_replication_role = replica;
         CREATE TABLE kept AS SELECT tenant_id, id, seq, prev_hash, hash, record FROM audits WHERE seq <= 101;
         DELETE FROM audits WHERE tenant_id = '{}' AND seq <= 101",
        tenant.id()
    );
    superuser.batch_execute(&remove).await.unwrap();
    assert_eq!(round(&admin, &[]).await.entries, 1);
    let restore =
        "INSERT INTO audits (tenant_id, id, seq, prev_hash, hash, record) SELECT * FROM kept";
    superuser.batch_execute(restore).await.unwrap();
    assert_eq!(assert_checkpoints_are_right(&superuser, tenant.id()).await, [101, 102]);
}

#[tokio::test]
async fn the_log_of_all_tenants_lists_them_with_their_heads() {
    let world = World::new().await;
    let (acme, beta) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let admin = world.store.admin();
    round(&admin, &[]).await;
    append(&acme, 4).await;
    admin.tenants().delete(beta.id(), &Actor::user("tester")).await.unwrap();
    round(&admin, &[]).await;
    let superuser = world.superuser().await;
    let mut fold = std::collections::BTreeMap::new();
    for entry in assert_tenant_log_is_right(&superuser).await {
        fold.insert(entry.tenant_id(), entry);
    }
    let head = acme.audit().head().await.unwrap();
    assert!(matches!(
        fold[&acme.id()],
        TenantLogEntry::Checkpoint { size: 5, head_hash, .. } if head_hash == head.hash
    ));
    let tombstone = admin.tenants().tombstone(beta.id()).await.unwrap().unwrap();
    assert!(matches!(
        fold[&beta.id()],
        TenantLogEntry::Deleted { size: 2, head_hash, .. } if head_hash == tombstone.last_hash
    ));
}
