//! What the database itself refuses, whoever writes, and what it keeps within its bounds.

use agentflow::{
    Error,
    audit::Actor,
    conversations::{NewConversation, NewTurn, Replay},
    core::envelope::MessageRole,
    identity::NewTeam,
};
use jiff::SignedDuration;
use tokio_postgres::error::SqlState;

use super::{Stage, ann, pages};

/// Sets of columns, and the constraint that refuses them.
const REFUSED: &[(&str, &str)] = &[
    ("cost = '{}'", "messages_cost_shape"),
    ("cost = '{\"tokens\": 1}'", "messages_cost_shape"),
    ("cost = '{\"dollars\": 1}'", "messages_cost_shape"),
    ("cost = '{\"tokens\": 1, \"dollars\": 1, \"euros\": 1}'", "messages_cost_shape"),
    ("cost = '{\"tokens\": null, \"dollars\": 1}'", "messages_cost_shape"),
    ("cost = '{\"tokens\": \"1\", \"dollars\": 1}'", "messages_cost_shape"),
    ("cost = '{\"tokens\": 1.5, \"dollars\": 1}'", "messages_cost_shape"),
    ("cost = '{\"tokens\": -1, \"dollars\": 1}'", "messages_cost_shape"),
    ("cost = '{\"tokens\": 9007199254740992, \"dollars\": 1}'", "messages_cost_shape"),
    ("cost = '{\"tokens\": 1, \"dollars\": -0.1}'", "messages_cost_shape"),
    ("cost = '{\"tokens\": 1, \"dollars\": 1e309}'", "messages_cost_shape"),
    ("cost = '[]'", "messages_cost_shape"),
    ("cost = '7'", "messages_cost_shape"),
    ("cost = '\"x\"'", "messages_cost_shape"),
    ("ts = 'infinity'", "messages_ts_range"),
    ("ts = '-infinity'", "messages_ts_range"),
    ("ts = '10000-01-01T00:00:00Z'", "messages_ts_range"),
    ("ts = '0001-12-31T23:59:59.999999Z BC'", "messages_ts_range"),
];

#[tokio::test]
async fn a_cost_or_a_time_that_no_contract_has_is_refused_by_the_database() {
    let stage = Stage::new().await;
    stage.store(1).await;
    for (set, constraint) in REFUSED {
        let error = stage.superuser.batch_execute(&format!("UPDATE messages SET {set}")).await;
        let error = error.expect_err(set);
        let error = error.as_db_error().unwrap_or_else(|| panic!("{set}: {error:?}"));
        assert_eq!(*error.code(), SqlState::CHECK_VIOLATION, "{set}: {error:?}");
        assert_eq!(error.constraint(), Some(*constraint), "{set}");
    }
    for set in [
        "cost = '{\"tokens\": 3.0, \"dollars\": 0}'",
        "cost = '{\"tokens\": 9007199254740991, \"dollars\": 1.7976931348623157e308}'",
        "ts = '0001-01-01T00:00:00Z'",
        "ts = '9999-12-31T23:59:59.999999Z'",
    ] {
        stage.superuser.batch_execute(&format!("UPDATE messages SET {set}")).await.expect(set);
    }
}

#[tokio::test]
async fn totals_that_no_bigint_holds_stay_at_the_end_of_it() {
    const MOST: u64 = (1 << 53) - 1;
    let stage = Stage::new().await;
    let conversation = stage.conversation().await;
    let turns: Vec<_> = [MessageRole::User, MessageRole::Assistant]
        .map(|role| NewTurn::text(role, "x").with_cost(MOST, 0.0))
        .into_iter()
        .cycle()
        .take(2 * 600)
        .collect();
    for _ in 0..2 {
        stage.tenant.conversations().append(conversation.id, &turns).await.unwrap();
    }
    let now = stage.again(&conversation).await;
    assert_eq!((now.total_input_tokens, now.total_output_tokens), (i64::MAX, i64::MAX));
    assert_eq!(now.message_count, 2_400);
}

#[tokio::test]
async fn only_agents_of_the_team_converse() {
    let stage = Stage::new().await;
    let team = NewTeam::named("Others", stage.user);
    let other = stage.tenant.teams().create(team, &ann()).await.unwrap().id;
    let stranger = super::agent(&stage.superuser, &stage.tenant, other).await;
    let conversations = stage.tenant.conversations();
    let new = NewConversation::between(stage.team, stranger, stage.user);
    let error = conversations.create(new, &ann()).await.unwrap_err();
    let expected = "failed to create a conversation: the agent in this team not found";
    assert_eq!(error.to_string(), expected);

    let conversation = stage.conversation().await;
    let mut turn = NewTurn::text(MessageRole::Assistant, "Hello");
    turn.agent_id = Some(stranger);
    let error = conversations.append(conversation.id, &[turn.clone()]).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    assert!(error.to_string().ends_with("the agent in this team not found"), "{error}");
    assert_eq!(stage.again(&conversation).await.message_count, 0);
    // Another agent of the same team may speak.
    let sql = "INSERT INTO agents (tenant_id, team_id, name, slug) VALUES ($1, $2, 'Eve', 'eve') RETURNING id";
    let row = stage.superuser.query_one(sql, &[&stage.tenant.id().0, &stage.team.0]).await.unwrap();
    let colleague = row.get(0);
    turn.agent_id = Some(agentflow::AgentId(colleague));
    conversations.append(conversation.id, &[turn]).await.unwrap();
}

#[tokio::test]
async fn a_person_or_an_agent_with_conversations_stays_and_the_error_says_what_to_do() {
    let stage = Stage::new().await;
    let conversation = stage.conversation().await;
    let person = stage.tenant.users().delete(stage.user, &ann()).await.unwrap_err();
    // Whoever owns a team stays for that reason alone, so the agent says it here.
    assert!(matches!(person, Error::Conflict { .. }), "{person}");
    let error = stage.tenant.agents().delete(stage.agent, &ann()).await.unwrap_err();
    let expected = "failed to delete an agent: it is still needed by conversations; delete those first, which deletes what \
                    was said in them";
    assert_eq!(error.to_string(), expected);

    let email = "guest@example.com".parse().unwrap();
    let guest = agentflow::identity::NewUser::new(email, "Guest");
    let guest = stage.tenant.users().create(guest, &ann()).await.unwrap().id;
    let new = NewConversation::between(stage.team, stage.agent, guest);
    let guests = stage.tenant.conversations().create(new, &Actor::system()).await.unwrap();
    let error = stage.tenant.users().delete(guest, &ann()).await.unwrap_err();
    assert!(
        error.to_string().ends_with("; delete those first, which deletes what was said in them"),
        "{error}"
    );
    stage.tenant.conversations().delete(guests.id, &ann()).await.unwrap();
    stage.tenant.users().delete(guest, &ann()).await.unwrap();
    assert_eq!(stage.again(&conversation).await, conversation);
}

#[tokio::test]
async fn a_replay_that_ends_before_it_begins_is_refused_with_both_times() {
    let stage = Stage::new().await;
    stage.store(3).await;
    let (now, later) = (stage.now(), stage.now() + SignedDuration::from_secs(1));
    let replay = async |since, until| {
        let what = Replay::Between { since: Some(since), until: Some(until) };
        stage.tenant.messages().replay(&what, &pages(10), |_, _| ()).await
    };
    let error = replay(later, now).await.unwrap_err().to_string();
    let expected = format!("since: {later} is later than until, which is {now}");
    assert!(error.ends_with(&expected), "{error}");
    assert_eq!(replay(now, now).await.unwrap().total, 0);
    assert_eq!(replay(now, later).await.unwrap().total, 1);
}
