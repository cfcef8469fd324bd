//! Entries of the audit chain, within the transaction of what they tell.

use std::sync::{Arc, atomic::Ordering};

use agentflow_core::audit::{Event, Record};
use futures::join;

use super::TenantTx;
use crate::{
    audit::{self, Appended, Policy},
    error::{Error, Result},
    scope::COMMIT,
};

impl TenantTx {
    /// Appends an event to the audit chain, to be committed with everything else or not at all.
    ///
    /// From here to the end of the transaction other appends to this tenant's chain wait, so do it last.
    pub async fn audit(&self, event: &Event) -> Result<Appended> {
        let record = self.shared.record(&*self.policy().await?, event)?;
        self.append(std::slice::from_ref(&record)).await
    }

    /// Appends events in their order, about a thousand a call. An empty slice fails with `InvalidInput`.
    ///
    /// Like [`audit`](TenantTx::audit) this takes the chain for the rest of the transaction: when a long file is
    /// appended in many calls, other appends to this tenant's chain wait until it is committed.
    pub async fn audit_many(&self, events: &[Event]) -> Result<Appended> {
        let records = audit::record_many(&self.shared, &*self.policy().await?, events)?;
        self.append(&records).await
    }

    async fn append(&self, records: &[Record]) -> Result<Appended> {
        let appended = audit::append_in(self, self.tenant()?, records).await?;
        self.appended.fetch_add(records.len() as u64, Ordering::Relaxed);
        Ok(appended)
    }

    /// Appends an event and commits, in one round trip.
    pub async fn audit_and_commit(self, event: &Event) -> Result<Appended> {
        self.refuse_if_broken(audit::APPEND)?;
        let record = self.shared.record(&*self.policy().await?, event)?;
        self.append_and_commit(&record).await
    }

    /// What the tenant wants recorded. Read over this connection where it has to be read: whoever holds one and waits
    /// for another may wait for ever.
    async fn policy(&self) -> Result<Arc<Policy>> {
        if let Some((_, policy)) = self.read_policy.get() {
            return Ok(Arc::clone(policy));
        }
        let tenant = self.tenant()?;
        let ticket = match self.shared.policies.find(tenant, self.shared.now()) {
            Ok(policy) => return Ok(policy),
            Err(ticket) => ticket,
        };
        let policy = Arc::new(audit::read_policy(self, tenant).await?);
        let _ = self.read_policy.set((ticket, Arc::clone(&policy)));
        Ok(policy)
    }

    /// Lets others know what was read here, once it is what everybody sees.
    pub(super) fn keep_policy(&self) {
        if let (Some(tenant), Some((ticket, policy))) = (self.tenant.get(), self.read_policy.get())
        {
            self.shared.policies.keep(*tenant, *ticket, policy);
        }
    }

    async fn append_and_commit(self, record: &Record) -> Result<Appended> {
        let operation = audit::APPEND;
        let tenant = self.tenant()?;
        let statement =
            audit::prepare_append(&self).await.map_err(|e| Error::from_postgres(operation, e))?;
        let records = std::slice::from_ref(record);
        let (appended, committed) = join!(
            audit::append_prepared(&self, &statement, tenant, records),
            self.send_end(COMMIT)
        );
        self.end(committed.is_ok());
        let appended = appended.inspect_err(|error| self.operation.failed(error))?;
        self.appended.fetch_add(1, Ordering::Relaxed);
        self.committed(operation, committed)?;
        Ok(appended)
    }
}
