//! The same content is one memory, whoever adds it and when.

use agentflow::{
    Error,
    memory::{LogAction, MemoryChange, MemoryStatus, MemoryType, NewMemory},
};
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use super::mind::{Letters, Mind, ann};

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_who_add_the_same_at_once_make_one_memory() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let tenants: Vec<_> = (0..8).map(|_| mind.elsewhere()).collect();
    let adding = (0..64).map(|n| {
        let (tenant, new) = (tenants[n % 8].clone(), mind.says("the order is 4711"));
        let letters = Letters::of("letters", 4);
        tokio::spawn(async move {
            let memories = tenant.memories().with_embedder(letters);
            memories.add(new, &ann()).await.unwrap()
        })
    });
    let added: Vec<_> = join_all(adding).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(added.iter().filter(|it| it.created).count(), 1);
    assert!(added.iter().all(|it| it.memory.id == added[0].memory.id));
    assert_eq!(mind.count("SELECT count(*) FROM memories").await, 1);
    assert_eq!(mind.recorded().await.len(), 1);
    assert_eq!(mind.actions(added[0].memory.id).await, [LogAction::Created]);
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_with_the_same_in_another_order_do_not_stand_in_each_others_way() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let mut new: Vec<NewMemory> = (0..300).map(|n| mind.says(&format!("n {n}"))).collect();
    let adding = (0..8).map(|n| {
        new.rotate_left(37);
        if n % 2 == 0 {
            new.reverse();
        }
        let (tenant, new) = (mind.elsewhere(), new.clone());
        tokio::spawn(async move { tenant.memories().add_many(new, &ann()).await.unwrap() })
    });
    let added: Vec<_> = join_all(adding).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(added.iter().map(|report| report.created).sum::<usize>(), 300);
    assert_eq!(mind.count("SELECT count(*) FROM memories").await, 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_adds_what_others_forget_at_that_moment_has_it_in_the_end() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let working = (0..8).map(|_| {
        let (tenant, new) = (mind.elsewhere(), mind.says("now you see me"));
        tokio::spawn(async move {
            let memories = tenant.memories().with_embedder(Letters::of("letters", 4));
            for _ in 0..20 {
                let id = memories.add(new.clone(), &ann()).await.unwrap().memory.id;
                let gone = memories.delete(id, None, &ann()).await;
                assert!(matches!(gone, Ok(()) | Err(Error::NotFound { .. })), "{gone:?}");
            }
        })
    });
    for worker in join_all(working).await {
        worker.unwrap();
    }
    assert_eq!(mind.count("SELECT count(*) FROM memories").await, 0);
}

#[tokio::test]
async fn the_same_again_is_the_one_that_is_there_and_nothing_is_written() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let letters = Letters::of("letters", 4);
    let memories = mind.memories().with_embedder(letters.clone());
    let first = memories.add(mind.says("tea"), &ann()).await.unwrap().memory;
    mind.pass(1);
    let louder = NewMemory { importance: 9, tags: vec!["x".to_owned()], ..mind.says("tea") };
    for memories in [memories, mind.memories()] {
        let again = memories.add(louder.clone(), &ann()).await.unwrap();
        assert!(!again.created);
        assert_eq!(again.memory, first);
    }
    assert_eq!(letters.asked(), ["tea"], "it is embedded once");
    assert_eq!(mind.recorded().await.len(), 1);
    assert_eq!(mind.actions(first.id).await, [LogAction::Created]);
}

