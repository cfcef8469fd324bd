//! Reconstruction against a replay that keeps every state it saw.

use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, RngSeed, TestRunner},
};
use serde_json::{Map, Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use super::mind::{Mind, ann};

/// Histories of one transaction.
const AT_ONCE: u32 = 100;
/// The times at which something happens: few, so that there are ties.
const TIMES: u8 = 6;

/// What happens to a memory, and when.
#[derive(Debug, Clone)]
enum Step {
    Create(Vec<(usize, usize)>),
    Change(Vec<(usize, usize)>),
    Tag(&'static str),
    Untag(&'static str),
    Delete,
}

/// What columns may hold: every one that can be written, but the scope, which goes together.
fn columns(mind: &Mind, conversation: Uuid, anchor: Uuid) -> Vec<(&'static str, Vec<Value>)> {
    let some = |id: u128| Uuid::from_u128(id).to_string();
    vec![
        ("agent_id", vec![json!(mind.agent), Value::Null]),
        ("user_id", vec![json!(mind.user), Value::Null]),
        ("memory_type", vec![json!("semantic"), json!("identity"), json!("shared")]),
        ("entry_key", vec![Value::Null, json!("a key"), json!("another")]),
        ("content", vec![json!("one"), json!("it's \\ \"two\""), json!("drei\nü")]),
        ("subject", vec![Value::Null, json!("a.b"), json!("null")]),
        ("embedding", vec![Value::Null, json!("[1,0]"), json!("[0.5,-2]"), json!("[1,2,3]")]),
        ("importance", vec![json!(1), json!(5), json!(10)]),
        ("confidence", vec![json!(1), json!(0.25), json!(0)]),
        ("is_pinned", vec![json!(true), json!(false)]),
        ("source_type", vec![json!("explicit"), json!("consolidation"), json!("compaction")]),
        ("source_conversation_id", vec![Value::Null, json!(conversation)]),
        ("source_message_ids", vec![json!([]), json!([some(1)]), json!([some(1), some(2)])]),
        ("extraction_model", vec![Value::Null, json!("m")]),
        ("version", vec![json!(1), json!(2), json!(3)]),
        ("superseded_by", vec![Value::Null, json!(anchor)]),
        ("contradicts", vec![json!([]), json!([some(3)]), json!([some(4), some(3)])]),
        ("related_to", vec![json!([]), json!([some(5)])]),
        ("metadata", vec![json!({}), json!({"a": null}), json!({"a": {"b": [1, "x", null]}})]),
        ("tier", vec![json!("hot"), json!("warm"), json!("cold")]),
        (
            "status",
            vec![json!("active"), json!("superseded"), json!("archived"), json!("disputed")],
        ),
        ("created_at", vec![json!(time(0)), json!(time(7))]),
        ("expires_at", vec![Value::Null, json!(time(3)), json!(time(40))]),
    ]
}

fn time(second: i64) -> String {
    format!("2026-01-01T00:00:{second:02}+00:00")
}

fn step() -> impl Strategy<Value = Step> {
    let values = || vec((0..23_usize, 0..4_usize), 0..4);
    let tag = || select(vec!["x", "y", "z"]);
    prop_oneof![
        2 => vec((0..23_usize, 0..4_usize), 0..9).prop_map(Step::Create),
        6 => values().prop_map(Step::Change),
        2 => tag().prop_map(Step::Tag),
        1 => tag().prop_map(Step::Untag),
        1 => Just(Step::Delete),
    ]
}

type History = Vec<(u8, Step)>;

/// A memory as it was from a moment on.
#[derive(Debug, Clone)]
struct State {
    at: i64,
    row: Map<String, Value>,
    tags: Vec<&'static str>,
    is_deleted: bool,
}

/// Replays a history, and writes the statements that make it.
struct Replay<'a> {
    columns: &'a [(&'static str, Vec<Value>)],
    id: Uuid,
    now: Option<State>,
    states: Vec<State>,
    sql: String,
}

