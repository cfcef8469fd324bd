use agentflow::{
    Tenant,
    conversations::{
        Conversation, ConversationChange, ConversationFilter, ConversationStatus, NewTurn, Rating,
        Replay, ScanOptions,
    },
    core::{envelope::MessageRole, ids::ConversationId},
};
use jiff::SignedDuration;

use super::{Stage, ann, pages};

async fn ids(tenant: &Tenant, filter: &ConversationFilter, page: u16) -> Vec<ConversationId> {
    let mut ids = Vec::new();
    let mut last: Option<Conversation> = None;
    loop {
        let rows = tenant.conversations().list(filter, last.as_ref(), page).await.unwrap();
        assert!(rows.len() <= usize::from(page));
        let Some(end) = rows.last() else { return ids };
        last = Some(end.clone());
        ids.extend(rows.into_iter().map(|row| row.id));
    }
}

#[tokio::test]
async fn conversations_are_listed_newest_first_in_pages_of_any_size() {
    let stage = Stage::new().await;
    let mut made = Vec::new();
    for number in 0..7 {
        // Some at the same moment: then the id decides.
        stage.pass(SignedDuration::from_secs(number % 2));
        made.push(stage.conversation().await);
    }
    made.sort_by_key(|row| std::cmp::Reverse((row.created_at, row.id)));
    let expected: Vec<_> = made.iter().map(|row| row.id).collect();
    let all = ConversationFilter::default();
    for page in [1, 2, 3, 7, 100] {
        assert_eq!(ids(&stage.tenant, &all, page).await, expected, "pages of {page}");
    }

    stage.tenant.conversations().close(expected[2], &ann()).await.unwrap();
    let closed = ConversationFilter {
        status: Some(ConversationStatus::Closed),
        ..ConversationFilter::default()
    };
    assert_eq!(ids(&stage.tenant, &closed, 2).await, [expected[2]]);
    let ours = ConversationFilter {
        team_id: Some(stage.team),
        agent_id: Some(stage.agent),
        user_id: Some(stage.user),
        status: Some(ConversationStatus::Active),
    };
    assert_eq!(ids(&stage.tenant, &ours, 4).await.len(), 6);
    let mut others = ours;
    others.agent_id.as_mut().unwrap().0 = uuid::Uuid::nil();
    assert!(ids(&stage.tenant, &others, 4).await.is_empty());
}

#[tokio::test]
async fn another_tenant_sees_and_changes_nothing() {
    let stage = Stage::new().await;
    let conversation = stage.conversation().await;
    let said = stage.say(&conversation, "secret").await;
    let beta = stage.store.tenant(stage.world.new_tenant("Beta").await.id);
    let (conversations, messages) = (beta.conversations(), beta.messages());
    let (id, message) = (conversation.id, said.envelope().id);

    assert_eq!(conversations.get(id).await.unwrap(), None);
    assert!(ids(&beta, &ConversationFilter::default(), 10).await.is_empty());
    assert!(conversations.turns(id, None, 10).await.unwrap().is_empty());
    assert_eq!(messages.get(message).await.unwrap(), None);
    let trace = said.envelope().trace_id.unwrap();
    assert!(messages.list_by_trace(&trace, None, 10).await.unwrap().is_empty());
    for what in [
        Replay::Conversation(id),
        Replay::Trace(trace),
        Replay::Between { since: None, until: None },
    ] {
        let report = messages.replay(&what, &pages(10), |_, _| ()).await.unwrap();
        assert_eq!(report.total, 0);
    }
    assert_eq!(messages.verify_all(&ScanOptions::default(), &|_| ()).await.unwrap().total, 0);

    let turn = [NewTurn::text(MessageRole::User, "hello")];
    assert!(conversations.append(id, &turn).await.is_err());
    assert!(conversations.append_to(&conversation, &turn).await.is_err());
    assert!(conversations.close(id, &ann()).await.is_err());
    assert!(conversations.delete(id, &ann()).await.is_err());
    let title = ConversationChange { title: Some(None), ..ConversationChange::default() };
    assert!(conversations.describe(id, title, &ann()).await.is_err());
    let rating = Some(Rating::Positive);
    assert!(conversations.feedback(message, rating, None, &ann()).await.is_err());
    // The same id is free there.
    messages.store(&said).await.unwrap();
    let expected = stage.again(&conversation).await;
    assert_eq!((expected.message_count, expected.title), (1, conversation.title));
}
