//! Memories are embedded by another model.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use agentflow::{
    Error, Result,
    audit::AuditFilter,
    memory::{
        EmbedAnew, EmbedProgress, EmbedReport, Embedder, LocalEmbedder, Memories, MemoryChange,
        MemoryFilter, MemoryType, NewMemory,
    },
};
use futures::{FutureExt, future::BoxFuture};
use tokio::sync::oneshot;

use super::crowd::{Crowd, ann};
use crate::support::World;

/// As the local one, in batches of ten; does something before the given batch, and fails at another.
struct Interrupted {
    inner: LocalEmbedder,
    batches: AtomicUsize,
    fails_at: usize,
    /// Whether nothing can be made of texts that end in 7.
    has_blanks: bool,
    /// What is done before which batch.
    before: Mutex<Option<(usize, BoxFuture<'static, ()>)>>,
}

impl Interrupted {
    fn at(batch: usize) -> Self {
        Self {
            inner: LocalEmbedder::new(64).unwrap(),
            batches: AtomicUsize::new(0),
            fails_at: batch,
            has_blanks: false,
            before: Mutex::default(),
        }
    }
}

impl Embedder for Interrupted {
    fn model(&self) -> &str {
        self.inner.model()
    }

    fn dimensions(&self) -> u32 {
        self.inner.dimensions()
    }

    fn batch_size(&self) -> usize {
        10
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Vec<f32>>>> {
        async move {
            let batch = self.batches.fetch_add(1, Ordering::Relaxed);
            if batch == self.fails_at {
                let reason = "it went away".to_owned();
                return Err(Error::Unavailable { operation: "embed", reason, source: None });
            }
            let before = self.before.lock().unwrap().take_if(|(number, _)| *number == batch);
            if let Some((_, before)) = before {
                before.await;
            }
            let mut vectors = self.inner.embed(texts).await?;
            for (vector, text) in vectors.iter_mut().zip(texts) {
                if self.has_blanks && text.ends_with('7') {
                    vector.fill(0.0);
                }
            }
            Ok(vectors)
        }
        .boxed()
    }
}

async fn embed(memories: &Memories, everything: bool) -> Result<EmbedReport> {
    memories.embed_anew(EmbedAnew { everything }, &ann(), &|_| {}, std::future::pending()).await
}

async fn models(world: &World, crowd: &Crowd) -> Vec<(Option<String>, i64)> {
    let rows = world
        .superuser()
        .await
        .query(
            "SELECT embedding_model || ' ' || embedding_dimensions, count(*) FROM memories WHERE tenant_id = $1 GROUP BY 1 ORDER BY 1",
            &[crowd.id.as_uuid()],
        )
        .await
        .unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn everything_is_embedded_by_the_new_model_and_it_is_told_and_recorded() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let (acme, other) =
        (Crowd::new(&world, "Acme", 55).await, Crowd::new(&world, "Other", 5).await);
    let memories = acme.memories().with_embedder(Arc::new(Interrupted::at(usize::MAX)));
    let seen = Mutex::new(Vec::new());
    let progress = |it: EmbedProgress| seen.lock().unwrap().push((it.done, it.total));
    let options = EmbedAnew::default();
    let report =
        memories.embed_anew(options, &ann(), &progress, std::future::pending()).await.unwrap();
    assert_eq!((report.embedded, report.changed_meanwhile, report.is_complete), (55, 0, true));
    assert_eq!((report.model.as_str(), report.dimensions), ("local-hash-v1", 64));
    let seen = seen.into_inner().unwrap();
    assert_eq!(seen, [(0, 55), (10, 55), (20, 55), (30, 55), (40, 55), (50, 55), (55, 55)]);

    assert_eq!(models(&world, &acme).await, [(Some("local-hash-v1 64".to_owned()), 55)]);
    assert_eq!(models(&world, &other).await, [(Some("m 32".to_owned()), 5)]);
    let settings = memories.settings().await.unwrap().unwrap();
    assert_eq!(settings.embedding_model.as_deref(), Some("local-hash-v1"));
    assert_eq!(settings.embedding_dimensions, Some(64));
    let page = memories.list(&MemoryFilter::of_team(acme.team), None, 1).await.unwrap();
    let embedding = memories.embedding(page[0].id).await.unwrap().unwrap();
    let expected = LocalEmbedder::new(64).unwrap().embed(&[&page[0].content]).await.unwrap();
    assert_eq!(embedding.vector(), expected[0]);

    let chain = acme.tenant.audit().list(&AuditFilter::default(), 10).await.unwrap();
    let counts: Vec<_> = chain
        .iter()
        .filter(|entry| entry.action.as_deref() == Some("memories.embedded"))
        .map(|entry| entry.details.as_ref().unwrap()["count"].as_u64().unwrap())
        .collect();
    assert_eq!(counts, [5, 10, 10, 10, 10, 10]);
    let change =
        chain.iter().find(|it| it.action.as_deref() == Some("memories.embedding_changed")).unwrap();
    let details = change.details.as_ref().unwrap();
    assert_eq!((&details["old_model"], &details["dimensions"]), (&"m".into(), &64.into()));
    let log = memories.history(page[0].id, None, 10).await.unwrap();
    let last = log.last().unwrap();
    assert_eq!((last.action.as_str(), last.changed_by.as_str()), ("embedded", "user:ann"));

    // And that was all.
    let head = acme.tenant.audit().head().await.unwrap();
    assert_eq!(embed(&memories, false).await.unwrap().embedded, 0);
    assert_eq!(acme.tenant.audit().head().await.unwrap(), head);
    assert_eq!(embed(&memories, true).await.unwrap().embedded, 55);
}

#[tokio::test]
async fn an_interrupted_call_is_gone_on_with_where_it_was() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let acme = Crowd::new(&world, "Acme", 35).await;
    let failing = acme.memories().with_embedder(Arc::new(Interrupted::at(2)));
    let error = embed(&failing, false).await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    let told = error.to_string();
    assert!(told.contains("it went away; 20 of 35 are embedded by `local-hash-v1`"), "{told}");
    let half = [(Some("local-hash-v1 64".to_owned()), 20), (Some("m 32".to_owned()), 15)];
    assert_eq!(models(&world, &acme).await, half);

