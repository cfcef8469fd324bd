//! The dataset that backups are measured with: 100 tenants with 1,000,000 audit entries, 200,000 messages and 50,000 memories of 1,536
//! dimensions between them.

use agentflow::{
    Store, TeamId, Tenant,
    audit::{Actor, Event, Resource},
    core::{
        envelope::{Cost, Envelope, MessageType, SealedEnvelope},
        ids::{IdSource, MessageId, RandomIds},
    },
    identity::{NewTeam, NewUser},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio_postgres::Client;

use crate::support;

/// How large the dataset is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) tenants: u32,
    pub(crate) audits: u32,
    pub(crate) messages: u32,
    pub(crate) memories: u32,
}

impl Size {
    pub(crate) const BASELINE: Self =
        Self { tenants: 100, audits: 1_000_000, messages: 200_000, memories: 50_000 };

    /// One part in so many.
    pub(crate) fn part(self, of: u32) -> Self {
        let part = |count: u32| (count / of).max(1);
        Self {
            tenants: part(self.tenants),
            audits: part(self.audits),
            messages: part(self.messages),
            memories: part(self.memories),
        }
    }
}

const CALL: u32 = 1_000;
const DIMENSIONS: u32 = 1_536;

/// Plants the dataset, and returns its tenants.
pub(crate) async fn plant(store: &Store, client: &Client, size: Size) -> Vec<Tenant> {
    let mut tenants = Vec::new();
    for number in 0..size.tenants {
        let tenant = support::new_tenant(store, &format!("Baseline {number:03}")).await;
        fill(&tenant, client, number, size).await;
        tenants.push(tenant);
    }
    client.batch_execute("VACUUM ANALYZE").await.unwrap();
    tenants
}

/// The share of one tenant.
pub(crate) async fn fill(tenant: &Tenant, client: &Client, number: u32, size: Size) {
    let team = team(tenant, number).await;
    for from in (0..size.audits / size.tenants).step_by(CALL as usize) {
        let to = (from + CALL).min(size.audits / size.tenants);
        let events: Vec<_> = (from..to).map(event).collect();
        tenant.audit().append_many(&events).await.unwrap();
    }
    let ids = RandomIds::seeded(number.into());
    for from in (0..size.messages / size.tenants).step_by(CALL as usize) {
        let to = (from + CALL).min(size.messages / size.tenants);
        let messages: Vec<_> = (from..to).map(|it| message(&ids, it)).collect();
        tenant.messages().store_many(&messages).await.unwrap();
    }
    let (id, memories) = (tenant.id(), size.memories / size.tenants);
    let sql = format!(
        "BEGIN; SELECT setseed({seed}); SET LOCAL session_replication_role = replica;
         INSERT INTO memory_settings (tenant_id, embedding_model, embedding_dimensions)
         VALUES ('{id}', 'bench', {DIMENSIONS}) ON CONFLICT DO NOTHING;
         INSERT INTO memories (tenant_id, team_id, memory_type, content, embedding, embedding_model)
         SELECT '{id}', '{team}', 'semantic', 'what is remembered of matter ' || n || ', and how it came to be so',
             (SELECT array_agg(random() - 0.5 + 0 * (n + x)) FROM generate_series(1, {DIMENSIONS}) AS x)::real[]::vector, 'bench'
         FROM generate_series(1, {memories}) AS n; COMMIT",
        seed = f64::from(number % 1_000) / 1_000.0
    );
    client.batch_execute(&sql).await.unwrap();
}

async fn team(tenant: &Tenant, number: u32) -> TeamId {
    let by = Actor::system();
    let owner = NewUser::new(format!("owner-{number}@example.com").parse().unwrap(), "Owner");
    let owner = tenant.users().create(owner, &by).await.unwrap().id;
    tenant.teams().create(NewTeam::named("Team", owner), &by).await.unwrap().id
}

fn event(number: u32) -> Event {
    let resource = Resource::new("run", format!("run-{:06}", number / 20));
    Event::new("step.finished", resource, Actor::user("worker"))
        .with_detail("step", number % 20)
        .with_detail("note", "the quick brown fox jumps over the lazy dog")
}

/// About 400 bytes once it is canonical.
fn message(ids: &RandomIds, number: u32) -> SealedEnvelope {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let at = start + SignedDuration::from_millis(number.into());
    let (from, to) = (format!("agent-{:04}", number % 1_000), format!("agent-{:04}", number % 7));
    Envelope::new(MessageId(ids.next_id(at)), from, to, MessageType::Request, at)
        .with_payload(json!({
            "step": number % 20, "score": f64::from(number) / 7.0, "done": false,
            "note": "the quick brown fox jumps over the lazy dog and over the fence",
        }))
        .with_cost(Cost::new(u64::from(number % 4_000), 0.003))
        .seal()
        .unwrap()
}
