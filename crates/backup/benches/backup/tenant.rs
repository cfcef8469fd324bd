//! One tenant, exported and imported at growing sizes.

use std::{fs::File, time::Instant};

use agentflow::{
    Store,
    archive::{ArchiveTrust, ExportArchive, ImportArchive},
    audit::Actor,
};
use tokio_postgres::Client;

use crate::{
    baseline::{self, Size},
    support::{self, Samples, flag, goal, header, line},
};

/// What there is of each at the smallest size.
const UNIT: Size = Size { tenants: 1, audits: 10_000, messages: 10_000, memories: 1_000 };

pub(crate) async fn moves(store: &Store, client: &Client) {
    let times: &[u32] = if flag("full") { &[1, 4, 16] } else { &[1, 4] };
    for times in times {
        let size = Size {
            tenants: 1,
            audits: UNIT.audits * times,
            messages: UNIT.messages * times,
            memories: UNIT.memories * times,
        };
        one(store, client, size).await;
    }
}

async fn one(store: &Store, client: &Client, size: Size) {
    let name = format!("Mover {}", size.audits);
    let tenant = support::new_tenant(store, &name).await;
    baseline::fill(&tenant, client, size.audits, size).await;
    client.batch_execute("VACUUM ANALYZE").await.unwrap();
    header(&format!(
        "one tenant: {} audit entries, {} messages, {} memories",
        size.audits, size.messages, size.memories
    ));
    let key = agentflow::core::note::SigningKey::generate(
        "bench.example.com".parse().unwrap(),
        &agentflow::core::random::Generator::seeded(7),
    );
    let options = ExportArchive { signer: Some((&key).into()), ..ExportArchive::default() };
    let (admin, by) = (store.admin(), Actor::system());
    // Else it would be a part of what is measured: it takes the chain as a whole once, and later what is new.
    admin.take_checkpoints(&key, &[], Some(tenant.id())).await.unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let (mut exports, mut imports) = (Samples::default(), Samples::default());
    let megabytes = |bytes: u64, began: Instant| bytes as f64 / 1e6 / began.elapsed().as_secs_f64();

    let began = Instant::now();
    let writer = file.reopen().unwrap();
    let report =
        admin.archives().export(tenant.id(), &options, &by, writer, &|_| ()).await.unwrap();
    exports.add(megabytes(report.csv_bytes, began));

    let mut import = ImportArchive::trusting(ArchiveTrust::Unsigned);
    import.slug = Some(format!("moved-{}", size.audits).parse().unwrap());
    let began = Instant::now();
    let opened = File::open(file.path()).unwrap();
    admin.archives().import(opened, &import, &by, &|_| ()).await.unwrap();
    imports.add(megabytes(report.csv_bytes, began));

    println!(
        "  {:.0} MB of rows, {:.0} MB archive",
        report.csv_bytes as f64 / 1e6,
        report.bytes as f64 / 1e6
    );
    line("export", &exports, "MB/s");
    goal("  against its target", exports.median(), 50.0, true);
    line("import", &imports, "MB/s");
    goal("  against its target", imports.median(), 50.0, true);
    if let Some(peak) = support::peak_memory() {
        println!("  {peak:.0} MB of memory at most so far");
    }
}