    // What comes in meanwhile is embedded by the new one, and the old one is refused.
    let memories = acme.memories().with_embedder(Arc::new(Interrupted::at(usize::MAX)));
    let memory = NewMemory::new(acme.team, MemoryType::Semantic, "new");
    memories.add(memory.clone(), &ann()).await.unwrap();
    let old = acme.memories().with_embedder(Arc::new(LocalEmbedder::new(32).unwrap()));
    let memory = NewMemory { content: "by the old one".to_owned(), ..memory };
    assert!(matches!(old.add(memory, &ann()).await, Err(Error::Conflict { .. })));

    let report = embed(&memories, false).await.unwrap();
    assert_eq!((report.embedded, report.is_complete), (15, true));
    assert_eq!(models(&world, &acme).await, [(Some("local-hash-v1 64".to_owned()), 36)]);
}

/// Says that its vectors are longer than they are.
struct Short(LocalEmbedder);

impl Embedder for Short {
    fn model(&self) -> &'static str {
        "short"
    }

    fn dimensions(&self) -> u32 {
        self.0.dimensions() + 1
    }

    fn batch_size(&self) -> usize {
        10
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Vec<f32>>>> {
        self.0.embed(texts)
    }
}

#[tokio::test]
async fn what_fails_before_anything_is_embedded_changes_nothing() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    for count in [15, 0] {
        let acme = Crowd::new(&world, &format!("Acme-{count}"), count).await;
        let short: Arc<dyn Embedder> = Arc::new(Short(LocalEmbedder::new(32).unwrap()));
        let before = models(&world, &acme).await;
        let settings = acme.memories().settings().await.unwrap();
        let head = acme.tenant.audit().head().await.unwrap();
        for embedder in [Arc::new(Interrupted::at(0)) as Arc<dyn Embedder>, short] {
            let memories = acme.memories().with_embedder(embedder);
            let error = embed(&memories, false).await.unwrap_err();
            assert!(!error.to_string().contains("are embedded by"), "{error}");
            assert_eq!(memories.settings().await.unwrap(), settings);
        }
        assert_eq!(models(&world, &acme).await, before);
        assert_eq!(acme.tenant.audit().head().await.unwrap(), head);
    }
}

