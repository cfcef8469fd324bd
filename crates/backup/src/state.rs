//! What a database is: read when it is backed up, and again when it was restored.

use std::collections::HashMap;

use agentflow::core::{
    backup::{
        AuditState, ChainState, DatabaseGrant, DatabaseProperties, DatabaseSetting, TableRows,
        TenantLogState,
    },
    hash::Sha256,
    ids::TenantId,
};
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use crate::{Result, sql::failed};

const OPERATION: &str = "read what the database is";

/// A table with rows of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) oid: u32,
    pub(crate) name: String,
    /// The statement that keeps others from dropping it.
    pub(crate) hold: String,
    /// The statement that counts its rows.
    pub(crate) count: String,
}

pub(crate) async fn prepare_session(client: &Client, lock_wait: std::time::Duration) -> Result<()> {
    let lock_wait = format!("{}ms", lock_wait.as_millis());
    let set = client.query_one(include_str!("../queries/session.sql"), &[&lock_wait]).await;
    set.map(drop).map_err(failed(OPERATION))
}

/// In order of their names.
pub(crate) async fn tables(client: &Client) -> Result<Vec<Table>> {
    let rows = client.query(include_str!("../queries/tables.sql"), &[]).await;
    let table = |row: &Row| Table {
        oid: row.get("oid"),
        name: row.get("name"),
        hold: row.get("hold"),
        count: row.get("count"),
    };
    Ok(rows.map_err(failed(OPERATION))?.iter().map(table).collect())
}

/// The rows of each table, which takes as long as reading them.
pub(crate) async fn count_rows(
    client: &Client,
    tables: &[Table],
    counted: &(dyn Fn(usize) + Send + Sync),
) -> Result<Vec<TableRows>> {
    let mut rows = Vec::with_capacity(tables.len());
    for (index, table) in tables.iter().enumerate() {
        let row = client
            .query_one(&table.count, &[])
            .await
            .map_err(failed("count the rows of a table"))?;
        rows.push(TableRows { name: table.name.clone(), rows: unsigned(row.get(0)) });
        counted(index + 1);
    }
    Ok(rows)
}

/// What every row of a query without parameters has in its first column.
pub(crate) async fn names(client: &Client, query: &str) -> Result<Vec<String>> {
    let rows = client.query(query, &[]).await.map_err(failed(OPERATION))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

pub(crate) async fn roles(client: &Client) -> Result<Vec<String>> {
    names(client, include_str!("../queries/roles.sql")).await
}

pub(crate) async fn extensions(client: &Client) -> Result<Vec<String>> {
    names(client, include_str!("../queries/extensions.sql")).await
}

pub(crate) async fn unvalidated(client: &Client) -> Result<Vec<String>> {
    names(client, include_str!("../queries/unvalidated.sql")).await
}

pub(crate) async fn invalid_indexes(client: &Client) -> Result<Vec<String>> {
    names(client, include_str!("../queries/invalid_indexes.sql")).await
}

/// The tablespaces that are used besides the one of the database.
pub(crate) async fn tablespaces(client: &Client) -> Result<Vec<String>> {
    names(client, include_str!("../queries/tablespaces.sql")).await
}

/// The name of the database, and what it is besides what is in it.
pub(crate) async fn properties(client: &Client) -> Result<(String, DatabaseProperties)> {
    let fail = || failed(OPERATION);
    let row =
        client.query_one(include_str!("../queries/properties.sql"), &[]).await.map_err(fail())?;
    let settings =
        client.query(include_str!("../queries/settings.sql"), &[]).await.map_err(fail())?;
    let grants = client.query(include_str!("../queries/grants.sql"), &[]).await.map_err(fail())?;
    let grant = |row: &Row| DatabaseGrant {
        role: row.get("role"),
        privilege: row.get("privilege"),
        grantable: row.get("grantable"),
    };
    let properties = DatabaseProperties {
        owner: row.get("owner"),
        encoding: row.get("encoding"),
        locale_provider: row.get("locale_provider"),
        collate: row.get("collate"),
        ctype: row.get("ctype"),
        locale: row.get("locale"),
        icu_rules: row.get("icu_rules"),
        connection_limit: row.get("connection_limit"),
        comment: row.get("comment"),
        settings: settings.iter().filter_map(setting).collect(),
        grants: row.get::<_, bool>("has_grants").then(|| grants.iter().map(grant).collect()),
    };
    Ok((row.get("database"), properties))
}

fn setting(row: &Row) -> Option<DatabaseSetting> {
    let (name, value) = row.get::<_, &str>("text").split_once('=')?;
    Some(DatabaseSetting { role: row.get("role"), name: name.to_owned(), value: value.to_owned() })
}

/// Which of AgentFlow's tables there are: a database may be older, or of something else.
async fn present(client: &Client) -> Result<Row> {
    client.query_one(include_str!("../queries/present.sql"), &[]).await.map_err(failed(OPERATION))
}

/// The newest migration; 0 for none.
pub(crate) async fn migration_version(client: &Client) -> Result<u64> {
    if !present(client).await?.get::<_, bool>("migrations") {
        return Ok(0);
    }
    let row = client.query_one(include_str!("../queries/migration.sql"), &[]).await;
    Ok(unsigned(row.map_err(failed(OPERATION))?.get("version")))
}

/// Where the chains end; none where there are none.
pub(crate) async fn audit(client: &Client) -> Result<Option<AuditState>> {
    let present = present(client).await?;
    if !present.get::<_, bool>("heads") {
        return Ok(None);
    }
    let mut notes = HashMap::new();
    if present.get("checkpoints") {
        let rows = client.query(include_str!("../queries/checkpoints.sql"), &[]).await;
        let rows = rows.map_err(failed(OPERATION))?;
        notes.extend(
            rows.iter().map(|row| (row.get::<_, Uuid>("tenant_id"), row.get::<_, String>("note"))),
        );
    }
    let heads = client.query(include_str!("../queries/heads.sql"), &[]).await;
    let head = |row: &Row| {
        let tenant: Uuid = row.get("tenant_id");
        ChainState {
            tenant_id: TenantId(tenant),
            seq: unsigned(row.get("seq")),
            hash: hash(row.get("hash")),
            pruned_seq: unsigned(row.get("pruned_seq")),
            checkpoint: notes.remove(&tenant),
        }
    };
    let tenants = heads.map_err(failed(OPERATION))?.iter().map(head).collect();
    let mut tenant_log = None;
    if present.get("tenant_log") {
        let row = client.query_one(include_str!("../queries/tenant_log.sql"), &[]).await;
        let row = row.map_err(failed(OPERATION))?;
        let (size, checkpoint) = (unsigned(row.get("size")), row.get::<_, Option<String>>("note"));
        tenant_log =
            (size > 0 || checkpoint.is_some()).then_some(TenantLogState { size, checkpoint });
    }
    Ok(Some(AuditState { tenants, tenant_log }))
}

/// A count of the server's, which is never negative.
fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

/// A hash of a column that holds nothing else.
fn hash(bytes: &[u8]) -> Sha256 {
    let mut hash = [0; 32];
    let length = bytes.len().min(hash.len());
    hash[..length].copy_from_slice(&bytes[..length]);
    Sha256(hash)
}
