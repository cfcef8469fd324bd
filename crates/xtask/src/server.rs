use agentflow_migrate::{Migrator, Source, Target};
use agentflow_postgres::{Ephemeral, EphemeralOptions, Installation};
use tokio_postgres::{Client, NoTls};

use crate::{Error, root};

/// A throw-away server whose database `postgres` has the migrated schema.
pub(crate) struct Migrated {
    pub(crate) installation: Installation,
    pub(crate) server: Ephemeral,
    pub(crate) client: Client,
}

/// Starts it. The migrations are read from their folder, so a new one counts before it is embedded anywhere.
pub(crate) async fn migrated() -> Result<Migrated, Error> {
    let start = || -> Result<_, Error> {
        let installation = Installation::find_or_provision(&mut |line| eprintln!("{line}"))?;
        let server = Ephemeral::start(&installation, &EphemeralOptions::default())?;
        Ok((installation, server))
    };
    let (installation, server) = tokio::task::spawn_blocking(start).await??;
    let (mut client, connection) = tokio_postgres::connect(&server.url("postgres"), NoTls).await?;
    tokio::spawn(connection);
    let source = Source::dir(root().join("crates/agentflow/migrations"))?;
    Migrator::new(source).up(&mut client, Target::All).await?;
    Ok(Migrated { installation, server, client })
}
