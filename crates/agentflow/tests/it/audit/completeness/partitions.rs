//! Memories that are embedded anew, move to a partition of their own, and are indexed there.

use std::sync::Arc;

use agentflow::{
    identity::{NewTeam, NewUser},
    memory::{EmbedAnew, IndexSpec, LocalEmbedder, MemoryType, NewMemory},
};

use super::Book;

pub(super) async fn partitions() {
    let mut book = Book::open().await;
    let by = book.by.clone();
    let owner = NewUser::new("ann@example.com".parse().unwrap(), "Ann");
    let owner = book.tenant.users().create(owner, &by).await.unwrap().id;
    let team = book.tenant.teams().create(NewTeam::named("Ops", owner), &by).await.unwrap().id;
    let memories = book.tenant.memories();
    let new = NewMemory::new(team, MemoryType::Semantic, "The customer prefers email.");
    let before = memories.clone().with_embedder(Arc::new(LocalEmbedder::new(8).unwrap()));
    before.add(new, &by).await.unwrap();
    book.news().await;

    let memories = memories.with_embedder(Arc::new(LocalEmbedder::new(16).unwrap()));
    let (options, never) = (EmbedAnew::default(), std::future::pending());
    memories.embed_anew(options, &by, &|_| {}, never).await.unwrap();
    let function = "memory/embed_anew.rs embed_anew";
    let both =
        [("memories.embedding_changed", "tenant", &by), ("memories.embedded", "tenant", &by)];
    book.saw_all(function, &both).await;

    let admin = book.store.admin();
    let (tenant, spec) = (book.tenant.id(), IndexSpec::default());
    admin.memory().promote(tenant, spec, &by, &|_| {}).await.unwrap();
    let both = [("memory.promoted", "tenant", &by), ("memory.reindexed", "tenant", &by)];
    book.saw_all("memory/partitions.rs promote", &both).await;
    admin.memory().reindex(tenant, spec, &by, &|_| {}).await.unwrap();
    let told = book.saw("memory/partitions.rs reindex", "memory.reindexed", "tenant").await;
    assert_eq!(
        (&told["details"]["kind"], &told["details"]["memories"]),
        (&"hnsw".into(), &1.into())
    );
}