#[tokio::test]
async fn the_same_content_of_another_scope_is_another_memory() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let plain = mind.says("tea");
    let news = [
        plain.clone(),
        NewMemory { agent_id: Some(mind.agent), ..plain.clone() },
        NewMemory { user_id: Some(mind.user), ..plain.clone() },
        NewMemory { agent_id: Some(mind.agent), user_id: Some(mind.user), ..plain.clone() },
        NewMemory { memory_type: MemoryType::Episodic, ..plain.clone() },
        mind.says("tea "),
        mind.says("Tea"),
    ];
    let report = mind.memories().add_many(news.to_vec(), &ann()).await.unwrap();
    assert_eq!(report.created, news.len());
    let again = mind.memories().add_many(news.to_vec(), &ann()).await.unwrap();
    assert_eq!(
        again.ids.iter().map(|it| it.0).collect::<Vec<_>>(),
        report.ids.iter().map(|it| it.0).collect::<Vec<_>>()
    );
    // What is forgotten is in nobody's way.
    mind.memories().forget(report.ids[0].0, None, &ann()).await.unwrap();
    assert!(mind.memories().add(plain, &ann()).await.unwrap().created);
}

#[tokio::test]
async fn what_expired_and_was_not_swept_makes_place_for_what_says_the_same() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let expiring = |hours, importance| NewMemory {
        importance,
        expires_at: Some(mind.now() + SignedDuration::from_hours(hours)),
        ..mind.says("for an hour")
    };
    let first = NewMemory { tags: vec!["old".to_owned()], is_pinned: true, ..expiring(1, 3) };
    let first = mind.memories().add(first, &ann()).await.unwrap().memory;
    mind.pass(1);
    let memories = mind.memories().with_embedder(Letters::of("letters", 4));
    let new = NewMemory { tags: vec!["again".to_owned()], ..expiring(2, 7) };
    let again = memories.add(new, &ann()).await.unwrap();
    assert!(again.created);
    assert_ne!(again.memory.id, first.id);
    assert_eq!((again.memory.importance, again.memory.is_pinned), (7, false));
    assert_eq!(again.memory.tags, ["again"]);
    assert_eq!(mind.get(first.id).await.status, MemoryStatus::Archived);
    assert_eq!(mind.actions(first.id).await.last(), Some(&LogAction::Expired));
    let (action, details) = mind.recorded().await.pop().unwrap();
    assert_eq!((action.as_str(), &details["expired"]), ("memory.created", &json!(1)));
    mind.pass(2);
    let report = mind.memories().add_many(vec![expiring(1, 2)], &ann()).await.unwrap();
    assert_eq!(report.created, 1);
    assert_eq!(mind.actions(again.memory.id).await.last(), Some(&LogAction::Expired));
}

