//! Turns that meter what they used, in the transaction that stores them.

use agentflow::{
    Error, NewWorkspace, WorkspaceId,
    conversations::{MeterAs, NewTurn},
    core::envelope::{MessageRole, Turn},
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Stage, ann};

const EVENTS: &str = "SELECT metric_type, metric_name, quantity::text, cost_in_cents::text AS cents, cost_source, model, agent_id,
                          principal_id, workspace_id, message_id::text, event_key
                      FROM metering_events ORDER BY occurred_at";

async fn workspace(stage: &Stage) -> WorkspaceId {
    let new = NewWorkspace::named("Main");
    stage.tenant.workspaces().create(new, &ann()).await.unwrap().id
}

async fn rows(stage: &Stage, query: &str) -> Value {
    let sql = format!("SELECT coalesce(jsonb_agg(to_jsonb(it)), '[]') FROM ({query}) AS it");
    stage.superuser.query_one(&sql, &[]).await.unwrap().get(0)
}

fn turns() -> Vec<NewTurn> {
    let mut own = Turn::new(MessageRole::Assistant, "and this");
    own.model = Some("own/model".to_owned());
    vec![
        NewTurn::text(MessageRole::User, "hello"),
        NewTurn::text(MessageRole::Assistant, "hi").with_cost(120, 0.0125),
        NewTurn::new(own).with_cost(7, 0.0),
    ]
}

#[tokio::test]
async fn turns_that_used_something_are_metered_with_them() {
    let stage = Stage::new().await;
    let conversation = stage.conversation().await;
    let workspace = workspace(&stage).await;
    let meter = MeterAs::in_workspace(workspace);
    let conversations = stage.tenant.conversations();
    let said = conversations.append_metered(&conversation, &turns(), &meter).await.unwrap();
    let event = |turn: usize, tokens: &str, cents: &str, source: &str, model: Option<&str>| {
        let id = said[turn].envelope().id.to_string();
        json!({
            "metric_type": "llm_tokens", "metric_name": "message_tokens", "quantity": tokens, "cents": cents,
            "cost_source": source, "model": model, "agent_id": stage.agent, "principal_id": stage.user,
            "workspace_id": workspace, "message_id": id, "event_key": format!("message/{id}/tokens"),
        })
    };
    let expected = json!([
        event(1, "120.00", "1.250000", "given", None),
        // Of what cost nothing the price book would say it.
        event(2, "7.00", "0.000000", "unpriced", Some("own/model")),
    ]);
    assert_eq!(rows(&stage, EVENTS).await, expected);
    let stored = conversations.turns(conversation.id, None, 10).await.unwrap();
    assert_eq!(stored.len(), 3);
    stage.pass(SignedDuration::from_secs(1));
    // Others are in the way twice.
    crate::metering::overtaken::fail(&stage.superuser, 2).await;
    let of_model = meter.of_model("told/model");
    conversations.append_metered(&conversation, &turns()[2..], &of_model).await.unwrap();
    assert_eq!(rows(&stage, EVENTS).await[2]["model"], "told/model");
    assert!(conversations.append_metered(&conversation, &[], &of_model).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_refused_stores_neither_turns_nor_usage() {
    let stage = Stage::new().await;
    let conversation = stage.conversation().await;
    let conversations = stage.tenant.conversations();
    let here = MeterAs::in_workspace(workspace(&stage).await);
    let elsewhere = MeterAs::in_workspace(WorkspaceId(conversation.id.0));
    let of_nobody = MeterAs { principal_id: Some(stage.team.0.into()), ..here.clone() };
    let negative = vec![turns().remove(1).with_cost(1, -0.5)];
    let endless = vec![turns().remove(1).with_cost(1, 1e300)];
    for (meter, turns, field) in [
        (&elsewhere, turns(), "turns[1].usage.workspace_id"),
        (&of_nobody, turns(), "turns[1].usage.principal_id"),
        (&here.clone().of_model("a\nb"), turns(), "turns[1].usage.model"),
        (&here, negative, "turns[0]."),
        (&here, endless, "turns[0].dollars"),
    ] {
        let refused = conversations.append_metered(&conversation, &turns, meter).await;
        let Err(Error::InvalidInput { input, .. }) = &refused else { panic!("{refused:?}") };
        assert!(input.field.starts_with(field), "{input}");
        for table in ["messages", "metering_events", "metering_event_keys", "usage_changes"] {
            let count = format!("SELECT count(*) FROM {table}");
            assert_eq!(rows(&stage, &count).await, json!([{ "count": 0 }]), "{table}: {field}");
        }
    }
}

#[tokio::test]
async fn a_turn_that_cannot_be_stored_uses_nothing() {
    let stage = Stage::new().await;
    let conversation = stage.conversation().await;
    let meter = MeterAs::in_workspace(workspace(&stage).await);
    let conversations = stage.tenant.conversations();
    conversations.close(conversation.id, &ann()).await.unwrap();
    let closed = conversations.append_metered(&conversation, &turns(), &meter).await;
    assert!(matches!(closed, Err(Error::Conflict { .. })), "{closed:?}");
    assert_eq!(rows(&stage, EVENTS).await, json!([]));
}
