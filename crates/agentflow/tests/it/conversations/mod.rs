//! Conversations and messages: what is said, kept, verified and imported.

mod bounds;
mod imports;
mod integrity;
mod lifecycle;
mod listing;
mod metered;
mod random;
mod refusals;
mod replays;
mod restore;
mod turns;
mod writers;

use std::sync::Arc;

use agentflow::{
    Email, PrincipalId, Store, TeamId, Tenant,
    audit::{Actor, AuditEntry, AuditFilter},
    conversations::{
        Conversation, NewConversation, NewTurn, ReplayOptions, ReplayReport, ScanOptions,
    },
    core::{
        clock::{Clock, ManualClock},
        envelope::{Envelope, MessageRole, MessageType, SealedEnvelope},
        ids::{AgentId, MessageId, RandomIds},
        random::Generator,
    },
    identity::{NewTeam, NewUser},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::{World, config};

fn ann() -> Actor {
    Actor::user("ann")
}

/// A tenant with a team, a person and an agent, in a store whose clock stands still until a test moves it.
struct Stage {
    world: World,
    store: Store,
    tenant: Tenant,
    superuser: Client,
    clock: Arc<ManualClock>,
    team: TeamId,
    user: PrincipalId,
    agent: AgentId,
}

impl Stage {
    async fn new() -> Self {
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
        let superuser = world.superuser().await;
        let (team, user) = team(&tenant).await;
        let agent = agent(&superuser, &tenant, team).await;
        Self { world, store, tenant, superuser, clock, team, user, agent }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn pass(&self, duration: SignedDuration) {
        self.clock.set(self.now() + duration);
    }

    fn between(&self) -> NewConversation {
        NewConversation::between(self.team, self.agent, self.user)
    }

    async fn conversation(&self) -> Conversation {
        self.tenant.conversations().create(self.between(), &ann()).await.unwrap()
    }

    /// The conversation as it is now.
    async fn again(&self, conversation: &Conversation) -> Conversation {
        self.tenant.conversations().get(conversation.id).await.unwrap().unwrap()
    }

    async fn say(&self, conversation: &Conversation, text: &str) -> SealedEnvelope {
        let turn = NewTurn::text(MessageRole::User, text);
        self.tenant.conversations().append(conversation.id, &[turn]).await.unwrap().remove(0)
    }

    /// Stores messages of one trace, a second apart.
    async fn store(&self, count: u32) -> Vec<SealedEnvelope> {
        let messages: Vec<_> = (0..count).map(|number| self.message(number)).collect();
        self.tenant.messages().store_many(&messages).await.unwrap();
        messages
    }

    fn message(&self, number: u32) -> SealedEnvelope {
        let at = self.now() + SignedDuration::from_secs(number.into());
        let id = MessageId(Uuid::from_u128(u128::from(number) << 64 | 0xfeed));
        Envelope::new(id, "planner", "coder", MessageType::Request, at)
            .with_trace("ab".repeat(16).parse().unwrap(), Some("cd".repeat(8).parse().unwrap()))
            .with_payload(json!({ "number": number, "ratio": 0.1, "text": "a é \u{1F600}" }))
            .with_metadata("attempt", 1)
            .with_cost(agentflow::core::envelope::Cost::new(12, 0.003))
            .seal()
            .unwrap()
    }

    /// Runs statements with triggers off. `:t` is the tenant.
    async fn forge(&self, sql: &str) {
        let sql = sql.replace(":t", &format!("'{}'", self.tenant.id()));
        self.superuser
            .batch_execute(&format!("SET session_replication_role = replica; {sql}"))
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    async fn verify_all(&self) -> ReplayReport {
        let options = ScanOptions { jobs: 2, page: 100 };
        self.tenant.messages().verify_all(&options, &|_| ()).await.unwrap()
    }

    async fn count(&self, sql: &str) -> i64 {
        let sql = sql.replace(":t", &format!("'{}'", self.tenant.id()));
        self.superuser.query_one(&sql, &[]).await.unwrap().get(0)
    }

    /// The newest entry with this action, and how many there are.
    async fn recorded(&self, action: &str) -> (AuditEntry, usize) {
        let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
        let entries = self.tenant.audit().list(&filter, 1000).await.unwrap();
        let count = entries.len();
        (entries.into_iter().next().unwrap_or_else(|| panic!("no entry of {action}")), count)
    }
}

/// A user and the team that the user owns.
async fn team(tenant: &Tenant) -> (TeamId, PrincipalId) {
    let email: Email = "ann@example.com".parse().unwrap();
    let user = tenant.users().create(NewUser::new(email, "Ann"), &ann()).await.unwrap().id;
    let team = tenant.teams().create(NewTeam::named("Crew", user), &ann()).await.unwrap().id;
    (team, user)
}

async fn agent(superuser: &Client, tenant: &Tenant, team: TeamId) -> AgentId {
    let sql = "INSERT INTO agents (tenant_id, team_id, name, slug) VALUES ($1, $2, 'Ada', 'ada') RETURNING id";
    let row = superuser.query_one(sql, &[tenant.id().as_uuid(), team.as_uuid()]).await.unwrap();
    AgentId(row.get(0))
}

fn pages(page: u32) -> ReplayOptions {
    ReplayOptions { page, ..ReplayOptions::default() }
}
