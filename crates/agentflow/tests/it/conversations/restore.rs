use agentflow::{
    Error,
    conversations::{Conversation, NewTurn, Rating, Restored},
    core::envelope::{Envelope, MessageRole, SealedEnvelope},
};
use serde_json::json;
use tokio_postgres::Client;

use super::{Stage, ann};

/// What somebody made of the row, and what is put back.
const CHANGES: &[(&str, Restored)] = &[
    ("payload = payload || '{\"content\": \"No.\"}'", Restored::Content),
    ("cost = '{\"tokens\": 900, \"dollars\": 0}'", Restored::Content),
    ("payload = payload || '{\"role\": \"system\"}', from_agent = 'eve'", Restored::Content),
    ("metadata = ('{\"a\": 1e' || '400}')::jsonb", Restored::Content),
    ("trace_id = NULL, span_id = repeat('0', 16)", Restored::Content),
    ("ts = ts + interval '1 year', type = 'event', to_agent = 'x'", Restored::Content),
    ("envelope_hash = repeat('0', 64)", Restored::Hash),
];

/// A conversation in which one turn is of 12 tokens, and the original of that turn.
async fn said(stage: &Stage) -> (Conversation, SealedEnvelope) {
    let conversation = stage.conversation().await;
    let conversations = stage.tenant.conversations();
    let mut turn = NewTurn::text(MessageRole::Assistant, "Yes.").with_cost(12, 0.1 + 0.2);
    turn.metadata.insert("n".to_owned(), json!([1e23, "é"]));
    let turns = [NewTurn::text(MessageRole::User, "Really?").with_cost(7, 0.0), turn];
    let original = conversations.append(conversation.id, &turns).await.unwrap().remove(1);
    let id = original.envelope().id;
    conversations.feedback(id, Some(Rating::Positive), Some("good"), &ann()).await.unwrap();
    (conversation, original)
}

/// The row, without the counters of its conversation.
async fn row(superuser: &Client, original: &SealedEnvelope) -> String {
    let sql = "SELECT m::text FROM messages AS m WHERE id = $1";
    superuser.query_one(sql, &[&original.envelope().id.0]).await.unwrap().get(0)
}

async fn restore(
    stage: &Stage,
    original: &SealedEnvelope,
    conversation: Option<&Conversation>,
) -> Result<Restored, Error> {
    let conversation = conversation.map(|it| it.id);
    stage.store.admin().restore_message(stage.tenant.id(), original, conversation, &ann()).await
}

#[tokio::test]
async fn what_somebody_changed_is_put_back_in_place_and_recorded() {
    let stage = Stage::new().await;
    let (conversation, original) = said(&stage).await;
    let (before, counted) =
        (row(&stage.superuser, &original).await, stage.again(&conversation).await);
    assert_eq!(restore(&stage, &original, None).await.unwrap(), Restored::Nothing);
    for (number, (change, expected)) in CHANGES.iter().enumerate() {
        let id = original.envelope().id;
        stage.forge(&format!("UPDATE messages SET {change} WHERE id = '{id}'")).await;
        // As a row that was deleted and inserted again would leave them.
        stage.forge("UPDATE conversations SET total_output_tokens = 900, message_count = 5").await;
        assert_eq!(restore(&stage, &original, None).await.unwrap(), *expected, "{change}");
        assert_eq!(row(&stage.superuser, &original).await, before, "{change}");
        let now = stage.again(&conversation).await;
        assert_eq!(Conversation { updated_at: counted.updated_at, ..now }, counted, "{change}");
        let (entry, times) = stage.recorded("message.restored").await;
        assert_eq!((entry.resource_id, times), (Some(id.to_string()), number + 1));
        let details = json!({
            "restored": expected.as_str(),
            "envelope_hash": original.envelope_hash().to_string(),
            "conversation_id": conversation.id.to_string(),
        });
        assert_eq!(entry.details.unwrap(), details);
    }
    assert!(stage.verify_all().await.is_good());
}

