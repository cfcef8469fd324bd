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
    /// Tenants that were deleted, and left what they must.
    pub deleted: Vec<TenantId>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
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
    /// Whether there were keys to check the signatures of checkpoints with. If not, whoever can write to the database
    /// could have written the checkpoints as well.
    pub signatures_checked: bool,
    /// Entries per second.
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
    /// What is wrong with its first tampered entry; with the log of all tenants, if no tenant is tampered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// The log of all tenants. None where one tenant was verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_log: Option<TenantLogVerdict>,
    /// Every tenant, in order of their ids.
    pub tenants: Vec<TenantVerdict>,
}

impl VerifyReport {
    /// The verdict over some tenants and their log.
    pub(super) fn new(
        mut tenants: Vec<TenantVerdict>,
        tenant_log: Option<TenantLogVerdict>,
        signatures_checked: bool,
        (timestamp, began): (Timestamp, Instant),
    ) -> Self {
        let took = began.elapsed();
        tenants.sort_by_key(|tenant| tenant.tenant_id);
        let sum = |counts: &mut dyn Iterator<Item = i64>| counts.fold(0, i64::saturating_add);
        let total_records = sum(&mut tenants.iter().map(|tenant| tenant.total_records));
        let first = tenants.iter().find(|tenant| tenant.status == Verdict::Tampered);
        let bad_log = tenant_log.as_ref().filter(|log| log.status == Verdict::Tampered);
        let is_tampered = first.is_some() || bad_log.is_some();
        let message = first.map_or_else(
            || bad_log.and_then(|log| log.error_message.clone()),
            |tenant| tenant.error_message.clone(),
        );
        let micros = took.as_micros().max(1);
        let per_second = u128::try_from(total_records).unwrap_or(0) * 1_000_000 / micros;
        let in_chains: u64 = tenants.iter().map(|tenant| tenant.checkpoints).sum();
        Self {
            status: if is_tampered { Verdict::Tampered } else { Verdict::Success },
            timestamp,
            total_records,
            verified_records: sum(&mut tenants.iter().map(|tenant| tenant.verified_records)),
            checkpoints: in_chains + tenant_log.as_ref().map_or(0, |log| log.checkpoints),
            signatures_checked,
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
