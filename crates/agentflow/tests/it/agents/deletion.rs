//! What goes with an agent, with its team and with its tenant, and what must not.

use agentflow::{Error, PrincipalId, TeamId, audit::Actor};
use serde_json::json;
use tokio_postgres::Client;
use uuid::Uuid;

use super::{agent, ann, is_missing, newest, team, user};
use crate::support::World;

const TALK: &str = "30000000-0000-4000-8000-000000000001";

async fn count(client: &Client, table: &str) -> i64 {
    client.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.unwrap().get(0)
}

/// A conversation between a user and an agent, in which both spoke.
async fn talk(client: &Client, team: TeamId, agent: Uuid, user: PrincipalId) {
    let sql = format!(
        "INSERT INTO conversations (tenant_id, id, team_id, agent_id, user_id)
         SELECT tenant_id, '{TALK}', '{team}', '{agent}', '{user}' FROM teams WHERE id = '{team}';
         INSERT INTO messages (
             tenant_id, id, conversation_id, agent_id, from_agent, to_agent, type, payload, ts, envelope_hash
         )
         SELECT tenant_id, gen_random_uuid(), id, CASE role WHEN 'assistant' THEN agent_id END, 'x', 'y', 'event',
             jsonb_build_object('role', role, 'content', 'Hi'), now(), repeat('0', 64)
         FROM conversations, unnest(ARRAY['user', 'assistant']) AS role"
    );
    client.batch_execute(&sql).await.unwrap();
}

#[tokio::test]
async fn an_agent_is_deleted_unless_conversations_or_messages_need_it() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (agents, team) = (tenant.agents(), team(&tenant, "red").await);
    let (user, client) = (user(&tenant, "bob").await, world.superuser().await);
    let ada = agent(&tenant, team, "ada").await;
    talk(&client, team, ada.id.0, user).await;

    let before = newest(&tenant).await.seq;
    let refusal =
        |error: &Error| matches!(error, Error::Conflict { .. }).then(|| error.to_string());
    let error = agents.delete(ada.id, &ann()).await.unwrap_err();
    let expected = "failed to delete an agent: it is still needed by conversations; delete those first, which deletes what was \
                    said in them";
    assert_eq!(refusal(&error).as_deref(), Some(expected), "{error:?}");
    // A message of the bus that names it, and no conversation.
    client.batch_execute("DELETE FROM conversations").await.unwrap();
    client
        .execute(
            "INSERT INTO messages (tenant_id, id, agent_id, from_agent, to_agent, type, ts, envelope_hash)
             SELECT tenant_id, gen_random_uuid(), id, 'x', 'y', 'event', now(), repeat('0', 64) FROM agents",
            &[],
        )
        .await
        .unwrap();
    let error = agents.delete(ada.id, &ann()).await.unwrap_err();
    let expected = "failed to delete an agent: it is still needed by messages; delete the conversations in which it speaks \
                    first";
    assert_eq!(refusal(&error).as_deref(), Some(expected), "{error:?}");
    assert_eq!(newest(&tenant).await.seq, before);
    assert_eq!(agents.get(ada.id).await.unwrap(), Some(ada.clone()));

    client.batch_execute("DELETE FROM messages").await.unwrap();
    agents.delete(ada.id, &ann()).await.unwrap();
    assert_eq!(agents.get(ada.id).await.unwrap(), None);
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("agent.deleted"));
    assert_eq!(entry.resource_id, Some(ada.id.to_string()));
    let details = json!({ "team_id": team.to_string(), "name": "Ada", "slug": "ada" });
    assert_eq!(entry.details, Some(details));
    let error = agents.delete(ada.id, &ann()).await.unwrap_err();
    assert!(is_missing(&error, &format!("agent {}", ada.id)), "{error:?}");
    assert_eq!(newest(&tenant).await.seq, entry.seq);
}

#[tokio::test]
async fn a_team_goes_with_its_agents_and_what_they_said() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (red, blue) = (team(&tenant, "red").await, team(&tenant, "blue").await);
    let (user, client) = (user(&tenant, "bob").await, world.superuser().await);
    let ada = agent(&tenant, red, "ada").await;
    let kept = agent(&tenant, blue, "ada").await;
    talk(&client, red, ada.id.0, user).await;
    tenant.teams().delete(red, &ann()).await.unwrap();
    assert_eq!(tenant.agents().get(ada.id).await.unwrap(), None);
    assert_eq!(tenant.agents().get(kept.id).await.unwrap(), Some(kept));
    for table in ["conversations", "messages"] {
        assert_eq!(count(&client, table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn a_tenant_goes_with_its_agents_and_what_they_said() {
    let world = World::new().await;
    let row = world.new_tenant("Acme").await;
    let tenant = world.store.tenant(row.id);
    let (team, user) = (team(&tenant, "red").await, user(&tenant, "bob").await);
    let client = world.superuser().await;
    let ada = agent(&tenant, team, "ada").await;
    talk(&client, team, ada.id.0, user).await;
    world.store.admin().tenants().delete(row.id, &ann()).await.unwrap();
    for table in ["agents", "conversations", "messages"] {
        assert_eq!(count(&client, table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn an_agent_outlives_who_made_it() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let team = team(&tenant, "red").await;
    let maker = user(&tenant, "maker").await;
    let by = Actor::user(maker.to_string());
    let ada = tenant.agents().create(team, super::spec("ada"), &by).await.unwrap();
    assert_eq!(ada.created_by, Some(maker));
    tenant.users().delete(maker, &ann()).await.unwrap();
    assert_eq!(tenant.agents().get(ada.id).await.unwrap().unwrap().created_by, None);
}
