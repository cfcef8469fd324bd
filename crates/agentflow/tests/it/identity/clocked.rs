//! A tenant in a store whose clock stands still until a test moves it.

use std::sync::Arc;

use agentflow::{
    PrincipalId, Store, Tenant,
    audit::{Actor, AuditFilter},
    core::{clock::ManualClock, ids::RandomIds, random::Generator},
    identity::NewService,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::support::{World, config};

pub struct Clocked {
    pub world: World,
    pub store: Store,
    pub tenant: Tenant,
    clock: Arc<ManualClock>,
}

impl Clocked {
    pub async fn new() -> Self {
        let world = World::new().await;
        let clock = Arc::new(ManualClock::at("2026-01-01T00:00:00Z".parse().unwrap()));
        let store = Store::with_sources(
            config(&world.database),
            clock.clone(),
            Arc::new(RandomIds::from_os()),
            Arc::new(Generator::from_os()),
        )
        .unwrap();
        let tenant = store.tenant(world.new_tenant("Acme").await.id);
        Self { world, store, tenant, clock }
    }

    pub fn now(&self) -> Timestamp {
        use agentflow::core::clock::Clock;

        self.clock.now()
    }

    pub fn pass(&self, duration: SignedDuration) {
        self.clock.set(self.now() + duration);
    }

    pub async fn service(&self, name: &str) -> PrincipalId {
        let services = self.tenant.services();
        services.create(NewService::named(name), &Actor::system()).await.unwrap().id
    }

    /// The details of the newest entry with this action.
    pub async fn newest(&self, action: &str) -> Value {
        newest(&self.tenant, action).await
    }

    pub async fn count(&self, action: &str) -> usize {
        let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
        self.tenant.audit().list(&filter, 1000).await.unwrap().len()
    }
}

/// The details of the newest entry with this action in the chain of `tenant`.
pub async fn newest(tenant: &Tenant, action: &str) -> Value {
    let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
    let entries = tenant.audit().list(&filter, 1).await.unwrap();
    let entry = entries.into_iter().next().unwrap_or_else(|| panic!("no entry of {action}"));
    entry.details.unwrap()
}
