use std::sync::Arc;

use cel_core::{CelType, CompileError, Env, MapActivation, Value as CelValue};
use serde_json::Value;

use crate::{
    InvalidInput,
    rules::{
        Clause, DerivedFault, DerivedSpec, Explanation, FactSchema, FactType, Fault, FaultKind,
        Limits, Problem, Problems,
    },
};

#[derive(Debug)]
pub(in crate::rules) struct Language {
    schema: FactSchema,
    derived: Vec<DerivedSpec>,
    faults: Vec<DerivedFault>,
    env: Env,
}

#[derive(Debug)]
pub(in crate::rules) struct Program {
    program: cel_core::Program,
    clauses: Vec<Clause>,
    reads: Vec<String>,
}

#[derive(Debug)]
pub(in crate::rules) struct Facts {
    values: MapActivation,
    findings: Vec<InvalidInput>,
}

impl Language {
    pub(in crate::rules) fn new(schema: FactSchema, derived: &[DerivedSpec], _: Limits) -> Self {
        let mut env = Env::with_standard_library().with_all_extensions();
        for (name, object) in schema.objects() {
            let fields = match object {
                FactType::Object(fields) if fields.values().all(|it| *it == FactType::Int) => {
                    CelType::Int
                }
                _ => CelType::Dyn,
            };
            env.add_variable(name, CelType::map(CelType::String, fields));
        }
        Self { schema, derived: derived.to_vec(), faults: Vec::new(), env }
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
        let problem = |message: String| Problem { line: 1, column: 1, message };
        let problems = |error: CompileError| Problems(vec![problem(error.to_string())]);
        let ast = self.env.compile(source).map_err(problems)?;
        let program = self.env.program(&ast).map_err(problems)?;
        Ok(Program { program, clauses: Vec::new(), reads: Vec::new() })
    }

    pub(in crate::rules) fn facts(self: &Arc<Self>, facts: &Value) -> Result<Facts, InvalidInput> {
        let Value::Object(facts) = facts else {
            return Err(InvalidInput::new("facts", "expected an object"));
        };
        let mut values = MapActivation::new();
        for (name, fact) in facts {
            values.insert(name, to_cel(fact));
        }
        Ok(Facts { values, findings: Vec::new() })
    }
}

impl Facts {
    pub(in crate::rules) fn findings(&self) -> &[InvalidInput] {
        &self.findings
    }
}

impl Program {
    pub(in crate::rules) fn evaluate(&self, facts: &Facts) -> Result<bool, Fault> {
        match self.program.eval(&facts.values) {
            CelValue::Bool(it) => Ok(it),
            CelValue::Error(error) => Err(Fault::new(FaultKind::Missing, error.message.clone())),
            _ => Err(Fault::new(FaultKind::NotBoolean, "expected true or false")),
        }
    }

    pub(in crate::rules) fn explain(&self, facts: &Facts) -> Explanation {
        let result = self.evaluate(facts);
        let reason = match &result {
            Ok(it) => it.to_string(),
            Err(fault) => fault.message.clone(),
        };
        Explanation { result, reason, read: Vec::new(), clauses: Vec::new(), cost: 0 }
    }

    pub(in crate::rules) fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    pub(in crate::rules) fn reads(&self) -> &[String] {
        &self.reads
    }
}

fn to_cel(value: &Value) -> CelValue {
    match value {
        Value::Null => CelValue::Null,
        Value::Bool(it) => CelValue::Bool(*it),
        Value::Number(it) => match it.as_i64() {
            Some(it) => CelValue::Int(it),
            None => CelValue::Double(it.as_f64().unwrap_or_default()),
        },
        Value::String(it) => CelValue::String(it.as_str().into()),
        Value::Array(it) => CelValue::List(it.iter().map(to_cel).collect()),
        Value::Object(it) => CelValue::map(it.iter().map(|(key, it)| (key.clone(), to_cel(it)))),
    }
}
