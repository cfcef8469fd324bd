use serde::Serialize;

use super::{Case, Cases, Coverage, Expected};
use crate::{
    ids::RuleId,
    rules::{Explanation, Facts, FileProblem, FileProblems, Read, RuleSet},
    similar::similar,
};

/// What became of cases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CasesReport {
    /// How many came out as expected.
    pub passed: usize,
    /// How many did not.
    pub failed: usize,
    /// Each, in the order of the file.
    pub cases: Vec<CaseResult>,
    /// What of the rules they tried.
    pub coverage: Coverage,
}

/// What became of one case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseResult {
    /// What it shows.
    pub name: String,
    /// The line it begins on, from 1, where that can be told.
    pub line: Option<u32>,
    /// Whether everything came out as expected.
    pub passed: bool,
    /// Why the facts cannot be read at all.
    pub error: Option<String>,
    /// What in the facts is not of the type that the schema says: path and reason.
    pub findings: Vec<String>,
    /// Each rule that something was expected of, and of an exact case each that matched without being expected to.
    pub checks: Vec<Check>,
}

/// What a rule was to say, and what it says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// Its name.
    pub rule: String,
    /// Whether both are the same.
    pub passed: bool,
    /// What it was to say.
    pub expected: Expected,
    /// What it says.
    pub got: Outcome,
    /// Why, in a sentence.
    pub reason: String,
    /// The facts and derived fields that were read.
    pub read: Vec<Read>,
}

/// What a rule says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// That the facts meet its condition.
    Matched,
    /// That they do not.
    NotMatched,
    /// Nothing: the message of the fault.
    Error(String),
}

impl Cases {
    /// Evaluates every case, and sees which of the outcomes of active rules there were. Fails when a case names a rule that
    /// is not there, is not active, or is not among the `only` ones of the case.
    pub fn run(&self, set: &RuleSet) -> Result<CasesReport, FileProblems> {
        let problems = self.cases.iter().flat_map(|case| unknown(case, set)).collect();
        FileProblems::unless_none(problems)?;
        let mut coverage = Coverage::none(set);
        let cases: Vec<_> = self.cases.iter().map(|case| run(case, set, &mut coverage)).collect();
        let passed = cases.iter().filter(|case| case.passed).count();
        let failed = cases.len() - passed;
        Ok(CasesReport { passed, failed, cases, coverage: coverage.counted() })
    }
}

/// The names of a case that no rule answers to.
fn unknown(case: &Case, set: &RuleSet) -> Vec<FileProblem> {
    let mut problems = Vec::new();
    let mut wrong = |message: String| {
        let subject = format!("case `{}`", case.name);
        problems.push(FileProblem { line: case.line, column: None, subject, message });
    };
    let only = case.only.iter().flatten();
    for name in case.expect.iter().map(|(rule, _)| rule).chain(only) {
        match set.rules().find(|rule| rule.spec.name == *name) {
            Some(rule) if rule.spec.active => {}
            Some(_) => wrong(format!("the rule `{name}` is not active, so it says nothing")),
            None => {
                let hint = match similar(name, set.rules().map(|it| it.spec.name.as_str())) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => format!("the rules are {}", names(set)),
                };
                wrong(format!("there is no rule `{name}`; {hint}"));
            }
        }
    }
    if let Some(only) = &case.only {
        for (name, _) in case.expect.iter().filter(|(name, _)| !only.contains(name)) {
            wrong(format!(
                "`only` does not name the rule `{name}`, of which something is expected"
            ));
        }
    }
    problems
}

/// What the rules are called, at least the first of them.
fn names(set: &RuleSet) -> String {
    const NAMED: usize = 10;
    let mut names: Vec<_> =
        set.rules().take(NAMED).map(|rule| format!("`{}`", rule.spec.name)).collect();
    match set.rules().len().checked_sub(NAMED) {
        Some(more @ 1..) => names.push(format!("and {more} more")),
        _ if names.is_empty() => names.push("none".to_owned()),
        _ => {}
    }
    names.join(", ")
}

fn run(case: &Case, set: &RuleSet, coverage: &mut Coverage) -> CaseResult {
    let mut result = CaseResult {
        name: case.name.clone(),
        line: case.line,
        passed: false,
        error: None,
        findings: Vec::new(),
        checks: Vec::new(),
    };
    let facts = match set.facts(&case.facts) {
        Ok(facts) => facts,
        Err(fault) => {
            result.error = Some(fault.to_string());
            return result;
        }
    };
    result.findings = facts.findings().iter().map(ToString::to_string).collect();
    let only = case.only.as_deref();
    let active = set.rules().filter(|rule| rule.spec.active);
    for rule in active.filter(|rule| only.is_none_or(|only| only.contains(&rule.spec.name))) {
        let name = &rule.spec.name;
        let explanation = explain(set, rule.id, &facts);
        if let (Ok(explanation), Some(seen)) =
            (&explanation, coverage.rules.iter_mut().find(|it| it.rule == *name))
        {
            seen.add(explanation);
        }
        let expected = case.expect.iter().find(|(rule, _)| rule == name).map(|(_, it)| it.clone());
        let (got, reason, read) = match explanation {
            Ok(it) => (Outcome::of(&it), it.reason, it.read),
            Err(message) => (Outcome::Error(message.clone()), message, Vec::new()),
        };
        let expected = match expected {
            Some(expected) => expected,
            None if case.exact && got == Outcome::Matched => Expected::NotMatched,
            None => continue,
        };
        let passed = expected.is_met_by(&got);
        result.checks.push(Check { rule: name.clone(), passed, expected, got, reason, read });
    }
    result.passed = result.checks.iter().all(|check| check.passed);
    result
}

/// How the evaluation went, or why the rule does not compile.
fn explain(set: &RuleSet, rule: RuleId, facts: &Facts) -> Result<Explanation, String> {
    match set.program(rule) {
        Some(Ok(program)) => Ok(program.explain(facts)),
        Some(Err(problems)) => Err(format!("the rule does not compile: {problems}")),
        None => Err("the rule is not active".to_owned()),
    }
}

impl Outcome {
    fn of(explanation: &Explanation) -> Self {
        match &explanation.result {
            Ok(true) => Self::Matched,
            Ok(false) => Self::NotMatched,
            Err(fault) => Self::Error(fault.message.clone()),
        }
    }
}

impl Expected {
    fn is_met_by(&self, got: &Outcome) -> bool {
        match (self, got) {
            (Self::Matched, Outcome::Matched) | (Self::NotMatched, Outcome::NotMatched) => true,
            (Self::Error(part), Outcome::Error(message)) => {
                part.as_ref().is_none_or(|part| message.contains(part.as_str()))
            }
            _ => false,
        }
    }
}
