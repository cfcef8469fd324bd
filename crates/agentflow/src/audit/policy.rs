//! What a tenant wants recorded, and what not: masking and levels.
//!
//! Kept between calls, so that recording an event asks for it about once a minute and not once an event. Nothing is
//! recorded where it is not known: reading it fails like everything else does without a database.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use agentflow_core::{
    audit::{Event, mask::Masking},
    ids::TenantId,
};
use agentflow_sql::{client::GenericClient, queries::audit_configs as sql};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::{LogLevel, append::APPEND};
use crate::{
    error::{Error, Result},
    input::known,
    store::Shared,
};

/// How long a policy is good for: a change that another process made is in force everywhere after that.
const GOOD_FOR: SignedDuration = SignedDuration::from_secs(60);
/// From then on one caller reads it anew, while the others go on with the one there is.
const RENEWED_AFTER: SignedDuration = SignedDuration::from_secs(50);
/// How many policies are kept at most: two generations of half as many.
const MAX_KEPT: usize = 10_000;

/// Entries about the audit itself. They keep what they say whatever the tenant wants left out: who reads a chain must see
/// what is not in it, and since when.
const ABOUT_THE_AUDIT: [&str; 3] = ["audit.configured", "audit.exported", "audit.pruned"];

/// What a tenant wants recorded.
#[derive(Debug, Default)]
pub(crate) struct Policy {
    level: LogLevel,
    masking: Masking,
}

impl Policy {
    /// Whether accepted credentials and allowed permissions are recorded as well.
    pub(crate) fn is_verbose(&self) -> bool {
        self.level == LogLevel::Verbose
    }

    /// The event as it is to be recorded.
    pub(crate) fn apply<'e>(&self, event: &'e Event) -> Cow<'e, Event> {
        let mut event = Cow::Borrowed(event);
        let is_about_the_audit = ABOUT_THE_AUDIT.contains(&event.action.as_str());
        if self.level == LogLevel::Minimal {
            let event = event.to_mut();
            event.client_ip = None;
            event.user_agent = None;
            if !is_about_the_audit {
                event.details.clear();
            }
        }
        let usual = Masking::default();
        let masking = if is_about_the_audit { &usual } else { &self.masking };
        if concerns(masking, &event.details) {
            masking.apply(&mut event.to_mut().details);
        }
        event
    }
}

/// Whether anything in there is to be masked. Most events have nothing, and need not be copied.
fn concerns(masking: &Masking, details: &Map<String, Value>) -> bool {
    // A list and no recursion: a document may be deeper than the stack.
    let mut objects = vec![details];
    let mut lists: Vec<&Vec<Value>> = Vec::new();
    loop {
        if let Some(object) = objects.pop() {
            if object.iter().any(|(key, value)| masking.masks(key, value)) {
                return true;
            }
            objects.extend(object.values().filter_map(Value::as_object));
            lists.extend(object.values().filter_map(Value::as_array));
        } else if let Some(list) = lists.pop() {
            objects.extend(list.iter().filter_map(Value::as_object));
            lists.extend(list.iter().filter_map(Value::as_array));
        } else {
            return false;
        }
    }
}

/// Reads the policy of a tenant that the client is in the scope of.
pub(crate) async fn read_policy(client: &impl GenericClient, tenant: TenantId) -> Result<Policy> {
    let row = sql::get_audit_policy().bind(client, tenant.as_uuid()).opt().await;
    policy(tenant, row.map_err(|error| Error::from_postgres(APPEND, error))?)
}

fn policy(tenant: TenantId, row: Option<sql::GetAuditPolicy>) -> Result<Policy> {
    let Some(row) = row else { return Ok(Policy::default()) };
    Ok(Policy {
        level: known("audit_configs", "log_level", tenant, &row.log_level)?,
        masking: Masking::new(row.mask_sensitive_fields, row.masked_fields),
    })
}

impl Shared {
    /// What a tenant wants recorded. Takes a connection where it has to be read, so nobody may call it who holds one.
    pub(crate) async fn policy(
        &self,
        operation: &'static str,
        tenant: TenantId,
    ) -> Result<Arc<Policy>> {
        let ticket = match self.policies.find(tenant, self.now()) {
            Ok(policy) => return Ok(policy),
            Err(ticket) => ticket,
        };
        let flight = self.flight(operation, tenant).await?;
        let row = sql::get_audit_policy().bind(&flight, tenant.as_uuid()).opt().await;
        let read = Arc::new(policy(tenant, flight.land(row).await?)?);
        self.policies.keep(tenant, ticket, &read);
        Ok(read)
    }
}

struct Kept {
    read_at: Timestamp,
    policy: Arc<Policy>,
    is_being_renewed: AtomicBool,
}

