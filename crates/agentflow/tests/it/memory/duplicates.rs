//! The same content is one memory, whoever adds it and when.

use agentflow::{
    Error,
    memory::{LogAction, MemoryChange, MemoryType, NewMemory},
};
use futures::future::join_all;
use jiff::SignedDuration;
use uuid::Uuid;

use super::mind::{Letters, Mind, ann};

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_who_add_the_same_at_once_make_one_memory() {
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
async fn what_expired_and_was_not_swept_holds_again_with_its_new_values() {
    let mind = Mind::new().await;
    let expiring = |hours, importance| NewMemory {
        importance,
        expires_at: Some(mind.now() + SignedDuration::from_hours(hours)),
        ..mind.says("for an hour")
    };
    let first = mind.memories().add(expiring(1, 3), &ann()).await.unwrap().memory;
    mind.pass(1);
    let letters = Letters::of("letters", 4);
    let memories = mind.memories().with_embedder(letters);
    let new = NewMemory { tags: vec!["again".to_owned()], ..expiring(2, 7) };
    let again = memories.add(new.clone(), &ann()).await.unwrap();
    assert!(!again.created);
    assert_eq!(again.memory.id, first.id);
    assert_eq!((again.memory.importance, again.memory.expires_at), (7, new.expires_at));
    assert_eq!(again.memory.embedding_model.as_deref(), Some("letters"));
    assert_eq!(again.memory.tags, ["again"]);
    assert_eq!(mind.newest().await, "memory.restored");
    assert_eq!(
        mind.actions(first.id).await,
        [LogAction::Created, LogAction::Updated, LogAction::Tagged]
    );
    mind.pass(2);
    let report = mind.memories().add_many(vec![expiring(1, 2)], &ann()).await.unwrap();
    assert_eq!(report.ids, [(first.id, false)]);
    assert_eq!(mind.get(first.id).await.importance, 2);
    let embedded = mind.memories().embedding(first.id).await.unwrap();
    assert!(embedded.is_some(), "it says what it said");
}

/// There, indexes and constraints have other names.
#[tokio::test(flavor = "multi_thread")]
async fn in_a_partition_of_its_own_the_same_holds() {
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
