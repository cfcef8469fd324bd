//! What a change does to the rules and derived fields that are there. Without a database, so that every store of rules
//! decides alike.

use std::{collections::HashSet, fmt};

use agentflow_core::{
    InvalidInput, InvalidInputs,
    rules::{DerivedFault, DerivedSpec, FactSchema, Language, Problems, Rule, RuleSpec},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::DerivedField;
use crate::error::{Error, Result};

/// What happens to rules and derived fields that do not compile under a new schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// The schema is refused, and nothing changes.
    #[default]
    Refuse,
    /// They become inactive, together with the schema coming into force.
    Deactivate,
}

/// What a change did to the active rules and derived fields, or would have done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Report {
    /// How many compile.
    pub recompiled: u32,
    /// Those that do not: derived fields first, then rules, each in the order of their creation.
    pub failed: Vec<Failed>,
}

/// A rule or derived field that does not compile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// Which of the two.
    pub kind: FailedKind,
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What is wrong with it: `line 1, column 8: …`. Never empty.
    pub problems: Vec<String>,
}

/// What can fail to compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailedKind {
    /// A rule.
    Rule,
    /// A derived field.
    DerivedField,
}

impl fmt::Display for FailedKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rule => "rule",
            Self::DerivedField => "derived field",
        })
    }
}

impl Failed {
    fn rule(rule: &Rule, problems: &Problems) -> Self {
        let (kind, name) = (FailedKind::Rule, rule.spec.name.clone());
        Self { kind, id: rule.id.0, name, problems: in_words(problems) }
    }

