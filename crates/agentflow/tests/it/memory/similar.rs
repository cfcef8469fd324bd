//! What is as good as the same.

use agentflow::{
    Error, TeamId,
    memory::{Embedding, MemoryStatus},
};
use uuid::Uuid;

use super::{
    mind::bad_fields,
    support::{Garden, Plant, embedding},
};

#[tokio::test]
async fn what_is_at_least_so_near_is_found_the_nearest_first() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    for (name, vector) in [
        ("same", [2.0, 0.0, 0.0]),
        ("near", [0.8, 0.6, 0.0]),
        ("far", [0.0, 1.0, 0.0]),
        ("opposite", [-1.0, 0.0, 0.0]),
    ] {
        garden.plant(Plant::at(name, vector)).await;
    }
    garden.plant(Plant::new("nowhere")).await;
    let gone = Plant { status: MemoryStatus::Archived, ..Plant::at("gone", [1.0, 0.0, 0.0]) };
    garden.plant(gone).await;
    let (memories, team) = (garden.mind.memories(), garden.mind.team);
    let x = embedding([1.0, 0.0, 0.0]);
    let names = async |threshold, limit| {
        let found = memories.find_similar(team, &x, threshold, limit).await.unwrap();
        found.into_iter().map(|(memory, near)| (memory.content, near)).collect::<Vec<_>>()
    };
    let all = names(-1.0, 10).await;
    let order: Vec<_> = all.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(order, ["same", "near", "far", "opposite"]);
    // The threshold belongs to it.
    let (_, near) = all[1];
    assert_eq!(names(near, 10).await.len(), 2);
    assert_eq!(names(near + 1e-9, 10).await.len(), 1);
    assert_eq!(names(-1.0, 1).await.len(), 1);
    assert_eq!(garden.mind.count("SELECT count(*) FROM memory_accesses").await, 0);
}

#[tokio::test]
async fn disputed_ones_do_not_stand_before_active_ones() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    for number in 0..210 {
        let plant = Plant::at(format!("disputed {number}"), [1.0, 0.0, 0.0]);
        garden.plant(Plant { status: MemoryStatus::Disputed, ..plant }).await;
    }
    garden.plant(Plant::at("active", [0.9, 0.1, 0.0])).await;
    let found = garden
        .mind
        .memories()
        .find_similar(garden.mind.team, &embedding([1.0, 0.0, 0.0]), 0.5, 3)
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0.content, "active");
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let (memories, team) = (garden.mind.memories(), garden.mind.team);
    let x = embedding([1.0, 0.0, 0.0]);
    for (threshold, limit, field) in
        [(1.1, 1, "threshold"), (f64::NAN, 1, "threshold"), (0.5, 0, "limit"), (0.5, 1001, "limit")]
    {
        let error = memories.find_similar(team, &x, threshold, limit).await.unwrap_err();
        assert_eq!(bad_fields(&error), [field]);
    }
    let nobody = TeamId(Uuid::from_u128(7));
    let error = memories.find_similar(nobody, &x, 0.5, 1).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    let other = Embedding::new("other", vec![1.0]).unwrap();
    let error = memories.find_similar(team, &other, 0.5, 1).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
}
