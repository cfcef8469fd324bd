use std::fmt;

use crate::{audit::Actor, ids::TenantId};

/// Who wants to do something with secrets: somebody in a tenant, or in none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The tenant that it is done for. None for what is done for the platform itself.
    pub tenant: Option<TenantId>,
    /// Who does it. Rules know it as `user:ann@example.com` or `service:billing`.
    pub principal: Actor,
}

impl Caller {
    /// Somebody who does it for a tenant.
    pub fn of(tenant: TenantId, principal: Actor) -> Self {
        Self { tenant: Some(tenant), principal }
    }

    /// Somebody who does it for no tenant.
    pub fn without_tenant(principal: Actor) -> Self {
        Self { tenant: None, principal }
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tenant {
            Some(tenant) => write!(f, "{} of tenant {tenant}", self.principal),
            None => write!(f, "{} of no tenant", self.principal),
        }
    }
}