#[tokio::test]
async fn what_expired_is_in_nobodys_way() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let memories = mind.memories();
    let expiring = async |text: &str| {
        let expires_at = Some(mind.now() + SignedDuration::from_hours(1));
        let new = NewMemory { expires_at, ..mind.says(text) };
        memories.add(new, &ann()).await.unwrap().memory.id
    };
    let (forgotten, other) = (mind.add("c").await.id, mind.add("x").await.id);
    memories.forget(forgotten, None, &ann()).await.unwrap();
    let (a, b, c) = (expiring("a").await, expiring("b").await, expiring("c").await);
    let kept = mind.add("not b").await.id;
    memories.dispute(kept, b, None, &ann()).await.unwrap();
    mind.pass(1);
    for refused in [
        memories.supersede(a, mind.says("z"), None, &ann()).await.map(drop),
        memories.dispute(other, a, None, &ann()).await.map(drop),
    ] {
        assert!(refused.unwrap_err().to_string().ends_with("it expired"));
    }
    let change = MemoryChange { content: Some("a".to_owned()), ..MemoryChange::default() };
    assert_eq!(memories.update(other, change, None, &ann()).await.unwrap().content, "a");
    memories.supersede(other, mind.says("b"), None, &ann()).await.unwrap();
    assert_eq!(mind.get(kept).await.status, MemoryStatus::Active, "nothing contradicts it");
    memories.restore(forgotten, None, &ann()).await.unwrap();
    for id in [a, b, c] {
        assert_eq!(mind.get(id).await.status, MemoryStatus::Archived);
        assert_eq!(mind.actions(id).await.last(), Some(&LogAction::Expired));
    }
    // One that is restored before any sweep expired, and does not any more.
    let late = expiring("late").await;
    mind.pass(1);
    let restored = memories.restore(late, None, &ann()).await.unwrap();
    assert_eq!((restored.status, restored.expires_at), (MemoryStatus::Active, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_that_are_embedded_at_once_are_all_added() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    // As promote_memories() leaves it: there is a row, and no model.
    let superuser = mind.world.superuser().await;
    let settings = "INSERT INTO memory_settings (tenant_id) VALUES ($1)";
    superuser.execute(settings, &[&mind.tenant.id().0]).await.unwrap();
    let adding = (0..16).map(|n| {
        let (tenant, new) = (mind.elsewhere(), mind.says(&format!("n {n}")));
        tokio::spawn(async move {
            let memories = tenant.memories().with_embedder(Letters::of("letters", 4));
            memories.add(new, &ann()).await.map(|added| added.created)
        })
    });
    for added in join_all(adding).await {
        assert!(added.unwrap().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_supersede_each_with_what_the_other_says_do_not_fail_by_deadlock() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    for n in 0..10 {
        let (a, b) = (format!("a {n}"), format!("b {n}"));
        let working = [(mind.add(&a).await.id, b.clone()), (mind.add(&b).await.id, a.clone())].map(
            |(id, with)| {
                let (tenant, with) = (mind.elsewhere(), mind.says(&with));
                tokio::spawn(async move {
                    tenant.memories().supersede(id, with, None, &ann()).await.map(drop)
                })
            },
        );
        for one in join_all(working).await {
            if let Err(error) = one.unwrap() {
                assert!(!error.to_string().contains("transaction"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn ids_of_a_batch_are_in_its_order() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let new: Vec<_> = (0..300).map(|n| mind.says(&format!("n {n}"))).collect();
    let report = mind.memories().add_many(new, &ann()).await.unwrap();
    assert!(report.ids.is_sorted());
}

/// There, indexes and constraints have other names.
#[tokio::test(flavor = "multi_thread")]
async fn in_a_partition_of_its_own_the_same_holds() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let first = mind.add("there before").await;
    let superuser = mind.world.superuser().await;
    let promote = "SELECT promote_memories($1, now())";
    superuser.execute(promote, &[&mind.tenant.id().0]).await.unwrap();
    let again = mind.memories().add(mind.says("there before"), &ann()).await.unwrap();
    assert_eq!((again.created, again.memory.id), (false, first.id));
    let adding = (0..16).map(|_| {
        let (tenant, new) = (mind.elsewhere(), mind.says("4711"));
        tokio::spawn(async move { tenant.memories().add(new, &ann()).await.unwrap() })
    });
    let added: Vec<_> = join_all(adding).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(added.iter().filter(|it| it.created).count(), 1);
    let memories = mind.memories();
    memories.forget(first.id, None, &ann()).await.unwrap();
    mind.add("there before").await;
    let refused = memories.restore(first.id, None, &ann()).await;
    assert!(matches!(refused, Err(Error::Conflict { .. })), "{refused:?}");
    let truncated = format!("TRUNCATE memories_{} CASCADE", mind.tenant.id().0.simple());
    let refused = superuser.batch_execute(&truncated).await.unwrap_err();
    assert_eq!(refused.code().unwrap().code(), "23001", "{refused:?}");
    let same = MemoryChange { content: Some("4711".to_owned()), ..MemoryChange::default() };
    let refused = memories.update(first.id, same, None, &ann()).await;
    assert!(refused.is_ok(), "what is forgotten may say anything: {refused:?}");
    let lost = NewMemory { agent_id: Some(Uuid::from_u128(9).into()), ..mind.says("x") };
    let refused = memories.add(lost, &ann()).await.unwrap_err();
    assert!(
        matches!(&refused, Error::NotFound { what, .. } if what.contains("agent")),
        "{refused:?}"
    );
    let history = mind.actions(first.id).await;
    assert_eq!(history, [LogAction::Created, LogAction::Archived, LogAction::Updated]);
}
