//! Memories that contradict each other, and how that ends.

use agentflow::{
    Error,
    memory::{LogAction, MemoryStatus, NewMemory, Resolution},
};
use jiff::SignedDuration;
use serde_json::json;

use super::mind::{Mind, ann, bad_fields};

#[tokio::test]
async fn who_disputes_says_of_both_that_they_are_disputed() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let (a, b) = (mind.add("it rains").await.id, mind.add("it is dry").await.id);
    let memories = mind.memories();
    let (one, other) = memories.dispute(a, b, Some("not both"), &ann()).await.unwrap();
    assert_eq!((one.status, other.status), (MemoryStatus::Disputed, MemoryStatus::Disputed));
    assert_eq!((one.contradicts, other.contradicts), (vec![b], vec![a]));
    assert_eq!(mind.newest().await, "memory.disputed");
    let recorded = mind.recorded().await.len();
    memories.dispute(b, a, None, &ann()).await.unwrap();
    assert_eq!(mind.recorded().await.len(), recorded);
    for id in [a, b] {
        let actions = mind.actions(id).await;
        assert_eq!(actions, [LogAction::Created, LogAction::ContradictionDetected]);
    }
    let refused = memories.dispute(a, a, None, &ann()).await.unwrap_err();
    assert_eq!(bad_fields(&refused), ["other"]);
    let gone = mind.add("gone").await.id;
    memories.forget(gone, None, &ann()).await.unwrap();
    let refused = memories.dispute(a, gone, None, &ann()).await;
    assert!(matches!(refused, Err(Error::Conflict { .. })), "{refused:?}");
    memories.delete(gone, None, &ann()).await.unwrap();
    let refused = memories.dispute(a, gone, None, &ann()).await;
    assert!(matches!(refused, Err(Error::NotFound { .. })), "{refused:?}");
}

#[tokio::test]
async fn one_is_kept_and_the_other_superseded_by_it() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let (a, b) = (mind.add("a").await.id, mind.add("b").await.id);
    let c = mind.add("c").await.id;
    let memories = mind.memories();
    memories.dispute(a, b, None, &ann()).await.unwrap();
    memories.dispute(b, c, None, &ann()).await.unwrap();
    let refused = memories.resolve(a, b, Resolution::Keep(c), None, &ann()).await.unwrap_err();
    assert_eq!(bad_fields(&refused), ["keep"]);
    let (one, other) =
        memories.resolve(a, b, Resolution::Keep(a), Some("I looked"), &ann()).await.unwrap();
    assert_eq!((one.status, other.status), (MemoryStatus::Active, MemoryStatus::Superseded));
    assert_eq!(other.superseded_by, Some(a));
    assert_eq!((one.contradicts, other.contradicts), (vec![], vec![]));
    assert_eq!(mind.newest().await, "memory.resolved");
    let third = mind.get(c).await;
    assert_eq!(third.status, MemoryStatus::Active, "what contradicted it does not hold");
    assert_eq!(third.contradicts, []);
    assert_eq!(mind.actions(a).await.pop(), Some(LogAction::ContradictionResolved));
    let refused = memories.resolve(a, b, Resolution::Coexist, None, &ann()).await;
    assert!(matches!(refused, Err(Error::Conflict { .. })), "{refused:?}");
}

#[tokio::test]
async fn both_hold_again_unless_others_contradict_them_still() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let (a, b) = (mind.add("a").await.id, mind.add("b").await.id);
    let c = mind.add("c").await.id;
    let memories = mind.memories();
    memories.dispute(a, b, None, &ann()).await.unwrap();
    memories.dispute(c, a, None, &ann()).await.unwrap();
    assert_eq!(mind.get(a).await.contradicts, [b, c]);
    let (one, other) = memories.resolve(b, a, Resolution::Coexist, None, &ann()).await.unwrap();
    assert_eq!((one.status, one.contradicts), (MemoryStatus::Active, vec![]));
    assert_eq!((other.status, other.contradicts), (MemoryStatus::Disputed, vec![c]));
    let expected = [
        LogAction::Created,
        LogAction::ContradictionDetected,
        LogAction::ContradictionDetected,
        LogAction::ContradictionResolved,
    ];
    assert_eq!(mind.actions(a).await, expected);
}

#[tokio::test]
async fn whatever_becomes_of_one_frees_the_other() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let memories = mind.memories();
    for way in ["forget", "delete", "supersede", "expire"] {
        let kept = mind.add(&format!("kept from {way}")).await.id;
        let new = NewMemory {
            expires_at: Some(mind.now() + SignedDuration::from_hours(1)),
            ..mind.says(&format!("gone by {way}"))
        };
        let gone = memories.add(new, &ann()).await.unwrap().memory.id;
        memories.dispute(kept, gone, None, &ann()).await.unwrap();
        match way {
            "forget" => drop(memories.forget(gone, None, &ann()).await.unwrap()),
            "delete" => memories.delete(gone, None, &ann()).await.unwrap(),
            "supersede" => {
                let next = mind.says("next");
                memories.supersede(gone, next, None, &ann()).await.unwrap();
            }
            _ => {
                mind.pass(1);
                assert_eq!(memories.sweep(&ann(), None).await.unwrap().expired, 1);
            }
        }
        let memory = mind.get(kept).await;
        assert_eq!((memory.status, memory.contradicts), (MemoryStatus::Active, vec![]), "{way}");
        if way == "forget" || way == "delete" {
            let (_, details) = mind.recorded().await.pop().unwrap();
            assert_eq!(details["released"], json!([kept]), "{way}");
        }
        if let Some(memory) = memories.get(gone).await.unwrap() {
            assert_eq!(memory.contradicts, [], "{way}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_disputes_in_circles_does_not_block_others() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let mut ids = Vec::new();
    for n in 0..4 {
        ids.push(mind.add(&format!("n {n}")).await.id);
    }
    let disputing = (0..24_usize).map(|n| {
        let (tenant, one, other) = (mind.elsewhere(), ids[n % 4], ids[(n / 4 + n + 1) % 4]);
        tokio::spawn(async move {
            if one != other {
                tenant.memories().dispute(one, other, None, &ann()).await.unwrap();
            }
        })
    });
    for one in futures::future::join_all(disputing).await {
        one.unwrap();
    }
    for id in &ids {
        let memory = mind.get(*id).await;
        for other in &memory.contradicts {
            assert!(mind.get(*other).await.contradicts.contains(id), "they are mutual");
        }
    }
}
