//! What becomes of memories when what they belong to, or came from, is deleted.

use agentflow::{
    Error,
    conversations::NewConversation,
    memory::{LogAction, MemoryType, NewMemory},
};

use super::mind::{Mind, ann};

#[tokio::test]
async fn a_memory_outlives_the_conversation_that_it_was_taken_from() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let new = NewConversation::between(mind.team, mind.agent, mind.user);
    let conversation = mind.tenant.conversations().create(new, &ann()).await.unwrap().id;
    let new = NewMemory { source_conversation_id: Some(conversation), ..mind.says("tea") };
    let id = mind.memories().add(new, &ann()).await.unwrap().memory.id;
    let made = mind.now();
    mind.tenant.conversations().delete(conversation, &ann()).await.unwrap();
    assert_eq!(mind.get(id).await.source_conversation_id, None);
    let history = mind.memories().history(id, None, 10).await.unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(history[0].conversation_id, Some(conversation));
    let then = mind.memories().at(id, made).await.unwrap().unwrap();
    assert_eq!(then.memory.source_conversation_id, Some(conversation));
}

#[tokio::test]
async fn an_agent_and_a_user_who_are_remembered_stay() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let new = NewMemory {
        agent_id: Some(mind.agent),
        user_id: Some(mind.user),
        ..NewMemory::new(mind.team, MemoryType::UserProfile, "Ann likes tea")
    };
    let id = mind.memories().add(new, &ann()).await.unwrap().memory.id;
    let refused = mind.tenant.agents().delete(mind.agent, &ann()).await.unwrap_err();
    assert!(matches!(&refused, Error::Conflict { .. }), "{refused:?}");
    mind.memories().delete(id, None, &ann()).await.unwrap();
    mind.tenant.agents().delete(mind.agent, &ann()).await.unwrap();
}

#[tokio::test]
async fn a_team_takes_its_memories_and_leaves_their_history() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let new =
        NewMemory { agent_id: Some(mind.agent), tags: vec!["x".to_owned()], ..mind.says("tea") };
    let id = mind.memories().add(new, &ann()).await.unwrap().memory.id;
    let other = mind.add("other").await.id;
    mind.memories().dispute(id, other, None, &ann()).await.unwrap();
    mind.tenant.teams().delete(mind.team, &ann()).await.unwrap();
    assert_eq!(mind.memories().get(id).await.unwrap(), None);
    for table in ["memories", "memory_tags", "memory_accesses"] {
        assert_eq!(mind.count(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    assert_eq!(mind.actions(id).await.pop(), Some(LogAction::Deleted));
    assert_eq!(mind.actions(other).await.pop(), Some(LogAction::Deleted));
}

#[tokio::test]
async fn a_tenant_takes_its_memories_and_their_history() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let new = NewMemory { tags: vec!["x".to_owned()], ..mind.says("tea") };
    mind.memories().add(new, &ann()).await.unwrap();
    mind.world.store.admin().tenants().delete(mind.tenant.id(), &ann()).await.unwrap();
    for table in ["memories", "memory_tags", "memory_logs", "memory_settings"] {
        assert_eq!(mind.count(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
}
