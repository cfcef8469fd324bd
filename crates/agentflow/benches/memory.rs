//! Memories: loaded, searched exactly against bare SQL, and found again beside the many vectors of another tenant, by a small tenant, a
//! larger one, and one with a partition and an index of its own.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::allow_attributes,
    clippy::cast_precision_loss,
    reason = "a benchmark, not an interface"
)]

mod support;

use std::{sync::Arc, time::Instant};

use agentflow::{
    Store, TeamId, Tenant, TenantId,
    audit::Actor,
    identity::{NewTeam, NewUser},
    memory::{
        Embedding, IndexSpec, LocalEmbedder, MemoryFilter, MemoryType, NewMemory, PromoteProgress,
        Ranking, SearchRequest,
    },
};
use support::{Samples, flag, goal, header, line, ratio};
use tokio_postgres::Client;

const DIMENSIONS: usize = 1536;
/// Vectors are around so many centers.
const CENTERS: i32 = 300;
const QUERIES: usize = 50;

struct Place {
    tenant: Tenant,
    team: TeamId,
}

impl Place {
    async fn new(store: &Store, name: &str) -> Self {
        let (tenant, by) = (support::new_tenant(store, name).await, Actor::system());
        let email = format!("{name}@example.com").to_lowercase().replace(' ', "-");
        let owner = NewUser::new(email.parse().unwrap(), name);
        let owner = tenant.users().create(owner, &by).await.unwrap().id;
        let team = tenant.teams().create(NewTeam::named(name, owner), &by).await.unwrap().id;
        Self { tenant, team }
    }

    fn id(&self) -> TenantId {
        self.tenant.id()
    }

    /// So many memories around `centers`, a table of vectors, by the server itself and without history. `spread` is how far.
    async fn fill(&self, client: &Client, count: i32, centers: &str, spread: f64) {
        let dimensions = DIMENSIONS;
        let (tenant, team) = (self.id(), self.team);
        let fill = format!(
            "SET session_replication_role = replica; SELECT setseed(0.25);
             INSERT INTO memory_settings (tenant_id, embedding_model, embedding_dimensions)
             VALUES ('{tenant}', 'bench', {dimensions}) ON CONFLICT DO NOTHING;
             INSERT INTO memories (tenant_id, team_id, memory_type, content, embedding, embedding_model)
             SELECT '{tenant}', '{team}', 'semantic', 'memory ' || n,
                 (SELECT array_agg(c.center[x] + {spread} * (random() + random() + random() - 1.5) + 0 * n)
                  FROM generate_series(1, {dimensions}) AS x)::real[]::vector, 'bench'
             FROM generate_series(1, {count}) AS n
             JOIN {centers} AS c ON c.number = n % (SELECT count(*) FROM {centers});
             SET session_replication_role = origin"
        );
        client.batch_execute(&fill).await.unwrap();
        client.batch_execute("VACUUM (ANALYZE) memories").await.unwrap();
    }

    fn request(&self, vector: &[f32]) -> SearchRequest {
        let embedding = Embedding::new("bench", vector.to_vec()).unwrap();
        let near = SearchRequest::near(MemoryFilter::of_team(self.team), embedding);
        SearchRequest { limit: 10, ranking: Ranking::Relevance, touch: false, ..near }
    }

    async fn search(&self, vector: &[f32]) -> Vec<String> {
        let page = self.tenant.memories().search(self.request(vector)).await.unwrap();
        page.found.into_iter().map(|found| found.memory.content).collect()
    }

