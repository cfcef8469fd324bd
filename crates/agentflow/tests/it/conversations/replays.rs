use std::sync::Mutex;

use agentflow::{
    Store,
    conversations::{Replay, ScanOptions, StoredMessage},
    core::{envelope::SealedEnvelope, ids::MessageId},
};
use jiff::SignedDuration;
use tokio::sync::Notify;
use uuid::Uuid;

use super::{Stage, pages};
use crate::support::config;

async fn replayed(stage: &Stage, what: Replay, page: u32) -> Vec<MessageId> {
    let mut ids = Vec::new();
    let each = |message: &StoredMessage, verdict: Result<(), &str>| {
        verdict.unwrap();
        ids.push(message.id);
    };
    let report = stage.tenant.messages().replay(&what, &pages(page), each).await.unwrap();
    assert_eq!(report.total, ids.len() as u64);
    assert!(report.is_good());
    ids
}

#[tokio::test]
async fn messages_are_replayed_in_the_order_of_their_times_then_ids() {
    let stage = Stage::new().await;
    // The ids go the other way round, and the last three are sent at one moment.
    let mut messages = Vec::new();
    for number in 0..10_u32 {
        let mut envelope = stage.message(number.min(7)).into_parts().0;
        let id = if number < 7 { 100 - u128::from(number) } else { u128::from(number) };
        envelope.id = MessageId(Uuid::from_u128(id));
        messages.push(envelope.seal().unwrap());
    }
    // Those at the ends of what an id can be.
    for (seconds, id) in [(3, 0), (4, u128::MAX)] {
        let mut envelope = stage.message(seconds).into_parts().0;
        envelope.id = MessageId(Uuid::from_u128(id));
        messages.push(envelope.seal().unwrap());
    }
    stage.tenant.messages().store_many(&messages).await.unwrap();
    messages.sort_by_key(|sealed| (sealed.envelope().ts, sealed.envelope().id));
    let expected: Vec<_> = messages.iter().map(|sealed| sealed.envelope().id).collect();
    let at = |seconds| Some(stage.now() + SignedDuration::from_secs(seconds));
    let trace = messages[0].envelope().trace_id.unwrap();
    for page in [1, 2, 3, 5, 11, 12, 13, 100] {
        let all = Replay::Between { since: None, until: None };
        assert_eq!(replayed(&stage, all, page).await, expected, "pages of {page}");
        assert_eq!(replayed(&stage, Replay::Trace(trace), page).await, expected);
        let some = Replay::Between { since: at(3), until: at(7) };
        let within: Vec<_> = messages
            .iter()
            .map(SealedEnvelope::envelope)
            .filter(|envelope| Some(envelope.ts) >= at(3) && Some(envelope.ts) < at(7))
            .map(|envelope| envelope.id)
            .collect();
        assert_eq!(within.len(), 6);
        assert_eq!(replayed(&stage, some, page).await, within, "half-open, pages of {page}");

        let options = ScanOptions { jobs: 2, page };
        let seen = Mutex::new(Vec::new());
        let progress = |progress| seen.lock().unwrap().push(progress);
        let report = stage.tenant.messages().verify_all(&options, &progress).await.unwrap();
        assert_eq!((report.total, report.verified), (12, 12), "pages of {page}");
        let last = *seen.lock().unwrap().last().unwrap();
        assert_eq!((last.done, last.total), (12, 12));
    }
    let other = Replay::Trace("cd".repeat(16).parse().unwrap());
    assert!(replayed(&stage, other, 5).await.is_empty());
}

#[tokio::test]
async fn a_trace_is_listed_in_pages() {
    let stage = Stage::new().await;
    let stored = stage.store(5).await;
    let trace = stored[0].envelope().trace_id.unwrap();
    let messages = stage.tenant.messages();
    let first = messages.list_by_trace(&trace, None, 3).await.unwrap();
    let rest = messages.list_by_trace(&trace, first.last(), 3).await.unwrap();
    assert_eq!((first.len(), rest.len()), (3, 2));
    for (message, sealed) in first.iter().chain(&rest).zip(&stored) {
        assert_eq!(&message.sealed().unwrap(), sealed);
    }
    assert!(messages.list_by_trace(&trace, rest.last(), 3).await.unwrap().is_empty());
}

#[tokio::test]
async fn verification_that_is_dropped_gives_its_connection_back() {
    let stage = Stage::new().await;
    let stored = stage.store(2_000).await;
    let one = config(&stage.world.database).with_pool(1, 0).unwrap();
    let tenant = Store::connect(one).unwrap().tenant(stage.tenant.id());
    let messages = tenant.messages();
    let under_way = Notify::new();
    let progress = |progress: agentflow::conversations::ScanProgress| {
        if progress.done > 0 {
            under_way.notify_one();
        }
    };
    let options = ScanOptions { jobs: 1, page: 1 };
    tokio::select! {
        report = messages.verify_all(&options, &progress) => panic!("it went on: {report:?}"),
        () = under_way.notified() => {}
    }
    let message = messages.get(stored[0].envelope().id).await.unwrap().unwrap();
    message.verdict().unwrap();
}
