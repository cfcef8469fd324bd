//! Rules over typed facts: schemas, derived fields, the expression language, and verdicts.
//!
//! A [`FactSchema`] says what facts look like. With its [`DerivedSpec`]s it makes a [`Language`], which compiles
//! expressions in CEL to [`Program`]s and reads JSON into [`Facts`]. A [`RuleSet`] holds the rules of a tenant, compiled,
//! and gives a [`Verdict`] for each.
//!
//! ```
//! use agentflow_core::rules::{FactSchema, Language};
//! use serde_json::json;
//!
//! let schema = FactSchema::parse(&json!({ "User": { "age": "int", "email": "optional<string>" } })).unwrap();
//! let language = Language::new(schema, &[]);
//! let adult = language.compile("User.age >= 18").unwrap();
//! let facts = language.facts(&json!({ "User": { "age": 21 } })).unwrap();
//! assert_eq!(adult.evaluate(&facts), Ok(true));
//!
//! let problems = language.compile("User.age == 'old'").unwrap_err();
//! assert_eq!((problems.0[0].line, problems.0[0].column), (1, 1));
//! ```

mod book;
mod cases;
mod cel;
mod derived;
pub(crate) mod document;
mod facts;
mod fault;
mod language;
mod limits;
mod names;
mod problem;
mod program;
mod rule;
mod schema;
mod set;
mod verdict;

pub use book::{Book, BookRule, read_schema};
pub use cases::{
    Case, CaseResult, Cases, CasesReport, Check, ClauseCoverage, Coverage, Expected, Outcome,
    RuleCoverage,
};
pub use derived::{DerivedFault, DerivedSpec};
pub use document::{FileProblem, FileProblems};
pub use facts::Facts;
pub use fault::{Fault, FaultKind};
pub use language::Language;
pub use limits::{Limits, MAX_DEPTH, MAX_EXPRESSION_BYTES};
pub use problem::{Problem, Problems};
pub use program::{Clause, Explanation, Program, Read};
pub use rule::{Rule, RuleSpec};
pub use schema::{FactSchema, FactType};
pub use set::RuleSet;
pub use verdict::Verdict;
