//! What is looked at in the syntax tree: what it calls, and how deep an evaluation can go.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Import, Module, Rule, RuleHead};

use self::path::{path, root};
use super::place;
use crate::rules::{Problem, Problems};

mod depth;
mod path;
mod scope;
mod size;
mod walk;

/// How many problems are told.
const MAX_PROBLEMS: usize = 20;

/// What the evaluator has to know.
pub(super) struct Outline {
    pub(super) effect: String,
    pub(super) reasons: Option<String>,
    pub(super) levels: usize,
    pub(super) value_levels: usize,
}

pub(super) fn module(module: &Module, text: &str) -> Result<Outline, Problems> {
    let package = path(&module.package.refr)
        .ok_or_else(|| place::alone(1, 1, "the name of the package must be made of plain names"))?;
    let mut tree = Tree {
        text,
        package,
        rules: BTreeMap::new(),
        imports: BTreeSet::new(),
        problems: Vec::new(),
    };
    for import in &module.imports {
        tree.import(import);
    }
    for rule in &module.policy {
        tree.declare(rule);
    }
    for rule in &module.policy {
        tree.rule(rule);
        tree.scopes(rule);
    }
    tree.effect();
    tree.recursion();
    let (levels, value_levels) = tree.depths();
    if tree.problems.is_empty() {
        tree.sizes(module);
    }
    if tree.problems.is_empty() {
        let data = format!("data.{}", tree.package.join("."));
        let reasons = tree.rules.contains_key("reasons").then(|| format!("{data}.reasons"));
        return Ok(Outline { effect: format!("{data}.effect"), reasons, levels, value_levels });
    }
    let mut problems = tree.problems;
    problems.sort_by_key(|it| (it.line, it.column));
    problems.truncate(MAX_PROBLEMS);
    Err(Problems(problems))
}

/// Everything about the rules of one name.
#[derive(Default)]
struct Facts {
    /// Where the first of them begins.
    at: u32,
    is_function: bool,
    /// A set, an object, or a function: not one value.
    is_partial: bool,
    /// Levels of the deepest of them.
    levels: usize,
    /// Levels they can add to a value, all together.
    value_levels: usize,
    /// The names they mention, and how often.
    mentions: BTreeMap<String, usize>,
    /// The functions they call, and where.
    calls: BTreeMap<String, u32>,
}

struct Tree<'t> {
    text: &'t str,
    package: Vec<String>,
    rules: BTreeMap<String, Facts>,
    /// What parts of the input are called.
    imports: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl Tree<'_> {
    fn wrong(&mut self, byte: u32, message: impl Into<String>) {
        let (line, column) = place::at(self.text, byte);
        self.problems.push(Problem { line, column, message: message.into() });
    }

    fn import(&mut self, import: &Import) {
        let path = path(&import.refr).unwrap_or_default();
        let steps: Vec<_> = path.iter().map(String::as_str).collect();
        let known =
            matches!(steps[..], ["rego", "v1"] | ["input", ..] | ["future", "keywords", ..]);
        if !known {
            let message = "only `rego.v1`, `future.keywords` and parts of `input` can be imported: a policy stands alone";
            self.wrong(import.span.start, message);
        }
        if let ["input", ..] = steps[..] {
            let name = import
                .r#as
                .as_ref()
                .map_or_else(|| path.last().cloned(), |it| Some(it.text().to_owned()));
            self.imports.extend(name);
        }
    }

    fn declare(&mut self, rule: &Rule) {
        let (refr, is_function, is_partial) = match rule {
            Rule::Default { refr, args, .. } => (refr, !args.is_empty(), !args.is_empty()),
            Rule::Spec { head, .. } => match head {
                RuleHead::Compr { refr, .. } => (refr, false, !matches!(**refr, Expr::Var { .. })),
                RuleHead::Set { refr, .. } => (refr, false, true),
                RuleHead::Func { refr, .. } => (refr, true, true),
            },
        };
        let Some(name) = root(refr) else { return };
        let start = refr.span().start;
        let facts =
            self.rules.entry(name).or_insert_with(|| Facts { at: start, ..Facts::default() });
        facts.is_function |= is_function;
        facts.is_partial |= is_partial;
    }

    fn effect(&mut self) {
        let expected =
            "expected a rule `effect` that is \"allow\", \"require_approval\" or \"deny\"";
        match self.rules.get("effect") {
            None => self.wrong(0, format!("{expected}, and there is none")),
            Some(facts) if facts.is_partial => {
                let at = facts.at;
                self.wrong(at, format!("{expected}, and this is a set, an object or a function"));
            }
            Some(_) => {}
        }
        if let Some(facts) = self.rules.get("reasons")
            && facts.is_function
        {
            let at = facts.at;
            self.wrong(at, "`reasons` must be a set or an array of texts, and this is a function");
        }
    }
}
