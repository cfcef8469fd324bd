use std::{collections::HashMap, sync::Arc};

use serde_json::Value;

use super::{Facts, Fault, FaultKind, Language, Problems, Program, Rule, Verdict};
use crate::{InvalidInput, ids::RuleId};

/// The rules of a tenant, compiled. Never changes: a new one is made when rules change.
#[derive(Debug)]
pub struct RuleSet {
    language: Language,
    rules: Vec<Arc<Compiled>>,
    by_id: HashMap<RuleId, usize>,
    revision: i64,
}

#[derive(Debug)]
struct Compiled {
    rule: Rule,
    /// Of an active rule.
    program: Option<Result<Program, Problems>>,
}

impl RuleSet {
    /// Compiles the active ones of `rules`, which are in the order of evaluation. One that does not compile does not stop
    /// the others; its verdict is a fault. Programs of `before` are taken over where language and expression are the same.
    pub fn new(language: Language, rules: Vec<Rule>, revision: i64, before: Option<&Self>) -> Self {
        let before = before.filter(|before| before.language.is(&language));
        let rules: Vec<_> = rules
            .into_iter()
            .map(|rule| {
                let kept = before.and_then(|before| before.compiled(rule.id));
                match kept {
                    Some(kept) if kept.rule == rule => Arc::clone(kept),
                    _ => {
                        let program =
                            rule.spec.active.then(|| language.compile(&rule.spec.expression));
                        Arc::new(Compiled { rule, program })
                    }
                }
            })
            .collect();
        let by_id = rules.iter().enumerate().map(|(index, it)| (it.rule.id, index)).collect();
        Self { language, rules, by_id, revision }
    }

    /// The language of its facts.
    pub fn language(&self) -> &Language {
        &self.language
    }

    /// The number that counts changes of what a tenant evaluates.
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// Every rule, in the order of evaluation.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.rules.iter().map(|it| &it.rule)
    }

    /// The rule with this id.
    pub fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.compiled(id).map(|it| &it.rule)
    }

    /// The program of the active rule with this id, or why it has none.
    pub fn program(&self, id: RuleId) -> Option<Result<&Program, &Problems>> {
        self.compiled(id)?.program.as_ref().map(Result::as_ref)
    }

    /// The active rules that do not compile.
    pub fn broken(&self) -> impl Iterator<Item = (&Rule, &Problems)> {
        self.rules.iter().filter_map(|it| match &it.program {
            Some(Err(problems)) => Some((&it.rule, problems)),
            _ => None,
        })
    }

    /// Reads facts; see [`Language::facts`].
    pub fn facts(&self, facts: &Value) -> Result<Facts, InvalidInput> {
        self.language.facts(facts)
    }

    /// What the rule with this id says. None when there is no such rule, or it is not active.
    pub fn evaluate(&self, id: RuleId, facts: &Facts) -> Option<Verdict> {
        let compiled = self.compiled(id)?;
        Some(verdict(&compiled.rule, compiled.program.as_ref()?, facts))
    }

    /// What each active rule says. A fault of one does not stop the others.
    pub fn evaluate_all(&self, facts: &Facts) -> Vec<Verdict> {
        let active = self.rules.iter().filter_map(|it| Some((&it.rule, it.program.as_ref()?)));
        active.map(|(rule, program)| verdict(rule, program, facts)).collect()
    }

    /// Which active rules match, without reasons: faster than [`RuleSet::evaluate_all`].
    pub fn decide_all<'r>(
        &'r self,
        facts: &'r Facts,
    ) -> impl Iterator<Item = (&'r Rule, Result<bool, Fault>)> {
        self.rules.iter().filter_map(|it| {
            let result = match it.program.as_ref()? {
                Ok(program) => program.evaluate(facts),
                Err(problems) => Err(not_compiled(problems)),
            };
            Some((&it.rule, result))
        })
    }

    fn compiled(&self, id: RuleId) -> Option<&Arc<Compiled>> {
        self.by_id.get(&id).map(|&index| &self.rules[index])
    }
}

fn verdict(rule: &Rule, program: &Result<Program, Problems>, facts: &Facts) -> Verdict {
    let name = rule.spec.name.clone();
    match program {
        Ok(program) => {
            let it = program.explain(facts);
            let matched = it.result == Ok(true);
            let error = it.result.err();
            Verdict {
                rule: rule.id,
                name,
                matched,
                reason: it.reason,
                read: it.read,
                error,
                cost: it.cost,
            }
        }
        Err(problems) => {
            let fault = not_compiled(problems);
            let reason = fault.message.clone();
            let (read, error) = (Vec::new(), Some(fault));
            Verdict { rule: rule.id, name, matched: false, reason, read, error, cost: 0 }
        }
    }
}

fn not_compiled(problems: &Problems) -> Fault {
    let problems: Vec<_> = problems.0.iter().map(ToString::to_string).collect();
    Fault::new(
        FaultKind::NotCompiled,
        format!("the rule does not compile: {}", problems.join("; ")),
    )
}
