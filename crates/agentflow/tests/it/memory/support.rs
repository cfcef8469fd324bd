//! Memories that are there without having been added: with the vectors, times and statuses that a test wants.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use agentflow::{
    AgentId, Error, PrincipalId, Result, TeamId,
    agents::AgentSpec,
    core::ids::ConversationId,
    identity::NewTeam,
    memory::{
        Embedder, Embedding, Memories, MemoryFilter, MemoryId, MemoryStatus, MemoryTier,
        MemoryType, SearchRequest,
    },
};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use tokio_postgres::{Client, types::Json};
use uuid::Uuid;

use super::mind::{Mind, ann};

pub const MODEL: &str = "toy";

/// A memory to plant.
#[derive(Debug, Clone)]
pub struct Plant {
    pub content: String,
    pub memory_type: MemoryType,
    pub team: Option<TeamId>,
    pub agent: Option<AgentId>,
    pub user: Option<PrincipalId>,
    pub subject: Option<String>,
    pub vector: Option<Vec<f32>>,
    pub importance: i32,
    pub is_pinned: bool,
    pub status: MemoryStatus,
    pub tier: MemoryTier,
    pub hours_old: i32,
    pub expires_in_hours: Option<i32>,
    pub conversation: Option<ConversationId>,
    pub related_to: Vec<MemoryId>,
    pub contradicts: Vec<MemoryId>,
    pub metadata: Value,
    pub tags: Vec<&'static str>,
}

impl Plant {
    pub fn new(content: impl Into<String>) -> Self {
        Self {
            content: content.into(),
            memory_type: MemoryType::Semantic,
            team: None,
            agent: None,
            user: None,
            subject: None,
            vector: None,
            importance: 5,
            is_pinned: false,
            status: MemoryStatus::Active,
            tier: MemoryTier::Warm,
            hours_old: 0,
            expires_in_hours: None,
            conversation: None,
            related_to: Vec::new(),
            contradicts: Vec::new(),
            metadata: json!({}),
            tags: Vec::new(),
        }
    }

    pub fn at(content: impl Into<String>, vector: impl Into<Vec<f32>>) -> Self {
        Self { vector: Some(vector.into()), ..Self::new(content) }
    }
}

/// A mind, and whoever plants into it.
pub struct Garden {
    pub(super) mind: Mind,
    pub superuser: Client,
    pub bob: AgentId,
}

impl Garden {
    pub async fn new() -> Self {
        let mind = Mind::new().await;
        let superuser = mind.world.superuser().await;
        superuser
            .execute(
                "SELECT set_config('app.tenant_id', $1, false)",
                &[&mind.tenant.id().to_string()],
            )
            .await
            .unwrap();
        superuser
            .execute(
                "INSERT INTO memory_settings (tenant_id, embedding_model, embedding_dimensions) VALUES ($1, $2, 3)",
                &[&mind.tenant.id().0, &MODEL],
            )
            .await
            .unwrap();
        let spec = AgentSpec::new("Bob", "bob".parse().unwrap());
        let bob = mind.tenant.agents().create(mind.team, spec, &ann()).await.unwrap().id;
        Self { mind, superuser, bob }
    }

    /// Answers every query with this vector.
    pub fn asking(&self, vector: [f32; 3]) -> Memories {
        self.mind.memories().with_embedder(Toy::answering(vector))
    }

    pub fn filter(&self) -> MemoryFilter {
        MemoryFilter::of_team(self.mind.team)
    }

    /// For all that the team has, without counting it as read.
    pub fn request(&self, query: &str) -> SearchRequest {
        SearchRequest { touch: false, ..SearchRequest::new(self.filter(), query) }
    }

    pub async fn another_team(&self) -> TeamId {
        let team = NewTeam::named("Others", self.mind.user);
        self.mind.tenant.teams().create(team, &ann()).await.unwrap().id
    }

    pub async fn conversation(&self) -> ConversationId {
        use agentflow::conversations::NewConversation;
        let new = NewConversation::between(self.mind.team, self.mind.agent, self.mind.user);
        self.mind.tenant.conversations().create(new, &ann()).await.unwrap().id
    }

