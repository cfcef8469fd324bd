//! Rows that did not come through the library.

use agentflow::{
    AgentId, Error, Tenant,
    agents::{AgentFilter, AgentSpec, AgentStatus},
};
use tokio_postgres::{Client, error::SqlState};

use super::{agent, ann, newest, spec, team};
use crate::support::World;

#[tokio::test]
async fn a_default_row_parses() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let team = team(&tenant, "red").await;
    let client = world.superuser().await;
    let row = client
        .query_one(
            "INSERT INTO agents (tenant_id, team_id, name, slug) SELECT tenant_id, id, 'Ada', 'ada' FROM teams
             RETURNING id",
            &[],
        )
        .await
        .unwrap();
    let found = tenant.agents().get(AgentId(row.get(0))).await.unwrap().unwrap();
    assert_eq!((found.team_id, found.created_by), (team, None));
    // The database and the types agree on every default.
    assert_eq!(found.spec, AgentSpec::new("Ada", "ada".parse().unwrap()));
    let before = newest(&tenant).await.seq;
    tenant.agents().update(found.id, found.spec, &ann()).await.unwrap();
    assert_eq!(newest(&tenant).await.seq, before);
}

/// A column, and a value that the database takes there and the library does not.
const FOREIGN: &[(&str, &str)] = &[
    ("personality", r#"'{"tone": "grim"}'"#),
    ("personality", r#"'{"mood": "good"}'"#),
    ("personality", r#"'{"traits": {"humor": 2}}'"#),
    ("personality", r#"'{"language": "English"}'"#),
    ("model_config_json", r#"'{"temperature": 2.1}'"#),
    ("model_config_json", r#"'{"max_output_tokens": "many"}'"#),
    ("memory_config", r#"'{"token_budget": 99}'"#),
    ("memory_config", r#"'{"retrieval_weights": {"semantic": -0.1}}'"#),
    ("boundaries", r#"'{"max_tool_calls_per_turn": 51}'"#),
    ("boundaries", r#"'{"escalates_to": "Not a slug"}'"#),
    ("boundaries", r#"'{"max_tool_calls_per_turn": 99999999999}'"#),
    ("shared_skill_names", "ARRAY['']"),
    ("custom_skill_names", "ARRAY['a', repeat('x', 101)]"),
    ("disabled_skill_names", "ARRAY['']"),
    // Numbers that no double holds: a neighbor, and one that is too large for any.
    ("config", r#"'{"n": 9007199254740993}'"#),
    ("config", r#"'{"n": 1e400}'"#),
    ("policies", r#"('{"deep": ' || repeat('[', 200) || repeat(']', 200) || '}')::jsonb"#),
];

async fn expect_inconsistent(tenant: &Tenant, id: AgentId, expected: &str, case: &str) {
    let agents = tenant.agents();
    for error in [
        agents.get(id).await.unwrap_err(),
        agents.list(AgentFilter::default(), None, 10).await.unwrap_err(),
        agents.set_status(id, AgentStatus::Paused, &ann()).await.unwrap_err(),
    ] {
        let Error::Inconsistent { table, column, row } = &error else {
            panic!("{case}: {error:?}")
        };
        assert_eq!((*table, *column, row), ("agents", expected, &id.to_string()), "{case}");
    }
}

#[tokio::test]
async fn a_row_that_does_not_parse_names_its_column_and_can_be_replaced_or_deleted() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (agents, team) = (tenant.agents(), team(&tenant, "red").await);
    let client = world.superuser().await;
    for (column, value) in FOREIGN {
        let id = agent(&tenant, team, "ada").await.id;
        let before = newest(&tenant).await.seq;
        client.batch_execute(&format!("UPDATE agents SET {column} = {value}")).await.unwrap();
        expect_inconsistent(&tenant, id, column, value).await;
        assert_eq!(newest(&tenant).await.seq, before);

        let replaced = agents.update(id, spec("ada"), &ann()).await.unwrap();
        assert_eq!(replaced.spec, spec("ada"), "{value}");
        let details = newest(&tenant).await.details.unwrap();
        assert_eq!(details["changed"].as_array().map(Vec::len), Some(16), "{value}");
        client.batch_execute(&format!("UPDATE agents SET {column} = {value}")).await.unwrap();
        agents.delete(id, &ann()).await.unwrap();
    }
}

async fn refused_by(client: &Client, set: &str) -> Option<String> {
    let error = client.batch_execute(&format!("UPDATE agents SET {set}")).await.unwrap_err();
    let error = error.as_db_error().unwrap();
    assert_eq!(*error.code(), SqlState::CHECK_VIOLATION, "{set}: {error:?}");
    error.constraint().map(str::to_owned)
}

#[tokio::test]
async fn what_could_not_be_read_back_at_all_is_refused_by_the_database() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let team = team(&tenant, "red").await;
    agent(&tenant, team, "ada").await;
    let client = world.superuser().await;
    for column in ["shared_skill_names", "custom_skill_names", "disabled_skill_names"] {
        let hole = format!("{column} = ARRAY['a', NULL]");
        assert_eq!(refused_by(&client, &hole).await.as_deref(), Some("agents_skill_names"));
    }
    for (set, expected) in [
        ("name = ''", "agents_name_length"),
        ("name = repeat('x', 256)", "agents_name_length"),
        ("slug = '-a'", "slug_format"),
        ("tagline = repeat('x', 256)", "agents_tagline_length"),
        ("avatar_emoji = repeat('x', 33)", "agents_avatar_emoji_length"),
        ("type = ''", "agents_type_length"),
        ("role = ''", "agents_role_length"),
        ("role = repeat('x', 101)", "agents_role_length"),
        ("personality = '[]'", "agents_objects"),
        ("model_config_json = 'null'", "agents_objects"),
        ("memory_config = '1'", "agents_objects"),
        ("boundaries = '[]'", "agents_objects"),
        ("config = '[]'", "agents_objects"),
        ("policies = 'true'", "agents_objects"),
    ] {
        assert_eq!(refused_by(&client, set).await.as_deref(), Some(expected), "{set}");
    }
    // A list of lists is no list of names.
    let nested = "UPDATE agents SET shared_skill_names = ARRAY[ARRAY['a'], ARRAY['b']]";
    client.batch_execute(nested).await.unwrap_err();
    let found = tenant.agents().find(team, "ada").await.unwrap().unwrap();
    assert!(found.spec.shared_skill_names.is_empty());
}
