//! Memories that are changed, pinned and superseded.

use agentflow::{
    Error, Tenant,
    memory::{LogAction, MemoryChange, MemoryStatus, MemoryTier, NewMemory},
};
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use super::mind::{Letters, Mind, ann, bad_fields};

fn content(text: &str) -> MemoryChange {
    MemoryChange { content: Some(text.to_owned()), ..MemoryChange::default() }
}

#[tokio::test]
async fn a_change_changes_what_it_names_and_says_so() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let letters = Letters::of("letters", 4);
    let memories = mind.memories().with_embedder(letters.clone());
    let new = NewMemory { subject: Some("drink".to_owned()), ..mind.says("abba") };
    let before = memories.add(new, &ann()).await.unwrap().memory;
    let change = MemoryChange {
        content: Some("cc".to_owned()),
        subject: Some(None),
        importance: Some(7),
        confidence: Some(0.3),
        metadata: json!({"a": 1}).as_object().cloned(),
        related_to: Some(vec![Uuid::from_u128(5).into()]),
        expires_at: Some(Some(mind.now() + SignedDuration::from_hours(1))),
    };
    let after =
        memories.update(before.id, change.clone(), Some("she said so"), &ann()).await.unwrap();
    assert_eq!((after.content.as_str(), after.version), ("cc", 2));
    assert_eq!((after.subject.as_deref(), after.importance, after.confidence), (None, 7, 0.3));
    assert_eq!(Some(after.metadata), change.metadata);
    assert_eq!(Some(after.related_to), change.related_to);
    assert_eq!(Some(after.expires_at), change.expires_at);
    let embedding = memories.embedding(before.id).await.unwrap().unwrap();
    assert_eq!(embedding.vector(), [0.0, 0.0, 0.0, 2.0]);
    let history = memories.history(before.id, Some(1), 10).await.unwrap();
    assert_eq!(history.len(), 1);
    let entry = &history[0];
    assert_eq!((entry.seq, entry.action), (2, LogAction::Updated));
    assert_eq!(entry.reason.as_deref(), Some("she said so"));
    assert_eq!(entry.old_content.as_deref(), Some("abba"));
    assert_eq!((entry.old_importance, entry.new_importance), (Some(5), Some(7)));
    assert_eq!(entry.old_values["subject"], "drink");
    assert!(entry.embedding_changed);
    let (action, details) = mind.recorded().await.pop().unwrap();
    assert_eq!(action, "memory.updated");
    assert_eq!(details["changed"].as_array().unwrap().len(), 7, "{details}");
    assert!(!details.to_string().contains("cc"), "{details}");

    // The same again is no change.
    let recorded = mind.recorded().await.len();
    memories.update(before.id, change, Some("again"), &ann()).await.unwrap();
    memories.update(before.id, MemoryChange::default(), None, &ann()).await.unwrap();
    assert_eq!(mind.recorded().await.len(), recorded);
    assert_eq!(mind.actions(before.id).await.len(), 2);
    assert_eq!(letters.asked(), ["abba", "cc"]);
}

#[tokio::test]
async fn what_is_not_embedded_anew_is_not_embedded() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let memories = mind.memories().with_embedder(Letters::of("letters", 4));
    let id = memories.add(mind.says("abba"), &ann()).await.unwrap().memory.id;
    let softer = MemoryChange { importance: Some(1), ..MemoryChange::default() };
    let kept = mind.memories().update(id, softer, None, &ann()).await.unwrap();
    assert_eq!(kept.embedding_model.as_deref(), Some("letters"));
    assert_eq!(kept.version, 1);
    let changed = mind.memories().update(id, content("other"), None, &ann()).await.unwrap();
    assert_eq!(changed.embedding_model, None, "the vector of what it said says nothing of it");
}