impl Kept {
    fn is_older_at(&self, now: Timestamp, age: SignedDuration) -> bool {
        // A clock that was set back makes everything old.
        now < self.read_at || now.duration_since(self.read_at) >= age
    }
}

/// Leave to keep a policy that is about to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket {
    at: Timestamp,
    /// How often policies had been forgotten by then: what is read meanwhile may be out of date already.
    forgotten: u64,
}

/// The policies of the tenants that something was recorded for lately.
#[derive(Default)]
pub(crate) struct Policies(RwLock<Generations>);

#[derive(Default)]
struct Generations {
    young: HashMap<TenantId, Kept>,
    /// Those that were young until there were too many.
    old: HashMap<TenantId, Kept>,
    forgotten: u64,
}

impl Policies {
    /// The policy of a tenant, or leave to keep the one that the caller is to read.
    pub(crate) fn find(&self, tenant: TenantId, now: Timestamp) -> Result<Arc<Policy>, Ticket> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let ticket = Ticket { at: now, forgotten: all.forgotten };
        let kept = all.young.get(&tenant).or_else(|| all.old.get(&tenant)).ok_or(ticket)?;
        let is_renewed_now = kept.is_older_at(now, RENEWED_AFTER)
            && !kept.is_being_renewed.swap(true, Ordering::Relaxed);
        if is_renewed_now || kept.is_older_at(now, GOOD_FOR) {
            return Err(ticket);
        }
        Ok(Arc::clone(&kept.policy))
    }

    /// Keeps what was read with a ticket.
    pub(crate) fn keep(&self, tenant: TenantId, ticket: Ticket, policy: &Arc<Policy>) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.forgotten != ticket.forgotten {
            return;
        }
        if all.young.len() >= MAX_KEPT / 2 {
            all.old = std::mem::take(&mut all.young);
        }
        let (policy, is_being_renewed) = (Arc::clone(policy), AtomicBool::new(false));
        all.young.insert(tenant, Kept { read_at: ticket.at, policy, is_being_renewed });
    }

    fn forget(&self, tenant: TenantId) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.forgotten += 1;
        all.young.remove(&tenant);
        all.old.remove(&tenant);
    }

    /// Forgets the policy of a tenant when what changes it is over, however it ends.
    pub(crate) fn forget_afterwards(&self, tenant: TenantId) -> impl Drop {
        Forget { policies: self, tenant }
    }
}

struct Forget<'p> {
    policies: &'p Policies,
    tenant: TenantId,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.policies.forget(self.tenant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn tenant(number: u128) -> TenantId {
        TenantId(uuid::Uuid::from_u128(number))
    }

    fn keep(policies: &Policies, number: u128, second: i64) -> Arc<Policy> {
        let ticket = policies.find(tenant(number), at(second)).unwrap_err();
        let policy = Arc::new(Policy::default());
        policies.keep(tenant(number), ticket, &policy);
        policy
    }

    #[test]
    fn a_policy_is_good_for_a_minute_and_renewed_by_one_caller_before() {
        let policies = Policies::default();
        let first = keep(&policies, 1, 0);
        assert!(Arc::ptr_eq(&policies.find(tenant(1), at(49)).unwrap(), &first));
        let ticket = policies.find(tenant(1), at(50)).unwrap_err();
        assert!(Arc::ptr_eq(&policies.find(tenant(1), at(59)).unwrap(), &first), "one renews it");
        assert!(policies.find(tenant(1), at(60)).is_err(), "that one never came back");
        assert!(policies.find(tenant(1), at(-1)).is_err(), "the clock was set back");
        let second = Arc::new(Policy::default());
        policies.keep(tenant(1), ticket, &second);
        assert!(Arc::ptr_eq(&policies.find(tenant(1), at(99)).unwrap(), &second));
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let policies = Policies::default();
        let early = policies.find(tenant(1), at(0)).unwrap_err();
        drop(policies.forget_afterwards(tenant(1)));
        policies.keep(tenant(1), early, &Arc::new(Policy::default()));
        assert!(policies.find(tenant(1), at(1)).is_err());
        keep(&policies, 1, 1);
        drop(policies.forget_afterwards(tenant(1)));
        assert!(policies.find(tenant(1), at(2)).is_err());
    }

    #[test]
    fn no_number_of_tenants_takes_more_than_its_room() {
        let policies = Policies::default();
        for number in 0..30_000 {
            keep(&policies, number, 0);
        }
        let all = policies.0.read().unwrap();
        assert_eq!((all.young.len(), all.old.len()), (MAX_KEPT / 2, MAX_KEPT / 2));
        drop(all);
        assert!(policies.find(tenant(29_999), at(1)).is_ok());
        assert!(policies.find(tenant(20_000), at(1)).is_ok());
        assert!(policies.find(tenant(0), at(1)).is_err());
    }
}
