//! Rules that a PostgreSQL database of many tenants should keep, as queries that find what breaks them.
//!
//! A rule is one read-only query in `queries/`, which returns an object and a remark for each thing that breaks it, and an entry in
//! the list of its group, which says why it matters and what to do. The crate knows PostgreSQL and the names it is given, and nothing of
//! AgentFlow.
//!
//! ```no_run
//! # async fn example(mut client: tokio_postgres::Client) -> agentflow_doctor::Result<()> {
//! use agentflow_doctor::{Doctor, Options};
//!
//! let report = Doctor::new(Options::default()).examine(&mut client).await?;
//! for finding in &report.findings {
//!     println!("{} {}: {}", finding.rule, finding.object, finding.detail);
//! }
//! # Ok(())
//! # }
//! ```

mod doctor;
mod error;
mod options;
mod report;
mod rule;
mod rules;

pub use doctor::Doctor;
pub use error::{Error, Result};
pub use options::Options;
pub use report::{Finding, Level, Report, Skipped};
pub use rule::{Needs, Rule, SEARCH_PATH};
pub use rules::{GROUPS, rules};
