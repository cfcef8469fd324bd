//! What a worker is built on: claiming runs of all tenants, and recording what became of their steps.
//!
//! A run is claimed as a whole and for a time, its lease. Each claim has a number, the fencing, and only the latest claim of a run
//! may do anything with it: whoever was thought lost and comes back changes nothing. A run whose lease ended is simply due again.

mod begin;
mod claim;
mod content;
mod fail;
mod finish;
mod lease;
mod meter;
mod report;
mod waiting;

use std::{collections::BTreeMap, fmt, sync::Arc};

use agentflow_core::ids::TenantId;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use uuid::Uuid;

pub use begin::{Begun, BegunStep};
pub use claim::{Claim, ClaimRequest};
pub use finish::{Recorded, RecordedKind};
pub use report::{MAX_ERROR_CHARS, MAX_REPORT_BYTES, MAX_TOOL_CALLS, StepOutcome, StepReport};
pub use waiting::RunsWaiting;

use crate::{
    error::{Error, Result},
    store::{Handle, Shared},
};

/// With how many tenants one call works at a time.
const TENANTS_AT_ONCE: usize = 4;

/// The runs of all tenants that are due.
///
/// [`claim`](Self::claim), [`begin`](Self::begin), do the steps, [`finish`](Self::finish): until a run has no next step. While that
/// takes long, [`renew`](Self::renew). Everything but claiming may be repeated after an answer was lost.
///
/// Where claims of several tenants are given, each tenant has a transaction of its own. Claims of a tenant that is gone or suspended
/// count as lost. Any other error of one tenant is the error of the call, whatever was done for the others: repeat it.
#[derive(Clone)]
pub struct Queue(pub(super) Arc<Shared>);

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

impl Queue {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    fn handle(&self, tenant: TenantId) -> Handle {
        Handle { shared: Arc::clone(&self.0), tenant }
    }

    /// Does something with the claims of each tenant, and gathers what came of it.
    async fn for_each_tenant<T, F>(
        &self,
        claims: &[Claim],
        work: impl Fn(Handle, Vec<Claim>) -> F,
    ) -> Result<Vec<T>>
    where
        F: Future<Output = Result<Vec<T>>> + Send,
        T: Send,
    {
        // Boxed, because the compiler cannot see otherwise that threads may pass it on.
        let mut each = Vec::new();
        for (tenant, claims) in by_tenant(claims.iter().copied(), |claim| claim.tenant_id) {
            each.push(work(self.handle(tenant), claims).map(unless_left).boxed());
        }
        let each: Vec<_> =
            stream::iter(each).buffer_unordered(TENANTS_AT_ONCE).try_collect().await?;
        Ok(each.into_iter().flatten().flatten().collect())
    }
}

fn by_tenant<T>(
    items: impl IntoIterator<Item = T>,
    tenant: impl Fn(&T) -> TenantId,
) -> BTreeMap<TenantId, Vec<T>> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for item in items {
        groups.entry(tenant(&item)).or_default().push(item);
    }
    groups
}

/// None where the tenant cannot be entered any more.
fn unless_left<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::NotFound { what, .. }) if what == "the tenant" => Ok(None),
        Err(Error::Denied { reason, .. })
            if reason.starts_with("tenant ") && reason.ends_with(" is suspended") =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Claims as the statements take them.
fn columns(claims: &[Claim]) -> (Vec<Uuid>, Vec<i64>) {
    claims.iter().map(|claim| (claim.run_id.0, claim.fencing)).unzip()
}
