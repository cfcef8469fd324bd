use std::time::Instant;

use agentflow_core::ids::TenantId;
use jiff::Timestamp;
use serde::Serialize;

/// What verification found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every entry is as it was appended.
    Success,
    /// At least one is not.
    Tampered,
}

/// What was found in the chain of one tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantVerdict {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Its short name, if the tenant still exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// The verdict.
    pub status: Verdict,
    /// Entries the chain has or should have, from where verification began.
    pub total_records: i64,
    /// Entries before the first that is wrong; all of them if none is.
    pub verified_records: i64,
    /// Checkpoints that were compared with the entries and agree.
    pub checkpoints: u64,
    /// Copies kept elsewhere that were compared and agree: with the entries; for entries that were not read, with the
    /// checkpoints in the database.
    pub copies: u64,
    /// The largest size that such a copy proves, of the tenant's own log or of the log of all tenants. What is after it,
    /// or everything if there is none, has nobody outside of the database to vouch for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covered_by_copies: Option<i64>,
    /// The checkpoint whose word was taken for the entries up to this one, which were not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumed_from: Option<i64>,
    /// The first entry that is wrong, counted from 0 where the chain begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_tampered_index: Option<i64>,
    /// The same entry by its position. The first that nothing vouches for, where only a checkpoint tells that some of its
    /// entries are others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_tampered_seq: Option<i64>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
}

/// What was found in the log of all tenants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantLogVerdict {
    /// The verdict.
    pub status: Verdict,
    /// Entries it has, up to the first that is wrong.
    pub entries: u64,
    /// Checkpoints that were compared with its entries and agree.
    pub checkpoints: u64,
    /// Copies kept elsewhere among them.
    pub copies: u64,
    /// Tenants that were deleted, and left what they must.
    pub deleted: Vec<TenantId>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
}

impl TenantLogVerdict {
    /// What is wrong, and with what.
    fn message(&self) -> Option<String> {
        self.error_message.as_ref().map(|what| format!("the log of all tenants: {what}"))
    }
}

/// What was found in all chains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// The verdict over all of them.
    pub status: Verdict,
    /// When verification began.
    pub timestamp: Timestamp,
    /// Entries the chains have or should have, from where verification began.
    pub total_records: i64,
    /// Entries before the first wrong one of each chain.
    pub verified_records: i64,
    /// Checkpoints that were compared with the entries and agree, with those of the log of all tenants.
    pub checkpoints: u64,
    /// Copies kept elsewhere among them, and those compared with checkpoints in the database. None of them need be of a
    /// given tenant: see [`TenantVerdict::covered_by_copies`].
    pub copies: u64,
    /// Whether there were keys to check the signatures of checkpoints with. If not, whoever can write to the database
    /// could have written the checkpoints as well.
    pub signatures_checked: bool,
    /// Entries per second that were looked at.
    pub throughput_per_sec: u64,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Of the first tampered tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_tampered_index: Option<i64>,
    /// Of the first tampered tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_tampered_seq: Option<i64>,
    /// The first tampered tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_tampered_tenant: Option<TenantId>,
    /// What is wrong with its first tampered entry. With the log of all tenants, and that it is the log, if no tenant is
    /// tampered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// The log of all tenants. None where one tenant was verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_log: Option<TenantLogVerdict>,
    /// Every tenant, in order of their ids.
    pub tenants: Vec<TenantVerdict>,
}

/// What a run of verification was.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) timestamp: Timestamp,
    pub(super) began: Instant,
    /// Entries that were looked at, which are fewer than there should be where some are missing.
    pub(super) seen: u64,
    pub(super) signatures_checked: bool,
}

impl VerifyReport {
    /// The verdict over some tenants and their log.
    pub(super) fn new(
        mut tenants: Vec<TenantVerdict>,
        tenant_log: Option<TenantLogVerdict>,
        run: &Run,
    ) -> Self {
        let took = run.began.elapsed();
        tenants.sort_by_key(|tenant| tenant.tenant_id);
        let sum = |counts: &mut dyn Iterator<Item = i64>| counts.fold(0, i64::saturating_add);
        let total_records = sum(&mut tenants.iter().map(|tenant| tenant.total_records));
        let first = tenants.iter().find(|tenant| tenant.status == Verdict::Tampered);
        let bad_log = tenant_log.as_ref().filter(|log| log.status == Verdict::Tampered);
        let is_tampered = first.is_some() || bad_log.is_some();
        let message = first.map_or_else(
            || bad_log.and_then(TenantLogVerdict::message),
            |tenant| tenant.error_message.clone(),
        );
        let micros = took.as_micros().max(1);
        let per_second = u128::from(run.seen) * 1_000_000 / micros;
        let in_chains: u64 = tenants.iter().map(|tenant| tenant.checkpoints).sum();
        let of_chains: u64 = tenants.iter().map(|tenant| tenant.copies).sum();
        Self {
            status: if is_tampered { Verdict::Tampered } else { Verdict::Success },
            timestamp: run.timestamp,
            total_records,
            verified_records: sum(&mut tenants.iter().map(|tenant| tenant.verified_records)),
            checkpoints: in_chains + tenant_log.as_ref().map_or(0, |log| log.checkpoints),
            copies: of_chains + tenant_log.as_ref().map_or(0, |log| log.copies),
            signatures_checked: run.signatures_checked,
            throughput_per_sec: u64::try_from(per_second).unwrap_or(u64::MAX),
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            first_tampered_index: first.and_then(|tenant| tenant.first_tampered_index),
            first_tampered_seq: first.and_then(|tenant| tenant.first_tampered_seq),
            first_tampered_tenant: first.map(|tenant| tenant.tenant_id),
            error_message: message,
            tenant_log,
            tenants,
        }
    }
}
