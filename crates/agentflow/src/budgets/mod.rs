//! Budgets: what may be used in a period, reserved before and settled after.

mod alerts;
mod apply;
#[expect(clippy::module_inception, reason = "the noun of the module is the noun of the domain")]
mod budgets;
mod check;
mod increases;
mod reserve;
mod rows;
mod settle;

pub use agentflow_core::budget::{
    Amounts, BudgetPeriod, BudgetRefusal, BudgetSpec, BudgetState, Enforcement, Limits, Measure,
    MeasureState, Subject,
};
pub use alerts::BudgetAlert;
pub(crate) use apply::Reserving;
pub use budgets::Budgets;
pub use check::Check;
pub use increases::{Increase, NewIncrease};
pub use reserve::{Decision, Reservation, ReserveRequest};
pub use rows::Budget;
pub use settle::Settled;
