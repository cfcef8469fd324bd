use agentflow_core::{budget::Amounts, ids::ReservationId};
use agentflow_sql::queries::budgets as sql;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    BudgetAlert,
    apply::{Call, Outcome, Step},
    budgets::Budgets,
};
use crate::error::{Error, Result};

/// How many reservations are deleted at once.
const PAGE: i64 = 5_000;

/// What was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// Whether it had expired before.
    pub late: bool,
    /// Whether it was settled with the same amounts before.
    pub repeated: bool,
    /// Thresholds that were reached by it, or by what was committed together with it. Each is given to one caller only.
    pub alerts: Vec<BudgetAlert>,
}

#[derive(Default, Deserialize)]
struct Ended {
    status: String,
}

impl Budgets {
    /// Settles what was reserved with what was used, be it less or more. What has expired is settled too: it was used.
    /// Of usage that was recorded with the reservation, at least that is spent, and none of it twice: what was recorded
    /// need not be told again.
    /// Returns only after it was committed; to settle again with the same amounts changes nothing.
    ///
    /// Fails with [`Error::NotFound`] when it was never reserved, and with [`Error::Conflict`] when it was released, or
    /// settled with other amounts.
    pub async fn settle(&self, id: ReservationId, used: Amounts) -> Result<Settled> {
        const OPERATION: &str = "settle a reservation";
        used.validate().map_err(Error::all_invalid(OPERATION))?;
        let outcome = self.call(Call { id, step: Step::Settle(used) }).await?;
        let before = ended(&outcome, id)?;
        match outcome.word.as_str() {
            "settled" | "repeated" => Ok(Settled {
                late: before == "expired",
                repeated: outcome.word == "repeated",
                alerts: outcome.alerts,
            }),
            "not_found" => Err(Error::not_found(OPERATION, format!("reservation {id}"))),
            _ => {
                let reason = match before.as_str() {
                    "settled" => "it was settled with other amounts",
                    _ => "it was released",
                };
                Err(Error::Conflict { operation: OPERATION, reason: reason.to_owned() })
            }
        }
    }

    /// Gives back what was reserved, because nothing was used, except for what was recorded with it, which stays spent.
    /// To release again, or what has expired, changes nothing.
    ///
    /// Fails with [`Error::NotFound`] when it was never reserved, and with [`Error::Conflict`] when it was settled.
    pub async fn release(&self, id: ReservationId) -> Result<()> {
        const OPERATION: &str = "release a reservation";
        let outcome = self.call(Call { id, step: Step::Release }).await?;
        match outcome.word.as_str() {
            "released" | "repeated" => Ok(()),
            "not_found" => Err(Error::not_found(OPERATION, format!("reservation {id}"))),
            _ => {
                let reason = "it was settled".to_owned();
                Err(Error::Conflict { operation: OPERATION, reason })
            }
        }
    }

    /// Deletes reservations that were settled, released or expired before this moment, and says how many. What they used
    /// stays in the periods of their budgets; only their keys can be used again.
    pub async fn prune(&self, ended_before: Timestamp) -> Result<u64> {
        let mut deleted = 0;
        loop {
            let flight = self.0.flight("delete old reservations").await?;
            let page = sql::delete_ended_reservations()
                .bind(&flight, self.0.tenant.as_uuid(), &ended_before, &PAGE)
                .await;
            let page = flight.land(page).await?;
            deleted += page;
            if page == 0 {
                return Ok(deleted);
            }
        }
    }

    /// Deletes what was spent, and the alerts that were raised, in periods that ended before this moment, and says of how
    /// many. The latest period of a budget stays, because the next one may get something of it, and so does one of which
    /// something is reserved.
    pub async fn prune_periods(&self, ended_before: Timestamp) -> Result<u64> {
        let mut deleted = 0;
        loop {
            let flight = self.0.flight("delete old periods of budgets").await?;
            let page = sql::delete_old_periods().bind(&flight, &ended_before, &PAGE).one().await;
            let page = flight.land(page).await?;
            deleted += u64::try_from(page).unwrap_or_default();
            if page == 0 {
                return Ok(deleted);
            }
        }
    }
}

/// The status before.
fn ended(outcome: &Outcome, id: ReservationId) -> Result<String> {
    let ended: Option<Ended> = outcome.detail(id)?;
    Ok(ended.unwrap_or_default().status)
}
