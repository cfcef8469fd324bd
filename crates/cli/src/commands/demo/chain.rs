use std::time::Instant;

use agentflow::{
    Admin, Store,
    audit::{Event, Verdict, VerifyOptions, VerifyReport},
    migrate::{Options, Target},
};

use super::{story::Told, tenants::Pair};
use crate::{
    commands::audit::BATCH,
    error::Result,
    output::{counted, thousands},
};

/// How often the file is appended for the first tenant: enough entries for a throughput that means something.
const ROUNDS: usize = 20;

pub(super) async fn migrate(store: &Store) -> Result<Told<()>> {
    let mut client = store.admin().connect().await?;
    let migrator = Admin::migrator(Options::default())?;
    let applied = migrator.up(&mut client, Target::All).await?.applied;
    let names: Vec<_> = applied.iter().map(|applied| applied.name.as_str()).collect();
    let again = migrator.up(&mut client, Target::All).await?;
    let findings = migrator.verify(&client).await?;
    let holds = !names.is_empty() && again.applied.is_empty() && findings.is_empty();
    let count = counted(names.len(), "migration", "migrations");
    let did = format!("Applied {count}: {}.", names.join(", "));
    let proved = if holds {
        "A second run finds nothing to do, and files and history agree."
    } else {
        "But a second run finds something to do."
    };
    Ok(Told { value: (), did, proved: proved.to_owned(), holds })
}

pub(super) async fn append(store: &Store, pair: &Pair, events: &[Event]) -> Result<Told<()>> {
    let began = Instant::now();
    let mut gaps = 0;
    for (tenant, rounds) in [(&pair.victim, ROUNDS), (&pair.intruder, 1)] {
        let audit = store.tenant(tenant.id).audit();
        let mut last = audit.head().await?.seq;
        for _ in 0..rounds {
            for batch in events.chunks(BATCH) {
                let appended = audit.append_many(batch).await?;
                gaps += usize::from(appended.first_seq != last + 1);
                last = appended.last_seq;
            }
        }
    }
    let count = events.len() * (ROUNDS + 1);
    let did = format!(
        "Appended {} from a file of {}: {} entries/sec.",
        counted(count, "event", "events"),
        counted(events.len(), "line", "lines"),
        thousands(per_second(count, began)),
    );
    let proved = if gaps == 0 {
        "Each is hashed over the one before, and their positions have no gap."
    } else {
        "But there are gaps in their positions."
    };
    Ok(Told { value: (), did, proved: proved.to_owned(), holds: gaps == 0 })
}

pub(super) async fn verify(store: &Store) -> Result<Told<()>> {
    let report = verify_all(store).await?;
    let holds = report.status == Verdict::Success;
    let did = format!(
        "Verified {} of {}: {} entries/sec.",
        counted(report.total_records, "entry", "entries"),
        counted(report.tenants.len(), "chain", "chains"),
        thousands(report.throughput_per_sec),
    );
    let proved = if holds {
        "Every hash is right: no entry was changed, removed, inserted or moved."
    } else {
        "But an entry is not as it was appended."
    };
    Ok(Told { value: (), did, proved: proved.to_owned(), holds })
}

pub(super) async fn verify_all(store: &Store) -> Result<VerifyReport> {
    Ok(store.admin().verify_audit(&VerifyOptions::default(), &|_| {}).await?)
}

fn per_second(count: usize, began: Instant) -> u128 {
    let count = u128::try_from(count).unwrap_or(0);
    count * 1_000_000 / began.elapsed().as_micros().max(1)
}
