use std::path::PathBuf;

use agentflow::{Admin, Store, audit::AuditLag, migrate::Options};
use agentflow_postgres::{Local, Running};
use serde::Serialize;
use tokio_postgres::error::SqlState;

use crate::{
    context::{Context, blocking},
    error::Result,
    exit::Exit,
    output::{counted, facts},
};

/// Show the local PostgreSQL
///
/// Says whether the server of `af up` runs, and where. Starts and changes nothing.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af status
  af status --output json | jq -r .url")]
pub(crate) struct Args {}

/// The local server, as `af up` and `af status` show it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct LocalStatus {
    pub(crate) running: bool,
    pub(crate) url: Option<String>,
    pub(crate) data_dir: PathBuf,
    pub(crate) port: Option<u16>,
    pub(crate) postgres_version: Option<String>,
    pub(crate) pgvector_version: Option<String>,
    pub(crate) migration_version: Option<i64>,
    /// What of the audit could still be rewritten unseen. Absent where that cannot be told.
    pub(crate) audit_lag: Option<AuditLag>,
}

pub(crate) async fn run(_: &Args, context: &Context) -> Result<Exit> {
    let dir = Local::default_dir()?;
    let data_dir = dir.join("data");
    let running = blocking(move || Ok(Local::at(dir).status()?)).await?;
    let status = match running {
        Some(running) => LocalStatus::of(running, context).await?,
        None => LocalStatus { data_dir, ..LocalStatus::default() },
    };
    context.output.show(&status, LocalStatus::text)?;
    Ok(Exit::Done)
}

fn lacks_database(error: &agentflow::Error) -> bool {
    let agentflow::Error::Unavailable { source: Some(source), .. } = error else { return false };
    let source = source.downcast_ref::<tokio_postgres::Error>();
    source.is_some_and(|it| it.code() == Some(&SqlState::INVALID_CATALOG_NAME))
}

/// The schema may be older than this program, or belong to somebody else.
async fn lag(store: &Store) -> Option<AuditLag> {
    let lag = store.admin().audit_lag().await;
    lag.inspect_err(|error| tracing::debug!(%error, "the lag of the audit is not known")).ok()
}

fn shown_lag(lag: AuditLag) -> String {
    match lag.since {
        Some(since) => format!(
            "{} of {} not in a checkpoint that all sinks have, since {since:.0} at most",
            counted(lag.entries, "entry", "entries"),
            counted(lag.tenants, "tenant", "tenants"),
        ),
        None => "all entries are in checkpoints that all sinks have".to_owned(),
    }
}

impl LocalStatus {
    pub(crate) async fn of(running: Running, context: &Context) -> Result<Self> {
        let store = context.store_at(&running.url)?;
        let current = match store.admin().connect().await {
            Ok(client) => Admin::migrator(Options::default())?.version(&client).await?,
            // The server runs all the same.
            Err(error) if lacks_database(&error) => {
                context.output.note("The server runs without its database; `af up` makes it.");
                None
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            running: true,
            url: Some(running.url),
            data_dir: running.data_dir,
            port: Some(running.port),
            postgres_version: Some(running.version),
            pgvector_version: running.pgvector,
            audit_lag: if current.is_some() { lag(&store).await } else { None },
            migration_version: current.map(|current| current.version),
        })
    }

    pub(crate) fn text(&self) -> String {
        let shown = |value: &Option<String>| value.clone().unwrap_or_default();
        if !self.running {
            return format!(
                "The local PostgreSQL is not running; `af up` starts it.\n{}",
                facts(&[("Data", self.data_dir.display().to_string())])
            );
        }
        let version = self.migration_version.map_or("none".to_owned(), |it| it.to_string());
        facts(&[
            ("URL", shown(&self.url)),
            ("Data", self.data_dir.display().to_string()),
            ("PostgreSQL", shown(&self.postgres_version)),
            ("pgvector", shown(&self.pgvector_version)),
            ("Migration", version),
            ("Audit", self.audit_lag.map(shown_lag).unwrap_or_default()),
        ])
    }
}
