//! Whether the database has the schema of this program.

use std::time::Duration;

use agentflow::{
    Admin,
    migrate::{Error, Options, State, Status},
};
use futures::FutureExt;
use tokio::sync::Mutex;
use tokio_postgres::{Client, error::SqlState, types::Type};

use crate::{
    fault::{Fault, Kind},
    pace::Pace,
    report::Service,
};

const LOCK_TIMEOUT: &str = include_str!("../../queries/lock_timeout.sql");
const LOCKED: &str = "another session holds a lock on its history, schema_migrations";
const LOCKED_HINT: &str = "if a migration runs, wait for its end (`af migrate wait`); else pg_locks and pg_stat_activity show the session that \
                           holds the lock, which pg_terminate_backend ends";

pub(crate) async fn check(client: &mut Client, pace: &Pace) -> Service {
    // One try comes after the other; each needs all of the connection.
    let client = Mutex::new(client);
    let ask = || async { read(*client.lock().await, pace.left()).await };
    let tried = pace.attempt(Fault::silent, || ask().boxed()).await;
    match tried.result {
        Ok(all) => {
            let service = tell(&all);
            match applied(&all).last() {
                Some(newest) => {
                    service.with_version(newest.version.to_string()).with_latency(tried.latency)
                }
                None => service.with_latency(tried.latency),
            }
        }
        Err(fault) if fault.said.starts_with(LOCKED) => Service::unknown(fault.said, LOCKED_HINT),
        Err(fault) => unanswered(&fault),
    }
}

/// Waits for a lock no longer than the try lasts, which is told then, and leaves the connection to others.
async fn read(client: &mut Client, left: Duration) -> Result<Vec<Status>, Fault> {
    let start = client.build_transaction().read_only(true).start().await;
    let transaction = start.map_err(|error| of_query(&error))?;
    let limit = left.mul_f64(0.75).as_millis().max(1).to_string();
    let set = transaction.query_typed(LOCK_TIMEOUT, &[(&limit, Type::TEXT)]).await;
    set.map_err(|error| of_query(&error))?;
    let migrator = Admin::migrator(Options::default()).map_err(|error| of_migrator(&error))?;
    migrator.status(transaction.client()).await.map_err(|error| of_migrator(&error))
}

fn of_migrator(error: &Error) -> Fault {
    match error {
        Error::Database { source, .. }
            if source.sqlstate.as_deref() == Some(SqlState::LOCK_NOT_AVAILABLE.code()) =>
        {
            Fault::new(Kind::Starting, LOCKED)
        }
        error => Fault::new(Kind::Other, error.to_string()),
    }
}

fn applied(all: &[Status]) -> impl DoubleEndedIterator<Item = &Status> {
    all.iter().filter(|it| !matches!(it.state, State::Pending | State::OutOfOrder))
}

/// The worst of what is wrong: whatever else there is shows when that is mended.
fn tell(all: &[Status]) -> Service {
    let of =
        |states: &[State]| all.iter().filter(|it| states.contains(&it.state)).collect::<Vec<_>>();
    if let [first, ..] = of(&[State::Dirty])[..] {
        return Service::unavailable(
            format!("migration {:06}_{} did not finish", first.version, first.name),
            "`af migrate status` shows it; `af migrate up` runs it once more from its first statement",
        );
    }
    if let [first, ..] = of(&[State::Unknown])[..] {
        return Service::unavailable(
            format!("the database is newer than this program: it has migration {}", first.version),
            "use the version of af that migrated it, or a later one",
        );
    }
    if let [first, ..] = of(&[State::Changed, State::Missing])[..] {
        return Service::unavailable(
            format!(
                "migration {:06}_{} of the database is not the one of this program",
                first.version, first.name
            ),
            "`af migrate verify` shows what differs; it may be the database of another project",
        );
    }
    let pending = of(&[State::Pending, State::OutOfOrder]);
    if pending.len() == all.len() {
        return Service::unavailable("the database has no schema yet", "run `af migrate up`");
    }
    if let [first, ..] = pending[..] {
        return Service::unavailable(
            format!(
                "{} of {} migrations are not applied, {:06}_{} and later",
                pending.len(),
                all.len(),
                first.version,
                first.name
            ),
            "run `af migrate up`; `af migrate up --dry-run` shows what it would do",
        );
    }
    Service::available(format!("all {} migrations are applied", all.len()))
}

/// Without the DETAIL line of the server, which may quote rows.
pub(super) fn of_query(error: &tokio_postgres::Error) -> Fault {
    match error.as_db_error() {
        Some(db) => Fault::new(Kind::Other, format!("says: {}", db.message())),
        None => Fault::new(Kind::Starting, "the connection to PostgreSQL was lost"),
    }
}

pub(super) fn unanswered(fault: &Fault) -> Service {
    Service::unknown(
        format!("PostgreSQL was asked, and {}", fault.said),
        "look at the log of PostgreSQL, and run `af validate` again",
    )
}
