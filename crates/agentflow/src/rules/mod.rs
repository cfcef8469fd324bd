//! Rules of a tenant over typed facts: schemas, rules, derived fields, and engines that evaluate them.
//!
//! The language, and what needs no database, is in [`agentflow_core::rules`].

mod change;
mod derived_fields;
mod engine;
mod engines;
mod import;
mod listen;
mod loaded;
mod memory;
mod recompile;
mod rows;
#[expect(clippy::module_inception, reason = "the noun of the module is the noun of the domain")]
mod rules;
mod schemas;
mod store;

pub use agentflow_core::{
    ids::{DerivedFieldId, RuleId, SchemaId},
    rules::{DerivedSpec, FactSchema, Rule, RuleSpec},
};
pub use derived_fields::{DerivedField, DerivedFields};
pub use engine::{Engine, EngineStatus};
pub use engines::{Engines, EnginesStatus};
pub use import::{Imported, ImportedPart};
pub use listen::Listening;
pub use memory::MemoryRules;
pub use recompile::{Failed, FailedKind, OnFailure, Report};
pub use rules::Rules;
pub use schemas::{RuleSchemas, SchemaChange, SchemaChangeKind, SchemaUpdate, SchemaVersion};
pub use store::{Book, RuleStore};
