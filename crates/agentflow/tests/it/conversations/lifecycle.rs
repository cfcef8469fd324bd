use agentflow::{
    Error,
    conversations::{ConversationChange, ConversationStatus, NewTurn, SweepOptions, SweepReport},
    core::{envelope::MessageRole, ids::ConversationId},
    identity::TeamChange,
};
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use super::{Stage, ann};

const OPTIONS: SweepOptions = SweepOptions {
    idle_after: SignedDuration::from_mins(10),
    close_after: SignedDuration::from_mins(60),
};

#[tokio::test]
async fn a_conversation_is_begun_described_closed_and_deleted_and_each_is_recorded() {
    let stage = Stage::new().await;
    let conversations = stage.tenant.conversations();
    let mut new = stage.between();
    new.title = Some("Plans".to_owned());
    new.metadata.insert("channel".to_owned(), json!("web"));
    let made = conversations.create(new, &ann()).await.unwrap();
    assert_eq!((made.status, made.message_count), (ConversationStatus::Active, 0));
    assert_eq!((made.created_at, made.last_message_at), (stage.now(), stage.now()));
    assert_eq!(stage.again(&made).await, made);

    let change = ConversationChange {
        title: Some(None),
        summary: Some(Some("short".to_owned())),
        metadata: None,
    };
    let described = conversations.describe(made.id, change.clone(), &ann()).await.unwrap();
    assert_eq!((described.title, described.summary.as_deref()), (None, Some("short")));
    assert_eq!(described.metadata, json!({ "channel": "web" }));
    conversations.describe(made.id, change, &ann()).await.unwrap();
    let (entry, times) = stage.recorded("conversation.described").await;
    assert_eq!((entry.details.unwrap(), times), (json!({ "changed": ["title", "summary"] }), 1));

    stage.pass(SignedDuration::from_secs(5));
    let closed = conversations.close(made.id, &ann()).await.unwrap();
    assert_eq!((closed.status, closed.closed_at), (ConversationStatus::Closed, Some(stage.now())));
    stage.pass(SignedDuration::from_secs(5));
    assert_eq!(conversations.close(made.id, &ann()).await.unwrap(), closed);
    assert_eq!(stage.recorded("conversation.closed").await.1, 1);

    conversations.delete(made.id, &ann()).await.unwrap();
    assert_eq!(conversations.get(made.id).await.unwrap(), None);
    assert_eq!(stage.recorded("conversation.deleted").await.1, 1);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let stage = Stage::new().await;
    let conversations = stage.tenant.conversations();
    let nobody = ConversationId(Uuid::from_u128(7));
    let missing = |error: Error| assert!(matches!(error, Error::NotFound { .. }), "{error}");
    missing(conversations.close(nobody, &ann()).await.unwrap_err());
    missing(conversations.delete(nobody, &ann()).await.unwrap_err());
    let change = ConversationChange::default();
    missing(conversations.describe(nobody, change, &ann()).await.unwrap_err());
    let turn = [NewTurn::text(MessageRole::User, "hello")];
    missing(conversations.append(nobody, &turn).await.unwrap_err());
    let mut new = stage.between();
    new.agent_id.0 = Uuid::from_u128(7);
    let error = conversations.create(new, &ann()).await.unwrap_err();
    assert!(error.to_string().contains("the agent in this team not found"), "{error}");
}

#[tokio::test]
async fn nothing_can_be_said_in_a_closed_conversation() {
    let stage = Stage::new().await;
    let conversations = stage.tenant.conversations();
    let conversation = stage.conversation().await;
    stage.say(&conversation, "hello").await;
    conversations.close(conversation.id, &ann()).await.unwrap();
    let turn = [NewTurn::text(MessageRole::User, "hello?")];
    let error = conversations.append(conversation.id, &turn).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
    assert!(error.to_string().contains("is closed"), "{error}");
    assert_eq!(stage.again(&conversation).await.message_count, 1);
}

