use agentflow_core::{
    InvalidInput, InvalidInputs,
    audit::Actor,
    budget::{Amounts, Measure},
    ids::BudgetId,
};
use agentflow_sql::queries::budgets as sql;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::{
    budgets::Budgets,
    rows::{Budget, decimal, to_micros, whole},
};
use crate::{
    error::{Error, Result},
    settle::{settle, settle_with},
};

const TABLE: &str = "budget_increases";

/// What is added to the limits of a budget for some time. It is never carried over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Increase {
    /// The id.
    pub id: Uuid,
    /// The budget.
    pub budget_id: BudgetId,
    /// How much is added.
    pub amounts: Amounts,
    /// From when on.
    pub starts_at: Timestamp,
    /// It holds before this moment.
    pub ends_at: Timestamp,
    /// Why.
    pub reason: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An increase to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIncrease {
    /// How much is added.
    pub amounts: Amounts,
    /// From when on; from now on, if that is not told.
    pub from: Option<Timestamp>,
    /// It holds before this moment.
    pub until: Timestamp,
    /// Why, in 1 to 2,000 characters.
    pub reason: String,
}

impl TryFrom<sql::Increase> for Increase {
    type Error = Error;

    fn try_from(row: sql::Increase) -> Result<Self> {
        Ok(Self {
            id: row.id,
            budget_id: BudgetId(row.budget_id),
            amounts: Amounts {
                tokens: whole(TABLE, "tokens", row.id, row.tokens)?,
                calls: whole(TABLE, "calls", row.id, row.calls)?,
                cost_in_cents: decimal(TABLE, "cost_in_cents", row.id, &row.cost_in_cents)?,
            },
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            reason: row.reason,
            created_at: row.created_at,
        })
    }
}

impl Budgets {
    /// Adds to the limits of a budget for some time. Several that hold at once add up.
    ///
    /// Fails with [`Error::NotFound`] when the budget is not there, and with [`Error::InvalidInputs`], which names every
    /// measure that it has no limit of and something was to be added to.
    pub async fn increase(
        &self,
        budget: BudgetId,
        new: NewIncrease,
        by: &Actor,
    ) -> Result<Increase> {
        const OPERATION: &str = "increase a budget";
        let now = to_micros(self.0.shared.now());
        let invalid =
            |field, reason: &str| Err(Error::invalid(OPERATION)(InvalidInput::new(field, reason)));
        new.amounts.validate_increase().map_err(Error::all_invalid(OPERATION))?;
        let (starts_at, ends_at) = (to_micros(new.from.unwrap_or(now)), to_micros(new.until));
        if ends_at <= starts_at || ends_at <= now {
            return invalid(
                "until",
                "expected a time that is later than its beginning, and not over",
            );
        }
        let length = new.reason.chars().count();
        if new.reason.trim().is_empty() || length > 2_000 || new.reason.contains('\0') {
            return invalid("reason", "expected 1 to 2000 characters, not only blanks");
        }
        let id = self.0.shared.next_id();
        let column = |amount: u64| i64::try_from(amount).unwrap_or(i64::MAX);
        let tx = self.0.begin(OPERATION).await?;
        let found = self.read(&tx, OPERATION, budget).await.and_then(|found| {
            check_limited(&found, &new.amounts).map_err(Error::all_invalid(OPERATION))?;
            Ok(found)
        });
        let (tx, found) = settle_with(tx, found).await?;
        let inserted = sql::insert_budget_increase()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                &id,
                budget.as_uuid(),
                &column(new.amounts.tokens),
                &column(new.amounts.calls),
                &new.amounts.cost_in_cents.to_string().as_str(),
                &starts_at,
                &ends_at,
                &new.reason.as_str(),
                &now,
            )
            .await;
        let (tx, _) = settle(OPERATION, tx, inserted).await?;
        let Amounts { tokens, calls, cost_in_cents } = new.amounts;
        let event = found
            .event("budget.increased", by)
            .with_detail("increase_id", id.to_string())
            .with_detail("tokens", tokens)
            .with_detail("calls", calls)
            .with_detail("cost_in_cents", cost_in_cents.to_string())
            .with_detail("starts_at", starts_at.to_string())
            .with_detail("ends_at", ends_at.to_string())
            .with_detail("reason", new.reason.as_str());
        tx.audit_and_commit(&event).await?;
        let (amounts, reason) = (new.amounts, new.reason);
        Ok(Increase { id, budget_id: budget, amounts, starts_at, ends_at, reason, created_at: now })
    }

    /// What was and will be added to a budget, in order of when it begins.
    pub async fn increases(&self, budget: BudgetId) -> Result<Vec<Increase>> {
        let flight = self.0.flight("list increases of a budget").await?;
        let rows = sql::list_budget_increases()
            .bind(&flight, self.0.tenant.as_uuid(), budget.as_uuid())
            .all()
            .await;
        let rows = flight.land(rows).await?;
        rows.into_iter().map(Increase::try_from).collect()
    }

    /// Ends an increase now; one that has not begun never does. One that is over stays as it is.
    ///
    /// Fails with [`Error::NotFound`] when it is not there.
    pub async fn end_increase(&self, id: Uuid, by: &Actor) -> Result<()> {
        const OPERATION: &str = "end an increase of a budget";
        let now = to_micros(self.0.shared.now());
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::lock_budget_increase().bind(&tx, self.0.tenant.as_uuid(), &id).opt().await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let increase = row
            .ok_or_else(|| Error::not_found(OPERATION, format!("increase {id}")))
            .and_then(Increase::try_from);
        let (tx, increase) = settle_with(tx, increase).await?;
        if increase.ends_at <= now {
            return tx.rollback().await;
        }
        let budget = self.read(&tx, OPERATION, increase.budget_id).await;
        let (tx, budget) = settle_with(tx, budget).await?;
        let ended = if increase.starts_at < now {
            sql::end_budget_increase().bind(&tx, &now, self.0.tenant.as_uuid(), &id).await
        } else {
            sql::delete_budget_increase().bind(&tx, self.0.tenant.as_uuid(), &id).await
        };
        let (tx, _) = settle(OPERATION, tx, ended).await?;
        let event = budget
            .event("budget.increase_ended", by)
            .with_detail("increase_id", id.to_string())
            .with_detail("ends_at", now.to_string());
        tx.audit_and_commit(&event).await?;
        Ok(())
    }
}

/// Where everything is allowed already, an increase would be a mistake.
fn check_limited(budget: &Budget, amounts: &Amounts) -> std::result::Result<(), InvalidInputs> {
    let fault = |measure: &Measure| {
        let is_missing =
            budget.state.of(*measure).limit.is_none() && !amounts.of(*measure).is_zero();
        let (name, noun) = (&budget.spec.name, measure.noun());
        let reason =
            format!("the budget `{name}` has no limit of {noun}, so there is nothing to add to");
        is_missing.then(|| InvalidInput::new(measure.as_str(), reason))
    };
    let faults: Vec<_> = Measure::ALL.iter().filter_map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(InvalidInputs(faults)) }
}
