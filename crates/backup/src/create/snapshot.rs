//! One state of the database, which everybody who takes part in a backup sees.

use std::{collections::HashSet, time::Duration};

use agentflow::Config;
use tokio_postgres::{Client, error::SqlState};

use super::OPERATION;
use crate::{
    Error, Programs, Result,
    sql::{self, Server, failed},
    state::{self, Table},
};

/// As often as the set of tables may change between two looks at it.
const ATTEMPTS: usize = 10;
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A transaction that sees the database as it was when it began, and lets others see the same.
pub(super) struct Snapshot {
    pub(super) client: Client,
    /// What others name it by, as long as this is there.
    pub(super) id: String,
    /// The process of the server that holds it.
    pub(super) pid: i32,
    pub(super) server: Server,
    /// All tables with rows, held: nobody drops or rewrites them until this ends.
    pub(super) tables: Vec<Table>,
}

impl Snapshot {
    pub(super) async fn take(
        config: &Config,
        programs: &Programs,
        lock_wait: Duration,
    ) -> Result<Self> {
        let client = sql::connect(config).await?;
        let server = Server::ask(OPERATION, &client).await?;
        server.require_programs(OPERATION, programs)?;
        if !server.sees_all_rows {
            let reason = format!(
                "row-level security hides rows from the role {role}, and a backup without them would be none; connect as a \
                 superuser, or let a superuser run: ALTER ROLE {role} BYPASSRLS",
                role = server.role
            );
            return Err(Error::Denied { operation: OPERATION, reason });
        }
        state::prepare_session(&client, lock_wait).await?;
        for _ in 0..ATTEMPTS {
            if let Some((id, pid, tables)) = attempt(&client).await? {
                return Ok(Self { client, id, pid, server, tables });
            }
            client.batch_execute("ROLLBACK").await.map_err(failed(OPERATION))?;
        }
        let reason =
            "tables are made and dropped all the time; try again when that is over".to_owned();
        Err(Error::Conflict { operation: OPERATION, reason })
    }
}

/// The locks are taken before the state: what rewrites a table or moves its rows to another one is then either done and seen, or has
/// to wait. A state from before a rewrite would show the table without any row.
async fn attempt(client: &Client) -> Result<Option<(String, i32, Vec<Table>)>> {
    let before = state::tables(client).await?;
    client.batch_execute(BEGIN).await.map_err(failed(OPERATION))?;
    let holds: Vec<&str> = before.iter().map(|table| table.hold.as_str()).collect();
    match client.batch_execute(&holds.join(";\n")).await {
        Ok(()) => {}
        Err(error) if is_gone(&error) => return Ok(None),
        Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
            let reason = "a table is locked by somebody else, a migration for example; try again when that is done";
            return Err(Error::Conflict { operation: OPERATION, reason: reason.to_owned() });
        }
        Err(error) => return Err(failed(OPERATION)(error)),
    }
    let row = client.query_one("SELECT pg_export_snapshot(), pg_backend_pid()", &[]).await;
    let row = row.map_err(failed(OPERATION))?;
    let (id, pid) = (row.get(0), row.get(1));
    let tables = state::tables(client).await?;
    let held: HashSet<u32> = before.iter().map(|table| table.oid).collect();
    let all_held = tables.iter().all(|table| held.contains(&table.oid));
    Ok(all_held.then_some((id, pid, tables)))
}

fn is_gone(error: &tokio_postgres::Error) -> bool {
    let gone =
        [SqlState::UNDEFINED_TABLE, SqlState::INVALID_SCHEMA_NAME, SqlState::WRONG_OBJECT_TYPE];
    error.code().is_some_and(|code| gone.contains(code))
}
