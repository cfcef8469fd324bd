//! Words that memories are given to find them by.

use agentflow::{Error, memory::LogAction};

use super::mind::{Mind, ann, bad_fields};

#[tokio::test]
async fn tags_are_given_and_taken_each_once() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let id = mind.add("tea").await.id;
    let memories = mind.memories();
    assert_eq!(memories.tag(id, &["b", "a", "b"], &ann()).await.unwrap().tags, ["a", "b"]);
    assert_eq!(mind.newest().await, "memory.tagged");
    assert_eq!(memories.tag(id, &["c", "a"], &ann()).await.unwrap().tags, ["a", "b", "c"]);
    memories.tag(id, &["a"], &ann()).await.unwrap();
    memories.tag(id, &[], &ann()).await.unwrap();
    assert_eq!(memories.untag(id, &["a", "z"], &ann()).await.unwrap().tags, ["b", "c"]);
    assert_eq!(mind.newest().await, "memory.untagged");
    memories.untag(id, &["z"], &ann()).await.unwrap();
    assert_eq!(mind.recorded().await.len(), 4);
    let history = memories.history(id, None, 10).await.unwrap();
    let actions: Vec<_> = history.iter().map(|entry| entry.action).collect();
    let (tagged, untagged) = (LogAction::Tagged, LogAction::Untagged);
    assert_eq!(actions, [LogAction::Created, tagged, tagged, untagged]);
    assert_eq!(history[3].new_values["tags"], serde_json::json!(["b", "c"]));
}

#[tokio::test]
async fn tags_that_cannot_be_are_refused() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let id = mind.add("tea").await.id;
    let memories = mind.memories();
    let refused = memories.tag(id, &["fine", " ", "a\0"], &ann()).await.unwrap_err();
    assert_eq!(bad_fields(&refused), ["tags[1]", "tags[2]"]);
    let many: Vec<String> = (0..50).map(|n| format!("t{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(memories.tag(id, &many, &ann()).await.unwrap().tags.len(), 50);
    memories.tag(id, &many, &ann()).await.unwrap();
    let refused = memories.tag(id, &["one more"], &ann()).await.unwrap_err();
    assert_eq!(bad_fields(&refused), ["tags"]);
    memories.delete(id, None, &ann()).await.unwrap();
    let refused = memories.tag(id, &["x"], &ann()).await;
    assert!(matches!(refused, Err(Error::NotFound { .. })), "{refused:?}");
    assert_eq!(mind.count("SELECT count(*) FROM memory_tags").await, 0);
}