#[tokio::test]
async fn a_change_that_cannot_be_is_refused() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let (one, other) = (mind.add("one").await.id, mind.add("other").await.id);
    let memories = mind.memories();
    let refused = memories.update(one, content("other"), None, &ann()).await.unwrap_err();
    assert!(matches!(refused, Error::AlreadyExists { .. }), "{refused:?}");
    let refused = memories.update(one, content(" "), Some(" "), &ann()).await.unwrap_err();
    assert_eq!(bad_fields(&refused), ["content"]);
    let refused = memories.update(one, content("two"), Some(" "), &ann()).await.unwrap_err();
    assert_eq!(bad_fields(&refused), ["reason"]);
    memories.delete(other, None, &ann()).await.unwrap();
    for refused in [
        memories.update(other, content("two"), None, &ann()).await.map(drop),
        memories.set_pinned(other, true, &ann()).await.map(drop),
        memories.delete(other, None, &ann()).await,
    ] {
        assert!(matches!(refused, Err(Error::NotFound { .. })), "{refused:?}");
    }
    assert_eq!(mind.get(one).await.content, "one");
}

#[tokio::test]
async fn a_memory_is_pinned_and_unpinned() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let id = mind.add("one").await.id;
    for (is_pinned, action) in [(true, "memory.pinned"), (false, "memory.unpinned")] {
        for _ in 0..2 {
            let memory = mind.memories().set_pinned(id, is_pinned, &ann()).await.unwrap();
            assert_eq!(memory.is_pinned, is_pinned);
        }
        assert_eq!(mind.newest().await, action);
    }
    assert_eq!(
        mind.actions(id).await,
        [LogAction::Created, LogAction::Pinned, LogAction::Unpinned]
    );
    assert_eq!(mind.recorded().await.len(), 3);
}

#[tokio::test]
async fn another_takes_the_place_of_a_memory() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let memories = mind.memories().with_embedder(Letters::of("letters", 4));
    let first = memories.add(mind.says("Ann lives in Rome"), &ann()).await.unwrap().memory;
    let (old, new) = memories
        .supersede(first.id, mind.says("Ann lives in Oslo"), Some("she moved"), &ann())
        .await
        .unwrap();
    assert_eq!((old.status, old.tier), (MemoryStatus::Superseded, MemoryTier::Cold));
    assert_eq!((old.superseded_by, new.version), (Some(new.id), 2));
    assert_eq!(new.embedding_model.as_deref(), Some("letters"));
    assert_eq!(mind.newest().await, "memory.superseded");
    assert!(mind.actions(first.id).await.contains(&LogAction::Superseded));
    // The same of the same scope: the old one does not stand in the way, and neither does it later.
    let (_, third) =
        memories.supersede(new.id, mind.says("Ann lives in Rome"), None, &ann()).await.unwrap();
    assert_eq!(third.version, 3);

    let refused = memories.supersede(first.id, mind.says("x"), None, &ann()).await.unwrap_err();
    assert!(matches!(refused, Error::Conflict { .. }), "{refused:?}");
    let there = mind.add("there").await;
    let refused = memories.supersede(third.id, mind.says("there"), None, &ann()).await.unwrap_err();
    assert!(refused.to_string().contains(&there.id.to_string()), "{refused}");
    assert_eq!(mind.get(third.id).await, third, "all of it or nothing");
    let user = mind.user;
    let team = |tenant: Tenant| async move {
        let team = agentflow::identity::NewTeam::named("Other", user);
        tenant.teams().create(team, &ann()).await.unwrap().id
    };
    let other = NewMemory { team_id: team(mind.tenant.clone()).await, ..mind.says("x") };
    let refused = memories.supersede(third.id, other, None, &ann()).await.unwrap_err();
    assert_eq!(bad_fields(&refused), ["team_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_supersede_the_same_one_does() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let id = mind.add("first").await.id;
    let superseding = (0..16).map(|n| {
        let (tenant, new) = (mind.elsewhere(), mind.says(&format!("next {n}")));
        tokio::spawn(async move { tenant.memories().supersede(id, new, None, &ann()).await })
    });
    let done: Vec<_> =
        futures::future::join_all(superseding).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 1);
    assert_eq!(mind.count("SELECT count(*) FROM memories").await, 2);
}
