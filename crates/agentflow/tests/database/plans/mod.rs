//! How every statement of `queries/` is planned when there are many rows of many tenants, of whom one has half: what is asked for
//! is found by an index, and neither a table nor what a tenant has in it is read whole without a reason.

mod data;
mod planned;
mod reading;
mod reasons;
mod statements;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::Client;

use crate::support;
use data::Data;
use reading::Reading;
use reasons::REASONS;
use statements::Statement;

/// Tables that have few rows of a tenant whatever is done.
const SMALL: [&str; 0] = [];

/// Statement and reading, and the plans in which it is.
type Faults = BTreeMap<(String, Reading), Vec<&'static str>>;

/// What these statements read without need, in each of their plans.
async fn faults(client: &Client, data: &Data, statements: &[Statement]) -> Faults {
    let mut faults = Faults::new();
    for statement in statements.iter().filter(|it| it.is_planned()) {
        for (plan, readings) in planned::plans(client, statement, &data.keys).await {
            for reading in readings.into_iter().filter(|it| data.matters(it)) {
                faults.entry((statement.name.clone(), reading)).or_default().push(plan);
            }
        }
    }
    faults
}

#[tokio::test]
async fn no_statement_reads_a_table_or_a_tenant_whole_without_a_reason() {
    agentflow_postgres::needs_pgvector!();
    let database = data::filled().await;
    let client = support::connect(database.url()).await;
    let data = Data::of(&client).await;
    let statements = statements::all();
    assert!(statements.len() > 400, "only {} statements were found", statements.len());
    assert_eq!(data::small(&client, &data).await, SMALL, "what is read of these is not looked at");

    let faults = faults(&client, &data, &statements).await;
    let reasons: BTreeSet<_> =
        REASONS.iter().map(|(statement, table, _)| (*statement, *table)).collect();
    let without: Vec<_> = faults
        .iter()
        .filter(|((statement, reading), _)| {
            !reasons.contains(&(statement.as_str(), reading.table()))
        })
        .map(|((statement, reading), plans)| {
            format!("{statement} reads {reading}, planned {}", plans.join(" and "))
        })
        .collect();
    assert!(
        without.is_empty(),
        "AF_SHOW_PLANS=file/statement prints the plans. Give it an index, or a reason in reasons.rs:\n{}",
        without.join("\n")
    );
    let met: BTreeSet<_> =
        faults.keys().map(|(statement, reading)| (statement.as_str(), reading.table())).collect();
    let stale: Vec<_> = reasons.difference(&met).collect();
    assert!(stale.is_empty(), "reasons for what is not so: {stale:?}");
}

/// Statements that look things up for each row of a bulk load, the table they look into, and the column that leads there.
const LOOKED_UP: [(&str, &str, &str); 1] =
    [("memories/find_same_memories", "memories", "fingerprint")];

#[tokio::test]
async fn what_is_loaded_is_looked_up_by_its_key_before_anything_is_known_of_the_rows() {
    agentflow_postgres::needs_pgvector!();
    let database = data::filled().await;
    let client = support::connect(database.url()).await;
    // As before the first ANALYZE.
    let forget = "DELETE FROM pg_statistic; UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relkind IN ('r', 'p')";
    client.batch_execute(forget).await.unwrap();
    for (name, table, column) in LOOKED_UP {
        let statement = statements::all().into_iter().find(|it| it.name == name);
        let statement = statement.unwrap_or_else(|| panic!("there is no {name}"));
        for (called, plan) in planned::texts(&client, &statement).await {
            let key = format!("({column} = ");
            let is_key = |line: &str| line.contains("\"Index Cond\"") && line.contains(&key);
            assert!(plan.contains(&format!("\"{table}")), "{name} does not read {table}");
            assert!(plan.lines().any(is_key), "{name}, planned {called}: {plan}");
        }
    }
}

/// What breaks a plan, and the statement and table that this is seen at.
const SABOTAGE: &[(&str, &str, &str)] = &[
    ("DROP INDEX users_email_key", "users/get_login_by_email", "users"),
    ("DROP INDEX runs_created_at_idx", "runs/list_runs", "runs"),
    (
        "ALTER TABLE sessions DROP CONSTRAINT sessions_token_hash_key",
        "sessions/get_session_login_by_token",
        "sessions",
    ),
    ("DROP INDEX messages_trace_idx", "messages/list_messages_of_trace", "messages"),
    ("ALTER TABLE audits DROP CONSTRAINT audits_seq_key", "audit/read_audit_links", "audits"),
];

#[tokio::test]
async fn a_statement_that_loses_its_index_is_noticed() {
    agentflow_postgres::needs_pgvector!();
    let database = data::filled().await;
    let client = support::connect(database.url()).await;
    let data = Data::of(&client).await;
    for (sabotage, name, table) in SABOTAGE {
        let statement: Vec<_> =
            statements::all().into_iter().filter(|it| it.name == *name).collect();
        assert_eq!(statement.len(), 1, "{name}");
        let has = |faults: &Faults| faults.keys().any(|(_, reading)| reading.table() == *table);
        assert!(!has(&faults(&client, &data, &statement).await), "{name} before");
        client.batch_execute(sabotage).await.unwrap();
        let after = faults(&client, &data, &statement).await;
        println!("{sabotage}: {after:?}");
        assert!(has(&after), "{sabotage} was not noticed at {name}: {after:?}");
    }
}

#[tokio::test]
async fn conditions_that_row_level_security_keeps_from_indexes_are_noticed() {
    agentflow_postgres::needs_pgvector!();
    let database = data::filled().await;
    let client = support::connect(database.url()).await;
    client
        .batch_execute(
            "CREATE INDEX users_lower_idx ON users (tenant_id, lower(email)); ANALYZE users",
        )
        .await
        .unwrap();
    let data = Data::of(&client).await;
    // An index that fits, and a function that PostgreSQL does not trust with rows that nobody looked at yet.
    let sql = "--! find\nSELECT id FROM public.users WHERE tenant_id = :tenant_id AND lower(email) = lower(:email);\n";
    let faults = faults(&client, &data, &statements::of_file("users", sql)).await;
    assert!(faults.keys().any(|(_, reading)| reading.table() == "users"), "{faults:?}");
}
