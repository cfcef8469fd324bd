//! Rules of a tenant over typed facts: schemas, rules, derived fields, and engines that evaluate them.
//!
//! The language, and what needs no database, is in [`agentflow_core::rules`].

mod store;

pub use store::{Book, RuleStore};
