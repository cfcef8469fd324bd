//! The audit chain: appending, listing, and what verification sees of any tampering.

mod append;
mod attacks;
mod checkpoints;
mod completeness;
mod concurrency;
mod config;
mod crash;
mod disguise;
mod ends;
mod export;
mod group;
mod levels;
mod list;
mod masking;
mod model;
mod protection;
mod prove;
mod prune;
mod tamper;
mod verify;

use agentflow::{
    Tenant,
    audit::{Actor, Event, Resource, TenantVerdict, Verdict, VerifyOptions, VerifyReport},
};
use tokio_postgres::Client;

use crate::support::World;

/// An event that can be told from others by its number.
fn event(number: impl std::fmt::Display) -> Event {
    Event::new("thing.done", Resource::new("thing", &number), Actor::user("ann"))
        .with_detail("number", number.to_string())
}

fn options(jobs: usize, segment: i64) -> VerifyOptions {
    VerifyOptions { jobs, segment, ..VerifyOptions::default() }
}

async fn verify(tenant: &Tenant, options: &VerifyOptions) -> TenantVerdict {
    let mut report = tenant.audit().verify(options, &|_| ()).await.unwrap();
    assert_eq!(report.tenants.len(), 1);
    report.tenants.remove(0)
}

/// A chain and somebody who can do everything to it.
struct Victim {
    world: World,
    tenant: Tenant,
    superuser: Client,
}

impl Victim {
    /// A chain of `length` entries.
    async fn with_entries(length: usize) -> Self {
        let world = World::new().await;
        let tenant = world.tenant("Acme").await;
        let superuser = world.superuser().await;
        fill(&tenant, length).await;
        Self { world, tenant, superuser }
    }

    /// Runs statements with triggers off. `:t` is the tenant.
    async fn forge(&self, sql: &str) {
        let sql = sql.replace(":t", &format!("'{}'", self.tenant.id()));
        self.superuser
            .batch_execute(&format!("SET session_replication_role = replica; {sql}"))
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// The verdict, which must not depend on how the work is cut and shared.
    async fn verdict(&self, deep: bool) -> TenantVerdict {
        let whole = verify(&self.tenant, &VerifyOptions { deep, ..options(1, 20_000) }).await;
        for (jobs, segment) in [(1, 1), (1, 3), (4, 2), (4, 7), (2, 64)] {
            let parts = VerifyOptions { deep, ..options(jobs, segment) };
            let parts = verify(&self.tenant, &parts).await;
            assert_eq!(parts, whole, "{jobs} jobs, segments of {segment}");
        }
        whole
    }

    async fn assert_intact(&self, deep: bool) {
        let verdict = self.verdict(deep).await;
        assert_eq!(verdict.status, Verdict::Success, "{verdict:?}");
        assert_eq!(verdict.verified_records, verdict.total_records);
        assert_eq!((verdict.first_tampered_seq, &verdict.error_message), (None, &None));
    }

    /// The first wrong entry is `seq`, and the report says about it what it should.
    async fn assert_tampered(&self, deep: bool, seq: i64, reason: &str) {
        let verdict = self.verdict(deep).await;
        assert_eq!(verdict.status, Verdict::Tampered, "nothing was noticed; expected: {reason}");
        assert_eq!(verdict.first_tampered_seq, Some(seq), "{verdict:?}");
        let message = verdict.error_message.unwrap();
        assert!(message.contains(reason), "{message:?} does not say {reason:?}");
        assert_eq!(verdict.first_tampered_index, Some((seq - 1).max(0)));
        assert_eq!(verdict.verified_records, (seq - 1).max(0));
    }

    async fn verify_all(&self) -> VerifyReport {
        self.world.store.admin().verify_audit(&options(2, 10), &|_| ()).await.unwrap()
    }
}

/// Appends until the chain has `length` entries; creating the tenant was the first.
async fn fill(tenant: &Tenant, length: usize) {
    let events: Vec<_> = (2..=length).map(event).collect();
    if !events.is_empty() {
        tenant.audit().append_many(&events).await.unwrap();
    }
}

/// Rebuilds the hashes of a chain from one entry on, as somebody with enough rights can. `:from` is that entry.
const RECHAIN: &str = "
    DO $$
    DECLARE
        v_row record;
        v_hash bytea := (SELECT prev_hash FROM audits WHERE tenant_id = :t AND seq = :from LIMIT 1);
    BEGIN
        FOR v_row IN SELECT ctid, record FROM audits WHERE tenant_id = :t AND seq >= :from ORDER BY seq LOOP
            UPDATE audits
            SET prev_hash = v_hash, hash = sha256(v_hash || convert_to(v_row.record, 'UTF8'))
            WHERE tenant_id = :t AND ctid = v_row.ctid
            RETURNING hash INTO v_hash;
        END LOOP;
    END
    $$;";

fn rechain(from: i64) -> String {
    RECHAIN.replace(":from", &from.to_string())
}
