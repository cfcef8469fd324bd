//! Whether the database has the schema of this program.

use agentflow::{
    Admin,
    migrate::{Options, State, Status},
};
use futures::FutureExt;
use tokio_postgres::Client;

use crate::{
    fault::{Fault, Kind},
    pace::Pace,
    report::Service,
};

pub(crate) async fn check(client: &Client, pace: &Pace) -> Service {
    let ask = || async {
        let other = |error: agentflow::migrate::Error| Fault::new(Kind::Other, error.to_string());
        Admin::migrator(Options::default()).map_err(other)?.status(client).await.map_err(other)
    };
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
        Err(fault) => unanswered(&fault),
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
