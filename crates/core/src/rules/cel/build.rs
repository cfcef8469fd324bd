//! Adds derived fields to a language.

use std::collections::{BTreeSet, HashMap};

use cel_core::CelType;

use super::{
    derived::{differences, minimal, order, reads},
    language::Language,
    program::Program,
    scope::Wanted,
    source::{guarded, parse},
};
use crate::rules::{DerivedFault, DerivedSpec, Problems, limits::MAX_DERIVED_FIELDS, names};

pub(super) struct Builder {
    language: Language,
}

impl Builder {
    pub(super) fn new(language: Language) -> Self {
        Self { language }
    }

    /// The language with these fields, as far as they can be computed; what is wrong with the others is among its faults.
    pub(super) fn with(mut self, specs: &[DerivedSpec]) -> Language {
        let specs = self.named(specs);
        let names: HashMap<&str, usize> =
            specs.iter().enumerate().map(|(index, it)| (it.name.as_str(), index)).collect();
        let reads: Vec<_> = specs.iter().map(|it| self.reads(&it.expression, &names)).collect();
        let dependencies: Vec<Vec<usize>> = reads
            .iter()
            .map(|it| {
                it.iter().flatten().filter_map(|path| names.get(path.as_str()).copied()).collect()
            })
            .collect();
        let order = order(&dependencies);
        for circle in order.circles {
            let around: Vec<String> = circle.iter().map(|it| specs[*it].name.clone()).collect();
            for name in &around {
                let reason =
                    format!("derived field `{name}` depends on itself: {}", around.join(" -> "));
                self.language.scope.left_out.entry(name.clone()).or_insert(reason);
            }
            self.language.faults.push(DerivedFault::Cycle(around));
        }
        for index in order.order {
            let spec = specs[index];
            if let Err(fault) = self.add(spec, reads[index].as_ref()) {
                let reason = left_out(&fault);
                self.language.scope.left_out.insert(spec.name.clone(), reason);
                self.language.faults.push(fault);
            }
        }
        self.language
    }

    /// Those with a name that they can have.
    fn named<'s>(&mut self, specs: &'s [DerivedSpec]) -> Vec<&'s DerivedSpec> {
        let (mut named, mut taken) = (Vec::new(), BTreeSet::new());
        for spec in specs {
            let name = spec.name.as_str();
            let checked = if self.language.schema.objects().contains_key(name) {
                Err("the schema has an object of this name".to_owned())
            } else if !taken.insert(name) {
                Err("there is another derived field of this name".to_owned())
            } else {
                names::check_global(name)
            };
            match checked {
                Ok(()) if named.len() == MAX_DERIVED_FIELDS => {
                    let reason = format!(
                        "there are {} derived fields; {MAX_DERIVED_FIELDS} is the most",
                        specs.len()
                    );
                    let name = spec.name.clone();
                    let fault = DerivedFault::Name { name: name.clone(), reason };
                    self.language.scope.left_out.insert(name, left_out(&fault));
                    self.language.faults.push(fault);
                }
                Ok(()) => named.push(spec),
                Err(reason) => {
                    let name = spec.name.clone();
                    self.language.faults.push(DerivedFault::Name { name, reason });
                }
            }
        }
        named
    }

    /// What an expression reads. None when it cannot be parsed; why, it is found out again when it is added.
    fn reads(&self, expression: &str, names: &HashMap<&str, usize>) -> Option<BTreeSet<String>> {
        let objects = self.language.schema.objects();
        let is_object = |name: &str| objects.contains_key(name);
        let is_derived = |name: &str| names.contains_key(name);
        guarded(|| Ok(reads(&parse(expression)?, &is_object, &is_derived))).ok()
    }

    fn add(
        &mut self,
        spec: &DerivedSpec,
        reads: Option<&BTreeSet<String>>,
    ) -> Result<(), DerivedFault> {
        let name = spec.name.clone();
        let (program, it) = guarded(|| self.compile(&spec.expression))
            .map_err(|problems| DerivedFault::Expression { name: name.clone(), problems })?;
        let empty = BTreeSet::new();
        let reads = reads.unwrap_or(&empty);
        if let Some(declared) = &spec.dependencies {
            let (undeclared, unread) = differences(declared, reads);
            if !undeclared.is_empty() || !unread.is_empty() {
                return Err(DerivedFault::Dependencies { name, undeclared, unread });
            }
        }
        let mut spec = spec.clone();
        spec.dependencies.get_or_insert_with(|| minimal(reads));
        let language = &mut self.language;
        language.slots.insert(name.clone(), language.slots.len());
        language.scope.add_derived(&name, it);
        language.derived.push(spec);
        language.programs.push(program);
        Ok(())
    }

    /// The program, and the type of its value.
    fn compile(&self, source: &str) -> Result<(Program, CelType), Problems> {
        let expr = parse(source)?;
        let ast = self.language.scope.check(source, expr, Wanted::Anything)?;
        let it = ast.result_type().cloned().unwrap_or(CelType::Dyn);
        Ok((self.language.program(&ast)?, it))
    }
}

/// Why a field cannot be used, for those who use it. When it is the fault of another, that one is named.
fn left_out(fault: &DerivedFault) -> String {
    match fault {
        DerivedFault::Expression { name, problems } => match problems.0.first() {
            Some(problem) if problem.message.starts_with("derived field `") => {
                problem.message.clone()
            }
            Some(problem) => format!("derived field `{name}` does not compile: {problem}"),
            None => format!("derived field `{name}` does not compile"),
        },
        fault => fault.to_string(),
    }
}

#[cfg(test)]
mod tests;
