//! Searches find what either the vectors or the words find, and say why they looked at one only.

use std::sync::{Arc, atomic::Ordering};

use agentflow::{
    AgentId, Error, Statements, Store, TeamId,
    memory::{
        Embedding, MemoryFilter, Ranking, RecallRequest, SearchMode, SearchRequest, Unembedded,
    },
};
use uuid::Uuid;

use super::{
    mind::bad_fields,
    support::{Garden, Plant, Toy, embedding, found, found_sorted},
};
use crate::support::config;

/// Twenty near the query, and one far from it whose text has an exact name.
async fn orders() -> Garden {
    let garden = Garden::new().await;
    for number in 0..20_u8 {
        let vector = [1.0, f32::from(number) / 100.0, 0.0];
        garden.plant(Plant::at(format!("parcel {number} is late"), vector)).await;
    }
    garden.plant(Plant::at("order AF-4711/X was refunded", [-1.0, 0.0, 0.0])).await;
    garden
}

#[tokio::test]
async fn an_exact_name_is_found_though_its_vector_is_far_away() {
    agentflow_postgres::needs_pgvector!();
    let garden = orders().await;
    let memories = garden.asking([1.0, 0.0, 0.0]);
    let asked = |mode| SearchRequest {
        mode,
        ranking: Ranking::Relevance,
        pool: Some(5),
        limit: 5,
        ..garden.request("AF-4711/X")
    };
    let by_both = found(&memories, asked(SearchMode::Hybrid)).await;
    assert!(by_both[..2].contains(&"order AF-4711/X was refunded".to_owned()), "{by_both:?}");
    let by_vector = found(&memories, asked(SearchMode::Vector)).await;
    assert!(!by_vector.contains(&"order AF-4711/X was refunded".to_owned()));
    assert_eq!(found(&memories, asked(SearchMode::Text)).await, ["order AF-4711/X was refunded"]);
    // Though nothing has that vector.
    garden.plant(Plant::new("order AF-4712/X has no vector")).await;
    let by_both = found(
        &memories,
        SearchRequest { query: Some("af-4712/x?".to_owned()), ..asked(SearchMode::Hybrid) },
    )
    .await;
    assert!(by_both[..2].contains(&"order AF-4712/X has no vector".to_owned()), "{by_both:?}");
}

#[tokio::test]
async fn both_lists_are_told_of() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    garden.plant(Plant::at("rain in spring", [1.0, 0.0, 0.0])).await;
    garden.plant(Plant::at("sun", [0.8, 0.6, 0.0])).await;
    garden.plant(Plant::new("rain")).await;
    let request = SearchRequest { ranking: Ranking::Relevance, ..garden.request("rain") };
    let page = garden.asking([1.0, 0.0, 0.0]).search(request).await.unwrap();
    assert_eq!((page.total, page.next, page.unembedded.clone()), (3, None, None));
    let signals = |content: &str| {
        page.found.iter().find(|it| it.memory.content == content).unwrap().signals.clone()
    };
    let both = signals("rain in spring");
    assert_eq!((both.vector_rank, both.text_rank), (Some(1), Some(2)));
    assert!((both.similarity.unwrap() - 1.0).abs() < 1e-6);
    let near = signals("sun");
    assert_eq!((near.vector_rank, near.text_rank, near.text_score), (Some(2), None, None));
    assert!((near.similarity.unwrap() - 0.8).abs() < 1e-6);
    let text = signals("rain");
    assert_eq!((text.vector_rank, text.text_rank, text.similarity), (None, Some(1), None));
    assert_eq!(page.found[0].memory.content, "rain in spring");
}

#[tokio::test]
async fn without_vectors_words_are_looked_for_and_the_page_says_why() {
    agentflow_postgres::needs_pgvector!();
    let garden = orders().await;
    let request = || garden.request("AF-4711/X");
    let page = garden.mind.memories().search(request()).await.unwrap();
    assert_eq!((page.total, page.unembedded), (1, Some(Unembedded::NoEmbedder)));

    let toy = Toy::answering([1.0, 0.0, 0.0]);
    toy.is_down.store(true, Ordering::SeqCst);
    let memories = garden.mind.memories().with_embedder(toy);
    let page = memories.search(request()).await.unwrap();
    assert_eq!(page.total, 1);
    let why = page.unembedded.unwrap().to_string();
    assert!(why.contains("the service does not answer"), "{why}");
    let by_vector = SearchRequest { mode: SearchMode::Vector, ..request() };
    let error = memories.search(by_vector.clone()).await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    let error = garden.mind.memories().search(by_vector).await.unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error:?}");

    garden.superuser.execute("DELETE FROM memory_settings", &[]).await.unwrap();
    let page = garden.asking([1.0, 0.0, 0.0]).search(request()).await.unwrap();
    assert_eq!((page.total, page.unembedded), (1, Some(Unembedded::NothingEmbedded)));
    let by_vector = SearchRequest { mode: SearchMode::Vector, ..request() };
    let page = garden.asking([1.0, 0.0, 0.0]).search(by_vector).await.unwrap();
    let why = page.unembedded.unwrap().to_string();
    assert_eq!((page.total, why.contains("no memory is embedded yet")), (0, true), "{why}");
    assert!(!why.contains("words were looked for"), "{why}");
}

