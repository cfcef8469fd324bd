use agentflow::{
    NewWorkspace, Tenant, WorkspaceId,
    audit::Actor,
    metering::{MetricType, RecordReport, UsageEvent},
};
use tokio_postgres::Client;

use crate::support::World;

/// A tenant with a workspace, at a time that stands still.
pub(super) struct Place {
    pub(super) world: World,
    pub(super) tenant: Tenant,
    pub(super) workspace: WorkspaceId,
    pub(super) superuser: Client,
}

pub(super) const NOW: &str = "2026-11-22T10:30:00Z";

impl Place {
    pub(super) async fn new() -> Self {
        let world = World::new().await;
        let store = world.at(NOW);
        let tenant = store.tenant(world.tenant("Acme").await.id());
        let workspace = workspace(&tenant, "main").await;
        let superuser = world.superuser().await;
        Self { world, tenant, workspace, superuser }
    }

    /// Tokens that were read.
    pub(super) fn tokens(&self, key: &str, quantity: u64) -> UsageEvent {
        UsageEvent::new(key, self.workspace, MetricType::LlmTokens, "input_tokens", quantity)
    }

    pub(super) async fn count(&self, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table} WHERE tenant_id = $1");
        self.superuser.query_one(&sql, &[self.tenant.id().as_uuid()]).await.unwrap().get(0)
    }

    /// One column of the only event.
    pub(super) async fn column(&self, column: &str) -> Option<String> {
        let sql = format!("SELECT ({column})::text FROM metering_events");
        self.superuser.query_one(&sql, &[]).await.unwrap().get(0)
    }
}

pub(super) async fn workspace(tenant: &Tenant, name: &str) -> WorkspaceId {
    let new = NewWorkspace::named(name);
    tenant.workspaces().create(new, &Actor::user("ann")).await.unwrap().id
}

/// How many are recorded, repeated and refused.
pub(super) fn counts(report: &RecordReport) -> (u64, u64, usize) {
    (report.recorded, report.repeated, report.refused.len())
}

/// What was refused, as it is told.
pub(super) fn reasons(report: &RecordReport) -> Vec<String> {
    report.refused.iter().map(|it| format!("{} {}: {}", it.index, it.key, it.reason)).collect()
}
