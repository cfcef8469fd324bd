//! Memories that are forgotten, restored and deleted.

use agentflow::{
    Error,
    memory::{LogAction, MemoryStatus, MemoryTier, NewMemory},
};
use jiff::SignedDuration;

use super::mind::{Mind, ann};

#[tokio::test]
async fn what_is_forgotten_can_be_restored() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let id = mind.add("tea").await.id;
    let memories = mind.memories();
    for _ in 0..2 {
        let memory = memories.forget(id, Some("private"), &ann()).await.unwrap();
        assert_eq!(memory.status, MemoryStatus::Archived);
    }
    assert_eq!(mind.newest().await, "memory.archived");
    for _ in 0..2 {
        let memory = memories.restore(id, None, &ann()).await.unwrap();
        assert_eq!(memory.status, MemoryStatus::Active);
    }
    assert_eq!(mind.newest().await, "memory.restored");
    assert_eq!(mind.recorded().await.len(), 3);
    let history = memories.history(id, None, 10).await.unwrap();
    let actions: Vec<_> = history.iter().map(|entry| entry.action).collect();
    assert_eq!(actions, [LogAction::Created, LogAction::Archived, LogAction::Restored]);
    assert_eq!(history[1].reason.as_deref(), Some("private"));
    assert_eq!(history[2].reason, None, "a reason is that of one change");
}

#[tokio::test]
async fn what_was_superseded_or_expired_holds_again() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let memories = mind.memories();
    let old = mind.add("old").await.id;
    memories.supersede(old, mind.says("new"), None, &ann()).await.unwrap();
    let restored = memories.restore(old, None, &ann()).await.unwrap();
    assert_eq!((restored.status, restored.tier), (MemoryStatus::Active, MemoryTier::Warm));
    assert_eq!(restored.superseded_by, None);

    let expires_at = Some(mind.now() + SignedDuration::from_hours(1));
    let expiring = NewMemory { expires_at, ..mind.says("expiring") };
    let id = memories.add(expiring, &ann()).await.unwrap().memory.id;
    mind.pass(1);
    memories.sweep(&ann(), None).await.unwrap();
    assert_eq!(mind.get(id).await.status, MemoryStatus::Archived);
    let restored = memories.restore(id, None, &ann()).await.unwrap();
    assert_eq!((restored.status, restored.expires_at), (MemoryStatus::Active, None));
}

#[tokio::test]
async fn what_another_says_meanwhile_is_not_restored() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let memories = mind.memories();
    let id = mind.add("tea").await.id;
    memories.forget(id, None, &ann()).await.unwrap();
    let other = mind.add("tea").await.id;
    let refused = memories.restore(id, None, &ann()).await.unwrap_err();
    assert!(matches!(refused, Error::Conflict { .. }), "{refused:?}");
    assert!(refused.to_string().contains(&other.to_string()), "{refused}");
    assert_eq!(mind.get(id).await.status, MemoryStatus::Archived);
}

#[tokio::test]
async fn what_is_deleted_is_gone_and_its_history_stays() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let memories = mind.memories();
    let new = NewMemory { tags: vec!["x".to_owned()], ..mind.says("green tea") };
    let id = memories.add(new, &ann()).await.unwrap().memory.id;
    let old = mind.add("old").await.id;
    memories.delete(id, Some("law"), &ann()).await.unwrap();
    assert_eq!(memories.get(id).await.unwrap(), None);
    assert_eq!(mind.newest().await, "memory.deleted");
    let history = memories.history(id, None, 10).await.unwrap();
    let last = history.last().unwrap();
    assert_eq!((last.action, last.reason.as_deref()), (LogAction::Deleted, Some("law")));
    assert_eq!(last.old_content.as_deref(), Some("green tea"));
    assert!(
        mind.recorded().await.iter().all(|(_, details)| !details.to_string().contains("green"))
    );
    // Whom it superseded, it supersedes no more.
    let (_, new) = memories.supersede(old, mind.says("new"), None, &ann()).await.unwrap();
    memories.delete(new.id, None, &ann()).await.unwrap();
    assert_eq!(mind.get(old).await.superseded_by, None);
}

#[tokio::test]
async fn another_tenant_sees_and_changes_nothing_of_it() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let id = mind.add("tea").await.id;
    let other = mind.world.tenant("Globex").await.memories();
    assert_eq!(other.get(id).await.unwrap(), None);
    assert_eq!(other.history(id, None, 10).await.unwrap(), []);
    assert_eq!(other.at(id, mind.now()).await.unwrap(), None);
    for refused in [
        other.forget(id, None, &ann()).await.map(drop),
        other.delete(id, None, &ann()).await,
        other.tag(id, &["x"], &ann()).await.map(drop),
        other.restore(id, None, &ann()).await.map(drop),
    ] {
        assert!(matches!(refused, Err(Error::NotFound { .. })), "{refused:?}");
    }
    assert_eq!(mind.actions(id).await, [LogAction::Created]);
}