#[tokio::test]
async fn a_query_without_a_direction_is_looked_for_by_its_words() {
    agentflow_postgres::needs_pgvector!();
    let garden = orders().await;
    let memories = garden.asking([0.0, 0.0, 0.0]);
    let request = || garden.request("AF-4711/X");
    let page = memories.search(request()).await.unwrap();
    assert_eq!((page.total, page.unembedded), (1, Some(Unembedded::NoDirection)));
    let recalled = memories.recall(RecallRequest::new(garden.filter(), "AF-4711/X")).await.unwrap();
    assert_eq!(recalled.unembedded, Some(Unembedded::NoDirection));
    let by_vector = SearchRequest { mode: SearchMode::Vector, ..request() };
    assert_eq!(bad_fields(&memories.search(by_vector).await.unwrap_err()), ["embedding"]);
}

#[tokio::test]
async fn vectors_that_cannot_be_compared_are_refused() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    for vector in [vec![1e30_f32, 1e30, 0.0], vec![1e-30, -1e-30, 0.0], vec![1e16, 0.0, 0.0]] {
        let error = Embedding::new("toy", vector.clone()).unwrap_err();
        assert_eq!(error.field, "embedding");
        let insert = "INSERT INTO memories (tenant_id, team_id, memory_type, content, embedding, embedding_model)
            VALUES ($1, $2, 'semantic', 'x', $3::real[]::vector, 'toy')";
        let (tenant, team) = (garden.mind.tenant.id().0, garden.mind.team.0);
        let error = garden.superuser.execute(insert, &[&tenant, &team, &vector]).await.unwrap_err();
        let constraint = error.as_db_error().and_then(|it| it.constraint());
        assert_eq!(constraint, Some("memories_embedding_direction"));
    }
    for vector in [[1e14, 1e14, 0.0], [1e-14, -1e-14, 0.0]] {
        garden.plant(Plant::at(format!("{vector:?}"), vector)).await;
    }
    let page = garden.asking([1.0, 1.0, 0.0]).search(garden.request("x")).await.unwrap();
    assert!((page.found[0].signals.similarity.unwrap() - 1.0).abs() < 1e-6);
}

#[tokio::test]
async fn what_is_near_nothing_has_no_relevance_for_being_the_nearest() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    garden.plant(Plant::at("a bit", [0.1, 0.995, 0.0])).await;
    garden.plant(Plant::at("not at all", [0.0, 1.0, 0.0])).await;
    garden.plant(Plant::at("the contrary", [-1.0, 0.0, 0.0])).await;
    let page = garden.asking([1.0, 0.0, 0.0]).search(garden.request("xyzzyq")).await.unwrap();
    assert_eq!((page.total, page.found[0].memory.content.as_str()), (1, "a bit"));
    assert!((page.found[0].signals.relevance - 0.1).abs() < 1e-3);
    assert!((page.found[0].signals.semantic.value - 0.1).abs() < 1e-3);
}

#[tokio::test]
async fn a_query_of_another_model_is_refused() {
    agentflow_postgres::needs_pgvector!();
    let garden = orders().await;
    let expected = "the memories of this tenant are embedded by `toy` (3 dimensions), not by `other` (4); embed them anew first, \
                    with `af memory reindex --embed`";
    let other = Arc::new(Toy::with_model("other", vec![1.0, 0.0, 0.0, 0.0]));
    let memories = garden.mind.memories().with_embedder(other);
    let given = Embedding::new("other", vec![1.0, 0.0, 0.0, 0.0]).unwrap();
    let requests = [garden.request("parcel"), SearchRequest::near(garden.filter(), given.clone())];
    for request in requests {
        match memories.search(request).await.unwrap_err() {
            Error::Conflict { reason, .. } => assert_eq!(reason, expected),
            other => panic!("{other:?}"),
        }
    }
    let text = SearchRequest { mode: SearchMode::Text, ..garden.request("AF-4711/X") };
    assert_eq!(memories.search(text).await.unwrap().total, 1);
}

