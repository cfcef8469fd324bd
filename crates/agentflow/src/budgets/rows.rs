use agentflow_core::{
    audit::{Actor, Event, Resource},
    budget::{BudgetSpec, BudgetState, Limits, Subject},
    ids::{AgentId, BudgetId, PrincipalId, WorkflowId, WorkspaceId},
};
use agentflow_sql::queries::budgets as sql;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    input::{known, stored_json},
};

const TABLE: &str = "budgets";
const PERIODS: &str = "budget_periods";

/// A budget, and what is used of it in the period that is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Budget {
    /// The id.
    pub id: BudgetId,
    /// What it is about, and how much it allows.
    #[serde(flatten)]
    pub spec: BudgetSpec,
    /// What is used of it.
    pub state: BudgetState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Budget {
    pub(super) fn event(&self, action: &str, by: &Actor) -> Event {
        let event = Event::new(action, Resource::new("budget", self.id), by.clone());
        event.with_detail("name", self.spec.name.as_str())
    }
}

/// A spec as it is recorded.
pub(super) fn recorded(spec: &BudgetSpec) -> Value {
    // It has nothing that JSON has not.
    serde_json::to_value(spec).unwrap_or_default()
}

/// The time zero of a microsecond: the database keeps no more.
pub(super) fn to_micros(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// An amount that the database sent as text.
pub(super) fn decimal(
    table: &'static str,
    column: &'static str,
    row: Uuid,
    text: &str,
) -> Result<Decimal> {
    let read = text.parse::<Decimal>();
    read.map(|it| it.normalize()).map_err(|_| Error::Inconsistent {
        table,
        column,
        row: row.to_string(),
    })
}

/// A number that a constraint keeps from being negative.
pub(super) fn whole(
    table: &'static str,
    column: &'static str,
    row: Uuid,
    number: i64,
) -> Result<u64> {
    u64::try_from(number).map_err(|_| Error::Inconsistent { table, column, row: row.to_string() })
}

impl TryFrom<sql::Budget> for Budget {
    type Error = Error;

    fn try_from(row: sql::Budget) -> Result<Self> {
        let id = row.id;
        let bad = |column| Error::Inconsistent { table: TABLE, column, row: id.to_string() };
        let count = |column, limit: Option<i64>| {
            limit.map(|limit| whole(TABLE, column, id, limit)).transpose()
        };
        let cents = row.limit_cost_in_cents.as_deref();
        let limits = Limits {
            tokens: count("limit_tokens", row.limit_tokens)?,
            calls: count("limit_calls", row.limit_calls)?,
            cost_in_cents: cents
                .map(|text| decimal(TABLE, "limit_cost_in_cents", id, text))
                .transpose()?,
        };
        let thresholds: std::result::Result<_, _> =
            row.thresholds.into_iter().map(u16::try_from).collect();
        let percent = u8::try_from(row.carry_over_percent);
        let spec = BudgetSpec {
            name: row.name,
            subject: Subject {
                workspace_id: row.workspace_id.map(WorkspaceId),
                principal_id: row.principal_id.map(PrincipalId),
                agent_id: row.agent_id.map(AgentId),
                workflow_id: row.workflow_id.map(WorkflowId),
                model: row.model,
            },
            enforcement: known(TABLE, "enforcement", id, &row.enforcement)?,
            period: known(TABLE, "period", id, &row.period)?,
            time_zone: row.time_zone,
            limits,
            thresholds: thresholds.map_err(|_| bad("thresholds"))?,
            carry_over_percent: percent.map_err(|_| bad("carry_over_percent"))?,
        };
        let state = BudgetState {
            period_start: row.period_start,
            period_end: row.period_end,
            tokens: stored_json(PERIODS, "spent_tokens", id, &row.tokens)?,
            calls: stored_json(PERIODS, "spent_calls", id, &row.calls)?,
            cost_in_cents: stored_json(PERIODS, "spent_cost_in_cents", id, &row.cost_in_cents)?,
        };
        let (created_at, updated_at) = (row.created_at, row.updated_at);
        Ok(Self { id: BudgetId(id), spec, state, created_at, updated_at })
    }
}
