use agentflow_core::{
    budget::{BudgetPeriod, Enforcement, Measure},
    ids::BudgetId,
};
use agentflow_sql::queries::budgets as sql;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{budgets::Budgets, rows::decimal};
use crate::{
    error::{Error, Result},
    input::known,
};

/// A threshold of a budget that was reached: told once in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetAlert {
    /// The budget.
    pub budget_id: BudgetId,
    /// What it is called.
    pub name: String,
    /// What happens at its limit.
    pub enforcement: Enforcement,
    /// How long before it begins anew.
    pub period: BudgetPeriod,
    /// Where its periods begin.
    pub time_zone: String,
    /// When the period began.
    pub period_start: Timestamp,
    /// When the next one begins; none for a budget without periods.
    pub period_end: Option<Timestamp>,
    /// Of which limit.
    pub measure: Measure,
    /// The threshold, in percent of what is allowed.
    pub percent: u16,
    /// What was spent when it was reached.
    pub spent: Decimal,
    /// What was allowed then: the limit with what was carried over and added to it.
    pub allowed: Decimal,
}

impl Budgets {
    /// Which thresholds of a budget were reached: at most `limit`, those of the latest period first.
    pub async fn alerts(&self, budget: BudgetId, limit: u16) -> Result<Vec<BudgetAlert>> {
        let flight = self.0.flight("list alerts of a budget").await?;
        let rows = sql::list_budget_alerts()
            .bind(&flight, self.0.tenant.as_uuid(), budget.as_uuid(), &i64::from(limit))
            .all()
            .await;
        let rows = flight.land(rows).await?;
        rows.into_iter().map(BudgetAlert::try_from).collect()
    }
}

impl TryFrom<sql::ListBudgetAlerts> for BudgetAlert {
    type Error = Error;

    fn try_from(row: sql::ListBudgetAlerts) -> Result<Self> {
        const TABLE: &str = "budget_alerts";
        let id = row.budget_id;
        let percent = u16::try_from(row.percent).map_err(|_| Error::Inconsistent {
            table: TABLE,
            column: "percent",
            row: id.to_string(),
        })?;
        Ok(Self {
            budget_id: BudgetId(id),
            name: row.name,
            enforcement: known("budgets", "enforcement", id, &row.enforcement)?,
            period: known("budgets", "period", id, &row.period)?,
            time_zone: row.time_zone,
            period_start: row.period_start,
            period_end: row.period_end,
            measure: known(TABLE, "measure", id, &row.measure)?,
            percent,
            spent: decimal(TABLE, "spent", id, &row.spent)?,
            allowed: decimal(TABLE, "allowed", id, &row.allowed)?,
        })
    }
}