#[tokio::test]
async fn every_bad_field_is_named() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let memories = garden.mind.memories();
    let refused = |request| {
        let memories = memories.clone();
        async move { memories.search(request).await.unwrap_err() }
    };
    let weights =
        agentflow::core::agent::RetrievalWeights { recency: f64::NAN, ..Default::default() };
    let request = SearchRequest {
        query: Some(" ".to_owned()),
        weights: Some(weights),
        limit: 101,
        pool: Some(0),
        effort: 1001,
        ..garden.request("x")
    };
    let error = refused(request).await;
    assert_eq!(bad_fields(&error), ["query", "weights.recency", "limit", "pool", "effort"]);
    let nothing = SearchRequest { query: None, ..garden.request("x") };
    assert_eq!(bad_fields(&refused(nothing).await), ["query"]);
    let near = SearchRequest::near(garden.filter(), embedding([1.0, 0.0, 0.0]));
    let text = SearchRequest { mode: SearchMode::Text, ..near };
    assert_eq!(bad_fields(&refused(text).await), ["query"]);
}

#[tokio::test]
async fn a_team_or_agent_that_is_not_there_is_an_error() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let (nobody, mind) = (Uuid::from_u128(7), &garden.mind);
    let elsewhere = garden.another_team().await;
    let filters = [
        (MemoryFilter::of_team(TeamId(nobody)), "team "),
        (MemoryFilter::of_agent(mind.team, AgentId(nobody)), "agent "),
        (MemoryFilter::of_agent(elsewhere, mind.agent), "agent "),
    ];
    for (filter, expected) in filters {
        match mind.memories().search(SearchRequest::new(filter, "x")).await.unwrap_err() {
            Error::NotFound { what, .. } => assert!(what.starts_with(expected), "{what}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn any_text_can_be_asked_for() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    garden.plant(Plant::new("it's the back\\slash & 'quoted' <-> ünïcode 42%")).await;
    let memories = garden.mind.memories();
    for query in [
        "it's",
        "back\\slash",
        "'quoted'",
        "& | ! <-> :* ()",
        "ünïcode",
        "42%",
        "the",
        "\\",
        "a:b*c 42%",
    ] {
        let count = memories.search(garden.request(query)).await.unwrap().total;
        let says_something = !["& | ! <-> :* ()", "\\"].contains(&query);
        assert_eq!(count > 0, says_something, "{query}");
    }
    let long = "42% word ".repeat(1100);
    assert_eq!(memories.search(garden.request(&long)).await.unwrap().total, 1);
}

#[tokio::test]
async fn reading_counts_and_changes_nothing_else() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let id = garden.plant(Plant { hours_old: 10, ..Plant::new("rain") }).await;
    let (memories, mind) = (garden.mind.memories(), &garden.mind);
    let before = mind.get(id).await;
    assert_eq!((before.access_count, before.last_accessed_at), (0, before.created_at));
    let logs = "SELECT count(*) FROM memory_logs";
    let (logged, recorded) = (mind.count(logs).await, mind.recorded().await.len());

    memories.search(garden.request("rain")).await.unwrap();
    assert_eq!(mind.get(id).await, before);
    let page =
        memories.search(SearchRequest { touch: true, ..garden.request("rain") }).await.unwrap();
    assert_eq!(page.found[0].memory.access_count, 0);
    mind.pass(1);
    assert_eq!(memories.touch(&[id, id]).await.unwrap(), 1);
    assert_eq!(memories.touch(&[]).await.unwrap(), 0);
    let after = mind.get(id).await;
    assert_eq!((after.access_count, after.last_accessed_at), (2, mind.now()));
    assert_eq!(after.updated_at, before.updated_at);
    assert_eq!((mind.count(logs).await, mind.recorded().await.len()), (logged, recorded));
}

#[tokio::test]
async fn searches_work_without_prepared_statements() {
    agentflow_postgres::needs_pgvector!();
    let garden = orders().await;
    let config = config(&garden.mind.world.database).with_statements(Statements::Typed);
    let tenant = Store::connect(config).unwrap().tenant(garden.mind.tenant.id());
    let memories = tenant.memories().with_embedder(Toy::answering([1.0, 0.0, 0.0]));
    let there = found_sorted(&memories, garden.request("AF-4711/X")).await;
    assert_eq!(there.len(), 21);
    let filter = MemoryFilter {
        tags: vec!["none".to_owned()],
        metadata: Some(serde_json::Map::new()),
        metadata_path: Some("$.x".to_owned()),
        ..garden.filter()
    };
    let request = SearchRequest { filter, ..garden.request("AF-4711/X") };
    assert_eq!(memories.search(request).await.unwrap().total, 0);
}
