//! Whether the clock of this machine goes like that of the database: times of both are compared, in leases and expiry.

use std::time::Duration;

use agentflow::core::clock::Clock;
use futures::FutureExt;
use tokio::time::Instant;
use tokio_postgres::Client;

use crate::{
    fault::{Fault, Kind, seconds},
    pace::Pace,
    report::Service,
};

const CLOCK: &str = include_str!("../../queries/clock.sql");
/// One of them is likely not to be held up on its way.
const SAMPLES: usize = 3;
/// More is worth a warning, in milliseconds.
const MUCH: i64 = 1_000;
/// More makes leases and tokens end at the wrong time.
const TOO_MUCH: i64 = 60_000;

/// By how much two clocks differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Difference {
    /// How far this machine is ahead, in microseconds.
    ahead: i64,
    /// How far off that may be, in microseconds: half of the way there and back.
    margin: i64,
}

pub(crate) async fn check(client: &Client, clock: &dyn Clock, pace: &Pace) -> Service {
    let tried = pace.attempt(Fault::silent, || sample(client, clock).boxed()).await;
    match tried.result {
        Ok(difference) => tell(difference).with_latency(tried.latency),
        Err(fault) => super::migrations::unanswered(&fault),
    }
}

async fn sample(client: &Client, clock: &dyn Clock) -> Result<Difference, Fault> {
    let statement =
        client.prepare(CLOCK).await.map_err(|error| super::migrations::of_query(&error))?;
    let mut best: Option<Difference> = None;
    for _ in 0..SAMPLES {
        let (before, begun) = (clock.now(), Instant::now());
        let row = client
            .query_one(&statement, &[])
            .await
            .map_err(|error| super::migrations::of_query(&error))?;
        let difference = compare(before.as_microsecond(), begun.elapsed(), row.get("now"));
        if best.is_none_or(|best| difference.margin < best.margin) {
            best = Some(difference);
        }
    }
    best.ok_or_else(|| Fault::new(Kind::Other, "did not tell its time"))
}

/// The server looked at its clock at some time between question and answer.
fn compare(before: i64, way: Duration, theirs: i64) -> Difference {
    let margin = i64::try_from(way.as_micros() / 2).unwrap_or(i64::MAX);
    Difference { ahead: before.saturating_add(margin).saturating_sub(theirs), margin }
}

fn tell(difference: Difference) -> Service {
    let least = difference.ahead.saturating_abs().saturating_sub(difference.margin).max(0) / 1_000;
    let way = if difference.ahead < 0 { "behind" } else { "ahead of" };
    let off = seconds(Duration::from_micros(difference.ahead.unsigned_abs()));
    let message = format!("this machine is {off} {way} the database");
    if least > TOO_MUCH {
        let hint = "set the clock of the one that is wrong; a time service such as chrony, systemd-timesyncd or w32time keeps it right, \
                    and `wsl --shutdown` in Windows sets that of WSL 2";
        return Service::unavailable(message, hint);
    }
    if least > MUCH {
        let warning = format!("{message}; leases and expiry are off by as much");
        return Service::available(message).with_warnings(vec![warning]);
    }
    Service::available("goes like that of the database")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Status;

    const SECOND: i64 = 1_000_000;

    #[test]
    fn the_way_there_and_back_is_no_difference() {
        // Asked at 10 s, answered 4 s later: the server looked at its clock in between.
        let way = Duration::from_secs(4);
        for theirs in [10, 12, 14] {
            let found = tell(compare(10 * SECOND, way, theirs * SECOND));
            assert_eq!((found.status, found.warnings.len()), (Status::Available, 0), "{theirs}");
        }
        assert_eq!(tell(compare(10 * SECOND, way, 16 * SECOND)).warnings.len(), 1);
    }

    #[test]
    fn a_second_is_worth_a_warning_and_a_minute_is_too_much() {
        let way = Duration::from_millis(2);
        let found = |theirs| tell(compare(100 * SECOND, way, theirs));
        assert!(found(99 * SECOND).warnings.is_empty());
        let late = found(98 * SECOND);
        assert_eq!(late.status, Status::Available);
        assert!(late.warnings[0].starts_with("this machine is 2 s ahead of the database"));
        let wrong = found(165 * SECOND);
        assert_eq!(wrong.status, Status::Unavailable);
        assert!(wrong.message.contains("behind") && wrong.hint.is_some(), "{wrong:?}");
    }
}
