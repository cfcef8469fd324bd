use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use agentflow::{Error, archive::ExportArchive};

use super::{ann, export, file, open};
use crate::support::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_chain_is_whole_while_others_append() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let tenant = world.tenant("Busy").await;
    let stop = Arc::new(AtomicBool::new(false));
    let appending: Vec<_> = (0..4)
        .map(|_| {
            let (tenant, stop) = (tenant.clone(), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut count = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    tenant.audit().append(&crate::scope_event()).await.unwrap();
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut sizes = Vec::new();
    for _ in 0..5 {
        let (file, report) = export(&world.store, tenant.id()).await;
        // Verifying it holds the bundle against its checkpoint, and the head against the bundle.
        assert_eq!(open(&file).manifest().chain.size, report.chain_size);
        sizes.push(report.chain_size);
    }
    stop.store(true, Ordering::Relaxed);
    for task in appending {
        assert!(task.await.unwrap() > 0);
    }
    assert!(sizes.is_sorted_by(|one, next| one < next), "{sizes:?}");
}

#[tokio::test]
async fn without_a_key_the_last_checkpoint_must_be_of_the_whole_chain() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let tenant = world.tenant("Quiet").await;
    let (options, admin) = (ExportArchive::default(), world.store.admin());
    let refused = admin.archives().export(tenant.id(), &options, &ann(), file(), &|_| {}).await;
    let refused = refused.unwrap_err();
    assert!(
        matches!(&refused, Error::Conflict { reason, .. } if reason.starts_with("1 entries")),
        "{refused}"
    );
    admin.take_checkpoints(&super::key(), &[], None).await.unwrap();
    let report = admin.archives().export(tenant.id(), &options, &ann(), file(), &|_| {}).await;
    assert_eq!(report.unwrap().chain_size, 1);
}

#[tokio::test]
async fn one_connection_is_enough() {
    agentflow_postgres::needs_pgvector!();
    let world = World::with_one_connection().await;
    let tenant = world.tenant("Small").await;
    let (file, _) = export(&world.store, tenant.id()).await;
    let mut options = super::options();
    options.slug = Some("second".parse().unwrap());
    super::import_with(&world.store, &file, &options).await.unwrap();
}
