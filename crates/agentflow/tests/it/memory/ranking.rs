//! How what was found is put in order.

use agentflow::{
    agents::AgentSpec,
    core::agent::RetrievalWeights,
    memory::{Adjustment, Found, MemoryFilter, MemoryType, Ranking, SearchMode, SearchRequest},
};

use super::{
    mind::ann,
    support::{Garden, Plant},
};

fn near(one: f64, other: f64) {
    assert!((one - other).abs() < 1e-6, "{one} {other}");
}

async fn by_vector(garden: &Garden, request: SearchRequest) -> Vec<Found> {
    let request = SearchRequest { mode: SearchMode::Vector, ..request };
    garden.asking([1.0, 0.0, 0.0]).search(request).await.unwrap().found
}

fn contents(found: &[Found]) -> Vec<&str> {
    found.iter().map(|it| it.memory.content.as_str()).collect()
}

#[tokio::test]
async fn the_score_is_what_the_signals_say() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let conversation = garden.conversation().await;
    let plant = Plant {
        hours_old: 100,
        importance: 6,
        conversation: Some(conversation),
        ..Plant::at("rain", [0.6, 0.8, 0.0])
    };
    garden.plant(plant).await;
    let request = SearchRequest { conversation: Some(conversation), ..garden.request("x") };
    let found = by_vector(&garden, request).await;
    let signals = &found[0].signals;
    near(signals.semantic.value, 0.6);
    near(signals.recency.value, (-1.0_f64).exp());
    near(signals.importance.value, 0.6);
    near(signals.continuity.value, 1.0);
    near(signals.relationship.value, 0.0);
    near(found[0].score, 0.35 * 0.6 + 0.2 * (-1.0_f64).exp() + 0.2 * 0.6 + 0.15);
    assert!(signals.adjusted.is_empty());
    let found = by_vector(&garden, garden.request("x")).await;
    near(found[0].signals.continuity.value, 0.0);
}

#[tokio::test]
async fn reading_makes_it_recent() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let id = garden.plant(Plant { hours_old: 100, ..Plant::at("rain", [1.0, 0.0, 0.0]) }).await;
    garden.mind.memories().touch(&[id]).await.unwrap();
    garden.mind.pass(50);
    let found = by_vector(&garden, garden.request("x")).await;
    near(found[0].signals.recency.value, (-0.5_f64).exp());
}

#[tokio::test]
async fn pinned_identity_and_disputed_ones_are_adjusted() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let far = || Plant::at("far", [-1.0, 0.0, 0.0]);
    garden
        .plant(Plant { is_pinned: true, importance: 1, content: "pinned".to_owned(), ..far() })
        .await;
    let identity = Plant {
        memory_type: MemoryType::Identity,
        agent: Some(garden.mind.agent),
        content: "identity".to_owned(),
        ..far()
    };
    garden.plant(identity).await;
    garden.plant(Plant::at("near", [1.0, 0.0, 0.0])).await;
    let one =
        garden.plant(Plant { is_pinned: true, ..Plant::at("disputed", [1.0, 0.0, 0.0]) }).await;
    let other = garden.plant(Plant { content: "disputed too".to_owned(), ..far() }).await;
    garden.contradict(one, other).await;
    let found = by_vector(&garden, garden.request("x")).await;
    assert_eq!(contents(&found), ["identity", "pinned", "near", "disputed", "disputed too"]);
    near(found[0].score, 1.0);
    near(found[1].score, 0.95);
    near(found[3].score, 0.475);
    let adjusted: Vec<_> = found.iter().map(|it| it.signals.adjusted.clone()).collect();
    assert_eq!(
        adjusted,
        [
            vec![Adjustment::Identity],
            vec![Adjustment::PinnedFloor],
            vec![],
            vec![Adjustment::PinnedFloor, Adjustment::DisputedHalf],
            vec![Adjustment::DisputedHalf],
        ]
    );
    // By relevance alone, none of this counts.
    let request = SearchRequest { ranking: Ranking::Relevance, ..garden.request("x") };
    let found = by_vector(&garden, request).await;
    let mut first = contents(&found)[..2].to_vec();
    first.sort_unstable();
    assert_eq!(first, ["disputed", "near"]);
}

#[tokio::test]
async fn what_hits_are_linked_with_comes_in_in_both_directions() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let named = garden.plant(Plant::new("named by the hit")).await;
    let hit = Plant { related_to: vec![named], ..Plant::new("rain") };
    let hit = garden.plant(hit).await;
    garden.plant(Plant { related_to: vec![hit], ..Plant::new("names the hit") }).await;
    garden.plant(Plant { related_to: vec![named], ..Plant::new("two links away") }).await;
    garden.plant(Plant { related_to: vec![hit], importance: 1, ..Plant::new("filtered") }).await;
    let filter = MemoryFilter { min_importance: Some(2), ..garden.filter() };
    let request = SearchRequest { filter, ..garden.request("rain") };
    let memories = garden.mind.memories();
    let page = memories.search(request.clone()).await.unwrap();
    let mut there = contents(&page.found);
    assert_eq!((there[0], page.total), ("rain", 3));
    there.sort_unstable();
    assert_eq!(there, ["named by the hit", "names the hit", "rain"]);
    for found in &page.found[1..] {
        near(found.signals.relationship.value, 1.0);
        near(found.signals.relationship.part, 0.1);
        near(found.signals.semantic.value, 0.0);
        assert_eq!((found.signals.text_rank, found.signals.vector_rank), (None, None));
    }
    let by_relevance = SearchRequest { ranking: Ranking::Relevance, ..request };
    assert_eq!(contents(&memories.search(by_relevance).await.unwrap().found), ["rain"]);
}

#[tokio::test]
async fn no_more_than_twenty_come_in_unasked() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let hit = garden.plant(Plant::new("rain")).await;
    for number in 0..30 {
        garden
            .plant(Plant { related_to: vec![hit], ..Plant::new(format!("neighbor {number}")) })
            .await;
    }
    assert_eq!(garden.mind.memories().search(garden.request("rain")).await.unwrap().total, 21);
}

#[tokio::test]
async fn the_weights_are_those_of_the_agent_unless_the_request_has_some() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let mut spec = AgentSpec::new("Eve", "eve".parse().unwrap());
    let only = |recency, importance| RetrievalWeights {
        semantic: 0.0,
        recency,
        importance,
        continuity: 0.0,
        relationship: 0.0,
    };
    spec.memory.retrieval_weights = only(0.0, 1.0);
    let (mind, agents) = (&garden.mind, garden.mind.tenant.agents());
    let eve = agents.create(mind.team, spec, &ann()).await.unwrap().id;
    garden.plant(Plant { importance: 9, hours_old: 50, ..Plant::new("rain matters") }).await;
    garden.plant(Plant { importance: 1, ..Plant::new("rain is new") }).await;
    let memories = mind.memories();
    let filter = MemoryFilter::of_agent(mind.team, eve);
    let request = SearchRequest { filter, ..garden.request("rain") };
    let page = memories.search(request.clone()).await.unwrap();
    assert_eq!(contents(&page.found), ["rain matters", "rain is new"]);
    near(page.found[0].score, 0.9);
    let other = SearchRequest { weights: Some(only(1.0, 0.0)), ..request };
    let page = memories.search(other).await.unwrap();
    assert_eq!(contents(&page.found), ["rain is new", "rain matters"]);
}