#[tokio::test]
async fn silence_makes_conversations_idle_then_closes_them_and_a_turn_wakes_them_up() {
    let stage = Stage::new().await;
    let conversations = stage.tenant.conversations();
    let (quiet, awake) = (stage.conversation().await, stage.conversation().await);
    let by = ann();
    let sweep = || conversations.sweep(&OPTIONS, &by);
    stage.pass(SignedDuration::from_mins(10));
    assert_eq!(sweep().await.unwrap(), SweepReport::default(), "ten minutes are not over");

    stage.pass(SignedDuration::from_secs(1));
    assert_eq!(sweep().await.unwrap(), SweepReport { idled: 2, closed: 0 });
    assert_eq!(stage.again(&quiet).await.status, ConversationStatus::Idle);
    let (entry, _) = stage.recorded("conversation.idled").await;
    assert_eq!(entry.details.unwrap()["conversations"], 2);
    stage.say(&awake, "still here").await;
    assert_eq!(stage.again(&awake).await.status, ConversationStatus::Active);

    stage.pass(SignedDuration::from_mins(50));
    assert_eq!(sweep().await.unwrap(), SweepReport { idled: 1, closed: 1 });
    let quiet = stage.again(&quiet).await;
    assert_eq!((quiet.status, quiet.closed_at), (ConversationStatus::Closed, Some(stage.now())));
    assert_eq!(stage.again(&awake).await.status, ConversationStatus::Idle);
    assert_eq!(sweep().await.unwrap(), SweepReport::default());

    let backward = SweepOptions { close_after: SignedDuration::from_mins(1), ..OPTIONS };
    assert!(conversations.sweep(&backward, &ann()).await.is_err());
}

#[tokio::test]
async fn a_sweep_works_in_batches_of_a_thousand_each_of_which_is_recorded() {
    let stage = Stage::new().await;
    let sql = format!(
        "INSERT INTO conversations (tenant_id, team_id, agent_id, user_id, created_at, last_message_at)
         SELECT '{}', '{}', '{}', '{}', '2025-01-01', '2025-01-01' FROM generate_series(1, 2001)",
        stage.tenant.id(),
        stage.team,
        stage.agent,
        stage.user
    );
    stage.superuser.batch_execute(&sql).await.unwrap();
    let conversations = stage.tenant.conversations();
    let report = conversations.sweep(&OPTIONS, &ann()).await.unwrap();
    assert_eq!(report, SweepReport { idled: 2001, closed: 2001 });
    let (last, batches) = stage.recorded("conversation.closed").await;
    assert_eq!((last.details.unwrap()["conversations"].clone(), batches), (json!(1), 3));

    stage.pass(SignedDuration::from_hours(91 * 24));
    assert_eq!(conversations.expire(&ann()).await.unwrap(), 2001);
    assert_eq!(stage.recorded("conversation.expired").await.1, 3);
    assert_eq!(stage.count("SELECT count(*) FROM conversations").await, 0);
}

#[tokio::test]
async fn closed_conversations_expire_with_their_turns_after_the_days_of_their_team() {
    let stage = Stage::new().await;
    let conversations = stage.tenant.conversations();
    let (kept, open) = (stage.conversation().await, stage.conversation().await);
    let change = TeamChange { conversation_retention_days: Some(2), ..TeamChange::default() };
    stage.tenant.teams().update(stage.team, change, &ann()).await.unwrap();
    let gone = stage.conversation().await;
    stage.say(&gone, "one").await;
    stage.say(&open, "two").await;
    conversations.close(gone.id, &ann()).await.unwrap();
    stage.pass(SignedDuration::from_hours(24));
    conversations.close(kept.id, &ann()).await.unwrap();
    stage.pass(SignedDuration::from_hours(24));
    assert_eq!(conversations.expire(&ann()).await.unwrap(), 0, "to the second");
    stage.pass(SignedDuration::from_secs(1));
    assert_eq!(conversations.expire(&ann()).await.unwrap(), 1);
    assert_eq!(conversations.get(gone.id).await.unwrap(), None);
    assert!(conversations.get(kept.id).await.unwrap().is_some());
    assert_eq!(stage.count("SELECT count(*) FROM messages").await, 1);
    let (entry, _) = stage.recorded("conversation.expired").await;
    assert_eq!(entry.details.unwrap(), json!({ "conversations": 1, "messages": 1 }));
}

#[tokio::test]
async fn a_team_that_keeps_conversations_for_ever_does_not_stop_the_others() {
    let stage = Stage::new().await;
    let conversations = stage.tenant.conversations();
    let conversation = stage.conversation().await;
    conversations.close(conversation.id, &ann()).await.unwrap();
    let change =
        TeamChange { conversation_retention_days: Some(i32::MAX), ..TeamChange::default() };
    stage.tenant.teams().update(stage.team, change, &ann()).await.unwrap();
    stage.pass(SignedDuration::from_hours(24 * 365));
    assert_eq!(conversations.expire(&ann()).await.unwrap(), 0);
}
