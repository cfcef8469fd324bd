//! What an attacker with all rights can do, against each thing that is there to notice it: the chain and its head, signed
//! checkpoints in the same database, and copies of them elsewhere.

mod alerts;
mod copies;
mod coverage;
mod excess;
mod keys;
pub mod notary;
mod pruned;
mod random;
mod resume;
mod rows;
mod table;
mod tenant_log;

use agentflow::audit::{Actor, TenantVerdict, Verdict, VerifyOptions, VerifyReport};
use agentflow::core::audit::TrustedKeys;

use super::{Victim, event, options};
use notary::Notary;

/// Everything there is that the attacker did not take care of before.
const COVER_UP: &str =
    "DELETE FROM audit_checkpoints; DELETE FROM tenant_log; DELETE FROM tenant_log_checkpoints";

/// The head says what the last row says, so that the chain is right in itself.
const HEAD_FOLLOWS: &str = "
    UPDATE audit_heads AS h SET seq = a.seq, hash = a.hash FROM audits AS a
    WHERE h.tenant_id = :t AND a.tenant_id = :t AND a.seq = (SELECT max(seq) FROM audits WHERE tenant_id = :t)";

/// A chain of 10 entries with checkpoints at 4 and at 8, next to another that nobody touches.
struct Stage {
    victim: Victim,
    notary: Notary,
}

impl Stage {
    /// Without checkpoints.
    async fn unsigned() -> Self {
        let victim = Victim::with_entries(1).await;
        let other = victim.world.tenant("Beta").await;
        other.audit().append(&event("beta")).await.unwrap();
        append(&victim, 2..=10).await;
        Self { victim, notary: Notary::new(1) }
    }

    async fn new() -> Self {
        let victim = Victim::with_entries(1).await;
        let other = victim.world.tenant("Beta").await;
        other.audit().append(&event("beta")).await.unwrap();
        let mut stage = Self { victim, notary: Notary::new(1) };
        append(&stage.victim, 2..=4).await;
        stage.round().await;
        append(&stage.victim, 5..=8).await;
        stage.round().await;
        append(&stage.victim, 9..=10).await;
        stage
    }

    /// Takes checkpoints of everything that is new.
    async fn round(&mut self) {
        self.notary.round(&self.victim.superuser).await;
    }

    /// With our key pinned.
    fn pinned(&self) -> VerifyOptions {
        VerifyOptions { keys: self.notary.trusted(), ..options(2, 3) }
    }

    /// With the copies kept elsewhere as well.
    fn with_copies(&self) -> VerifyOptions {
        VerifyOptions { outside: self.notary.copies.clone(), ..self.pinned() }
    }

    /// The report, which must not depend on how the work is cut and shared.
    async fn report(&self, options: &VerifyOptions) -> VerifyReport {
        let admin = self.victim.world.store.admin();
        let check = async |jobs, segment| {
            let options = VerifyOptions { jobs, segment, ..options.clone() };
            timeless(admin.verify_audit(&options, &|_| ()).await.unwrap())
        };
        let whole = check(1, 20_000).await;
        for (jobs, segment) in [(1, 1), (2, 3), (3, 2), (2, 5)] {
            assert_eq!(check(jobs, segment).await, whole, "{jobs} jobs, segments of {segment}");
        }
        whole
    }

    async fn assert_unnoticed(&self, options: &VerifyOptions) -> VerifyReport {
        let report = self.report(options).await;
        assert_eq!(report.status, Verdict::Success, "{report:?}");
        report
    }

    /// The first wrong entry of the victim is `seq`, and the report says about it what it should.
    async fn assert_found(&self, options: &VerifyOptions, seq: i64, reason: &str) -> VerifyReport {
        let report = self.report(options).await;
        assert_eq!(report.status, Verdict::Tampered, "nothing was noticed; expected: {reason}");
        assert_eq!(report.first_tampered_tenant, Some(self.victim.tenant.id()), "{report:?}");
        assert_eq!(report.first_tampered_seq, Some(seq), "{report:?}");
        let message = report.error_message.as_deref().unwrap();
        assert!(message.contains(reason), "{message:?} does not say {reason:?}");
        report
    }

    fn verdict<'a>(&self, report: &'a VerifyReport) -> &'a TenantVerdict {
        let id = self.victim.tenant.id();
        report.tenants.iter().find(|verdict| verdict.tenant_id == id).unwrap()
    }

    async fn delete_victim(&self) {
        let tenants = self.victim.world.store.admin();
        tenants.tenants().delete(self.victim.tenant.id(), &Actor::user("ann")).await.unwrap();
    }
}

async fn append(victim: &Victim, numbers: std::ops::RangeInclusive<usize>) {
    let events: Vec<_> = numbers.map(event).collect();
    victim.tenant.audit().append_many(&events).await.unwrap();
}

/// Everything in a report that does not depend on the clock.
fn timeless(mut report: VerifyReport) -> VerifyReport {
    report.timestamp = jiff::Timestamp::UNIX_EPOCH;
    (report.duration_ms, report.throughput_per_sec) = (0, 0);
    report
}

/// What both ways to verify must agree about.
fn finding(report: &VerifyReport) -> (Verdict, Option<i64>, Option<i64>, Option<String>) {
    let VerifyReport { status, first_tampered_seq, first_tampered_index, error_message, .. } =
        report;
    (*status, *first_tampered_seq, *first_tampered_index, error_message.clone())
}

fn trusting(notaries: &[&Notary]) -> TrustedKeys {
    TrustedKeys::new(notaries.iter().map(|notary| notary.verifying_key()))
}
