//! The months of usage: made when something of them is first told.

use std::{
    collections::BTreeSet,
    sync::{PoisonError, RwLock},
};

use agentflow_core::ids::TenantId;
use agentflow_sql::{client::GenericClient, queries::metering as sql};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use tokio_postgres::error::SqlState;

use super::record::RECORD;
use crate::{
    error::{Error, Result},
    store::Shared,
};

/// Months of which it is known that there is room for their usage. One that was dropped since stays in here: usage of it is
/// refused before any room is looked for.
#[derive(Default)]
pub(crate) struct Months(RwLock<BTreeSet<Date>>);

impl Months {
    fn knows(&self, month: Date) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(&month)
    }

    fn add(&self, month: Date) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(month);
    }

    /// Forgets all: something went wrong, and it may be that the schema was made anew.
    pub(crate) fn forget(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Those of `times` that are not known, each once.
    pub(super) fn unknown(&self, times: impl IntoIterator<Item = Timestamp>) -> BTreeSet<Date> {
        let mut months = BTreeSet::new();
        let mut last = None;
        for month in times.into_iter().map(month_of) {
            // Most have the month of the one before.
            if last != Some(month) && !self.knows(month) {
                months.insert(month);
            }
            last = Some(month);
        }
        months
    }
}

fn month_of(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date().first_of_month()
}

fn begin_of(month: Date) -> Timestamp {
    // A month has a beginning in UTC; none but those of times that exist are asked for.
    month.to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |begin| begin.timestamp())
}

/// How often it is tried to make a month that others are in the way of.
const TRIES: usize = 2;

/// The last month that can be made.
const LAST: Date = Date::constant(2099, 12, 1);

/// Makes room for usage of these times, each month in a transaction of its own, and of the months after them: what is used
/// when a month begins waits for nobody. Asks for a connection, so nobody may call it who holds one. Times that are refused
/// anyway are passed over.
pub(crate) async fn ensure_months(
    shared: &Shared,
    tenant: TenantId,
    times: impl IntoIterator<Item = Timestamp>,
) -> Result<()> {
    let unknown = shared.months.unknown(times);
    if unknown.is_empty() {
        return Ok(());
    }
    let flight = shared.flight(RECORD, tenant).await?;
    let retained_from = sql::retained_from().bind(&flight).one().await;
    let retained_from = flight.land(retained_from).await?;
    let kept: BTreeSet<_> =
        unknown.into_iter().filter(|month| begin_of(*month) >= retained_from).collect();
    let next = kept.iter().filter_map(|month| month.checked_add(1.month()).ok());
    let all: BTreeSet<_> = kept.iter().copied().chain(next).collect();
    for month in all.into_iter().filter(|month| *month <= LAST || kept.contains(month)) {
        make(shared, tenant, begin_of(month)).await?;
    }
    // Of the months after them it is not remembered: in their time, they make room for their own next.
    for month in kept {
        shared.months.add(month);
    }
    Ok(())
}

async fn make(shared: &Shared, tenant: TenantId, begin: Timestamp) -> Result<()> {
    for _ in 0..TRIES {
        let flight = shared.flight(RECORD, tenant).await?;
        let made = sql::create_month().bind(&flight, &begin).one().await;
        let is_locked =
            made.as_ref().is_err_and(|error| error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE));
        let made = flight.land(made).await;
        if !is_locked {
            return made.map(drop);
        }
    }
    let reason =
        format!("others keep the table from having a part for {begin}; nothing is lost, try again");
    Err(Error::Unavailable { operation: RECORD, reason, source: None })
}

/// The same within a transaction that goes on. Nothing is remembered: it may be rolled back.
pub(super) async fn ensure_months_in(
    client: &impl GenericClient,
    shared: &Shared,
    times: impl IntoIterator<Item = Timestamp>,
) -> Result<()> {
    let unknown = shared.months.unknown(times);
    if unknown.is_empty() {
        return Ok(());
    }
    let failed = |error| Error::from_postgres(RECORD, error);
    let retained_from = sql::retained_from().bind(client).one().await.map_err(failed)?;
    for begin in unknown.into_iter().map(begin_of).filter(|begin| *begin >= retained_from) {
        sql::create_month().bind(client, &begin).one().await.map_err(failed)?;
    }
    Ok(())
}
