//! What is remembered, and what is refused.

use agentflow::{
    AgentId, Error, PrincipalId, TeamId,
    memory::{
        Embedding, LogAction, MemoryFilter, MemorySource, MemoryStatus, MemoryTier, MemoryType,
        NewMemory,
    },
};
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use super::mind::{Letters, Mind, ann, bad_fields};

#[tokio::test]
async fn a_memory_is_kept_as_it_was_given() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let related = mind.add("Ann drinks").await.id;
    let new = NewMemory {
        agent_id: Some(mind.agent),
        user_id: Some(mind.user),
        subject: Some("user.preference.drink".to_owned()),
        importance: 8,
        confidence: 0.1,
        is_pinned: true,
        source_type: MemorySource::Explicit,
        source_message_ids: vec![Uuid::from_u128(7).into()],
        extraction_model: Some("m-1".to_owned()),
        related_to: vec![related],
        metadata: json!({"a": {"b": [1, 2.5, "ü\"\\"]}}).as_object().unwrap().clone(),
        tags: vec!["tea".to_owned(), "drink".to_owned(), "tea".to_owned()],
        expires_at: Some(mind.now() + SignedDuration::from_hours(5)),
        ..NewMemory::new(mind.team, MemoryType::UserProfile, "Ann likes \"tea\" — 茶 \\ \n")
    };
    let added = mind.memories().add(new.clone(), &ann()).await.unwrap();
    let memory = added.memory;
    assert!(added.created);
    assert_eq!(memory, mind.get(memory.id).await);
    let kept = NewMemory {
        team_id: memory.team_id,
        agent_id: memory.agent_id,
        user_id: memory.user_id,
        memory_type: memory.memory_type,
        content: memory.content.clone(),
        subject: memory.subject.clone(),
        importance: memory.importance,
        confidence: memory.confidence,
        is_pinned: memory.is_pinned,
        source_type: memory.source_type,
        source_conversation_id: memory.source_conversation_id,
        source_message_ids: memory.source_message_ids.clone(),
        extraction_model: memory.extraction_model.clone(),
        related_to: memory.related_to.clone(),
        metadata: memory.metadata.clone(),
        tags: vec!["tea".to_owned(), "drink".to_owned(), "tea".to_owned()],
        expires_at: memory.expires_at,
    };
    assert_eq!(kept, new);
    assert_eq!(memory.tags, ["drink", "tea"]);
    assert_eq!((memory.version, memory.access_count), (1, 0));
    assert_eq!((memory.tier, memory.status), (MemoryTier::Warm, MemoryStatus::Active));
    assert_eq!((memory.created_at, memory.last_accessed_at), (mind.now(), mind.now()));
    assert_eq!(memory.embedding_model, None);
    let history = mind.memories().history(memory.id, None, 10).await.unwrap();
    assert_eq!(history[0].action, LogAction::Created);
    assert_eq!(history[0].changed_by, "user:ann");
    assert_eq!(history[0].at, mind.now());
    let (action, details) = mind.recorded().await.pop().unwrap();
    assert_eq!(action, "memory.created");
    assert!(!details.to_string().contains("likes"), "{details}");
}

#[tokio::test]
async fn a_memory_is_embedded_and_the_first_decides_by_which_model() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let letters = Letters::of("letters", 4);
    let memories = mind.memories().with_embedder(letters.clone());
    assert_eq!(mind.memories().settings().await.unwrap(), None);
    let memory = memories.add(mind.says("abba"), &ann()).await.unwrap().memory;
    assert_eq!(memory.embedding_model.as_deref(), Some("letters"));
    assert_eq!(memory.embedding_dimensions, Some(4));
    let embedding = mind.memories().embedding(memory.id).await.unwrap().unwrap();
    assert_eq!(embedding.vector(), [0.0, 2.0, 2.0, 0.0]);
    let settings = mind.memories().settings().await.unwrap().unwrap();
    assert_eq!(settings.embedding_model.as_deref(), Some("letters"));
    assert_eq!(settings.embedding_dimensions, Some(4));

    let other = Letters::of("words", 4);
    let refused =
        mind.memories().with_embedder(other.clone()).add(mind.says("other"), &ann()).await;
    let message = refused.unwrap_err().to_string();
    assert!(
        message.contains("embedded by `letters` (4 dimensions), not by `words` (4)"),
        "{message}"
    );
    assert!(message.contains("af memory reindex --embed"), "{message}");
    assert!(other.asked().is_empty(), "what is refused is not paid for");
    let embedding = Embedding::new("letters", vec![1.0; 5]).unwrap();
    let refused = mind.memories().add_embedded(mind.says("five"), Some(embedding), &ann()).await;
    assert!(matches!(refused, Err(Error::Conflict { .. })), "{refused:?}");
    assert_eq!(mind.count("SELECT count(*) FROM memories").await, 1);

    let blank = memories.add(mind.says("123 …"), &ann()).await.unwrap().memory;
    assert_eq!(blank.embedding_model, None, "nothing can be made of it, and it is kept");
    assert_eq!(mind.memories().embedding(blank.id).await.unwrap(), None);
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_anything_is_written() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let bad = NewMemory { content: " ".to_owned(), importance: 0, ..mind.says("") };
    let refused = mind.memories().add(bad.clone(), &ann()).await.unwrap_err();
    assert_eq!(bad_fields(&refused), ["content", "importance"]);
    let many = vec![mind.says("a"), mind.says("b"), mind.says("c"), bad];
    let refused = mind.memories().add_many(many, &ann()).await.unwrap_err();
    assert_eq!(bad_fields(&refused), ["memories[3].content", "memories[3].importance"]);
    let missing = Uuid::from_u128(99);
    for (new, expected) in [
        (NewMemory { team_id: TeamId(missing), ..mind.says("a") }, "the team"),
        (
            NewMemory { agent_id: Some(AgentId(missing)), ..mind.says("a") },
            "the agent, in this team,",
        ),
        (NewMemory { user_id: Some(PrincipalId(missing)), ..mind.says("a") }, "the user"),
        (
            NewMemory { source_conversation_id: Some(missing.into()), ..mind.says("a") },
            "the conversation",
        ),
    ] {
        let refused = mind.memories().add(new, &ann()).await.unwrap_err();
        assert!(
            matches!(&refused, Error::NotFound { what, .. } if what == expected),
            "{refused:?}"
        );
    }
    assert_eq!(mind.count("SELECT count(*) FROM memories").await, 0);
    assert_eq!(mind.recorded().await, []);
}

