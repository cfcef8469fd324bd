//! Plans, as PostgreSQL makes them for a statement.

use std::collections::BTreeSet;

use tokio_postgres::{Client, SimpleQueryMessage, error::SqlState};

use super::{
    reading::{self, Keys, Reading},
    statements::Statement,
    values,
};
use crate::filler;

/// Names statements whose plans are printed, by parts of their names with commas between.
const SHOWN: &str = "AF_SHOW_PLANS";
/// The tenant that has half of all rows, and one of the others.
const LARGE: u32 = 1;
const SMALL: u32 = 2;

/// What the plans of a statement read.
pub async fn plans(
    client: &Client,
    statement: &Statement,
    keys: &Keys,
) -> Vec<(&'static str, BTreeSet<Reading>)> {
    let plans = texts(client, statement).await.into_iter();
    plans.map(|(name, plan)| (name, reading::of(&plan, keys))).collect()
}

/// The plans of a statement: those that are made for what it is called with, without and with what is optional; and the one that is
/// used once it was called five times on a connection, when PostgreSQL may keep one for whatever comes.
pub async fn texts(client: &Client, statement: &Statement) -> Vec<(&'static str, String)> {
    client.batch_execute("BEGIN").await.unwrap();
    let role = enter(client, statement).await;
    let types =
        "SELECT parameter_types::regtype[]::text[] FROM pg_prepared_statements WHERE name = 'it'";
    let types: Vec<String> = client.query_one(types, &[]).await.unwrap().get(0);
    let call = |tenant, all| {
        let parameters = statement.parameters.iter().zip(&types);
        let values =
            parameters.map(|(it, data_type)| values::of(statement, it, data_type, tenant, all));
        execute(&values.collect::<Vec<_>>())
    };
    let mut plans = Vec::new();
    client.batch_execute("SET LOCAL plan_cache_mode = force_custom_plan").await.unwrap();
    for (name, all) in [("with as little as can be", false), ("with everything", true)] {
        plans.push((name, explain(client, statement, &call(LARGE, all)).await));
    }
    client.batch_execute("SET LOCAL plan_cache_mode = auto").await.unwrap();
    for _ in 0..5 {
        explain(client, statement, &call(SMALL, true)).await;
    }
    plans.push(("for the sixth call", explain(client, statement, &call(LARGE, false)).await));
    client.batch_execute("ROLLBACK; DEALLOCATE it").await.unwrap();

    if std::env::var(SHOWN)
        .is_ok_and(|names| names.split(',').any(|part| statement.name.contains(part)))
    {
        println!("{} as {role}", statement.name);
        for (name, plan) in &plans {
            println!("{name}: {plan}");
        }
    }
    plans
}

/// Prepares the statement in the scope of the large tenant, as the runtime role if it may do this, else as the owner.
async fn enter(client: &Client, statement: &Statement) -> &'static str {
    let scope =
        format!("SELECT set_config('app.tenant_id', {}::text, true)", filler::tenant_id(LARGE));
    client.batch_execute(&scope).await.unwrap();
    let prepare = format!("PREPARE it AS {}", statement.sql);
    let prepared = client.batch_execute(&prepare).await;
    prepared.unwrap_or_else(|error| panic!("{} cannot be prepared: {error:?}", statement.name));
    client.batch_execute("SAVEPOINT before; SET LOCAL ROLE af_app").await.unwrap();
    // A plan for whatever comes takes NULL for everything.
    client.batch_execute("SET LOCAL plan_cache_mode = force_generic_plan").await.unwrap();
    let nothing = vec!["NULL".to_owned(); statement.parameters.len()];
    let Err(error) = client.batch_execute(&execute(&nothing)).await else { return "af_app" };
    assert_eq!(
        error.code(),
        Some(&SqlState::INSUFFICIENT_PRIVILEGE),
        "{}: {error:?}",
        statement.name
    );
    client.batch_execute("ROLLBACK TO SAVEPOINT before").await.unwrap();
    "the owner"
}

fn execute(values: &[String]) -> String {
    let values = if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
    format!("EXPLAIN (FORMAT JSON) EXECUTE it{values}")
}

async fn explain(client: &Client, statement: &Statement, sql: &str) -> String {
    let messages = client.simple_query(sql).await;
    let messages = messages.unwrap_or_else(|error| {
        panic!(
            "{} cannot be planned; a parameter may need a line of NAMED in values.rs: {error:?}",
            statement.name
        )
    });
    let lines = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}
