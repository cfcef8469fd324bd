//! Tenants that somebody knows and that are not there any more: deleted as they must be, or made to vanish.

use std::collections::{BTreeMap, BTreeSet};

use agentflow_core::{audit::TenantLogEntry, ids::TenantId};
use agentflow_sql::queries::audit as sql;
use tokio_postgres::Client;

use super::{
    claims::hash,
    outside::Outside,
    report::{TenantVerdict, Verdict},
    tenant_log::{TenantLog, head_hash},
};

const PAGE: usize = 1_000;

/// What became of the tenants that are not there.
#[derive(Debug, Default)]
pub(super) struct Gone {
    /// Those with a tombstone that fits what is known of them.
    pub(super) deleted: Vec<TenantId>,
    /// What is wrong with the others.
    pub(super) vanished: BTreeMap<TenantId, Vanished>,
}

/// A tenant that is gone as none may go.
#[derive(Debug)]
pub(super) struct Vanished {
    /// Entries that were signed.
    size: i64,
    pub(super) reason: String,
}

/// Looks for every tenant that the log or a copy names, and that is not one of `existing`.
pub(super) async fn find(
    client: &Client,
    log: &TenantLog,
    outside: &Outside,
    existing: &BTreeSet<TenantId>,
) -> Result<Gone, tokio_postgres::Error> {
    let named: BTreeSet<_> = log.tenants.keys().chain(outside.tenants.keys()).copied().collect();
    let missing: Vec<_> = named.difference(existing).copied().collect();
    let mut gone = Gone::default();
    for page in missing.chunks(PAGE) {
        let ids: Vec<_> = page.iter().map(|tenant| tenant.0).collect();
        let rows = sql::read_tombstones().bind(client, &ids).all().await?;
        let tombstones: BTreeMap<_, _> =
            rows.into_iter().map(|row| (TenantId(row.tenant_id), row)).collect();
        for tenant in page {
            let copies = outside.tenants.get(tenant).and_then(|roots| roots.keys().last());
            let known = Known { logged: log.tenants.get(tenant), copied: copies.copied() };
            match known.compare(tombstones.get(tenant)) {
                Ok(()) => gone.deleted.push(*tenant),
                Err(reason) => {
                    let size = known.size();
                    gone.vanished.insert(*tenant, Vanished { size, reason });
                }
            }
        }
    }
    Ok(gone)
}

/// What is known of a tenant that is gone.
struct Known<'a> {
    logged: Option<&'a TenantLogEntry>,
    copied: Option<i64>,
}

impl Known<'_> {
    fn size(&self) -> i64 {
        let logged = self.logged.map_or(0, |entry| i64::try_from(entry.size()).unwrap_or(i64::MAX));
        self.copied.map_or(logged, |copied| copied.max(logged))
    }

    fn compare(&self, tombstone: Option<&sql::ReadTombstones>) -> Result<(), String> {
        let size = self.size();
        let Some(tombstone) = tombstone else {
            return Err(format!(
                "the tenant is gone without a tombstone, and {size} of its entries were signed"
            ));
        };
        let (Some(last), Some(last_hash)) =
            (tombstone.last_seq, hash(tombstone.last_hash.as_deref()))
        else {
            return Err("the tombstone of the tenant does not say how its chain ended".to_owned());
        };
        if last < size {
            return Err(format!(
                "the tombstone of the tenant says that it had {last} entries, and {size} were signed"
            ));
        }
        let Some(logged) = self.logged else { return Ok(()) };
        let is_end = matches!(logged, TenantLogEntry::Deleted { .. })
            || i64::try_from(logged.size()) == Ok(last);
        let is_same = i64::try_from(logged.size()) == Ok(last) && head_hash(logged) == last_hash;
        if is_end && !is_same {
            let reason = "the tombstone of the tenant does not say what the log of all tenants says of its end";
            return Err(reason.to_owned());
        }
        Ok(())
    }
}

impl Vanished {
    /// The verdict on a tenant of whom nothing at all is left.
    pub(super) fn verdict(self, tenant_id: TenantId) -> TenantVerdict {
        TenantVerdict {
            tenant_id,
            slug: None,
            status: Verdict::Tampered,
            total_records: self.size,
            verified_records: 0,
            checkpoints: 0,
            copies: 0,
            covered_by_copies: None,
            resumed_from: None,
            first_tampered_index: Some(0),
            first_tampered_seq: Some(1),
            error_message: Some(self.reason),
        }
    }
}
