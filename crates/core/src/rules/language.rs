use std::sync::Arc;

use serde_json::Value;

use super::{DerivedFault, DerivedSpec, FactSchema, Facts, Limits, Problems, Program, cel};
use crate::InvalidInput;

/// What expressions can be about: the objects of a schema, and derived fields. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Language(Arc<cel::Language>);

impl Language {
    /// The language of these facts. Derived fields that cannot be computed are left out, with everything that depends on
    /// them, and are in [`Language::faults`].
    pub fn new(schema: FactSchema, derived: &[DerivedSpec]) -> Self {
        Self::with_limits(schema, derived, Limits::default())
    }

    /// The same with limits of one's own.
    pub fn with_limits(schema: FactSchema, derived: &[DerivedSpec], limits: Limits) -> Self {
        Self(Arc::new(cel::Language::new(schema, derived, limits)))
    }

    /// What is wrong with the derived fields.
    pub fn faults(&self) -> &[DerivedFault] {
        self.0.faults()
    }

    /// The schema.
    pub fn schema(&self) -> &FactSchema {
        self.0.schema()
    }

    /// The derived fields in the order in which they are computed, each with its dependencies.
    pub fn derived(&self) -> &[DerivedSpec] {
        self.0.derived()
    }

    /// Compiles a condition. Names everything that is wrong with it: syntax, unknown names and fields, operands of the
    /// wrong type, or a result that is not true or false.
    pub fn compile(&self, expression: &str) -> Result<Program, Problems> {
        cel::Language::compile(&self.0, expression).map(Program::new)
    }

    /// Reads facts, and computes the derived fields. Fails only when `facts` is no object, or is more than 100 levels deep.
    pub fn facts(&self, facts: &Value) -> Result<Facts, InvalidInput> {
        cel::Language::facts(&self.0, facts).map(Facts)
    }

    /// Whether both were made by the same call: programs of one may be used with facts of the other.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
