use agentflow_core::budget::{Amounts, BudgetRefusal, Enforcement, Subject};
use agentflow_sql::queries::budgets as sql;
use serde::Serialize;
use tokio_postgres::types::Json;

use super::{
    apply::NumberedSubject,
    budgets::Budgets,
    rows::{Budget, to_micros},
};
use crate::error::{Error, Result};

/// What budgets say about something, without any of it being reserved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "whether it is allowed is in it"]
pub struct Check {
    /// What it is about: every budget, with its state, in the order of their names.
    pub budgets: Vec<Budget>,
    /// Why it is refused; empty when it is allowed.
    pub refusals: Vec<BudgetRefusal>,
    /// Which soft budgets would be exceeded.
    pub warnings: Vec<BudgetRefusal>,
}

impl Check {
    /// Whether all budgets allow it.
    pub fn is_allowed(&self) -> bool {
        self.refusals.is_empty()
    }
}

impl Budgets {
    /// What would come of reserving `amounts` now. Writes nothing, and promises nothing: a moment later it may be otherwise.
    pub async fn check(&self, subject: &Subject, amounts: &Amounts) -> Result<Check> {
        const OPERATION: &str = "check budgets";
        subject.validate().map_err(Error::invalid(OPERATION))?;
        amounts.validate().map_err(Error::all_invalid(OPERATION))?;
        let now = to_micros(self.0.shared.now());
        let flight = self.0.flight(OPERATION).await?;
        let subjects = Json([NumberedSubject { number: 0, subject }]);
        let rows = sql::list_matching_budgets()
            .bind(&flight, &now, self.0.tenant.as_uuid(), &subjects)
            .all()
            .await;
        let rows = flight.land(rows).await?;
        let budgets = rows.into_iter().map(Budget::try_from).collect::<Result<Vec<_>>>()?;
        let over =
            budgets.iter().flat_map(|it| BudgetRefusal::all(it.id, &it.spec, &it.state, amounts));
        let (refusals, warnings) = over.partition(|it| it.enforcement == Enforcement::Hard);
        Ok(Check { budgets, refusals, warnings })
    }
}
