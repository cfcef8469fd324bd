//! What must hold before anybody is served: the runtime role cannot get around row-level security, and two made-up
//! tenants do not see each other.

use agentflow_core::ids::TenantId;
use agentflow_sql::queries::{isolation, tenancy::name_tenant};
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use crate::{
    config::Statements,
    error::{Error, LOSES_STATEMENTS, Result},
    pool::{Connection, Pool},
    scope::StatementCache,
};

const OPERATION: &str = "check that tenants are isolated";

/// The made-up tenants that migration 000001 plants.
const CANARIES: [TenantId; 2] = [
    TenantId(Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_000a)),
    TenantId(Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_000b)),
];

/// Fails with [`Error::Unsafe`] and everything that was found.
pub(crate) async fn check(pool: &Pool, statements: &StatementCache) -> Result<()> {
    let connection = pool.get().await?;
    connection.take_off();
    if statements.mode() == Statements::Named && loses_statements(&connection, pool).await? {
        return Err(Error::Unsafe { faults: vec![LOSES_STATEMENTS.to_owned()] });
    }
    // What the owner of a schema put in front of PostgreSQL's own functions must not answer for them.
    let begin = format!(
        "BEGIN{}; SET LOCAL search_path = pg_catalog, public, pg_temp",
        statements.clear_names()
    );
    let faults = find_faults(&connection, &begin).await;
    connection
        .batch_execute("ROLLBACK")
        .await
        .map_err(|error| Error::from_postgres(OPERATION, error))?;
    connection.touch_down();
    let faults = faults?;
    if faults.is_empty() { Ok(()) } else { Err(Error::Unsafe { faults }) }
}

/// Runs everything with the text of the statements, for this happens once and must work behind any pooler.
async fn find_faults(connection: &Connection, begin: &str) -> Result<Vec<String>> {
    let fail = |error| Error::from_postgres(OPERATION, error);
    let client: &tokio_postgres::Client = connection;
    client.batch_execute(begin).await.map_err(fail)?;
    if let Err(error) = client.batch_execute("SET LOCAL ROLE af_app").await {
        if error.code() == Some(&SqlState::INVALID_PARAMETER_VALUE) {
            return Err(Error::SchemaMissing { operation: OPERATION, source: error.into() });
        }
        return Ok(vec![
            "the role of the connection string may not become af_app; grant it: GRANT af_app TO <role>".to_owned(),
        ]);
    }
    if isolation::session_is_above_policies().bind(client).one().await.map_err(fail)? {
        tracing::warn!(
            "the role of the connection string is not bound by row-level security; serve with one that is only a \
             member of af_app"
        );
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

/// Whether a pooler is in between that does not keep track of prepared statements: they fail later, now and then, when
/// it hands the connection that knows them to somebody else.
async fn loses_statements(first: &Connection, pool: &Pool) -> Result<bool> {
    const PROBE: &str = include_str!("../queries/_probe_statements.sql");
    let fail = |error| Error::from_postgres(OPERATION, error);
    let second = pool.connect().await?;
    // In a transaction, so that the statement is prepared by the connection that answers.
    first.batch_execute("BEGIN").await.map_err(fail)?;
    let statement = first.prepare(PROBE).await.map_err(fail)?;
    let row = first.query_one(&statement, &[]).await.map_err(fail)?;
    let (home, keeps_name): (i32, bool) = (row.get("pid"), row.get("keeps_name"));
    first.batch_execute("COMMIT").await.map_err(fail)?;
    // A pooler that tracks statements gives them names of its own.
    if !keeps_name {
        return Ok(false);
    }
    // Others use the pooler too, so one try may miss.
    for _ in 0..2 {
        second.batch_execute("BEGIN").await.map_err(fail)?;
        let row = second.query_typed_one(PROBE, &[]).await.map_err(fail)?;
        if home == row.get::<_, i32>("pid") {
            return Ok(true);
        }
        let answer = first.query_one(&statement, &[]).await;
        if answer.is_err_and(|error| error.code().is_some()) {
            return Ok(true);
        }
        second.batch_execute("ROLLBACK").await.map_err(fail)?;
    }
    Ok(false)
}
