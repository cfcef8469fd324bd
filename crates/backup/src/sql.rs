//! Talking to the server that is backed up, or restored to.

use std::{sync::Arc, time::Duration};

use agentflow::{Config, Store};
use tokio_postgres::{Client, error::SqlState};

use crate::{Error, Result, state};

/// Databases that every server has, in the order in which they are asked.
const MAINTENANCE: [&str; 2] = ["postgres", "template1"];

/// How long a lock is waited for.
const LOCK_WAIT: Duration = Duration::from_secs(60);

/// The server, and what the role of the connection may do.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a right that the role has or has not")]
pub(crate) struct Server {
    pub(crate) major: u16,
    pub(crate) version: String,
    pub(crate) role: String,
    pub(crate) is_superuser: bool,
    pub(crate) sees_all_rows: bool,
    pub(crate) creates_databases: bool,
    pub(crate) creates_roles: bool,
}

impl Server {
    pub(crate) async fn ask(operation: &'static str, client: &Client) -> Result<Self> {
        let row = client.query_one(include_str!("../queries/server.sql"), &[]).await;
        let row = row.map_err(failed(operation))?;
        Ok(Self {
            major: u16::try_from(row.get::<_, i32>("major")).unwrap_or_default(),
            version: row.get("version"),
            role: row.get("role"),
            is_superuser: row.get("is_superuser"),
            sees_all_rows: row.get("sees_all_rows"),
            creates_databases: row.get("creates_databases"),
            creates_roles: row.get("creates_roles"),
        })
    }

    /// The programs must be of the server's own version: a newer `pg_dump` writes what the server's `pg_restore` cannot read.
    pub(crate) fn require_programs(
        &self,
        operation: &'static str,
        programs: &crate::Programs,
    ) -> Result<()> {
        if programs.major() == self.major {
            return Ok(());
        }
        let reason = format!(
            "the server is PostgreSQL {}, and the programs in {} are of version {}; they must be of the server's own major version",
            self.version,
            programs.bin_dir().display(),
            programs.version()
        );
        Err(Error::Conflict { operation, reason })
    }
}

/// The major version of the server, by whichever database of it can be reached: the configured one may be lost.
pub async fn server_major(config: &Config) -> Result<u16> {
    const OPERATION: &str = "ask the server for its version";
    let client = match connect(config).await {
        Ok(client) => client,
        Err(_) => maintenance(config, None).await?.0,
    };
    Ok(Server::ask(OPERATION, &client).await?.major)
}

/// Opens a connection, with nothing between it and the server if the URL leads there. No limit of time that the role has ends it.
pub(crate) async fn connect(config: &Config) -> Result<Client> {
    let client = Store::connect(config.with_keepalives())?.admin().connect().await?;
    state::prepare_session(&client, LOCK_WAIT).await?;
    Ok(client)
}

/// Opens a connection to a database that is not the one to be replaced, and says to which.
pub(crate) async fn maintenance(config: &Config, target: Option<&str>) -> Result<(Client, Config)> {
    let mut last = None;
    for name in MAINTENANCE.into_iter().filter(|name| Some(*name) != target) {
        let config = config.with_database(name);
        match connect(&config).await {
            Ok(client) => return Ok((client, config)),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or(Error::Database(agentflow::Error::NotConfigured)))
}

/// What the server refused, without its DETAIL line.
pub(crate) fn failed(operation: &'static str) -> impl FnOnce(tokio_postgres::Error) -> Error {
    move |error| match error.as_db_error() {
        Some(db) if *db.code() == SqlState::INSUFFICIENT_PRIVILEGE => {
            Error::Denied { operation, reason: db.message().to_owned() }
        }
        Some(_) => {
            Error::Database(agentflow::Error::Database { operation, source: Arc::new(error) })
        }
        None if error.is_closed() => {
            let reason = "the connection to PostgreSQL was lost".to_owned();
            let source: Option<Arc<dyn std::error::Error + Send + Sync>> = Some(Arc::new(error));
            Error::Database(agentflow::Error::Unavailable { operation, reason, source })
        }
        None => Error::Database(agentflow::Error::Database { operation, source: Arc::new(error) }),
    }
}

/// Runs a statement that a query makes of names, as PostgreSQL quotes them.
pub(crate) async fn run_made(
    operation: &'static str,
    client: &Client,
    query: &str,
    values: &[&(dyn tokio_postgres::types::ToSql + Sync)],
) -> Result<()> {
    let statement = made(operation, client, query, values).await?;
    client.batch_execute(&statement).await.map_err(failed(operation))
}

/// The statement that a query makes of names, in its first column.
pub(crate) async fn made(
    operation: &'static str,
    client: &Client,
    query: &str,
    values: &[&(dyn tokio_postgres::types::ToSql + Sync)],
) -> Result<String> {
    let row = client.query_one(query, values).await.map_err(failed(operation))?;
    row.try_get(0).map_err(failed(operation))
}
