//! What others remember changes nothing: neither what is found, nor how many, nor in which order.

use agentflow::{
    Tenant,
    memory::{Embedding, Memories, MemoryFilter, SearchMode, SearchPage, SearchRequest},
};
use tokio_postgres::Client;
use uuid::Uuid;

use super::{mind::Mind, support::MODEL};

const DIMENSIONS: i32 = 1536;

/// So many memories whose vectors are at most so far from the middle.
async fn fill(client: &Client, tenant: &Tenant, team: Uuid, count: i32, spread: f64, name: &str) {
    client
        .batch_execute(&format!("SELECT set_config('app.tenant_id', '{}', false)", tenant.id()))
        .await
        .unwrap();
    // The history of these is nothing that is looked at.
    client.batch_execute("SET session_replication_role = replica").await.unwrap();
    client
        .execute(
            "INSERT INTO memories (tenant_id, team_id, memory_type, content, embedding, embedding_model, created_at)
             SELECT $1, $2, 'semantic', $6 || ' rain ' || n, vector.it, $7, '2026-11-18T12:00:00Z'
             FROM generate_series(1, $3) AS n,
             LATERAL (
                 SELECT array_agg(sin(d) + $5 * sin(d * n * 0.37 + n))::real[]::vector AS it
                 FROM generate_series(1, $4) AS d
             ) AS vector",
            &[&tenant.id().0, &team, &count, &DIMENSIONS, &spread, &name, &MODEL],
        )
        .await
        .unwrap();
    client.batch_execute("SET session_replication_role = DEFAULT; ANALYZE memories").await.unwrap();
}

async fn middle(client: &Client) -> Embedding {
    let row = client
        .query_one(
            "SELECT array_agg(sin(d))::real[] FROM generate_series(1, $1) AS d",
            &[&DIMENSIONS],
        )
        .await
        .unwrap();
    Embedding::new(MODEL, row.get(0)).unwrap()
}

async fn searched(memories: &Memories, mind: &Mind, near: &Embedding) -> Vec<SearchPage> {
    let mut pages = Vec::new();
    for mode in SearchMode::ALL {
        let request = SearchRequest {
            query: Some("rain 17 mine".to_owned()),
            embedding: Some(near.clone()),
            mode: *mode,
            touch: false,
            ..SearchRequest::near(MemoryFilter::of_team(mind.team), near.clone())
        };
        pages.push(memories.search(request).await.unwrap());
    }
    pages
}

async fn changes_nothing(foreign: i32) {
    let mind = Mind::new().await;
    let client = mind.world.superuser().await;
    fill(&client, &mind.tenant, mind.team.0, 200, 0.5, "mine").await;
    client
        .execute(
            "INSERT INTO memory_settings (tenant_id, embedding_model, embedding_dimensions) VALUES ($1, $2, $3)",
            &[&mind.tenant.id().0, &MODEL, &DIMENSIONS],
        )
        .await
        .unwrap();
    let (near, memories) = (middle(&client).await, mind.memories());
    let before = searched(&memories, &mind, &near).await;
    assert_eq!(before.iter().map(|page| page.total).collect::<Vec<_>>(), [200, 200, 200]);
    let similar = memories.find_similar(mind.team, &near, 0.8, 50).await.unwrap();
    assert!(!similar.is_empty());

    // All nearer than any of the own.
    let stranger = mind.world.tenant("Globex").await;
    let user = agentflow::identity::NewUser::new("zoe@example.com".parse().unwrap(), "Zoe");
    let user = stranger.users().create(user, &super::mind::ann()).await.unwrap().id;
    let team = agentflow::identity::NewTeam::named("Ops", user);
    let team = stranger.teams().create(team, &super::mind::ann()).await.unwrap().id;
    fill(&client, &stranger, team.0, foreign, 0.01, "foreign").await;

    assert_eq!(searched(&memories, &mind, &near).await, before);
    assert_eq!(memories.find_similar(mind.team, &near, 0.8, 50).await.unwrap(), similar);
    // And they are there, and near.
    let theirs = MemoryFilter::of_team(team);
    let request = SearchRequest { touch: false, ..SearchRequest::near(theirs, near.clone()) };
    let page = stranger.memories().search(request).await.unwrap();
    assert_eq!(page.total, 200);
    let nearest = before[1].found.iter().filter_map(|it| it.signals.similarity);
    let nearest = nearest.fold(-1.0, f64::max);
    assert!(page.found.iter().all(|it| it.signals.similarity.unwrap() > nearest));
}

#[tokio::test]
async fn vectors_of_others_around_a_query_change_nothing() {
    agentflow_postgres::needs_pgvector!();
    changes_nothing(3_000).await;
}

#[tokio::test]
#[ignore = "writes 100,000 vectors of 1536 dimensions: 800 MB, minutes"]
async fn a_hundred_thousand_vectors_of_others_change_nothing() {
    changes_nothing(100_000).await;
}
