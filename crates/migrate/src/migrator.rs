//! The operations on a database.

use crate::error::Error;
use crate::history::{History, Record, TableName};
use crate::options::Options;
use crate::plan::{Planned, Step, Target, known, known_or_zero, plan_down, plan_redo, plan_up};
use crate::retry::Polling;
use crate::run::Report;
use crate::session::Session;
use crate::source::{Migration, Source, Version};
use crate::status::{Current, Status, current, reached, status, unknown};
use crate::verify::{Finding, verify};
use serde::Serialize;
use std::time::{Duration, Instant};
use tokio_postgres::Client;

/// Brings databases to a version of their migrations.
///
/// What changes a database waits for a lock, so any number of runners may start at once. What only
/// reads takes no lock and creates nothing.
///
/// # Cancellation
///
/// When the future of `up`, `down` or `redo` is dropped, a transaction and the lock may stay open
/// on the connection: close it. The server then rolls the transaction back and frees the lock. The
/// connection must reach the server directly or through a pool in session mode, and must not be
/// inside a transaction.
#[derive(Debug, Clone)]
pub struct Migrator {
    source: Source,
    options: Options,
}

/// What `force` or `baseline` did to the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Recorded {
    /// The versions that count as applied now.
    pub versions: Vec<Version>,
    /// The versions that were recorded before and are forgotten.
    pub removed: Vec<Version>,
}

impl Migrator {
    /// A migrator with the default options.
    pub fn new(source: Source) -> Migrator {
        Migrator { source, options: Options::default() }
    }

    /// Sets the options.
    #[must_use]
    pub fn with_options(mut self, options: Options) -> Migrator {
        self.options = options;
        self
    }

    /// The known migrations.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Applies pending migrations, oldest first, and finishes a dirty one by running it from its
    /// first statement.
    ///
    /// Refuses before anything runs if an applied file changed or is missing, or if a pending one
    /// is out of order.
    pub async fn up(&self, client: &mut Client, target: Target) -> Result<Report, Error> {
        let out_of_order = self.options.allow_out_of_order;
        self.run(client, |records| plan_up(&self.source, records, target, out_of_order)).await
    }

    /// Takes applied migrations back, newest first. Refuses before anything runs if a down script
    /// is missing.
    pub async fn down(&self, client: &mut Client, target: Target) -> Result<Report, Error> {
        self.run(client, |records| plan_down(&self.source, records, target)).await
    }

    /// Takes the newest applied migration back and applies it again, even if its file changed.
    pub async fn redo(&self, client: &mut Client) -> Result<Report, Error> {
        self.run(client, |records| plan_redo(&self.source, records)).await
    }

    /// What [`up`](Migrator::up) would do now.
    pub async fn plan_up(&self, client: &Client, target: Target) -> Result<Vec<Step>, Error> {
        let records = self.records(client).await?;
        let plan = plan_up(&self.source, &records, target, self.options.allow_out_of_order)?;
        Ok(plan.iter().map(Planned::step).collect())
    }

    /// What [`down`](Migrator::down) would do now.
    pub async fn plan_down(&self, client: &Client, target: Target) -> Result<Vec<Step>, Error> {
        let records = self.records(client).await?;
        let plan = plan_down(&self.source, &records, target)?;
        Ok(plan.iter().map(Planned::step).collect())
    }

    /// What [`redo`](Migrator::redo) would do now.
    pub async fn plan_redo(&self, client: &Client) -> Result<Vec<Step>, Error> {
        let records = self.records(client).await?;
        Ok(plan_redo(&self.source, &records)?.iter().map(Planned::step).collect())
    }

    /// Makes the history exactly the known versions up to `version`, all clean, without running
    /// anything; 0 empties it. This repairs a history after the database was repaired by hand.
    pub async fn force(&self, client: &mut Client, version: Version) -> Result<Recorded, Error> {
        let migrations = self.up_to(known_or_zero(&self.source, version)?);
        let mut session = Session::open(client, &self.options).await?;
        let result = replace(&mut session, migrations).await;
        session.close(result).await
    }

