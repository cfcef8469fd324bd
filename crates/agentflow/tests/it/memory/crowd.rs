//! Tenants with many memories, filled by the server: tests of partitions and of embedding anew share them.

use agentflow::{
    TeamId, Tenant, TenantId,
    audit::Actor,
    identity::{NewTeam, NewUser},
    memory::{Embedding, Memories, MemoryFilter, SearchRequest},
};
use tokio_postgres::Client;

use crate::support::World;

/// What embedded the memories of a crowd, with 32 numbers.
pub const MODEL: &str = "m";

pub fn ann() -> Actor {
    Actor::user("ann")
}

/// A tenant with a team, and as many memories as were asked for.
pub struct Crowd {
    pub tenant: Tenant,
    pub id: TenantId,
    pub team: TeamId,
}

/// Memories around a hundred centers. Every seventh is superseded by the one after it, each has a tag and every third another, and
/// every fifth was read.
const FILL: &str = "
    WITH centers AS MATERIALIZED (
        SELECT c, (SELECT array_agg(random() - 0.5 + 0 * c * x) FROM generate_series(1, 32) AS x) AS center FROM generate_series(0, 99) AS c
    ),
    made AS (
        INSERT INTO memories (tenant_id, team_id, memory_type, content, importance, embedding, embedding_model)
        SELECT $1, $2, 'semantic', 'memory ' || n, 1 + n % 10,
            (SELECT array_agg(center[x] + 0.2 * (random() - 0.5) + 0 * n) FROM generate_series(1, 32) AS x)::real[]::vector, 'm'
        FROM generate_series(1, $3) AS n
        JOIN centers ON c = n % 100
        RETURNING tenant_id, id, team_id, content
    ),
    tagged AS (
        INSERT INTO memory_tags (tenant_id, memory_id, tag)
        SELECT tenant_id, id, tag FROM made, (VALUES ('all', 1), ('third', 3)) AS v (tag, every)
        WHERE substr(content, 8)::int % every = 0
    )
    INSERT INTO memory_accesses (tenant_id, memory_id, team_id, last_accessed_at, recent_since)
    SELECT tenant_id, id, team_id, now(), now() FROM made WHERE substr(content, 8)::int % 5 = 0";

const CHAIN: &str = "
    UPDATE memories AS m
    SET status = 'superseded', superseded_by = n.id
    FROM memories AS n
    WHERE m.tenant_id = $1 AND n.tenant_id = $1 AND substr(m.content, 8)::int % 7 = 0
      AND substr(n.content, 8)::int = substr(m.content, 8)::int + 1";

impl Crowd {
    pub async fn new(world: &World, name: &str, count: i32) -> Self {
        let tenant = world.tenant(name).await;
        let id = tenant.id();
        let email = format!("{}@example.com", name.to_lowercase()).parse().unwrap();
        let owner = tenant.users().create(NewUser::new(email, name), &ann()).await.unwrap().id;
        let team = tenant.teams().create(NewTeam::named(name, owner), &ann()).await.unwrap().id;
        let mut superuser = world.superuser().await;
        let tx = superuser.transaction().await.unwrap();
        let text = id.to_string();
        tx.execute("SELECT set_config('app.tenant_id', $1, true), setseed(0.5)", &[&text])
            .await
            .unwrap();
        tx.execute(FILL, &[id.as_uuid(), team.as_uuid(), &count]).await.unwrap();
        tx.execute(CHAIN, &[id.as_uuid()]).await.unwrap();
        let settings = "INSERT INTO memory_settings (tenant_id, embedding_model, embedding_dimensions) VALUES ($1, 'm', 32)";
        tx.execute(settings, &[id.as_uuid()]).await.unwrap();
        tx.commit().await.unwrap();
        Self { tenant, id, team }
    }

    pub fn memories(&self) -> Memories {
        self.tenant.memories()
    }

    pub fn partition(&self) -> String {
        format!("memories_{}", self.id.as_uuid().simple())
    }

    /// The ten nearest, by their contents, and how near.
    pub async fn nearest(&self, vector: Vec<f32>) -> Vec<(String, f64)> {
        let embedding = Embedding::new(MODEL, vector).unwrap();
        let filter = MemoryFilter::of_team(self.team);
        let request = SearchRequest {
            limit: 10,
            pool: Some(10),
            touch: false,
            ranking: agentflow::memory::Ranking::Relevance,
            ..SearchRequest::near(filter, embedding)
        };
        let page = self.memories().search(request).await.unwrap();
        page.found
            .into_iter()
            .map(|it| (it.memory.content, it.signals.similarity.unwrap()))
            .collect()
    }

    /// What every hundredth memory is near to, by itself and its neighbors.
    pub async fn answers(&self, superuser: &Client) -> Vec<Vec<(String, f64)>> {
        let rows = superuser
            .query(
                "SELECT embedding::real[] FROM memories WHERE tenant_id = $1 AND substr(content, 8)::int % 40 = 0
                 ORDER BY substr(content, 8)::int",
                &[self.id.as_uuid()],
            )
            .await
            .unwrap();
        let mut answers = Vec::new();
        for row in rows {
            let vector: Vec<f32> = row.get(0);
            answers.push(self.nearest(vector.iter().map(|it| it + 0.01).collect()).await);
        }
        answers
    }
}

/// Everything there is of the memories of a tenant.
pub async fn everything(superuser: &Client, tenant: TenantId) -> Vec<String> {
    let rows = superuser
        .query(
            "SELECT 'memory ' || to_jsonb(m)::text FROM memories AS m WHERE tenant_id = $1
             UNION ALL SELECT 'tag ' || to_jsonb(t)::text FROM memory_tags AS t WHERE tenant_id = $1
             UNION ALL SELECT 'access ' || to_jsonb(a)::text FROM memory_accesses AS a WHERE tenant_id = $1
             UNION ALL SELECT 'log ' || to_jsonb(l)::text FROM memory_logs AS l WHERE tenant_id = $1
             ORDER BY 1",
            &[tenant.as_uuid()],
        )
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Waits until a query of the superuser says true. Fails after a minute.
pub async fn until(superuser: &Client, query: &str) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    let mut poll = tokio::time::interval(std::time::Duration::from_millis(10));
    while !superuser.query_one(query, &[]).await.unwrap().get::<_, bool>(0) {
        assert!(std::time::Instant::now() < deadline, "it never came to be: {query}");
        poll.tick().await;
    }
}