    fn derived_field(field: &DerivedField, language: &Language) -> Self {
        let name = field.spec.name.clone();
        let mut problems: Vec<_> =
            faults_of(language, &name).flat_map(|fault| problems_of(fault, &name)).collect();
        if problems.is_empty() {
            problems.push("it reads a derived field that does not compile".to_owned());
        }
        Self { kind: FailedKind::DerivedField, id: field.id.0, name, problems }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`: {}", self.kind, self.name, self.problems.join("; "))
    }
}

impl fmt::Display for Report {
    /// In one line, with the first five of those that do not compile.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 5;
        let failed = self.failed.len();
        let total = u64::from(self.recompiled) + failed as u64;
        write!(f, "{failed} of {total} rules and derived fields would not compile")?;
        for (index, it) in self.failed.iter().take(SHOWN).enumerate() {
            write!(f, "{} {it}", if index == 0 { ":" } else { ";" })?;
        }
        match failed.saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

/// What the rules of a tenant can be about, as it is stored.
#[derive(Debug, Clone, Default)]
pub(super) struct Vocabulary {
    pub(super) schema: FactSchema,
    pub(super) derived: Vec<DerivedField>,
}

impl Vocabulary {
    pub(super) fn language(&self) -> Language {
        Language::new(self.schema.clone(), &self.active_specs())
    }

    /// What is computed, in the order of creation.
    pub(super) fn active_specs(&self) -> Vec<DerivedSpec> {
        self.active().map(|field| field.spec.clone()).collect()
    }

    fn active(&self) -> impl Iterator<Item = &DerivedField> {
        self.derived.iter().filter(|field| field.active)
    }

    /// The same with this derived field in the place of the one of its name.
    fn with(&self, spec: &DerivedSpec) -> Language {
        let mut specs = self.active_specs();
        match specs.iter_mut().find(|it| it.name == spec.name) {
            Some(before) => *before = spec.clone(),
            None => specs.push(spec.clone()),
        }
        Language::new(self.schema.clone(), &specs)
    }

    fn without(&self, name: &str) -> Language {
        let mut specs = self.active_specs();
        specs.retain(|it| it.name != name);
        Language::new(self.schema.clone(), &specs)
    }

    /// Compiles everything that is active.
    pub(super) fn recompile(&self, rules: &[Rule]) -> Report {
        let language = self.language();
        let computed = names(&language);
        let mut report = Report::default();
        for field in self.active() {
            if computed.contains(field.spec.name.as_str()) {
                report.recompiled += 1;
            } else {
                report.failed.push(Failed::derived_field(field, &language));
            }
        }
        for rule in rules.iter().filter(|rule| rule.spec.active) {
            match language.compile(&rule.spec.expression) {
                Ok(_) => report.recompiled += 1,
                Err(problems) => report.failed.push(Failed::rule(rule, &problems)),
            }
        }
        report
    }

    /// What a derived field becomes: with its dependencies. Refuses one that is wrong in itself, and one that others
    /// cannot go on with.
    pub(super) fn check_derived(
        &self,
        operation: &'static str,
        rules: &[Rule],
        spec: &DerivedSpec,
    ) -> Result<DerivedSpec> {
        let after = self.with(spec);
        let findings: Vec<_> =
            faults_of(&after, &spec.name).flat_map(|it| findings_of(it, &spec.name)).collect();
        if !findings.is_empty() {
            return Err(Error::all_invalid(operation)(InvalidInputs(findings)));
        }
        let compiled = after.derived().iter().find(|it| it.name == spec.name).cloned();
        let Some(compiled) = compiled else {
            let reason = "it reads a derived field that does not compile";
            return Err(Error::invalid(operation)(InvalidInput::new("expression", reason)));
        };
        if !self.derived.iter().any(|before| is_same(before, &compiled)) {
            self.refuse_breaking(operation, rules, &after, &spec.name)?;
        }
        Ok(compiled)
    }

    /// Refuses when somebody reads it.
    pub(super) fn check_without(
        &self,
        operation: &'static str,
        rules: &[Rule],
        name: &str,
    ) -> Result<()> {
        self.refuse_breaking(operation, rules, &self.without(name), name)
    }

    /// Those that did not compile before stand in nobody's way.
    fn refuse_breaking(
        &self,
        operation: &'static str,
        rules: &[Rule],
        after: &Language,
        changed: &str,
    ) -> Result<()> {
        let before = self.language();
        let (computed, still) = (names(&before), names(after));
        let mut report = Report::default();
        for field in self.active().filter(|field| field.spec.name != changed) {
            let name = field.spec.name.as_str();
            if still.contains(name) {
                report.recompiled += 1;
            } else if computed.contains(name) {
                report.failed.push(Failed::derived_field(field, after));
            }
        }
        for rule in rules.iter().filter(|rule| rule.spec.active) {
            match after.compile(&rule.spec.expression) {
                Ok(_) => report.recompiled += 1,
                Err(problems) if before.compile(&rule.spec.expression).is_ok() => {
                    report.failed.push(Failed::rule(rule, &problems));
                }
                Err(_) => {}
            }
        }
        if report.failed.is_empty() {
            return Ok(());
        }
        Err(Error::RulesBroken { operation, report })
    }
}

fn names(language: &Language) -> HashSet<&str> {
    language.derived().iter().map(|it| it.name.as_str()).collect()
}

fn faults_of<'l>(language: &'l Language, name: &str) -> impl Iterator<Item = &'l DerivedFault> {
    language.faults().iter().filter(move |fault| match fault {
        DerivedFault::Cycle(names) => names.iter().any(|it| it == name),
        fault => fault.name() == name,
    })
}

/// What is wrong with the derived field of this name, by the part of its spec.
fn findings_of(fault: &DerivedFault, name: &str) -> Vec<InvalidInput> {
    let field = match fault {
        DerivedFault::Name { .. } => "name",
        DerivedFault::Dependencies { .. } => "dependencies",
        _ => "expression",
    };
    let problems = problems_of(fault, name);
    problems.into_iter().map(|reason| InvalidInput::new(field, reason)).collect()
}

fn problems_of(fault: &DerivedFault, name: &str) -> Vec<String> {
    match fault {
        DerivedFault::Expression { problems, .. } => in_words(problems),
        fault => {
            let text = storable(&fault.to_string());
            let prefix = format!("derived field `{name}`: ");
            vec![text.strip_prefix(&prefix).unwrap_or(&text).to_owned()]
        }
    }
}

fn in_words(problems: &Problems) -> Vec<String> {
    problems.0.iter().map(|problem| storable(&problem.to_string())).collect()
}

/// A message may quote what an expression escaped, and PostgreSQL holds no text with U+0000.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// What can be seen of a rule without its schema.
pub(super) fn check_rule(operation: &'static str, spec: &RuleSpec) -> Result<()> {
    spec.validate().map_err(Error::all_invalid(operation))?;
    check_nul(operation, "expression", &spec.expression)
}

/// The same for a derived field.
pub(super) fn check_derived_spec(operation: &'static str, spec: &DerivedSpec) -> Result<()> {
    check_nul(operation, "name", &spec.name)?;
    check_nul(operation, "expression", &spec.expression)?;
    let mut dependencies = spec.dependencies.iter().flatten();
    dependencies.try_for_each(|path| check_nul(operation, "dependencies", path))
}

fn check_nul(operation: &'static str, field: &'static str, text: &str) -> Result<()> {
    if text.contains('\0') {
        let reason = "U+0000 cannot be stored";
        return Err(Error::invalid(operation)(InvalidInput::new(field, reason)));
    }
    Ok(())
}

/// Whether a rule has to compile for this change. One that a new schema broke may be renamed and switched off.
pub(super) fn must_compile(before: &RuleSpec, after: &RuleSpec) -> bool {
    before.expression != after.expression || (after.active && !before.active)
}

pub(super) fn check_compiles(
    operation: &'static str,
    language: &Language,
    expression: &str,
) -> Result<()> {
    language.compile(expression).map(drop).map_err(|problems| {
        let finding = |problem: String| InvalidInput::new("expression", problem);
        let findings = in_words(&problems).into_iter().map(finding).collect();
        Error::all_invalid(operation)(InvalidInputs(findings))
    })
}

/// The names of the parts in which two rules differ.
pub(super) fn changed_parts(before: &RuleSpec, after: &RuleSpec) -> Vec<&'static str> {
    let parts = [
        ("active", before.active != after.active),
        ("expression", before.expression != after.expression),
        ("name", before.name != after.name),
    ];
    parts.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

/// Whether a derived field that is set to this, with the dependencies that were found, is as before.
pub(super) fn is_same(before: &DerivedField, spec: &DerivedSpec) -> bool {
    before.active && before.spec == *spec
}
