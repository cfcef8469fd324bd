use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::Value;

use super::{
    build::Builder,
    facts::{Facts, Plan},
    functions::Functions,
    node::Slot,
    program,
    scope::{Scope, Wanted},
    source::{guarded, parse},
};
use crate::{
    InvalidInput,
    rules::{
        Clause, DerivedFault, DerivedSpec, Explanation, FactSchema, Fault, FaultKind, Limits,
        Problems,
    },
};

/// Tells languages apart.
static NEXT_ID: AtomicU64 = AtomicU64::new(0);

#[derive(Debug)]
pub(in crate::rules) struct Language {
    id: u64,
    pub(super) schema: FactSchema,
    pub(super) limits: Limits,
    /// In the order in which they are computed.
    pub(super) derived: Vec<DerivedSpec>,
    /// Of each derived field.
    pub(super) programs: Vec<program::Program>,
    pub(super) faults: Vec<DerivedFault>,
    pub(super) scope: Scope,
    functions: Functions,
    plan: Plan,
    /// The place of each variable: first the objects, then the derived fields.
    pub(super) slots: HashMap<String, usize>,
}

impl Language {
    pub(in crate::rules) fn new(
        schema: FactSchema,
        derived: &[DerivedSpec],
        limits: Limits,
    ) -> Self {
        let scope = Scope::new(&schema);
        let functions = Functions::new(&scope.env);
        let slots = schema.objects().keys().cloned().zip(0..).collect();
        let language = Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            plan: Plan::new(&schema),
            schema,
            limits,
            derived: Vec::new(),
            programs: Vec::new(),
            faults: Vec::new(),
            scope,
            functions,
            slots,
        };
        Builder::new(language).with(derived)
    }

    pub(in crate::rules) fn faults(&self) -> &[DerivedFault] {
        &self.faults
    }

    pub(in crate::rules) fn schema(&self) -> &FactSchema {
        &self.schema
    }

    pub(in crate::rules) fn derived(&self) -> &[DerivedSpec] {
        &self.derived
    }

    pub(in crate::rules) fn compile(self: &Arc<Self>, source: &str) -> Result<Program, Problems> {
        let program = guarded(|| {
            let ast = self.scope.check(source, parse(source)?, Wanted::Bool)?;
            self.program(&ast)
        })?;
        Ok(Program { program, language: self.id })
    }

    /// Makes a checked expression ready. To be called in [`guarded`].
    pub(super) fn program(&self, ast: &cel_core::Ast) -> Result<program::Program, Problems> {
        let slots = |name: &str| self.slots.get(name).copied();
        program::Program::new(ast, &self.functions, &slots, self.limits)
    }

    pub(in crate::rules) fn facts(self: &Arc<Self>, facts: &Value) -> Result<Facts, InvalidInput> {
        let (mut slots, findings) = self.plan.read(facts, self.programs.len())?;
        // All of them are computed, whether a rule reads them or not, and their values are kept: so they share one budget.
        let mut left = self.limits;
        for (spec, program) in self.derived.iter().zip(&self.programs) {
            let (value, used) = program.value_within(&slots, left);
            let slot = match value {
                Ok(value) => Slot::Value(value),
                Err(fault) if fault.kind == FaultKind::Limit && left != self.limits => {
                    Slot::Fault(of_derived(&spec.name, used_up(fault)))
                }
                Err(fault) => Slot::Fault(of_derived(&spec.name, fault)),
            };
            left.cost = left.cost.saturating_sub(used);
            slots.push(slot);
        }
        Ok(Facts { language: self.id, slots, findings })
    }
}

/// The fault of a derived field for whoever reads it; of one that read another, that of the other.
fn of_derived(name: &str, fault: Fault) -> Fault {
    if is_of_derived(&fault) {
        return fault;
    }
    Fault::new(fault.kind, format!("derived field {name}: {}", fault.message))
}

/// The fault of a derived field for which those before it did not leave enough.
fn used_up(fault: Fault) -> Fault {
    if is_of_derived(&fault) {
        return fault;
    }
    let message = "stopped; the derived fields together used up the steps that they may take for one fact set";
    Fault::new(FaultKind::Limit, message)
}

fn is_of_derived(fault: &Fault) -> bool {
    fault.message.starts_with("derived field ")
}

/// An expression of one language.
#[derive(Debug)]
pub(in crate::rules) struct Program {
    program: program::Program,
    language: u64,
}

impl Program {
    pub(in crate::rules) fn evaluate(&self, facts: &Facts) -> Result<bool, Fault> {
        self.check(facts)?;
        self.program.evaluate(&facts.slots)
    }

    pub(in crate::rules) fn explain(&self, facts: &Facts) -> Explanation {
        match self.check(facts) {
            Ok(()) => self.program.explain(&facts.slots),
            Err(fault) => Explanation {
                reason: fault.message.clone(),
                result: Err(fault),
                read: Vec::new(),
                clauses: vec![None; self.clauses().len()],
                cost: 0,
            },
        }
    }

    pub(in crate::rules) fn clauses(&self) -> &[Clause] {
        self.program.clauses()
    }

    pub(in crate::rules) fn reads(&self) -> &[String] {
        self.program.reads()
    }

    fn check(&self, facts: &Facts) -> Result<(), Fault> {
        if facts.language == self.language {
            return Ok(());
        }
        let message = "the facts are of another language than the rule; read them with the language that compiled it";
        Err(Fault::new(FaultKind::Internal, message))
    }
}

#[cfg(test)]
mod tests;