#[tokio::test]
async fn many_are_added_in_their_order_and_embedded_in_batches() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let letters = Letters::of("letters", 4);
    let memories = mind.memories().with_embedder(letters.clone());
    memories.add(mind.says("three"), &ann()).await.unwrap();
    let mut new: Vec<NewMemory> =
        ["one", "two", "three", "one", "four"].iter().map(|it| mind.says(it)).collect();
    new[4].tags = vec!["x".to_owned()];
    let report = memories.add_many(new, &ann()).await.unwrap();
    let created: Vec<bool> = report.ids.iter().map(|(_, created)| *created).collect();
    assert_eq!(created, [true, true, false, false, true]);
    assert_eq!(report.created, 3);
    assert_eq!(report.ids[0].0, report.ids[3].0);
    assert_eq!(letters.asked(), ["three", "one", "two", "four"]);
    assert_eq!(mind.get(report.ids[4].0).await.tags, ["x"]);
    assert_eq!(mind.get(report.ids[4].0).await.content, "four");
    for (content, (id, _)) in ["one", "two", "three"].iter().zip(&report.ids) {
        let embedding = memories.embedding(*id).await.unwrap().unwrap();
        let mut expected = [0.0_f32; 4];
        content.bytes().for_each(|byte| expected[byte as usize % 4] += 1.0);
        assert_eq!(embedding.vector(), expected, "{content}");
    }
    let (action, details) = mind.recorded().await.pop().unwrap();
    assert_eq!((action.as_str(), &details["memories"]), ("memories.created", &json!(3)));
    assert_eq!(mind.memories().add_many(Vec::new(), &ann()).await.unwrap().ids, []);
}

#[tokio::test]
async fn more_than_fit_into_a_transaction_are_added_in_several() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let new = (0..1_100).map(|n| mind.says(&format!("number {n}"))).collect::<Vec<_>>();
    let report = mind.memories().add_many(new.clone(), &ann()).await.unwrap();
    assert_eq!(report.created, 1_100);
    let again = mind.memories().add_many(new, &ann()).await.unwrap();
    assert_eq!(again.created, 0);
    assert!(again.ids.iter().zip(&report.ids).all(|(now, then)| now.0 == then.0));
    let recorded = mind.recorded().await;
    let counts: Vec<_> = recorded.iter().map(|(_, details)| &details["memories"]).collect();
    assert_eq!(counts, [&json!(500), &json!(500), &json!(100)]);
    let filter = MemoryFilter::of_team(mind.team);
    assert_eq!(mind.memories().count(&filter).await.unwrap(), 1_100);
    let page = mind.memories().list(&filter, None, 1_000).await.unwrap();
    let rest = mind.memories().list(&filter, Some(page[999].id), 1_000).await.unwrap();
    assert_eq!((page.len(), rest.len()), (1_000, 100));
    assert!(page.iter().chain(&rest).is_sorted_by_key(|memory| memory.id));
}

#[tokio::test]
async fn lists_pass_the_filter_and_the_status() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let gone = mind.add("gone").await.id;
    let expiring = NewMemory {
        expires_at: Some(mind.now() + SignedDuration::from_hours(1)),
        ..mind.says("e")
    };
    mind.memories().add(expiring, &ann()).await.unwrap();
    let tagged = NewMemory { tags: vec!["a".to_owned(), "b".to_owned()], ..mind.says("tagged") };
    let tagged = mind.memories().add(tagged, &ann()).await.unwrap().memory.id;
    mind.memories().forget(gone, None, &ann()).await.unwrap();
    mind.pass(1);
    let all = MemoryFilter::of_team(mind.team);
    let listed = mind.memories().list(&all, None, 10).await.unwrap();
    assert_eq!(listed.iter().map(|it| it.id).collect::<Vec<_>>(), [tagged]);
    let archived = MemoryFilter { statuses: vec![MemoryStatus::Archived], ..all.clone() };
    let listed = mind.memories().list(&archived, None, 10).await.unwrap();
    assert_eq!(listed.iter().map(|it| it.id).collect::<Vec<_>>(), [gone]);
    let both = MemoryFilter { tags: vec!["b".to_owned(), "a".to_owned()], ..all.clone() };
    assert_eq!(mind.memories().count(&both).await.unwrap(), 1);
    let none = MemoryFilter { tags: vec!["b".to_owned(), "c".to_owned()], ..all.clone() };
    assert_eq!(mind.memories().count(&none).await.unwrap(), 0);
    let bad = MemoryFilter { metadata_path: Some("$.(".to_owned()), ..all };
    let refused = mind.memories().count(&bad).await.unwrap_err();
    assert_eq!(bad_fields(&refused), ["metadata_path"]);
}