impl Replay<'_> {
    fn values(&self, chosen: &[(usize, usize)]) -> Map<String, Value> {
        let mut values = Map::new();
        for (column, choice) in chosen {
            let (name, choices) = &self.columns[*column];
            let mut value = choices[choice % choices.len()].clone();
            if *name == "content" {
                value = json!(format!("{} {}", value.as_str().unwrap(), self.id));
            }
            if *name == "entry_key" && !value.is_null() {
                value = json!(format!("{} {}", value.as_str().unwrap(), self.id));
            }
            if *name == "embedding" {
                let model = if value.is_null() { Value::Null } else { json!("m") };
                values.insert("embedding_model".to_owned(), model);
            }
            values.insert((*name).to_owned(), value);
        }
        values
    }

    /// Keeps what it is now, and at the time of the entry before at least.
    fn log(&mut self, at: u8, is_deleted: bool) {
        let last = self.states.last().map_or(0, |state| state.at);
        let state = State { at: last.max(at.into()), is_deleted, ..self.now.clone().unwrap() };
        self.states.push(state);
    }

    fn write(&mut self, at: u8, statement: &str) {
        let set = format!("SELECT set_config('app.now', '{}', true);\n", time(at.into()));
        self.sql.push_str(&set);
        self.sql.push_str(statement);
        self.sql.push_str(";\n");
    }

    fn step(&mut self, tenant: Uuid, team: Uuid, at: u8, step: &Step) {
        let id = self.id;
        match (step, &mut self.now) {
            (Step::Create(chosen), None) => {
                let all: Vec<_> = (0..self.columns.len()).map(|column| (column, 0)).collect();
                let mut row = self.values(&all);
                row.extend(self.values(chosen));
                let keys = [("tenant_id", tenant), ("id", id), ("team_id", team)];
                row.extend(keys.map(|(key, id)| (key.to_owned(), json!(id))));
                let names = row.keys().cloned().collect::<Vec<_>>().join(", ");
                let record = literal(&row);
                self.now = Some(State { at: 0, row, tags: Vec::new(), is_deleted: false });
                self.write(at, &format!(
                    "INSERT INTO memories ({names}) SELECT {names} FROM jsonb_populate_record(NULL::memories, {record})"
                ));
                self.log(at, false);
            }
            (Step::Change(chosen), Some(_)) => {
                let values = self.values(chosen);
                if values.is_empty() {
                    return;
                }
                let names = values.keys().cloned().collect::<Vec<_>>().join(", ");
                let record = literal(&values);
                self.write(at, &format!(
                    "UPDATE memories AS m SET ({names}) = (SELECT {names} FROM jsonb_populate_record(NULL::memories, {record}))
                     WHERE m.id = '{id}'"
                ));
                let row = &mut self.now.as_mut().unwrap().row;
                let before = row.clone();
                row.extend(values);
                if *row != before {
                    self.log(at, false);
                }
            }
            (Step::Tag(tag), Some(now)) if !now.tags.contains(tag) => {
                now.tags.push(tag);
                now.tags.sort_unstable();
                self.write(at, &format!(
                    "INSERT INTO memory_tags (tenant_id, memory_id, tag) VALUES ('{tenant}', '{id}', '{tag}')"
                ));
                self.log(at, false);
            }
            (Step::Untag(tag), Some(now)) if now.tags.contains(tag) => {
                now.tags.retain(|other| other != tag);
                self.write(
                    at,
                    &format!("DELETE FROM memory_tags WHERE memory_id = '{id}' AND tag = '{tag}'"),
                );
                self.log(at, false);
            }
            (Step::Delete, Some(_)) => {
                self.write(at, &format!("DELETE FROM memories WHERE id = '{id}'"));
                self.log(at, true);
                self.now = None;
            }
            _ => {}
        }
    }

    fn expected(&self, at: i64) -> Value {
        let seen = self.states.iter().filter(|state| state.at <= at).count();
        let Some(state) = seen.checked_sub(1).map(|last| &self.states[last]) else {
            return Value::Null;
        };
        let mut row = state.row.clone();
        let embedding = row["embedding"].as_str();
        let dimensions = embedding.map(|text| text.split(',').count());
        row.insert("embedding_dimensions".to_owned(), json!(dimensions));
        json!({
            "memory": row,
            "tags": state.tags,
            "seq": seen,
            "as_of": time(state.at),
            "deleted_at": state.is_deleted.then(|| time(state.at)),
        })
    }
}

fn literal(row: &Map<String, Value>) -> String {
    format!("'{}'", Value::Object(row.clone()).to_string().replace('\'', "''"))
}

/// What the database says of each, at each time, without what is made of other columns or by the clock.
const RECONSTRUCTED: &str = "
    SELECT coalesce(
        to_jsonb(r) || jsonb_build_object('memory', to_jsonb(r.memory) - '{fingerprint, words, updated_at}'::text[]), 'null'
    )
    FROM unnest($1::uuid[]) WITH ORDINALITY AS q (id, place)
    CROSS JOIN generate_series(-1, $2::integer) AS at
    LEFT JOIN LATERAL reconstruct_memory_at(q.id, timestamptz '2026-01-01T00:00:00Z' + at * interval '1 second') AS r ON true
    ORDER BY q.place, at";

