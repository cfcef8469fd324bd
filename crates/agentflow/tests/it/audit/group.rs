//! Appends that meet are committed together, and still fail, or go away, each for itself.

use std::{
    collections::VecDeque,
    pin::pin,
    sync::{Arc, Mutex},
};

use agentflow::{
    Error, Store, Tenant,
    audit::{AuditFilter, Verdict},
    core::{
        clock::SystemClock,
        ids::{IdSource, RandomIds},
        random::Generator,
    },
};
use uuid::Uuid;

use super::{event, options, verify};
use crate::support::{World, config};

/// Hands out given ids first, and then random ones.
struct Given(Mutex<VecDeque<Uuid>>, RandomIds);

impl IdSource for Given {
    fn next_id(&self, now: jiff::Timestamp) -> Uuid {
        let given = self.0.lock().unwrap().pop_front();
        given.unwrap_or_else(|| self.1.next_id(now))
    }
}

/// A tenant, and a second handle of it in a store that hands out `ids`.
async fn tenant_with_ids(ids: &[u128]) -> (World, Tenant, Tenant) {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let ids = ids.iter().copied().map(Uuid::from_u128).collect();
    let ids = Given(Mutex::new(ids), RandomIds::seeded(7));
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(Generator::from_os()));
    let store =
        Store::with_sources(config(&world.database), clock, Arc::new(ids), entropy).unwrap();
    let same = store.tenant(tenant.id());
    (world, tenant, same)
}

#[tokio::test]
async fn appends_that_wait_for_the_same_chain_are_committed_together() {
    let (_world, tenant, _) = tenant_with_ids(&[]).await;
    let audit = tenant.audit();
    let holder = tenant.begin().await.unwrap();
    holder.audit(&event("holder")).await.unwrap();
    let (a, b, c) = (event("a"), event("b"), event("c"));
    // join! polls in order: all three wait in line before the chain is let go.
    let (a, b, c, held) =
        tokio::join!(biased; audit.append(&a), audit.append(&b), audit.append(&c), holder.commit());
    held.unwrap();
    let (a, b, c) = (a.unwrap(), b.unwrap(), c.unwrap());
    assert_eq!((a.last_seq, b.last_seq, c.last_seq), (3, 4, 5));
    assert_eq!(b.head_hash, c.head_hash, "committed together");
    assert_eq!(audit.head().await.unwrap().hash, c.head_hash);
    assert_eq!(verify(&tenant, &options(1, 10)).await.status, Verdict::Success);
}

#[tokio::test]
async fn an_id_that_is_taken_fails_alone() {
    let (_world, tenant, same) = tenant_with_ids(&[9, 1, 2, 1, 3]).await;
    let audit = same.audit();
    // From here on nobody has to ask what the tenant wants recorded, and they come in their order.
    audit.append(&event("first")).await.unwrap();
    let holder = tenant.begin().await.unwrap();
    holder.audit(&event("holder")).await.unwrap();
    let (a, b, c, d) = (event("a"), event("b"), event("c"), event("d"));
    let (a, b, c, d, held) = tokio::join!(
        biased;
        audit.append(&a),
        audit.append(&b),
        audit.append(&c),
        audit.append(&d),
        holder.commit()
    );
    held.unwrap();
    let seqs = (a.unwrap().last_seq, b.unwrap().last_seq, d.unwrap().last_seq);
    assert_eq!(seqs, (4, 5, 6), "the others leave no gap");
    let error = c.unwrap_err();
    assert!(matches!(&error, Error::AlreadyExists { what, .. } if what == "id"), "{error:?}");
    let entries = audit.list(&AuditFilter::default(), 3).await.unwrap();
    let stored: Vec<_> =
        entries.iter().map(|entry| entry.resource_id.as_deref().unwrap()).collect();
    assert_eq!(stored, ["d", "b", "a"]);
    assert_eq!(verify(&tenant, &options(1, 10)).await.status, Verdict::Success);
}

