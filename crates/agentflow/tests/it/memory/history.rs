//! What happened to a memory, and what it was.

use agentflow::{
    audit::Actor,
    memory::{LogAction, MemoryChange, NewMemory},
};
use jiff::SignedDuration;
use serde_json::json;

use super::mind::{Letters, Mind, ann};

#[tokio::test]
async fn a_memory_is_read_as_it_was_at_each_moment() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let memories = mind.memories().with_embedder(Letters::of("letters", 4));
    let before = mind.now() - SignedDuration::from_secs(1);
    let new = NewMemory {
        subject: Some("home".to_owned()),
        tags: vec!["a".to_owned()],
        ..mind.says("Ann lives in Rome")
    };
    let first = memories.add(new, &ann()).await.unwrap().memory;
    let (id, born) = (first.id, mind.now());
    let vector = memories.embedding(id).await.unwrap();
    mind.pass(1);
    let change =
        MemoryChange { content: Some("Ann lives in Oslo".to_owned()), ..MemoryChange::default() };
    memories.update(id, change, None, &ann()).await.unwrap();
    let second = mind.get(id).await;
    let (moved, moved_vector) = (mind.now(), memories.embedding(id).await.unwrap());
    mind.pass(1);
    memories.set_pinned(id, true, &ann()).await.unwrap();
    memories.tag(id, &["b"], &ann()).await.unwrap();
    mind.pass(1);
    memories.delete(id, Some("law"), &Actor::system()).await.unwrap();
    let gone = mind.now();

    assert_eq!(memories.at(id, before).await.unwrap(), None);
    let then = memories.at(id, born).await.unwrap().unwrap();
    assert_eq!(then.memory, first.clone().into());
    assert_eq!((then.tags.as_slice(), then.embedding), (&["a".to_owned()][..], vector));
    assert_eq!((then.seq, then.as_of, then.deleted_at), (2, born, None));
    let then = memories.at(id, moved + SignedDuration::from_mins(59)).await.unwrap().unwrap();
    assert_eq!(then.memory, second.into());
    assert_eq!((then.embedding, then.as_of), (moved_vector.clone(), moved));
    let then = memories.at(id, gone).await.unwrap().unwrap();
    assert!(then.memory.is_pinned);
    assert_eq!(then.memory.subject.as_deref(), Some("home"), "nobody changed it");
    assert_eq!((then.tags.len(), then.embedding), (2, moved_vector));
    assert_eq!(then.deleted_at, Some(gone));
}

#[tokio::test]
async fn a_history_says_who_and_why_and_is_read_in_pages() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let id = mind.add("tea").await.id;
    let memories = mind.memories();
    mind.pass(1);
    memories.forget(id, Some("old"), &Actor::system()).await.unwrap();
    memories.restore(id, Some("new"), &ann()).await.unwrap();
    let all = memories.history(id, None, 10).await.unwrap();
    let told: Vec<_> =
        all.iter().map(|it| (it.seq, it.changed_by.as_str(), it.reason.as_deref())).collect();
    let system = Actor::system().to_string();
    let expected =
        [(1, "user:ann", None), (2, system.as_str(), Some("old")), (3, "user:ann", Some("new"))];
    assert_eq!(told, expected);
    assert_eq!(all[1].at, mind.now());
    assert_eq!(memories.history(id, None, 2).await.unwrap(), all[..2]);
    assert_eq!(memories.history(id, Some(2), 2).await.unwrap(), all[2..]);
    assert_eq!(memories.history(id, Some(u64::MAX), 2).await.unwrap(), []);
}

#[tokio::test]
async fn reading_is_no_change_and_no_history_can_be_changed() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let memory = mind.add("tea").await;
    let superuser = mind.world.superuser().await;
    superuser
        .batch_execute(&format!(
            "BEGIN; SET LOCAL app.tenant_id = '{}';
             SELECT update_memory_access(ARRAY['{}'::uuid], '2026-11-18T13:00:00Z'); COMMIT",
            mind.tenant.id(),
            memory.id
        ))
        .await
        .unwrap();
    let read = mind.get(memory.id).await;
    assert_eq!(read.access_count, 1);
    assert_eq!(read.last_accessed_at.to_string(), "2026-11-18T13:00:00Z");
    assert_eq!(read.updated_at, memory.updated_at);
    assert_eq!(mind.actions(memory.id).await, [LogAction::Created]);
    for sql in
        ["UPDATE memory_logs SET reason = 'x'", "DELETE FROM memory_logs", "TRUNCATE memory_logs"]
    {
        assert!(superuser.batch_execute(sql).await.is_err(), "{sql}");
    }
    assert_eq!(mind.actions(memory.id).await, [LogAction::Created]);
}

#[tokio::test]
async fn tags_that_come_or_go_together_are_one_entry() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let memories = mind.memories();
    let new = NewMemory { tags: vec!["b".to_owned(), "a".to_owned()], ..mind.says("tea") };
    let id = memories.add(new, &ann()).await.unwrap().memory.id;
    memories.tag(id, &["d", "c"], &ann()).await.unwrap();
    memories.untag(id, &["a", "d"], &ann()).await.unwrap();
    let history = memories.history(id, Some(1), 10).await.unwrap();
    let told: Vec<_> =
        history.iter().map(|it| (it.action, json!(it.old_values), json!(it.new_values))).collect();
    let tags = |tags: &[&str]| json!({ "tags": tags });
    assert_eq!(
        told,
        [
            (LogAction::Tagged, tags(&[]), tags(&["a", "b"])),
            (LogAction::Tagged, tags(&["a", "b"]), tags(&["a", "b", "c", "d"])),
            (LogAction::Untagged, tags(&["a", "b", "c", "d"]), tags(&["b", "c"])),
        ]
    );
}

#[tokio::test]
async fn a_history_cannot_be_gone_around() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let memory = mind.add("tea").await;
    let superuser = mind.world.superuser().await;
    for sql in [
        "UPDATE memories SET id = gen_random_uuid()",
        "TRUNCATE memories CASCADE",
        "TRUNCATE memories_shared CASCADE",
        "TRUNCATE memory_tags",
    ] {
        let refused = superuser.batch_execute(sql).await.unwrap_err();
        assert_eq!(refused.code().unwrap().code(), "23001", "{sql}: {refused:?}");
    }
    assert_eq!(mind.get(memory.id).await, memory);
}

#[tokio::test]
async fn whatever_a_session_says_a_history_has_the_same_values_and_a_time() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let id = mind.add("tea").await.id;
    let superuser = mind.world.superuser().await;
    superuser
        .batch_execute(
            "SET extra_float_digits = -15; SET TimeZone = 'Asia/Kolkata'; SET DateStyle = 'SQL, DMY';
             SET app.now = 'infinity'; UPDATE memories SET confidence = 0.1234567890123456",
        )
        .await
        .unwrap();
    let memories = mind.memories();
    let entry = memories.history(id, Some(1), 1).await.unwrap().remove(0);
    assert_eq!(entry.new_values["confidence"], json!(0.123_456_789_012_345_6));
    assert!(entry.new_values["updated_at"].as_str().unwrap().ends_with("+00:00"));
    let then = memories.at(id, entry.at).await.unwrap().unwrap();
    assert_eq!(then.memory.confidence.to_string(), "0.1234567890123456");
}
