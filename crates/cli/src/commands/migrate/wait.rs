use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};
use tokio_postgres::Client;

use super::{
    Migrations,
    report::{unreachable_yet, version},
};
use crate::{
    duration::duration,
    error::{Error, Result},
    exit::Exit,
    progress::Progress,
};

const PAUSE: Duration = Duration::from_millis(250);
/// As long may connecting and reading take where hardly any time is to be waited: whoever looks once has to get there.
const LEAST: Duration = Duration::from_secs(1);

const READ_HINT: &str = "the server was reached; see in pg_stat_activity and pg_locks who holds the table of the history";

/// Wait until the database is migrated
///
/// For a service that starts beside the job that migrates: waits until the server answers and every migration is
/// applied. Exits 1 when migrations are still pending at the end of the time, and 3 when there is no server, or one that does not
/// let the history be read.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af migrate wait --timeout 2m")]
pub(crate) struct Args {
    /// Up to this version only
    #[arg(long, value_name = "VERSION", value_parser = version)]
    to: Option<i64>,
    /// How long to wait
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "60s")]
    timeout: Duration,
}

pub(crate) async fn run(args: &Args, migrations: &Migrations<'_>) -> Result<Exit> {
    let migrator = migrations.reader()?;
    let began = Instant::now();
    let progress = Progress::spinner(&migrations.context.output, "waiting for the database");
    let client = connect(migrations, began, args.timeout).await?;
    progress.message("waiting for the migrations");
    let left = args.timeout.saturating_sub(began.elapsed());
    // Who reads the history may be kept waiting: by a lock, or by a server that fell silent.
    let limit = left + LEAST;
    let Ok(current) = timeout(limit, migrator.wait(&client, args.to, left)).await else {
        return Err(silent("read the history of migrations", limit).with_hint(READ_HINT));
    };
    let current = current?;
    drop(progress);
    migrations.context.output.show(&current, |current| match current {
        Some(current) => format!("The database is at version {}.", current.version),
        None => "There is no migration to wait for.".to_owned(),
    })?;
    Ok(Exit::Done)
}

/// Connects, and tries again until the time is over: the server may be starting as well.
async fn connect(migrations: &Migrations<'_>, began: Instant, limit: Duration) -> Result<Client> {
    let end = limit.max(LEAST);
    let mut failed = None;
    loop {
        let left = end.saturating_sub(began.elapsed());
        match timeout(left, migrations.client()).await {
            Ok(Err(error)) if unreachable_yet(&error) && began.elapsed() + PAUSE < limit => {
                failed = Some(error);
                sleep(PAUSE).await;
            }
            Ok(ended) => return ended,
            // What was wrong before says more than that the last try was cut off.
            Err(_) => return Err(failed.unwrap_or_else(|| silent("connect to PostgreSQL", end))),
        }
    }
}

fn silent(operation: &'static str, waited: Duration) -> Error {
    let reason = format!("no answer within {} s (--timeout)", waited.as_secs_f64());
    agentflow::Error::Unavailable { operation, reason, source: None }.into()
}
