//! Many writers: no gap, no fork, whichever way they append.

use std::collections::BTreeSet;

use agentflow::{
    Store, Tenant,
    audit::{Appended, Verdict},
};

use super::{event, options};
use crate::support::{World, config};

const WRITERS: i64 = 64;
const EACH: i64 = 6;

/// Appends in each of the three ways; they meet in one chain.
async fn append_somehow(tenant: &Tenant, number: i64) -> Appended {
    match number % 3 {
        0 => tenant.audit().append(&event(number)).await.unwrap(),
        1 => tenant.audit().append_many(&[event(number)]).await.unwrap(),
        _ => {
            let tx = tenant.begin().await.unwrap();
            tx.audit_and_commit(&event(number)).await.unwrap()
        }
    }
}

async fn write_all(tenants: Vec<Tenant>) -> Vec<(usize, i64)> {
    let writers = (0..WRITERS).map(|writer| {
        let index = usize::try_from(writer).unwrap() % tenants.len();
        let tenant = tenants[index].clone();
        tokio::spawn(async move {
            let mut seqs = Vec::new();
            for number in 0..EACH {
                let appended = append_somehow(&tenant, writer + number).await;
                assert_eq!(appended.first_seq, appended.last_seq);
                seqs.push((index, appended.last_seq));
            }
            seqs
        })
    });
    let seqs = futures::future::join_all(writers).await;
    seqs.into_iter().flat_map(Result::unwrap).collect()
}

fn store(world: &World) -> Store {
    Store::connect(config(&world.database).with_pool(8, 16).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_writers_on_one_tenant_leave_no_gap_and_no_fork() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let store = store(&world);
    let acknowledged = write_all(vec![store.tenant(tenant.id())]).await;
    let distinct: BTreeSet<_> = acknowledged.iter().map(|(_, seq)| *seq).collect();
    let expected: BTreeSet<_> = (2..=1 + WRITERS * EACH).collect();
    assert_eq!(distinct, expected, "every number once, none left out");
    assert_eq!(acknowledged.len(), expected.len());

    let verdict = super::verify(&tenant, &options(2, 50)).await;
    assert_eq!((verdict.status, verdict.total_records), (Verdict::Success, 1 + WRITERS * EACH));
    let forks =
        "SELECT count(*) - count(DISTINCT prev_hash) + count(*) - count(DISTINCT hash) FROM audits";
    let forks: i64 = world.superuser().await.query_one(forks, &[]).await.unwrap().get(0);
    assert_eq!(forks, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_writers_on_sixty_four_tenants_do_not_meet() {
    let world = World::new().await;
    let store = store(&world);
    let mut tenants = Vec::new();
    for number in 0..WRITERS {
        let tenant = world.new_tenant(&format!("Tenant {number}")).await;
        tenants.push(store.tenant(tenant.id));
    }
    let mut acknowledged = write_all(tenants).await;
    acknowledged.sort_unstable();
    let expected = (0..usize::try_from(WRITERS).unwrap())
        .flat_map(|index| (2..=1 + EACH).map(move |seq| (index, seq)));
    assert!(acknowledged.into_iter().eq(expected));
    let report = store.admin().verify_audit(&options(2, 50), &|_| ()).await.unwrap();
    assert_eq!((report.status, report.total_records), (Verdict::Success, WRITERS * (1 + EACH)));
}
