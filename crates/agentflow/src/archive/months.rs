//! Room for usage that comes along: it has a part of its table for each month.

use std::sync::{Mutex, PoisonError};

use agentflow_sql::{
    client::GenericClient,
    queries::{archive as sql, metering::create_month},
};
use jiff::{Timestamp, ToSpan, tz::TimeZone};

use super::{
    IMPORT,
    load::{corrupt, rows_of},
};
use crate::{
    admin::Admin,
    error::{Error, Result},
    scope::TenantTx,
};

const MONTHS: &str = include_str!("../../queries/_archive_months.sql");
const LEAVE_OUT: &str = include_str!("../../queries/_archive_old_usage.sql");
const COUNT_OLD: &str = include_str!("../../queries/_archive_count_old_usage.sql");
/// The table that has a part for each month.
pub(super) const TABLE: &str = "metering_events";
/// What was told of, and when.
const KEYS: &str = "metering_event_keys";
/// How many months one import makes room for: ten years.
const MOST: usize = 120;
/// What refuses a month that is no longer kept.
const RETAINED: &str = "metering_months_retained";

/// Months that were made because none was there.
#[derive(Debug, Default)]
pub(super) struct Months(Mutex<Vec<Timestamp>>);

impl Months {
    pub(super) fn into_made(self) -> Vec<Timestamp> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes room for what is staged, over a connection of its own: nobody should wait for the end of an import who needs a month too.
    pub(super) async fn make(&self, admin: &Admin, client: &TenantTx) -> Result<()> {
        let missing = missing(admin, client).await?;
        if missing.is_empty() {
            return Ok(());
        }
        if missing.len() > MOST {
            let reason = format!(
                "the usage is of {} months that there is no room for, and an import makes room for {MOST} at most",
                missing.len()
            );
            return Err(Error::Conflict { operation: IMPORT, reason });
        }
        let client = admin.connect().await?;
        for begin in missing {
            create_month().bind(&client, &begin).one().await.map_err(unmade)?;
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(begin);
        }
        Ok(())
    }
}

async fn missing(admin: &Admin, client: &TenantTx) -> Result<Vec<Timestamp>> {
    let months = async {
        let statement = GenericClient::prepare(client, MONTHS).await?;
        GenericClient::query(client, &statement, &[]).await
    };
    let months = months.await.map_err(|error| Error::unloadable(IMPORT, TABLE, error))?;
    let now = admin.shared.now().to_zoned(TimeZone::UTC);
    let next = now.checked_add(2.months()).map_or(Timestamp::MAX, |it| it.timestamp());
    let mut missing = Vec::new();
    for row in months {
        let begin: Timestamp =
            row.try_get(0).map_err(|_| corrupt(TABLE, "a row is of no month there is"))?;
        if begin > next {
            return Err(corrupt(TABLE, "a row is of the future"));
        }
        if row.try_get(1).map_err(|error| Error::from_postgres(IMPORT, error))? {
            missing.push(begin);
        }
    }
    Ok(missing)
}

fn unmade(error: tokio_postgres::Error) -> Error {
    match error.as_db_error().and_then(|error| error.constraint()) {
        // Somebody moved the beginning of what is kept a moment ago.
        Some(RETAINED) => {
            let reason =
                "some of the usage is older than what this database keeps by now; leave it out"
                    .to_owned();
            Error::Conflict { operation: IMPORT, reason }
        }
        _ => Error::unloadable(IMPORT, TABLE, error),
    }
}

/// Whether a table is of usage, whose age is looked at.
pub(super) fn is_of_usage(table: &str) -> bool {
    [TABLE, KEYS].contains(&table)
}

/// Takes what is older than this database keeps from the staged rows, and says how many that were.
pub(super) async fn leave_out_old(client: &TenantTx, table: &str) -> Result<u64> {
    let deleted = client.batch(LEAVE_OUT).await;
    deleted.map(|it| rows_of(&it)).map_err(|error| Error::unloadable(IMPORT, table, error))
}

/// Refuses usage that this database would not keep.
pub(super) async fn refuse_old(client: &TenantTx) -> Result<()> {
    let counted = async {
        let statement = GenericClient::prepare(client, COUNT_OLD).await?;
        GenericClient::query_one(client, &statement, &[]).await?.try_get::<_, i64>(0)
    };
    let rows = counted.await.map_err(|error| Error::unloadable(IMPORT, TABLE, error))?;
    if rows == 0 {
        return Ok(());
    }
    let reason = format!(
        "{rows} rows of usage are older than what this database keeps; leave them out, and what they were summed up to comes along"
    );
    Err(Error::Conflict { operation: IMPORT, reason })
}

/// Drops months that were made for nothing, as far as nobody else uses them by now. Those that cannot be dropped harm nobody.
pub(super) async fn drop_empty(admin: &Admin, made: Vec<Timestamp>) {
    if made.is_empty() {
        return;
    }
    let dropped = async {
        let client = admin.connect().await?;
        for begin in &made {
            let dropped = sql::drop_month().bind(&client, begin).one().await;
            dropped.map_err(|error| Error::from_postgres(IMPORT, error))?;
        }
        Ok::<_, Error>(())
    };
    if let Err(error) = dropped.await {
        tracing::warn!(%error, "months of usage stay that an import made for nothing");
    }
}