#[tokio::test]
async fn an_id_that_is_taken_undoes_the_whole_call_that_has_it() {
    let (_world, tenant, same) = tenant_with_ids(&[1, 2, 2]).await;
    let error = same.audit().append_many(&[event(1), event(2), event(3)]).await.unwrap_err();
    assert!(matches!(&error, Error::AlreadyExists { .. }), "{error:?}");
    assert_eq!(tenant.audit().head().await.unwrap().seq, 1);
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_stall_the_others() {
    let (_world, tenant, _) = tenant_with_ids(&[]).await;
    let audit = tenant.audit();
    let holder = tenant.begin().await.unwrap();
    holder.audit(&event("holder")).await.unwrap();
    let (gone, waiting) = (event("gone"), event("waiting"));
    {
        let mut first = pin!(audit.append(&gone));
        assert!(futures::poll!(&mut first).is_pending());
        let mut second = pin!(audit.append(&gone));
        assert!(futures::poll!(&mut second).is_pending());
    }
    let (stored, held) = tokio::join!(biased; audit.append(&waiting), holder.commit());
    held.unwrap();
    let stored = stored.unwrap();
    assert_eq!(stored.last_seq, audit.head().await.unwrap().seq);
    assert_eq!(verify(&tenant, &options(1, 10)).await.status, Verdict::Success);
}

#[tokio::test]
async fn waiting_appends_to_a_suspended_tenant_are_all_refused() {
    let (world, tenant, _) = tenant_with_ids(&[]).await;
    let ann = agentflow::audit::Actor::user("ann");
    world.store.admin().tenants().suspend(tenant.id(), &ann).await.unwrap();
    let audit = tenant.audit();
    let (a, b) = (event("a"), event("b"));
    let (a, b) = tokio::join!(audit.append(&a), audit.append(&b));
    for error in [a.unwrap_err(), b.unwrap_err()] {
        assert!(matches!(error, Error::Denied { .. }), "{error:?}");
    }
    let report = world.store.admin().verify_audit(&options(2, 1), &|_| ()).await.unwrap();
    assert_eq!((report.status, report.total_records), (Verdict::Success, 2), "{report:?}");
}

#[test]
fn appends_go_on_in_another_runtime_after_theirs_has_ended() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let lasting = runtime();
    let (world, id) = lasting.block_on(async {
        let world = crate::support::World::new().await;
        let id = world.new_tenant("Acme").await.id;
        (world, id)
    });
    // The append has begun its task when the runtime ends, and the task has not run.
    let brief = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    brief.block_on(async {
        let (audit, event) = (world.store.tenant(id).audit(), event(1));
        let mut append = pin!(audit.append(&event));
        assert!(futures::poll!(append.as_mut()).is_pending());
    });
    drop(brief);
    let appended = lasting.block_on(async {
        let (audit, event) = (world.store.tenant(id).audit(), event(2));
        tokio::time::timeout(std::time::Duration::from_secs(20), audit.append(&event)).await
    });
    appended.expect("the append returns").unwrap();
    lasting.block_on(async { drop(world) });
}

#[tokio::test]
async fn what_gathers_behind_a_stuck_chain_is_bounded_when_callers_give_up() {
    const CALLERS: usize = 200;
    let (_world, tenant, _) = tenant_with_ids(&[]).await;
    let audit = tenant.audit();
    audit.append(&event("first")).await.unwrap();
    let holder = tenant.begin().await.unwrap();
    holder.audit(&event("holder")).await.unwrap();
    // Half a megabyte each, so that 64 MB are not enough for all of them.
    let big = event("big").with_detail("text", "x".repeat(1 << 19));
    for _ in 0..CALLERS {
        let mut given_up = pin!(audit.append(&big));
        assert!(futures::poll!(&mut given_up).is_pending());
    }
    holder.commit().await.unwrap();
    // Whoever comes now is behind all of those.
    let last = audit.append(&event("last")).await.unwrap();
    let gathered = last.last_seq - 3;
    assert!((100..150).contains(&gathered), "{gathered} of {CALLERS} gathered");
    assert_eq!(verify(&tenant, &options(1, 10)).await.status, Verdict::Success);
}
