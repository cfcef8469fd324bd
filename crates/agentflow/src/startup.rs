//! What must hold before anybody is served: the runtime role cannot get around row-level security, and two made-up
//! tenants do not see each other.

use std::time::Duration;

use agentflow_core::ids::TenantId;
use agentflow_sql::queries::{isolation, tenancy::name_tenant};
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use crate::{
    config::Statements,
    error::{Error, Result},
    pool::{Connection, Pool},
};

const OPERATION: &str = "check that tenants are isolated";

/// The made-up tenants that migration 000001 plants.
const CANARIES: [TenantId; 2] = [
    TenantId(Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_000a)),
    TenantId(Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_000b)),
];

/// Fails with [`Error::Unsafe`] and everything that was found.
pub(crate) async fn check(pool: &Pool, statements: Statements) -> Result<()> {
    let connection = pool.get().await?;
    if statements == Statements::Named && pool.limit() > 1 {
        refuse_untracked_statements(&connection, pool).await?;
    }
    connection.take_off();
    let faults = find_faults(&connection).await;
    connection
        .batch_execute("ROLLBACK")
        .await
        .map_err(|error| Error::from_postgres(OPERATION, error))?;
    connection.touch_down();
    let faults = faults?;
    if faults.is_empty() { Ok(()) } else { Err(Error::Unsafe { faults }) }
}

/// Runs everything with the text of the statements, for this happens once and must work behind any pooler.
async fn find_faults(connection: &Connection) -> Result<Vec<String>> {
    let fail = |error| Error::from_postgres(OPERATION, error);
    let client: &tokio_postgres::Client = connection;
    client.batch_execute("BEGIN").await.map_err(fail)?;
    if let Err(error) = client.batch_execute("SET LOCAL ROLE af_app").await {
        if error.code() == Some(&SqlState::INVALID_PARAMETER_VALUE) {
            return Err(Error::SchemaMissing { operation: OPERATION, source: error.into() });
        }
        return Ok(vec![
            "the role of the connection string may not become af_app; grant it: GRANT af_app TO <role>".to_owned(),
        ]);
    }
    let mut faults = isolation::list_role_faults().bind(client).all().await.map_err(fail)?;
    let seen = isolation::list_canaries().bind(client).all().await.map_err(fail)?;
    if !seen.is_empty() {
        faults.push("without a tenant, rows of tenants can be read".to_owned());
    }
    for (own, other) in [(CANARIES[0], CANARIES[1]), (CANARIES[1], CANARIES[0])] {
        name_tenant().bind(client, own.as_uuid()).one().await.map_err(fail)?;
        let seen = isolation::list_canaries().bind(client).all().await.map_err(fail)?;
        if seen != [own.0] {
            faults.push(format!(
                "in the scope of made-up tenant {own}, other rows than its own can be read"
            ));
        }
        if plant(client, other).await.map_err(fail)? {
            faults.push(format!(
                "in the scope of made-up tenant {own}, a row for another tenant can be written"
            ));
        }
    }
    Ok(faults)
}

/// Tries to write a row for `tenant`; whether it worked. The row does not stay.
async fn plant(
    client: &tokio_postgres::Client,
    tenant: TenantId,
) -> Result<bool, tokio_postgres::Error> {
    client.batch_execute("SAVEPOINT canary").await?;
    let planted = isolation::plant_canary().bind(client, tenant.as_uuid()).await;
    client.batch_execute("ROLLBACK TO SAVEPOINT canary").await?;
    match planted {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A transaction-mode pooler hands the same server connection to whoever asks next. One that does not keep track of
/// prepared statements lets them fail later, now and then; so that is found out here.
async fn refuse_untracked_statements(first: &Connection, pool: &Pool) -> Result<()> {
    const PID: &str = include_str!("../queries/_backend_pid.sql");
    let fail = |error| Error::from_postgres(OPERATION, error);
    let pid_of = |rows: &[tokio_postgres::SimpleQueryMessage]| {
        rows.iter().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
    };
    let second = pool.get().await?;
    let statement = first.prepare(PID).await.map_err(fail)?;
    let first_pid = pid_of(&first.simple_query(PID).await.map_err(fail)?);
    second.take_off();
    second.batch_execute("BEGIN").await.map_err(fail)?;
    let second_pid = pid_of(&second.simple_query(PID).await.map_err(fail)?);
    let shared = first_pid == second_pid;
    // The second client holds the server connection that knows the statement, so a pooler must go to another one.
    let tracked = if shared {
        let answer =
            tokio::time::timeout(Duration::from_secs(2), first.query_one(&statement, &[])).await;
        matches!(answer, Ok(Ok(_)))
    } else {
        true
    };
    second.batch_execute("ROLLBACK").await.map_err(fail)?;
    second.touch_down();
    if tracked {
        return Ok(());
    }
    // Its prepared statement is not where it thinks.
    first.take_off();
    Err(Error::Unsafe {
        faults: vec![
            "a pooler is in between that does not keep track of prepared statements; set AF_STATEMENTS=typed, or use \
             PgBouncer 1.21 or later with max_prepared_statements"
                .to_owned(),
        ],
    })
}
