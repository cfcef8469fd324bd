//! Memories and their history.

use agentflow::{
    Error, TeamId, Tenant,
    memory::{
        Embedding, MemoryChange, MemoryFilter, MemoryId, MemoryType, NewMemory, SearchRequest,
    },
};

use super::ann;

/// A memory with an embedding, which makes a row of settings.
pub(super) async fn memory(tenant: &Tenant, team: TeamId) -> MemoryId {
    let new = NewMemory::new(team, MemoryType::Semantic, "Rivers flow.");
    let embedding = Embedding::new("planted", vec![1.0]).unwrap();
    tenant.memories().add_embedded(new, Some(embedding), &ann()).await.unwrap().memory.id
}

/// What the readers of a table say.
pub(super) async fn errors(
    tenant: &Tenant,
    team: TeamId,
    memory: MemoryId,
    table: &str,
) -> Vec<Error> {
    let memories = tenant.memories();
    match table {
        "memory_logs" => return vec![memories.history(memory, None, 10).await.unwrap_err()],
        "memory_settings" => return vec![memories.settings().await.unwrap_err()],
        _ => {}
    }
    let filter = MemoryFilter::of_team(team);
    let search = SearchRequest::new(filter.clone(), "rivers");
    let change = MemoryChange { importance: Some(9), ..Default::default() };
    vec![
        memories.get(memory).await.unwrap_err(),
        memories.list(&filter, None, 10).await.unwrap_err(),
        memories.search(search).await.unwrap_err(),
        memories.update(memory, change, None, &ann()).await.unwrap_err(),
        memories.forget(memory, None, &ann()).await.unwrap_err(),
    ]
}
