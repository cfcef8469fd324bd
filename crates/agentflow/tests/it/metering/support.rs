use agentflow::{
    Config, NewWorkspace, Store, Tenant, WorkspaceId,
    audit::Actor,
    core::{clock::ManualClock, ids::RandomIds, random::Generator},
    metering::{MetricType, UsageEvent},
};
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::sync::Arc;

use crate::support::{World, config};

/// When these tests take place.
pub fn now() -> Timestamp {
    at("2026-11-20T12:30:00Z")
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn ann() -> Actor {
    Actor::user("ann")
}

/// A tenant with a workspace, and a clock that stands still unless it is moved.
pub struct Meter {
    pub world: World,
    pub clock: Arc<ManualClock>,
    pub store: Store,
    pub tenant: Tenant,
    pub workspace: WorkspaceId,
}

impl Meter {
    pub async fn new() -> Self {
        let world = World::new().await;
        let clock = Arc::new(ManualClock::at(now()));
        let config: Config = config(&world.database);
        let ids = Arc::new(RandomIds::from_os());
        let entropy = Arc::new(Generator::from_os());
        let store = Store::with_sources(config, clock.clone(), ids, entropy).unwrap();
        let tenant = store.tenant(world.new_tenant("acme").await.id);
        let new = NewWorkspace::named("main");
        let workspace = tenant.workspaces().create(new, &ann()).await.unwrap().id;
        Self { world, clock, store, tenant, workspace }
    }

    pub fn tokens(&self, key: &str, time: &str, quantity: u64) -> UsageEvent {
        let metric = MetricType::LlmTokens;
        UsageEvent::new(key, self.workspace, metric, "input_tokens", quantity).at(at(time))
    }

    pub fn bytes(&self, key: &str, time: &str, quantity: u64) -> UsageEvent {
        let metric = MetricType::StorageBytes;
        UsageEvent::new(key, self.workspace, metric, "files", quantity).at(at(time))
    }

    /// Records events of which none is refused.
    pub async fn record(&self, events: &[UsageEvent]) {
        let report = self.tenant.metering().record_many(events).await.unwrap();
        assert_eq!(report.refused, []);
    }

    pub async fn refresh(&self) -> u64 {
        self.tenant.metering().refresh(&|_| ()).await.unwrap().hours
    }

    /// The first column of each row, as the superuser sees it.
    pub async fn column(&self, sql: &str) -> Vec<String> {
        let rows = self.world.superuser().await.query(sql, &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}
