//! Budgets, as far as that needs no database: what may be used in which period, and by whom.

mod amounts;
#[expect(clippy::module_inception, reason = "the noun of the module is the noun of the domain")]
mod budget;
mod check;
mod period;
mod refusal;
mod state;
mod subject;

pub use amounts::{Amounts, Measure};
pub use budget::{BudgetSpec, Enforcement, Limits};
pub use check::unknown_time_zone;
pub use period::BudgetPeriod;
pub use refusal::{BudgetRefusal, grouped, in_zone};
pub use state::{BudgetState, MeasureState};
pub use subject::Subject;
