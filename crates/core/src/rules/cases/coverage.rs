use serde::Serialize;

use crate::rules::{Explanation, Program, RuleSet};

/// What of the rules was tried. An outcome is one of: a rule matches, it does not, a clause of it is true, it is false.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    /// How many outcomes were seen.
    pub seen: u64,
    /// How many there are.
    pub total: u64,
    /// The part that was seen, rounded down to a tenth of a percent; 100 when there is nothing to see.
    pub percent: f64,
    /// Each active rule, in the order of evaluation.
    pub rules: Vec<RuleCoverage>,
}

/// What of one rule was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCoverage {
    /// Its name.
    pub rule: String,
    /// Whether it matched.
    pub matched: bool,
    /// Whether it did not match. A fault is neither.
    pub not_matched: bool,
    /// The conditions of which it is made.
    pub clauses: Vec<ClauseCoverage>,
}

/// What of one condition was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClauseCoverage {
    /// Its text.
    pub text: String,
    /// The line of the expression that it begins on, from 1.
    pub line: u32,
    /// The column it begins at, from 1, in characters.
    pub column: u32,
    /// Whether it was true.
    pub seen_true: bool,
    /// Whether it was false.
    pub seen_false: bool,
}

impl RuleCoverage {
    pub(super) fn new(rule: &str, program: &Program) -> Self {
        let clauses = program.clauses().iter().map(|clause| ClauseCoverage {
            text: clause.text.clone(),
            line: clause.line,
            column: clause.column,
            seen_true: false,
            seen_false: false,
        });
        Self {
            rule: rule.to_owned(),
            matched: false,
            not_matched: false,
            clauses: clauses.collect(),
        }
    }

    pub(super) fn add(&mut self, explanation: &Explanation) {
        self.matched |= explanation.result == Ok(true);
        self.not_matched |= explanation.result == Ok(false);
        for (clause, outcome) in self.clauses.iter_mut().zip(&explanation.clauses) {
            clause.seen_true |= *outcome == Some(true);
            clause.seen_false |= *outcome == Some(false);
        }
    }

    fn outcomes(&self) -> impl Iterator<Item = bool> {
        let clauses = self.clauses.iter().flat_map(|it| [it.seen_true, it.seen_false]);
        [self.matched, self.not_matched].into_iter().chain(clauses)
    }
}

impl Coverage {
    pub(super) fn none(set: &RuleSet) -> Self {
        let rules = set.rules().filter_map(|rule| {
            let program = set.program(rule.id)?.ok()?;
            Some(RuleCoverage::new(&rule.spec.name, program))
        });
        Self { seen: 0, total: 0, percent: 0.0, rules: rules.collect() }
    }

    pub(super) fn counted(mut self) -> Self {
        let outcomes = || self.rules.iter().flat_map(RuleCoverage::outcomes);
        let count = |it: usize| u64::try_from(it).unwrap_or(u64::MAX);
        self.total = count(outcomes().count());
        self.seen = count(outcomes().filter(|&seen| seen).count());
        let tenths = self.seen.saturating_mul(1000).checked_div(self.total).unwrap_or(1000);
        // At most 1,000.
        self.percent = f64::from(u32::try_from(tenths).unwrap_or(1000)) / 10.0;
        self
    }
}
