//! Wraps the data keys of sealed values with the current key.

use std::sync::Arc;

use agentflow_core::{
    audit::{Actor, Event, Resource},
    ids::TenantId,
    sealed::{KeyId, Place},
};
use agentflow_sql::queries::key_rings as sql;
use serde::Serialize;
use uuid::Uuid;

use super::{
    admin::KeyRingAdmin,
    ring::KeyRing,
    survey::count_sealed,
    table::SealedTable,
    walk::{failure, key_of},
};
use crate::{
    admin::AdminTx,
    error::{Error, Result},
};

const REWRAP: &str = "rewrap sealed values";
/// How many failures a report names. More are counted.
pub(super) const MAX_FAILURES: usize = 1000;

/// What to rewrap, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RewrapOptions {
    /// Only the values of this tenant.
    pub tenant: Option<TenantId>,
    /// Rows in one transaction, 1 to 1000; 100 by default.
    pub batch: u16,
    /// Changes nothing, and tells what would be done: each value that is not wrapped with the current key is opened all the same.
    pub dry_run: bool,
    /// Changes nothing, and opens every value, those that are wrapped with the current key as well.
    pub verify: bool,
}

impl Default for RewrapOptions {
    fn default() -> Self {
        Self { tenant: None, batch: 100, dry_run: false, verify: false }
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RewrapProgress {
    /// Values that were rewrapped, or could not be.
    pub done: u64,
    /// Values that were not wrapped with the current key at the beginning.
    pub total: u64,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RewrapReport {
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// Tenants with values that were not wrapped with the current key; or with any, for [`RewrapOptions::verify`].
    pub tenants: u64,
    /// Values that were rewrapped, or would have been.
    pub rewrapped: u64,
    /// Values that were opened by [`RewrapOptions::verify`].
    pub verified: u64,
    /// Values that do not open. They stay as they are.
    pub failed: u64,
    /// Where the first 1000 of those are, and why they do not open.
    pub failures: Vec<RewrapFailure>,
    /// Tenants for whose values the key ring gives no key, because it was erased.
    pub refused: Vec<RewrapRefusal>,
}

/// A value that does not open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RewrapFailure {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The id of the row.
    pub row: Uuid,
    /// Why it does not open.
    pub reason: String,
}

/// A tenant that the key ring has no key for any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RewrapRefusal {
    /// The tenant.
    pub tenant_id: TenantId,
    /// What the key ring says.
    pub reason: String,
}

impl KeyRingAdmin<'_> {
    /// Wraps the data key of every sealed value that is not wrapped with the current key: of the tenant's own key, if it has one, or
    /// else of the shared one. `progress` is called as work is done.
    ///
    /// Goes through the tenants one by one. A page of rows is read, then wrapped, and replaced in a transaction, each value only where
    /// it is still the one that was read: nothing is locked while keys are asked for. Each page is recorded in the audit chain of its tenant,
    /// each value in the rotation log. So it can be stopped at any point, and done again: what was done is passed over. Several
    /// can run at once, and beside rotations of the values. A value that does not open stays as it is and is reported.
    pub async fn rewrap(
        &self,
        options: RewrapOptions,
        by: &Actor,
        progress: &(dyn Fn(RewrapProgress) + Send + Sync),
    ) -> Result<RewrapReport> {
        if !(1..=1000).contains(&options.batch) {
            let input = agentflow_core::InvalidInput::new("batch", "expected 1 to 1000");
            return Err(Error::InvalidInput { operation: REWRAP, input });
        }
        let ring = self.0.shared.key_ring(REWRAP).await?;
        if options.verify {
            let (provider, size) = (&**ring.provider(), options.batch);
            let opened = self.open_all(REWRAP, provider, options.tenant, size).await?;
            return Ok(RewrapReport {
                dry_run: true,
                tenants: opened.tenants,
                verified: opened.readable,
                failed: opened.failed,
                failures: opened.failures,
                ..RewrapReport::default()
            });
        }
        let report = RewrapReport { dry_run: options.dry_run, ..RewrapReport::default() };
        let mut work = Work { admin: *self, ring, options, by, progress, report, total: 0 };
        let tenants = work.survey().await?;
        work.tell();
        for tenant in tenants {
            for table in SealedTable::ALL {
                work.table(tenant, table).await?;
            }
        }
        Ok(work.report)
    }
}

struct Work<'a> {
    admin: KeyRingAdmin<'a>,
    ring: Arc<KeyRing>,
    options: RewrapOptions,
    by: &'a Actor,
    progress: &'a (dyn Fn(RewrapProgress) + Send + Sync),
    report: RewrapReport,
    total: u64,
}

/// What became of a page.
#[derive(Default)]
struct Done {
    rewrapped: u64,
    failures: Vec<RewrapFailure>,
}

/// A row whose values are wrapped anew, before they are stored.
struct Wrapped {
    old: sql::SealedRow,
    new: [Option<Vec<u8>>; 2],
    old_keys: Vec<String>,
}

/// Values whose data keys were wrapped anew: the row of each, and the key from before.
#[derive(Default)]
struct Log {
    ids: Vec<Uuid>,
    rows: Vec<Uuid>,
    old_keys: Vec<String>,
}

