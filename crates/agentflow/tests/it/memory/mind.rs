//! A tenant that remembers, whose clock stands still until it is moved.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use agentflow::{
    AgentId, Error, PrincipalId, Result, Store, TeamId, Tenant,
    agents::AgentSpec,
    audit::Actor,
    core::{
        clock::{Clock as _, ManualClock},
        ids::RandomIds,
        random::Generator,
    },
    identity::{NewTeam, NewUser},
    memory::{Embedder, LogAction, Memories, Memory, MemoryId, MemoryType, NewMemory},
};
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::support::{World, config};

pub(super) fn ann() -> Actor {
    Actor::user("ann")
}

pub(super) struct Mind {
    pub(super) world: World,
    pub(super) clock: Arc<ManualClock>,
    pub(super) tenant: Tenant,
    pub(super) team: TeamId,
    pub(super) user: PrincipalId,
    pub(super) agent: AgentId,
}

impl Mind {
    pub(super) async fn new() -> Self {
        let world = World::new().await;
        let clock = Arc::new(ManualClock::at("2026-11-18T12:00:00Z".parse().unwrap()));
        let id = world.new_tenant("Acme").await.id;
        let tenant = store(&world, &clock).tenant(id);
        let user = NewUser::new("ann@example.com".parse().unwrap(), "Ann");
        let user = tenant.users().create(user, &ann()).await.unwrap().id;
        let team = tenant.teams().create(NewTeam::named("Ops", user), &ann()).await.unwrap().id;
        let spec = AgentSpec::new("Ada", "ada".parse().unwrap());
        let agent = tenant.agents().create(team, spec, &ann()).await.unwrap().id;
        Self { world, clock, tenant, team, user, agent }
    }

    pub(super) fn memories(&self) -> Memories {
        self.tenant.memories()
    }

    /// The same tenant in another store, as another process has it.
    pub(super) fn elsewhere(&self) -> Tenant {
        store(&self.world, &self.clock).tenant(self.tenant.id())
    }

    pub(super) fn says(&self, content: &str) -> NewMemory {
        NewMemory::new(self.team, MemoryType::Semantic, content)
    }

    pub(super) async fn add(&self, content: &str) -> Memory {
        let added = self.memories().add(self.says(content), &ann()).await.unwrap();
        assert!(added.created, "{content}");
        added.memory
    }

    pub(super) async fn get(&self, id: MemoryId) -> Memory {
        self.memories().get(id).await.unwrap().unwrap()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn pass(&self, hours: i64) {
        self.clock.set(self.clock.now() + SignedDuration::from_hours(hours));
    }

    /// What is in the history of a memory.
    pub(super) async fn actions(&self, id: MemoryId) -> Vec<LogAction> {
        let entries = self.memories().history(id, None, 1_000).await.unwrap();
        entries.into_iter().map(|entry| entry.action).collect()
    }

    /// Action and details of the entries about memories, in order.
    pub(super) async fn recorded(&self) -> Vec<(String, Value)> {
        let superuser = self.world.superuser().await;
        let rows = superuser
            .query(
                "SELECT record ->> 'action', record -> 'details' FROM (
                     SELECT seq, record::jsonb AS record FROM audits WHERE tenant_id = $1
                 ) AS it WHERE record ->> 'action' ~ '^memor' ORDER BY seq",
                &[&self.tenant.id().0],
            )
            .await
            .unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    /// The last of those.
    pub(super) async fn newest(&self) -> String {
        self.recorded().await.pop().unwrap().0
    }

    pub(super) async fn count(&self, sql: &str) -> i64 {
        self.world.superuser().await.query_one(sql, &[]).await.unwrap().get(0)
    }
}

fn store(world: &World, clock: &Arc<ManualClock>) -> Store {
    Store::with_sources(
        config(&world.database),
        Arc::clone(clock) as _,
        Arc::new(RandomIds::from_os()),
        Arc::new(Generator::from_os()),
    )
    .unwrap()
}

/// The bad fields of an error, in its order.
pub(super) fn bad_fields(error: &Error) -> Vec<&str> {
    match error {
        Error::InvalidInputs { inputs, .. } => {
            inputs.0.iter().map(|input| input.field.as_str()).collect()
        }
        Error::InvalidInput { input, .. } => vec![&input.field],
        other => panic!("{other:?}"),
    }
}

/// Embeds texts by their letters, and remembers what it was asked.
pub(super) struct Letters {
    pub(super) model: &'static str,
    pub(super) dimensions: u32,
    pub(super) asked: Mutex<Vec<String>>,
    pub(super) calls: AtomicUsize,
}

impl Letters {
    pub(super) fn of(model: &'static str, dimensions: u32) -> Arc<Self> {
        Arc::new(Self { model, dimensions, asked: Mutex::default(), calls: AtomicUsize::new(0) })
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Embedder for Letters {
    fn model(&self) -> &str {
        self.model
    }

    fn dimensions(&self) -> u32 {
        self.dimensions
    }

    fn batch_size(&self) -> usize {
        2
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Vec<f32>>>> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.asked.lock().unwrap().extend(texts.iter().map(|text| (*text).to_owned()));
        let vector = |text: &&str| {
            let mut vector = vec![0.0; self.dimensions as usize];
            for byte in text.bytes().filter(u8::is_ascii_alphabetic) {
                vector[byte as usize % self.dimensions as usize] += 1.0;
            }
            vector
        };
        let vectors = texts.iter().map(vector).collect();
        Box::pin(async move { Ok(vectors) })
    }
}