    /// What there is to be found, as the tables say.
    async fn truth(&self, client: &Client, vector: &[f32]) -> Vec<String> {
        let exact = "SELECT content FROM memories WHERE tenant_id = $1 ORDER BY (embedding <=> $2::real[]::vector) + 0, id LIMIT 10";
        let vector: Vec<f32> = vector.to_vec();
        let rows = client.query(exact, &[self.id().as_uuid(), &vector]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Times of searches in ms, and the share of what is nearest that was found.
    async fn measure(&self, queries: &[Vec<f32>], truths: &[Vec<String>]) -> (Samples, f64) {
        let (mut samples, mut kept, mut of) = (Samples::default(), 0, 0);
        self.search(&queries[0]).await;
        for (query, truth) in queries.iter().zip(truths) {
            let began = Instant::now();
            let found = self.search(query).await;
            samples.add(began.elapsed().as_secs_f64() * 1e3);
            kept += truth.iter().filter(|it| found.contains(it)).count();
            of += truth.len();
        }
        (samples, kept as f64 / of as f64)
    }

    async fn truths(&self, client: &Client, queries: &[Vec<f32>]) -> Vec<Vec<String>> {
        let mut truths = Vec::new();
        for query in queries {
            truths.push(self.truth(client, query).await);
        }
        truths
    }
}

async fn load(store: &Store, count: usize) {
    header(&format!(
        "loaded and embedded here, {DIMENSIONS} dimensions, 500 a call, {count} memories"
    ));
    let place = Place::new(store, "Load").await;
    let embedder = Arc::new(LocalEmbedder::new(u32::try_from(DIMENSIONS).unwrap()).unwrap());
    let memories = place.tenant.memories().with_embedder(embedder);
    let mut samples = Samples::default();
    for call in 0..count / 500 {
        let new = (0..500).map(|number| {
            let content = format!(
                "Call {call}, memory {number}: the customer of order {} asks for an invoice",
                call * number
            );
            NewMemory::new(place.team, MemoryType::Semantic, content)
        });
        let new: Vec<_> = new.collect();
        let began = Instant::now();
        memories.add_many(new, &Actor::system()).await.unwrap();
        samples.add(500.0 / began.elapsed().as_secs_f64());
    }
    line("memories", &samples, "memories/s");
}

/// Centers of clusters, and queries near some of them.
async fn prepare(client: &Client) -> Vec<Vec<f32>> {
    let prepare = format!(
        "SELECT setseed(0.5);
         CREATE TABLE centers AS SELECT c AS number, (
             SELECT array_agg(random() - 0.5 + 0 * c * x) FROM generate_series(1, {DIMENSIONS}) AS x
         ) AS center FROM generate_series(0, {CENTERS} - 1) AS c;
         CREATE TABLE queries AS SELECT row_number() OVER (ORDER BY number) - 1 AS number, (
             SELECT array_agg(center[x] + 0.4 * (random() - 0.5)) FROM generate_series(1, {DIMENSIONS}) AS x
         ) AS center FROM centers WHERE number % 6 = 0"
    );
    client.batch_execute(&prepare).await.unwrap();
    let rows =
        client.query("SELECT center::real[] FROM queries ORDER BY number", &[]).await.unwrap();
    let queries: Vec<Vec<f32>> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(queries.len(), QUERIES);
    queries
}

/// The same as bare SQL, prepared, over a connection without row-level security.
async fn exact(store: &Store, client: &Client, queries: &[Vec<f32>], count: i32) {
    header(&format!("exact search, {count} memories of {DIMENSIONS} dimensions in one team"));
    let place = Place::new(store, "Exact").await;
    place.fill(client, count, "centers", 0.5).await;
    let bare = client
        .prepare(
            "SELECT id, content, embedding <=> $3::real[]::vector AS distance FROM memories
             WHERE tenant_id = $1 AND team_id = $2 AND status IN ('active', 'disputed')
             ORDER BY distance, id LIMIT 10",
        )
        .await
        .unwrap();
    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    for round in 0..3 {
        for query in queries {
            let began = Instant::now();
            let rows = client
                .query(&bare, &[place.id().as_uuid(), place.team.as_uuid(), query])
                .await
                .unwrap();
            if round > 0 {
                theirs.add(began.elapsed().as_secs_f64() * 1e3);
            }
            let expected: Vec<String> = rows.iter().map(|row| row.get(1)).collect();
            let began = Instant::now();
            let found = place.search(query).await;
            if round > 0 {
                ours.add(began.elapsed().as_secs_f64() * 1e3);
            }
            assert_eq!(found, expected);
        }
    }
    line("bare SQL", &theirs, "ms");
    line("search", &ours, "ms");
    ratio("  against bare SQL", &ours, &theirs, 1.15);
}

async fn beside_others(store: &Store, client: &Client, queries: &[Vec<f32>], sizes: [i32; 4]) {
    let [foreign, small, middle, large] = sizes;
    header(&format!("beside {foreign} vectors of another tenant around the queries"));
    Place::new(store, "Foreign").await.fill(client, foreign, "queries", 0.05).await;
    for (name, count) in [("Small", small), ("Middle", middle)] {
        let place = Place::new(store, name).await;
        place.fill(client, count, "centers", 0.5).await;
        let truths = place.truths(client, queries).await;
        let (samples, recall) = place.measure(queries, &truths).await;
        line(&format!("{count} memories"), &samples, "ms");
        goal("  recall of 10", recall, 1.0, true);
    }
    let place = Place::new(store, "Large").await;
    place.fill(client, large, "centers", 0.5).await;
    let truths = place.truths(client, queries).await;
    let (exact, recall) = place.measure(&queries[..10], &truths[..10]).await;
    line(&format!("{large} memories, exact"), &exact, "ms");
    goal("  recall of 10", recall, 1.0, true);

    let began = Instant::now();
    let moved = std::sync::Mutex::new(0.0);
    let progress = |it| {
        if let PromoteProgress::Moved(_) = it {
            *moved.lock().unwrap() = began.elapsed().as_secs_f64();
        }
    };
    let admin = store.admin();
    let by = Actor::system();
    let report =
        admin.memory().promote(place.id(), IndexSpec::default(), &by, &progress).await.unwrap();
    let moved = *moved.lock().unwrap();
    let index = report.indexed.index.unwrap();
    println!(
        "promoted in {moved:.1} s, indexed in {:.1} s, an index of {:.0} MB",
        began.elapsed().as_secs_f64() - moved,
        index.bytes as f64 / 1e6
    );
    let (indexed, recall) = place.measure(queries, &truths).await;
    line(&format!("{large} memories, promoted"), &indexed, "ms");
    goal("  recall of 10", recall, 0.98, true);
    // Few memories are compared one by one with or without an index: the planner finds that cheaper.
    if large >= 100_000 {
        goal("  times faster than exact", exact.median() / indexed.median(), 10.0, true);
    }
}

fn main() {
    let server = support::server();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let url = server.url("postgres");
        support::migrate(&url).await;
        let (store, client) = (support::store(&url), support::connect(&url).await);
        let full = flag("full");
        load(&store, if full { 10_000 } else { 2_000 }).await;
        let queries = prepare(&client).await;
        exact(&store, &client, &queries, if full { 10_000 } else { 2_000 }).await;
        let sizes = if full { [100_000, 200, 30_000, 100_000] } else { [5_000, 200, 2_000, 5_000] };
        beside_others(&store, &client, &queries, sizes).await;
    });
    support::print_load();
    server.stop().unwrap();
}