impl Work<'_> {
    /// The tenants that something is to be done for.
    async fn survey(&mut self) -> Result<Vec<TenantId>> {
        let mut stale = Vec::new();
        for tenant in self.admin.list_tenants(REWRAP, self.options.tenant).await? {
            let counts = count_sealed(REWRAP, self.admin.0, tenant).await?;
            if counts.is_empty() {
                continue;
            }
            if let Some(at) = self.admin.erased_at(REWRAP, tenant).await? {
                let reason = format!("the key of tenant {tenant} was erased on {at}");
                self.report.refused.push(RewrapRefusal { tenant_id: tenant, reason });
                continue;
            }
            let current = match self.ring.current(REWRAP, tenant).await {
                Ok(key) => key.to_string(),
                Err(Error::Denied { reason, .. }) => {
                    self.report.refused.push(RewrapRefusal { tenant_id: tenant, reason });
                    continue;
                }
                Err(error) => return Err(error),
            };
            let others = counts.iter().filter(|count| count.key_id != current);
            let others: i64 = others.map(|count| count.count).sum();
            if others > 0 {
                self.total += u64::try_from(others).unwrap_or(0);
                stale.push(tenant);
            }
        }
        self.report.tenants = stale.len().try_into().unwrap_or(u64::MAX);
        Ok(stale)
    }

    fn tell(&self) {
        let done = self.report.rewrapped + self.report.failed;
        (self.progress)(RewrapProgress { done, total: self.total.max(done) });
    }

    /// Twice, for what somebody else changed meanwhile may not be wrapped with the current key either.
    async fn table(&mut self, tenant: TenantId, table: SealedTable) -> Result<()> {
        for is_last in [false, true] {
            if self.options.dry_run && !is_last {
                continue;
            }
            let mut after = None;
            loop {
                // The canary may have to be read.
                let key = self.ring.current(REWRAP, tenant).await?;
                let (current, size) = (key.to_string(), self.options.batch);
                let rows =
                    self.admin.read_page(REWRAP, tenant, table, &current, after, size).await?;
                let Some(last) = rows.last() else { break };
                after = Some(last.id);
                let done = self.page(tenant, table, key, rows).await?;
                self.report.rewrapped += done.rewrapped;
                // What does not open is come across again by the second walk.
                if is_last {
                    self.report.failed += u64::try_from(done.failures.len()).unwrap_or(0);
                    let room = MAX_FAILURES.saturating_sub(self.report.failures.len());
                    self.report.failures.extend(done.failures.into_iter().take(room));
                }
                self.tell();
            }
        }
        Ok(())
    }

    async fn page(
        &self,
        tenant: TenantId,
        table: SealedTable,
        key: KeyId,
        rows: Vec<sql::SealedRow>,
    ) -> Result<Done> {
        let (mut done, mut wrapped) = (Done::default(), Vec::new());
        for old in rows {
            let mut new = [old.value.clone(), old.previous.clone()];
            let mut old_keys = Vec::new();
            for (value, place) in new.iter_mut().zip(table.places(tenant, old.id)) {
                match self.rewrap_value(key, &place, value).await {
                    Ok(old_key) => old_keys.extend(old_key),
                    Err(error) => done.failures.push(failure(&place, error)?),
                }
            }
            if !old_keys.is_empty() {
                wrapped.push(Wrapped { old, new, old_keys });
            }
        }
        if self.options.dry_run {
            done.rewrapped = wrapped.iter().map(|it| count(&it.old_keys)).sum();
        } else if !wrapped.is_empty() {
            done.rewrapped = self.store(tenant, table, key, wrapped).await?;
        }
        Ok(done)
    }

    /// How many values were replaced.
    async fn store(
        &self,
        tenant: TenantId,
        table: SealedTable,
        key: KeyId,
        wrapped: Vec<Wrapped>,
    ) -> Result<u64> {
        let tx = self.admin.0.begin(REWRAP).await?;
        let stored = async {
            tx.enter(tenant).await?;
            let mut log = Log::default();
            for Wrapped { old, new, old_keys } in wrapped {
                let replaced = table.replace(tx.client(), tenant, &old, &new).await;
                if !replaced.map_err(|error| Error::from_postgres(REWRAP, error))? {
                    continue;
                }
                for old_key in old_keys {
                    log.ids.push(self.admin.0.shared.next_id());
                    log.rows.push(old.id);
                    log.old_keys.push(old_key);
                }
            }
            if !log.ids.is_empty() {
                self.record(&tx, tenant, table, key, &log).await?;
            }
            Ok(count(&log.old_keys))
        };
        let stored = stored.await;
        tx.settle(stored).await
    }

    /// Puts the rewrapped value into the place of the one there. The key it was wrapped with, if it was another.
    async fn rewrap_value(
        &self,
        key: KeyId,
        place: &Place,
        value: &mut Option<Vec<u8>>,
    ) -> Result<Option<String>> {
        let Some(old) = value.as_deref() else { return Ok(None) };
        let Some(new) = self.ring.rewrap(REWRAP, key, place, old).await? else { return Ok(None) };
        let old_key = key_of(old);
        *value = Some(new);
        Ok(old_key)
    }

    async fn record(
        &self,
        tx: &AdminTx,
        tenant: TenantId,
        table: SealedTable,
        key: KeyId,
        log: &Log,
    ) -> Result<()> {
        let (kind, new_key) = (table.secret_type(), key.to_string());
        let logged = sql::log_rewrapped()
            .bind(
                tx.client(),
                tenant.as_uuid(),
                &kind,
                &new_key,
                &log.ids,
                &log.rows,
                &log.old_keys,
            )
            .await;
        logged.map_err(|error| Error::from_postgres(REWRAP, error))?;
        let ring = Resource::new("key_ring", self.ring.provider().ring());
        let event = Event::new("key_ring.rewrapped", ring, self.by.clone())
            .with_detail("table", table.name())
            .with_detail("values", log.ids.len())
            .with_detail("key", new_key);
        tx.audit(&event).await.map(drop)
    }
}

fn count(keys: &[String]) -> u64 {
    keys.len().try_into().unwrap_or(u64::MAX)
}
