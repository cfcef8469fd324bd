use std::sync::Arc;

use agentflow::{
    Admin, Config, MemoryImplementation, NewTenant, Store,
    memory::{EntryQuery, EntrySearch, MemoryStore, NewEntry, SummarizeRequest},
    migrate::{Options, Target},
};
use agentflow_postgres::{Ephemeral, EphemeralOptions, Installation};
use jiff::SignedDuration;
use serde_json::json;

use super::{Place, ann};
use crate::support::connect;

/// A server that can be killed and keeps what was committed, with a store.
async fn server_of_its_own() -> (Ephemeral, Store) {
    let start = || {
        let installation =
            Installation::find_or_provision(&mut |step| eprintln!("{step}")).unwrap();
        let options = EphemeralOptions { durable: true, ..EphemeralOptions::default() };
        Ephemeral::start(&installation, &options).unwrap()
    };
    let server = tokio::task::spawn_blocking(start).await.unwrap();
    let url = server.url("postgres");
    let migrator = Admin::migrator(Options::default()).unwrap();
    migrator.up(&mut connect(&url).await, Target::All).await.unwrap();
    let config = Config::from_url(&format!("{url}?sslmode=disable")).unwrap();
    (server, Store::connect(config).unwrap())
}

async fn in_background(
    mut server: Ephemeral,
    work: impl FnOnce(&mut Ephemeral) + Send + 'static,
) -> Ephemeral {
    let done = tokio::task::spawn_blocking(move || {
        work(&mut server);
        server
    });
    done.await.unwrap()
}

async fn keys(store: &dyn MemoryStore, place: &Place) -> (Vec<String>, bool) {
    let page = store.query(&place.scope, EntryQuery::default()).await.unwrap();
    (page.entries.into_iter().map(|entry| entry.key).collect(), page.degraded)
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_server_is_away_entries_are_kept_in_memory_and_written_when_it_is_back() {
    agentflow_postgres::needs_pgvector!();
    let (mut server, store) = server_of_its_own().await;
    let created = store.admin().tenants().create(NewTenant::named("Acme"), &ann()).await.unwrap();
    let place = Place::of(&store.tenant(created.id), "here").await;
    let scope = place.scope;
    let memory = store
        .memory_store()
        .implementation(MemoryImplementation::Postgres)
        .fallback_retrying_after(SignedDuration::ZERO)
        .build()
        .unwrap();
    let plain = store.memory_store().build().unwrap();
    let save = async |store: &Arc<dyn MemoryStore>, key: &str, data: &str| {
        store.save(&scope, NewEntry::new(key, data), &ann()).await
    };
    for key in ["a", "b"] {
        assert!(!save(&memory, key, "before").await.unwrap().degraded);
    }
    memory.check().await.unwrap();

    server = in_background(server, |server| server.kill().unwrap()).await;
    let error = save(&plain, "c", "x").await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    for (key, data) in [("c", "first"), ("b", "meanwhile"), ("c", "second")] {
        assert!(save(&memory, key, data).await.unwrap().degraded);
    }
    memory.delete(&scope, "a", &ann()).await.unwrap();
    // What it refuses needs no server.
    assert!(save(&memory, "", "x").await.unwrap_err().to_string().contains("key"));
    assert_eq!(keys(&*memory, &place).await, (vec!["b".to_owned(), "c".to_owned()], true));
    let found = memory.search(&scope, EntrySearch::new("meanwhile")).await.unwrap();
    assert_eq!((found.found[0].entry.key.as_str(), found.degraded), ("b", true));
    let request = SummarizeRequest { keys: vec!["b".to_owned()], ..SummarizeRequest::default() };
    assert!(memory.summarize(&scope, request.clone()).await.unwrap().degraded);
    let stats = memory.stats(&scope).await.unwrap();
    assert_eq!((stats.entries, stats.pending, stats.degraded), (2, 4, true));
    assert!(memory.check().await.unwrap_err().is_unavailable());

    server = in_background(server, |server| server.restart().unwrap()).await;
    // The connections of the pool are those of the server before: they are found to be lost, one after the other.
    for _ in 0..20 {
        if memory.check().await.is_ok() && memory.stats(&scope).await.unwrap().pending == 0 {
            break;
        }
    }
    assert_eq!(keys(&*memory, &place).await, (vec!["b".to_owned(), "c".to_owned()], false));
    let stats = memory.stats(&scope).await.unwrap();
    assert_eq!((stats.entries, stats.pending, stats.refused, stats.degraded), (2, 0, 0, false));
    // By whom and in which order is in the history.
    let page = plain.query(&scope, EntryQuery::key("c")).await.unwrap();
    assert_eq!((&page.entries[0].data, page.entries[0].degraded), (&json!("second"), false));
    let memories = store.tenant(scope.tenant).memories();
    let history = memories.history(page.entries[0].id.into(), None, 10).await.unwrap();
    assert_eq!(history.len(), 2);
    assert!(history.iter().all(|it| it.changed_by == "user:ann"));
    assert!(!memory.summarize(&scope, request).await.unwrap().degraded);
    in_background(server, |server| drop(server.kill())).await;
}