#[tokio::test]
async fn a_tenant_without_memories_is_switched_but_not_claimed() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let embedder = Arc::new(Interrupted::at(usize::MAX));
    let empty = world.tenant("Empty").await.memories().with_embedder(embedder.clone());
    assert!(embed(&empty, false).await.unwrap().is_complete);
    assert_eq!(empty.settings().await.unwrap(), None);

    let acme = Crowd::new(&world, "Acme", 0).await.memories().with_embedder(embedder);
    assert!(embed(&acme, false).await.unwrap().is_complete);
    let settings = acme.settings().await.unwrap().unwrap();
    assert_eq!(settings.embedding_model.as_deref(), Some("local-hash-v1"));
}

#[tokio::test]
async fn texts_without_a_direction_are_counted_and_hold_nothing_up() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let acme = Crowd::new(&world, "Acme", 35).await;
    let embedder = Interrupted { has_blanks: true, ..Interrupted::at(usize::MAX) };
    let memories = acme.memories().with_embedder(Arc::new(embedder));
    let report = embed(&memories, false).await.unwrap();
    let counts = (report.embedded, report.changed_meanwhile, report.without_direction);
    assert_eq!((counts, report.is_complete), ((32, 0, 3), true));
    // What the other model made of them is gone.
    let left = [(Some("local-hash-v1 64".to_owned()), 32), (None, 3)];
    assert_eq!(models(&world, &acme).await, left);
    let head = acme.tenant.audit().head().await.unwrap();
    let report = embed(&memories, false).await.unwrap();
    assert_eq!((report.embedded, report.without_direction, report.is_complete), (0, 3, true));
    assert_eq!(acme.tenant.audit().head().await.unwrap(), head);
}

#[tokio::test]
async fn two_who_embed_by_different_models_do_not_both_say_that_it_is_complete() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let acme = Crowd::new(&world, "Acme", 35).await;
    let embedder = Interrupted::at(usize::MAX);
    let other = acme.memories().with_embedder(Arc::new(LocalEmbedder::new(128).unwrap()));
    let between = async move {
        let report = embed(&other, false).await.unwrap();
        assert_eq!((report.embedded, report.is_complete), (35, true));
    };
    *embedder.before.lock().unwrap() = Some((1, between.boxed()));
    let memories = acme.memories().with_embedder(Arc::new(embedder));
    let error = embed(&memories, false).await.unwrap_err();
    let told = error.to_string();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    assert!(told.contains("somebody embeds them by another model"), "{told}");
    assert_eq!(models(&world, &acme).await, [(Some("local-hash-v1 128".to_owned()), 35)]);
}

#[tokio::test]
async fn it_stops_between_two_batches() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let acme = Crowd::new(&world, "Acme", 35).await;
    let memories = acme.memories().with_embedder(Arc::new(Interrupted::at(usize::MAX)));
    let (send, stop) = oneshot::channel();
    let send = Mutex::new(Some(send));
    let progress = |it: EmbedProgress| {
        if it.done == 20 {
            send.lock().unwrap().take().unwrap().send(()).unwrap();
        }
    };
    let stop = stop.map(drop);
    let report = memories.embed_anew(EmbedAnew::default(), &ann(), &progress, stop).await.unwrap();
    assert_eq!((report.embedded, report.is_complete), (20, false));
}

#[tokio::test]
async fn what_changes_meanwhile_is_not_overwritten() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let acme = Crowd::new(&world, "Acme", 15).await;
    let page = acme.memories().list(&MemoryFilter::of_team(acme.team), None, 2).await.unwrap();
    let (changed, deleted) = (page[0].id, page[1].id);
    let embedder = Interrupted::at(usize::MAX);
    let plain = acme.memories();
    let change = async move {
        let change = MemoryChange { content: Some("another".to_owned()), ..Default::default() };
        plain.update(changed, change, None, &ann()).await.unwrap();
        plain.delete(deleted, None, &ann()).await.unwrap();
    };
    *embedder.before.lock().unwrap() = Some((0, change.boxed()));
    let memories = acme.memories().with_embedder(Arc::new(embedder));
    let report = embed(&memories, false).await.unwrap();
    assert_eq!((report.embedded, report.changed_meanwhile), (13, 2));
    let embedding = memories.embedding(changed).await.unwrap();
    assert!(embedding.is_none_or(|it| it.model() != "local-hash-v1"));
    // The next call finds it.
    assert_eq!(embed(&memories, false).await.unwrap().embedded, 1);
}

#[tokio::test]
async fn without_an_embedder_nothing_is_embedded() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let acme = Crowd::new(&world, "Acme", 1).await;
    let error = embed(&acme.memories(), false).await.unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error:?}");
}
