use std::sync::Arc;

use agentflow::{
    Error, MemoryImplementation, Statements, Store,
    audit::{AuditEntry, AuditFilter},
    memory::{
        EntryQuery, EntrySearch, LocalEmbedder, LogAction, MemoryId, MemoryScope, MemoryStore,
        MemoryType, NewEntry,
    },
};
use serde_json::json;

use super::{Place, ann};
use crate::support::{World, config};

struct Kept {
    world: World,
    store: Arc<dyn MemoryStore>,
    place: Place,
}

impl Kept {
    async fn new() -> Self {
        let world = World::new().await;
        let place = Place::of(&world.tenant("Acme").await, "here").await;
        let store = world.store.memory_store().build().unwrap();
        Self { world, store, place }
    }

    fn scope(&self) -> MemoryScope {
        self.place.scope
    }

    async fn recorded(&self) -> Vec<AuditEntry> {
        let tenant = self.world.store.tenant(self.scope().tenant);
        let mut entries = tenant.audit().list(&AuditFilter::default(), 50).await.unwrap();
        entries.retain(|it| it.action.as_deref().is_some_and(|it| it.starts_with("memory.")));
        entries.reverse();
        entries
    }
}

#[tokio::test]
async fn an_entry_is_a_memory_with_a_key_and_a_history() {
    agentflow_postgres::needs_pgvector!();
    let kept = Kept::new().await;
    let team = kept.scope();
    let own = team.of_agent(kept.place.agent).about_user(kept.place.user);
    let save = async |scope, entry| kept.store.save(scope, entry, &ann()).await.unwrap();
    let shared = save(&team, NewEntry::new("k", "read the order")).await;
    let private = save(&own, NewEntry::new("k", json!({ "a": 1 })).with_metadata("b", 2)).await;
    save(&own, NewEntry::new("k", json!({ "a": 2 })).with_metadata("b", 2)).await;
    save(&own, NewEntry::new("k", json!({ "a": 2 })).with_metadata("b", 2)).await;

    let memories = kept.world.store.tenant(team.tenant).memories();
    let memory = memories.get(MemoryId(shared.id)).await.unwrap().unwrap();
    assert_eq!((memory.memory_type, memory.agent_id), (MemoryType::Shared, None));
    assert_eq!((memory.content.as_str(), memory.version), ("read the order", 1));
    let memory = memories.get(MemoryId(private.id)).await.unwrap().unwrap();
    assert_eq!(memory.memory_type, MemoryType::AgentPrivate);
    assert_eq!(memory.agent_id, Some(kept.place.agent));
    assert_eq!(memory.user_id, Some(kept.place.user));
    assert_eq!((memory.content.as_str(), memory.version), (r#"{"a":2}"#, 2));
    assert_eq!(memory.entry_key.as_deref(), Some("k"));
    assert_eq!(json!(memory.metadata), json!({ "b": 2 }));

    assert!(kept.store.delete(&own, "k", &ann()).await.unwrap());
    let history = memories.history(MemoryId(private.id), None, 10).await.unwrap();
    let actions: Vec<_> = history.iter().map(|it| it.action).collect();
    assert_eq!(actions, [LogAction::Created, LogAction::Updated, LogAction::Deleted]);
    assert!(history.iter().all(|it| it.changed_by == "user:ann"));

    // Of what changed nothing, nothing is recorded.
    let recorded = kept.recorded().await;
    let actions: Vec<_> = recorded.iter().map(|it| it.action.as_deref().unwrap()).collect();
    assert_eq!(actions, ["memory.created", "memory.created", "memory.updated", "memory.deleted"]);
    assert!(recorded.iter().all(|it| it.actor_id.as_deref() == Some("ann")));
    assert_eq!(recorded[2].details.as_ref().unwrap()["changed"], json!(["content"]));
    let everything = format!("{recorded:?}");
    assert!(!everything.contains("read the order") && !everything.contains("\"b\""));
}

#[tokio::test]
async fn a_place_that_is_not_there_is_named() {
    agentflow_postgres::needs_pgvector!();
    let kept = Kept::new().await;
    let stranger = Place::of(&kept.world.tenant("Globex").await, "there").await;
    let scope = kept.scope();
    for wrong in [
        MemoryScope { team: stranger.scope.team, ..scope },
        MemoryScope { tenant: stranger.scope.tenant, ..scope },
        scope.of_agent(stranger.agent),
        scope.about_user(stranger.user),
        Place::anywhere().scope,
    ] {
        let error = kept.store.save(&wrong, NewEntry::new("k", "x"), &ann()).await.unwrap_err();
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn what_expired_is_not_there_and_makes_place_for_what_is_saved() {
    agentflow_postgres::needs_pgvector!();
    let kept = Kept::new().await;
    let scope = kept.scope();
    let first = kept.store.save(&scope, NewEntry::new("k", "x"), &ann()).await.unwrap();
    kept.world
        .superuser()
        .await
        .batch_execute("UPDATE memories SET expires_at = now() - interval '1 hour'")
        .await
        .unwrap();
    assert_eq!(kept.store.query(&scope, EntryQuery::key("k")).await.unwrap().total, 0);
    assert_eq!(kept.store.stats(&scope).await.unwrap().entries, 0);
    let found = kept.store.search(&scope, EntrySearch::new("x")).await.unwrap();
    assert!(found.found.is_empty());
    assert!(!kept.store.delete(&scope, "k", &ann()).await.unwrap());

    let second = kept.store.save(&scope, NewEntry::new("k", "x"), &ann()).await.unwrap();
    assert_ne!(second.id, first.id);
    assert_eq!(kept.store.query(&scope, EntryQuery::key("k")).await.unwrap().entries, [second]);
    let recorded = kept.recorded().await;
    assert_eq!(recorded.last().unwrap().action.as_deref(), Some("memory.created"));
    assert_eq!(recorded.last().unwrap().details.as_ref().unwrap()["expired"], json!(1));
    let memories = kept.world.store.tenant(scope.tenant).memories();
    let history = memories.history(MemoryId(first.id), None, 10).await.unwrap();
    assert_eq!(history.last().unwrap().action, LogAction::Expired);
}

#[tokio::test]
async fn entries_are_embedded_by_what_embeds_the_other_memories_of_the_tenant() {
    agentflow_postgres::needs_pgvector!();
    let kept = Kept::new().await;
    let scope = kept.scope();
    let with = |dimensions| {
        let embedder = Arc::new(LocalEmbedder::new(dimensions).unwrap());
        kept.world.store.memory_store().embedder(embedder).build().unwrap()
    };
    // Without an embedder it is found by its words alone, and the next to come may embed what it likes.
    kept.store.save(&scope, NewEntry::new("plain", "green tea"), &ann()).await.unwrap();
    let store = with(300);
    store.save(&scope, NewEntry::new("k", "black coffee"), &ann()).await.unwrap();
    let found = store.search(&scope, EntrySearch::new("black coffee")).await.unwrap().found;
    assert_eq!(found.len(), 1);
    assert!(found[0].similarity.is_some_and(|it| it > 0.99), "{found:?}");
    let found = store.search(&scope, EntrySearch::new("tea")).await.unwrap().found;
    let plain = found.iter().find(|it| it.entry.key == "plain").unwrap();
    assert_eq!(plain.similarity, None);

    let other = with(400);
    for error in [
        other.save(&scope, NewEntry::new("l", "x"), &ann()).await.unwrap_err(),
        other.search(&scope, EntrySearch::new("x")).await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
        assert!(error.to_string().contains("(300 dimensions)"), "{error}");
    }
    // Metadata alone leave it embedded, also by whoever embeds nothing.
    let changed = NewEntry::new("k", "black coffee").with_metadata("a", 1);
    kept.store.save(&scope, changed, &ann()).await.unwrap();
    let found = store.search(&scope, EntrySearch::new("coffee")).await.unwrap().found;
    assert!(found[0].similarity.is_some(), "{found:?}");
    // Another content by whoever embeds nothing is not taken for what it was.
    kept.store.save(&scope, NewEntry::new("k", "lemonade"), &ann()).await.unwrap();
    let found = store.search(&scope, EntrySearch::new("lemonade")).await.unwrap().found;
    assert_eq!((found.len(), found[0].similarity), (1, None));
}

#[tokio::test]
async fn statements_that_are_typed_do_as_well() {
    agentflow_postgres::needs_pgvector!();
    let kept = Kept::new().await;
    let scope = kept.scope();
    let config = config(&kept.world.database).with_statements(Statements::Typed);
    let embedder = Arc::new(LocalEmbedder::new(64).unwrap());
    let store = Store::connect(config).unwrap().memory_store().embedder(embedder);
    let store = store.implementation(MemoryImplementation::Postgres).build().unwrap();
    let entry = NewEntry::new("k", "green tea").with_metadata("a", 1);
    let saved = store.save(&scope, entry, &ann()).await.unwrap();
    let query = EntryQuery::prefix("k").with("a", 1);
    assert_eq!(store.query(&scope, query).await.unwrap().entries, [saved]);
    assert_eq!(store.search(&scope, EntrySearch::new("tea")).await.unwrap().found.len(), 1);
    assert_eq!(store.stats(&scope).await.unwrap().entries, 1);
    assert!(store.delete(&scope, "k", &ann()).await.unwrap());
}