/// What is there now, and what the history says is there now, differ in nothing.
const DIFFERENT: &str = "
    SELECT count(*)
    FROM memories AS m
    LEFT JOIN LATERAL reconstruct_memory_at(m.id, 'infinity') AS r ON true
    WHERE m.id = ANY ($1)
      AND to_jsonb(m) - 'updated_at' IS DISTINCT FROM to_jsonb(r.memory) - 'updated_at'";

async fn check(
    client: &Client,
    columns: &[(&'static str, Vec<Value>)],
    (tenant, team): (Uuid, Uuid),
    histories: &[History],
) -> Result<(), TestCaseError> {
    let mut replays = Vec::new();
    for (number, history) in histories.iter().enumerate() {
        let id = Uuid::from_u128(0xABC0_0000 + number as u128);
        let mut replay = Replay { columns, id, now: None, states: Vec::new(), sql: String::new() };
        for (at, step) in history {
            replay.step(tenant, team, *at, step);
        }
        replays.push(replay);
    }
    let sql: String = replays.iter().map(|replay| replay.sql.as_str()).collect();
    client.batch_execute("BEGIN; SET LOCAL synchronous_commit = off").await.unwrap();
    client
        .batch_execute(&format!(
            "SET LOCAL TimeZone = 'UTC'; SET LOCAL app.tenant_id = '{tenant}';\n{sql}"
        ))
        .await
        .unwrap();
    let ids: Vec<Uuid> = replays.iter().map(|replay| replay.id).collect();
    let rows = client.query(RECONSTRUCTED, &[&ids, &i32::from(TIMES)]).await.unwrap();
    let different: i64 = client.query_one(DIFFERENT, &[&ids]).await.unwrap().get(0);
    client.batch_execute("ROLLBACK").await.unwrap();
    let mut found = rows.iter().map(|row| row.get::<_, Value>(0));
    for replay in &replays {
        for at in -1..=i64::from(TIMES) {
            let found = found.next().unwrap();
            prop_assert_eq!(found, replay.expected(at), "at {} of\n{}", at, replay.sql);
        }
    }
    prop_assert_eq!(different, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_again_inherits_no_tags() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let (id, now) = (mind.add("tea").await.id, mind.now());
    let memories = mind.memories();
    memories.tag(id, &["x"], &ann()).await.unwrap();
    memories.delete(id, None, &ann()).await.unwrap();
    let (tenant, team) = (mind.tenant.id(), mind.team);
    let again = format!(
        "SET app.now = '{now}'; INSERT INTO memories (tenant_id, id, team_id, memory_type, content)
         VALUES ('{tenant}', '{id}', '{team}', 'semantic', 'coffee')"
    );
    mind.world.superuser().await.batch_execute(&again).await.unwrap();
    let then = memories.at(id, now).await.unwrap().unwrap();
    assert_eq!((then.memory.content.as_str(), then.seq), ("coffee", 4));
    assert_eq!(then.tags, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn random_histories_are_reconstructed_as_they_were() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let anchor = mind.add("anchor").await.id.0;
    let client = mind.world.superuser().await;
    let tenant = mind.tenant.id().0;
    let conversation = Uuid::from_u128(0xC0);
    client
        .execute(
            "INSERT INTO conversations (tenant_id, id, team_id, agent_id, user_id) VALUES ($1, $2, $3, $4, $5)",
            &[&tenant, &conversation, &mind.team.0, &mind.agent.0, &mind.user.0],
        )
        .await
        .unwrap();
    let columns = columns(&mind, conversation, anchor);
    let histories = vec(vec((0..TIMES, step()), 1..16), AT_ONCE as usize);
    let histories_wanted: u32 =
        std::env::var("AF_TEST_CASES").map_or(2_000, |text| text.parse().expect("AF_TEST_CASES"));
    let config = Config {
        cases: histories_wanted / AT_ONCE,
        rng_seed: RngSeed::Fixed(10),
        failure_persistence: None,
        max_shrink_iters: 40,
        ..Config::default()
    };
    let checked = tokio::task::block_in_place(|| {
        TestRunner::new(config).run(&histories, |histories| {
            let checking = check(&client, &columns, (tenant, mind.team.0), &histories);
            tokio::runtime::Handle::current().block_on(checking)
        })
    });
    if let Err(error) = checked {
        panic!("{error}");
    }
}
