//! Memories, and what becomes of them.

use agentflow::{
    agents::AgentSpec,
    identity::{NewTeam, NewUser},
    memory::{MemoryChange, MemoryType, NewMemory, Resolution},
};
use jiff::SignedDuration;

use super::Book;

pub(super) async fn memories() {
    let mut book = Book::open().await;
    let by = book.by.clone();
    let user = NewUser::new("bob@example.com".parse().unwrap(), "Bob");
    let user = book.tenant.users().create(user, &by).await.unwrap().id;
    let team = book.tenant.teams().create(NewTeam::named("Ops", user), &by).await.unwrap().id;
    let spec = AgentSpec::new("Ada", "ada".parse().unwrap());
    book.tenant.agents().create(team, spec, &by).await.unwrap();
    book.news().await;
    let memories = book.tenant.memories();
    let says = |content: &str| NewMemory::new(team, MemoryType::Semantic, content);
    let one = memories.add(says("one"), &by).await.unwrap().memory.id;
    book.saw("memory/add.rs add", "memory.created", "memory").await;
    let two = memories.add_embedded(says("two"), None, &by).await.unwrap().memory.id;
    book.saw("memory/add.rs add_embedded", "memory.created", "memory").await;
    memories.add_many(vec![says("three"), says("four")], &by).await.unwrap();
    book.saw("memory/batch.rs add_many", "memories.created", "memory").await;
    let change = MemoryChange { importance: Some(9), ..MemoryChange::default() };
    memories.update(one, change, None, &by).await.unwrap();
    book.saw("memory/change.rs update", "memory.updated", "memory").await;
    memories.set_pinned(one, true, &by).await.unwrap();
    book.saw("memory/change.rs set_pinned", "memory.pinned", "memory").await;
    memories.tag(one, &["x"], &by).await.unwrap();
    book.saw("memory/tags.rs tag", "memory.tagged", "memory").await;
    memories.untag(one, &["x"], &by).await.unwrap();
    book.saw("memory/tags.rs untag", "memory.untagged", "memory").await;
    memories.dispute(one, two, None, &by).await.unwrap();
    book.saw("memory/dispute.rs dispute", "memory.disputed", "memory").await;
    memories.resolve(one, two, Resolution::Coexist, None, &by).await.unwrap();
    book.saw("memory/dispute.rs resolve", "memory.resolved", "memory").await;
    memories.supersede(one, says("five"), None, &by).await.unwrap();
    book.saw("memory/supersede.rs supersede", "memory.superseded", "memory").await;
    memories.forget(two, None, &by).await.unwrap();
    book.saw("memory/forget.rs forget", "memory.archived", "memory").await;
    memories.restore(two, None, &by).await.unwrap();
    book.saw("memory/forget.rs restore", "memory.restored", "memory").await;
    memories.delete(two, None, &by).await.unwrap();
    book.saw("memory/forget.rs delete", "memory.deleted", "memory").await;
    let expires_at = Some(book.now() + SignedDuration::from_hours(1));
    memories.add(NewMemory { expires_at, ..says("six") }, &by).await.unwrap();
    book.news().await;
    book.pass(SignedDuration::from_hours(1));
    memories.sweep(&by, None).await.unwrap();
    book.saw("memory/sweep.rs sweep", "memories.swept", "memory").await;
}