#[tokio::test]
async fn what_could_be_another_message_is_left_alone() {
    let stage = Stage::new().await;
    let (_, original) = said(&stage).await;
    let id = original.envelope().id;
    // Both were changed, by somebody who knows how.
    let mut other: Envelope = original.envelope().clone();
    other.to = "eve".to_owned();
    let hash = other.clone().seal().unwrap().envelope_hash().to_string();
    let set = format!("to_agent = 'eve', envelope_hash = '{hash}'");
    stage.forge(&format!("UPDATE messages SET {set} WHERE id = '{id}'")).await;
    let forged = row(&stage.superuser, &original).await;
    let error = restore(&stage, &original, None).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
    assert!(error.to_string().contains("cannot be told"), "{error}");
    assert_eq!(row(&stage.superuser, &original).await, forged);
    // Nor is a message of another tenant touched.
    let neighbor = stage.world.new_tenant("Neighbor").await.id;
    let admin = stage.store.admin();
    let error = admin.restore_message(neighbor, &original, None, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    assert_eq!(
        stage.count("SELECT count(*) FROM audit_entries WHERE action = 'message.restored'").await,
        0
    );
}

#[tokio::test]
async fn a_turn_that_is_gone_is_put_back_into_its_conversation_even_if_that_is_closed() {
    let stage = Stage::new().await;
    let (conversation, original) = said(&stage).await;
    let before = stage.again(&conversation).await;
    let id = original.envelope().id;
    let delete = format!("DELETE FROM messages WHERE id = '{id}'");
    stage.superuser.batch_execute(&delete).await.unwrap();
    assert_eq!(stage.again(&conversation).await.message_count, 1);
    let error = restore(&stage, &original, None).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    assert_eq!(restore(&stage, &original, Some(&conversation)).await.unwrap(), Restored::Row);
    let now = stage.again(&conversation).await;
    assert_eq!(Conversation { updated_at: before.updated_at, ..now }, before);

    stage.superuser.batch_execute(&delete).await.unwrap();
    let closed = stage.tenant.conversations().close(conversation.id, &ann()).await.unwrap();
    assert_eq!(restore(&stage, &original, Some(&conversation)).await.unwrap(), Restored::Row);
    let now = stage.again(&conversation).await;
    assert_eq!((now.status, now.closed_at), (closed.status, closed.closed_at));
    assert_eq!((now.message_count, now.total_output_tokens), (2, 12));
    let stored = stage.tenant.messages().get(id).await.unwrap().unwrap();
    assert_eq!(
        (stored.conversation_id, stored.agent_id),
        (Some(conversation.id), Some(stage.agent))
    );
    assert_eq!(stored.sealed().unwrap(), original);

    stage.tenant.conversations().delete(conversation.id, &ann()).await.unwrap();
    let error = restore(&stage, &original, Some(&conversation)).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
}

/// What restoring does is for the owner of the tables only.
#[tokio::test]
async fn the_runtime_role_can_neither_change_nor_delete_what_was_said() {
    let stage = Stage::new().await;
    let (conversation, original) = said(&stage).await;
    let before = row(&stage.superuser, &original).await;
    for sql in [
        "DELETE FROM public.messages",
        "UPDATE public.messages SET payload = payload, envelope_hash = envelope_hash",
        "UPDATE public.messages SET conversation_id = NULL",
    ] {
        let error = stage.tenant.execute(sql, &[]).await.unwrap_err();
        assert!(matches!(error, Error::Denied { .. }), "{sql}: {error}");
    }
    assert_eq!(row(&stage.superuser, &original).await, before);
    // With its conversation a turn goes all the same.
    stage.tenant.conversations().delete(conversation.id, &ann()).await.unwrap();
    assert_eq!(stage.count("SELECT count(*) FROM messages").await, 0);
}