    /// Records the known versions up to `version` as applied without running anything, for a
    /// database that already has what they make. Only for an empty history.
    pub async fn baseline(&self, client: &mut Client, version: Version) -> Result<Recorded, Error> {
        let migrations = self.up_to(known(&self.source, version)?);
        let mut session = Session::open(client, &self.options).await?;
        let result = match session.history.load(session.client).await {
            Ok(records) => match records.last() {
                Some(newest) => Err(Error::NotEmpty { newest: newest.version }),
                None => replace(&mut session, migrations).await,
            },
            Err(error) => Err(error),
        };
        session.close(result).await
    }

    /// Every known or recorded migration, ordered by version.
    pub async fn status(&self, client: &Client) -> Result<Vec<Status>, Error> {
        Ok(status(&self.source, &self.records(client).await?))
    }

    /// The newest recorded version; `None` if no migration is recorded.
    pub async fn version(&self, client: &Client) -> Result<Option<Current>, Error> {
        Ok(current(&self.records(client).await?))
    }

    /// Contradictions between files and history; none means that they agree. Pending migrations are
    /// not among them.
    pub async fn verify(&self, client: &Client) -> Result<Vec<Finding>, Error> {
        Ok(verify(&self.source, &self.records(client).await?))
    }

    /// Waits until every known migration up to `target` (default: all) is applied and clean, for a
    /// server that starts beside the job that migrates. Returns at once if nothing is known.
    pub async fn wait(
        &self,
        client: &Client,
        target: Option<Version>,
        timeout: Duration,
    ) -> Result<Option<Current>, Error> {
        let started = Instant::now();
        let target = match target {
            Some(version) => known(&self.source, version)?,
            None => self.source.newest().unwrap_or(0),
        };
        let mut polling = Polling::new(Duration::from_millis(100), Duration::from_secs(1));
        loop {
            let records = self.records(client).await?;
            let current = current(&records);
            if reached(&self.source, &records, target) {
                return Ok(current);
            }
            let waited = started.elapsed();
            if waited >= timeout {
                let current = current.map(|current| current.version);
                return Err(Error::WaitTimeout { target, current, waited });
            }
            tokio::time::sleep(polling.pause().min(timeout.saturating_sub(waited))).await;
        }
    }

    async fn run<'s>(
        &'s self,
        client: &mut Client,
        plan: impl FnOnce(&[Record]) -> Result<Vec<Planned<'s>>, Error>,
    ) -> Result<Report, Error> {
        let mut session = Session::open(client, &self.options).await?;
        let result = self.planned(&mut session, plan).await;
        session.close(result).await
    }

    /// Plans under the lock: the history may have changed while waiting for it.
    async fn planned<'s>(
        &'s self,
        session: &mut Session<'_>,
        plan: impl FnOnce(&[Record]) -> Result<Vec<Planned<'s>>, Error>,
    ) -> Result<Report, Error> {
        let records = session.history.load(session.client).await?;
        let steps = plan(&records)?;
        let applied = session.run(&steps).await?;
        let records = session.history.load(session.client).await?;
        Ok(Report {
            applied,
            version: records.last().map(|record| record.version),
            unknown: unknown(&self.source, &records),
        })
    }

    async fn records(&self, client: &Client) -> Result<Vec<Record>, Error> {
        let name = TableName::parse(&self.options.table)?;
        History::find(client, &name).await?.load(client).await
    }

    fn up_to(&self, version: Version) -> &[Migration] {
        let migrations = self.source.migrations();
        let count = migrations.partition_point(|migration| migration.version <= version);
        migrations.get(..count).unwrap_or_default()
    }
}

async fn replace(session: &mut Session<'_>, migrations: &[Migration]) -> Result<Recorded, Error> {
    let removed = session
        .history
        .replace(session.client, migrations)
        .await
        .map_err(Error::database("rewriting the history"))?;
    Ok(Recorded { versions: migrations.iter().map(|it| it.version).collect(), removed })
}