    pub async fn plant(&self, plant: Plant) -> MemoryId {
        let now = self.mind.now().to_string();
        let uuids = |ids: &[MemoryId]| ids.iter().map(|id| id.0).collect::<Vec<Uuid>>();
        let row = self
            .superuser
            .query_one(
                "INSERT INTO memories (
                     tenant_id, team_id, agent_id, user_id, memory_type, content, subject, embedding, embedding_model, importance,
                     is_pinned, status, tier, created_at, expires_at, source_conversation_id, related_to, contradicts, metadata
                 )
                 VALUES (
                     $1, $2, $3, $4, $5::text::memory_type_enum, $6, $7, $8::real[]::vector, $9, $10, $11,
                     $12::text::memory_status, $13::text::memory_tier, $14::text::timestamptz - $15 * interval '1 hour',
                     $14::text::timestamptz + $16 * interval '1 hour', $17, $18, $19, $20
                 )
                 RETURNING id",
                &[
                    &self.mind.tenant.id().0,
                    &plant.team.unwrap_or(self.mind.team).0,
                    &plant.agent.map(|id| id.0),
                    &plant.user.map(|id| id.0),
                    &plant.memory_type.as_str(),
                    &plant.content,
                    &plant.subject,
                    &plant.vector,
                    &plant.vector.as_ref().map(|_| MODEL),
                    &plant.importance,
                    &plant.is_pinned,
                    &plant.status.as_str(),
                    &plant.tier.as_str(),
                    &now,
                    &f64::from(plant.hours_old),
                    &plant.expires_in_hours.map(f64::from),
                    &plant.conversation.map(|id| id.0),
                    &uuids(&plant.related_to),
                    &uuids(&plant.contradicts),
                    &Json(&plant.metadata),
                ],
            )
            .await
            .unwrap();
        let id: Uuid = row.get(0);
        for tag in plant.tags {
            self.superuser
                .execute(
                    "INSERT INTO memory_tags (tenant_id, memory_id, tag) VALUES ($1, $2, $3)",
                    &[&self.mind.tenant.id().0, &id, &tag],
                )
                .await
                .unwrap();
        }
        MemoryId(id)
    }

    pub async fn contradict(&self, one: MemoryId, other: MemoryId) {
        for (id, other) in [(one, other), (other, one)] {
            self.superuser
                .execute(
                    "UPDATE memories SET status = 'disputed', contradicts = ARRAY[$2::uuid] WHERE id = $1",
                    &[&id.0, &other.0],
                )
                .await
                .unwrap();
        }
    }
}

/// What a search finds, in its order.
pub async fn found(memories: &Memories, request: SearchRequest) -> Vec<String> {
    let page = memories.search(request).await.unwrap();
    page.found.into_iter().map(|found| found.memory.content).collect()
}

/// The same, in the order of the alphabet.
pub async fn found_sorted(memories: &Memories, request: SearchRequest) -> Vec<String> {
    let mut contents = found(memories, SearchRequest { limit: 100, ..request }).await;
    contents.sort();
    contents
}

pub fn embedding(vector: [f32; 3]) -> Embedding {
    Embedding::new(MODEL, vector.to_vec()).unwrap()
}

/// Answers with the same vector, unless it is out of order.
pub struct Toy {
    pub model: &'static str,
    vector: Vec<f32>,
    pub is_down: AtomicBool,
}

impl Toy {
    pub fn answering(vector: [f32; 3]) -> Arc<Self> {
        Arc::new(Self::with_model(MODEL, vector.to_vec()))
    }

    pub fn with_model(model: &'static str, vector: Vec<f32>) -> Self {
        Self { model, vector, is_down: AtomicBool::new(false) }
    }
}

impl Embedder for Toy {
    fn model(&self) -> &str {
        self.model
    }

    fn dimensions(&self) -> u32 {
        u32::try_from(self.vector.len()).unwrap()
    }

    fn batch_size(&self) -> usize {
        100
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Vec<f32>>>> {
        Box::pin(async move {
            if self.is_down.load(Ordering::SeqCst) {
                let reason = "the service does not answer".to_owned();
                return Err(Error::Unavailable { operation: "embed texts", reason, source: None });
            }
            let vector = |_: &&str| self.vector.clone();
            Ok(texts.iter().map(vector).collect())
        })
    }
}
