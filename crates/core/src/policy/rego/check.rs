//! What is looked at in the syntax tree: what it calls, and how deep an evaluation can go.

use std::collections::{BTreeMap, BTreeSet};

use regorus::{
    Value,
    unstable::{
        Expr, Import, Literal, LiteralStmt, Module, Query, Ref, Rule, RuleBody, RuleHead, Span,
    },
};

use super::{builtins, place};
use crate::rules::{Problem, Problems};

/// How many problems are told.
const MAX_PROBLEMS: usize = 20;
/// How many levels one evaluation may have: rules that ask for rules, and what is nested in them.
const MAX_LEVELS: usize = 4_000;
/// How many levels the values may have that a policy makes.
const MAX_VALUE_LEVELS: usize = 2_000;
/// Levels that a rule takes, whatever is in it.
const RULE_LEVELS: usize = 12;
/// Levels that parsed JSON may have.
const JSON_LEVELS: usize = 128;

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
    let mut tree = Tree { text, package, rules: BTreeMap::new(), problems: Vec::new() };
    for import in &module.imports {
        tree.import(import);
    }
    for rule in &module.policy {
        tree.declare(rule);
    }
    for rule in &module.policy {
        tree.rule(rule);
    }
    tree.effect();
    tree.recursion();
    let (levels, value_levels) = tree.depths();
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

    fn rule(&mut self, rule: &Rule) {
        let mut look = Look::default();
        let name = match rule {
            Rule::Default { refr, args, value, .. } => {
                self.all(args, 1, &mut look);
                self.expr(value, 1, &mut look);
                root(refr)
            }
            Rule::Spec { head, bodies, .. } => {
                let refr = match head {
                    RuleHead::Compr { refr, assign, .. } => {
                        self.assigned(assign.as_ref().map(|it| &it.value), &mut look);
                        refr
                    }
                    RuleHead::Set { refr, key, .. } => {
                        look.value_levels += 1;
                        self.assigned(key.as_ref(), &mut look);
                        refr
                    }
                    RuleHead::Func { refr, args, assign, .. } => {
                        self.all(args, 1, &mut look);
                        self.assigned(assign.as_ref().map(|it| &it.value), &mut look);
                        refr
                    }
                };
                if !matches!(**refr, Expr::Var { .. }) {
                    look.value_levels += self.head(refr, &mut look);
                }
                for body in bodies {
                    self.body(body, &mut look);
                }
                root(refr)
            }
        };
        let Some(facts) = name.and_then(|name| self.rules.get_mut(&name)) else { return };
        facts.levels = facts.levels.max(RULE_LEVELS + look.deepest + look.statements);
        facts.value_levels += look.value_levels;
        for (name, times) in look.mentions {
            *facts.mentions.entry(name).or_default() += times;
        }
        for (name, at) in look.calls {
            facts.calls.entry(name).or_insert(at);
        }
    }

    /// What stands in the brackets of `head[here].and[here]`, and how many levels that is.
    fn head(&mut self, refr: &Expr, look: &mut Look) -> usize {
        let mut levels = 0;
        let mut at = refr;
        loop {
            match at {
                Expr::RefBrack { refr, index, .. } => {
                    self.expr(index, 1, look);
                    at = refr;
                }
                Expr::RefDot { refr, .. } => at = refr,
                _ => return levels,
            }
            levels += 1;
        }
    }

    fn assigned(&mut self, value: Option<&Ref<Expr>>, look: &mut Look) {
        if let Some(value) = value {
            self.expr(value, 1, look);
        }
    }

    fn body(&mut self, body: &RuleBody, look: &mut Look) {
        self.assigned(body.assign.as_ref().map(|it| &it.value), look);
        self.query(&body.query, 1, look);
    }

    fn query(&mut self, query: &Query, depth: usize, look: &mut Look) {
        for statement in &query.stmts {
            self.statement(statement, depth, look);
        }
    }

    fn statement(&mut self, statement: &LiteralStmt, depth: usize, look: &mut Look) {
        // Each may be a loop in which the rest is evaluated.
        look.statements += 1;
        for with in &statement.with_mods {
            self.wrong(
                with.span.start,
                "`with` is for tests, and is left out; write a function with a parameter",
            );
        }
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, collection, .. } => {
                self.assigned(key.as_ref(), look);
                self.expr(value, depth, look);
                self.expr(collection, depth, look);
            }
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
                self.expr(expr, depth, look);
            }
            Literal::Every { domain, query, .. } => {
                self.expr(domain, depth, look);
                self.query(query, depth + 2, look);
            }
        }
    }

    fn all(&mut self, exprs: &[Ref<Expr>], depth: usize, look: &mut Look) -> bool {
        exprs.iter().fold(false, |varies, it| self.expr(it, depth, look) | varies)
    }

    /// Whether the value of the expression is more than what is written there.
    fn expr(&mut self, expr: &Expr, depth: usize, look: &mut Look) -> bool {
        look.deepest = look.deepest.max(depth);
        let depth = depth + 1;
        match expr {
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. } => false,
            Expr::Var { span, value, .. } => {
                self.variable(span, value, look);
                true
            }
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                let varies = self.all(items, depth, look);
                look.value_levels += usize::from(varies);
                varies
            }
            Expr::Object { fields, .. } => {
                let varies = fields.iter().fold(false, |varies, (_, key, value)| {
                    self.expr(key, depth, look) | self.expr(value, depth, look) | varies
                });
                look.value_levels += usize::from(varies);
                varies
            }
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.expr(term, depth, look);
                self.query(query, depth + 2, look);
                look.value_levels += 1;
                true
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.expr(key, depth, look);
                self.expr(value, depth, look);
                self.query(query, depth + 2, look);
                look.value_levels += 1;
                true
            }
            Expr::Call { span, fcn, params, .. } => {
                self.call(span, fcn, look);
                self.all(params, depth, look);
                true
            }
            Expr::UnaryExpr { expr, .. } => self.expr(expr, depth, look),
            Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                self.reference(expr, depth, look);
                true
            }
            Expr::BinExpr { lhs, rhs, .. }
            | Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. }
            | Expr::AssignExpr { lhs, rhs, .. } => {
                self.expr(lhs, depth, look) | self.expr(rhs, depth, look)
            }
            Expr::Membership { key, value, collection, .. } => {
                if let Some(key) = key {
                    self.expr(key, depth, look);
                }
                self.expr(value, depth, look);
                self.expr(collection, depth, look);
                true
            }
        }
    }

    fn variable(&mut self, span: &Span, value: &Value, look: &mut Look) {
        let Value::String(name) = value else { return };
        if name.as_ref() == "data" {
            self.bad_data(span.start);
        } else if self.rules.contains_key(name.as_ref()) {
            *look.mentions.entry(name.to_string()).or_default() += 1;
        }
    }

    fn bad_data(&mut self, byte: u32) {
        let package = self.package.join(".");
        let message = format!(
            "`data` holds nothing but the rules of this policy; name one: `data.{package}.…`"
        );
        self.wrong(byte, message);
    }

    /// `a.b["c"][i]`: a variable, and what leads on from it.
    fn reference(&mut self, expr: &Expr, depth: usize, look: &mut Look) {
        let mut steps = Vec::new();
        let mut at = expr;
        let mut levels = depth;
        loop {
            match at {
                Expr::RefDot { refr, field, .. } => {
                    steps.push(text_of(&field.1));
                    at = refr;
                }
                Expr::RefBrack { refr, index, .. } => {
                    let step = written(index);
                    if step.is_none() {
                        // A variable there may be a loop in which the rest is evaluated.
                        look.statements += 1;
                        self.expr(index, levels, look);
                    }
                    steps.push(step);
                    at = refr;
                }
                _ => break,
            }
            levels += 1;
        }
        look.deepest = look.deepest.max(levels);
        let is_data =
            matches!(at, Expr::Var { value: Value::String(name), .. } if name.as_ref() == "data");
        if !is_data {
            self.expr(at, levels, look);
            return;
        }
        steps.reverse();
        let name = self.name_in_data(&steps);
        match name {
            Some(name) => *look.mentions.entry(name).or_default() += 1,
            None => self.bad_data(at.span().start),
        }
    }

    fn name_in_data(&self, steps: &[Option<String>]) -> Option<String> {
        let (package, rest) = steps.split_at_checked(self.package.len())?;
        let ours =
            package.iter().zip(&self.package).all(|(step, ours)| step.as_ref() == Some(ours));
        let name = rest.first()?.clone()?;
        (ours && self.rules.contains_key(&name)).then_some(name)
    }

    fn call(&mut self, span: &Span, fcn: &Expr, look: &mut Look) {
        let start = span.start;
        let Some(path) = path(fcn) else {
            self.wrong(start, "a function must be called by its name");
            return;
        };
        let steps: Vec<_> = path.iter().cloned().map(Some).collect();
        let name = match &path[..] {
            [first, ..] if first == "data" => self.name_in_data(&steps[1..]),
            [name] => self.rules.contains_key(name).then(|| name.clone()),
            _ => None,
        };
        if let Some(name) = name
            && self.rules.get(&name).is_some_and(|facts| facts.is_function)
        {
            *look.mentions.entry(name.clone()).or_default() += 1;
            look.calls.entry(name).or_insert(start);
            return;
        }
        let called = path.join(".");
        if builtins::is_offered(&called) {
            look.value_levels += if called == "json.unmarshal" { JSON_LEVELS } else { 1 };
            return;
        }
        let message = match builtins::why_left_out(&called) {
            Some(why) => format!("`{called}` is left out: {why}"),
            None => format!(
                "unknown function `{called}`{}",
                builtins::similar(&called, self.rules.keys())
            ),
        };
        self.wrong(start, message);
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

    /// Functions that call themselves, by whatever way.
    fn recursion(&mut self) {
        let mut done = BTreeSet::new();
        let names: Vec<_> = self.rules.keys().cloned().collect();
        for name in names {
            let mut way = Vec::new();
            if let Some((at, cycle)) = self.cycle(&name, &mut way, &mut done) {
                self.wrong(
                    at,
                    format!("functions may not call themselves: {}", cycle.join(" calls ")),
                );
                return;
            }
        }
    }

    fn cycle(
        &self,
        name: &str,
        way: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> Option<(u32, Vec<String>)> {
        if done.contains(name) {
            return None;
        }
        way.push(name.to_owned());
        for (called, at) in &self.rules.get(name)?.calls {
            if let Some(from) = way.iter().position(|it| it == called) {
                let mut cycle = way[from..].to_vec();
                cycle.push(called.clone());
                return Some((*at, cycle));
            }
            if let Some(found) = self.cycle(called, way, done) {
                return Some(found);
            }
        }
        way.pop();
        done.insert(name.to_owned());
        None
    }

    /// Levels of an evaluation, and of the values it can make.
    fn depths(&mut self) -> (usize, usize) {
        let mut known = BTreeMap::new();
        let names: Vec<_> = self.rules.keys().cloned().collect();
        let (mut levels, mut value_levels, mut at) = (0, 0, 0);
        for name in names {
            let depth = self.depth(&name, &mut known);
            if depth.0 > levels || depth.1 > value_levels {
                at = self.rules.get(&name).map_or(0, |facts| facts.at);
            }
            levels = levels.max(depth.0);
            value_levels = value_levels.max(depth.1);
        }
        if levels > MAX_LEVELS {
            let message = format!("rules ask for rules more than {MAX_LEVELS} levels deep");
            self.wrong(at, message);
        }
        if value_levels > MAX_VALUE_LEVELS {
            let message = format!(
                "a value could be made here of more than {MAX_VALUE_LEVELS} levels; build it of fewer parts"
            );
            self.wrong(at, message);
        }
        (levels, value_levels)
    }

    fn depth(&self, name: &str, known: &mut BTreeMap<String, (usize, usize)>) -> (usize, usize) {
        if let Some(depth) = known.get(name) {
            return *depth;
        }
        // A value that depends on itself is found by the evaluator; it adds no level here.
        known.insert(name.to_owned(), (0, 0));
        let Some(facts) = self.rules.get(name) else { return (0, 0) };
        let (mut below, mut value_levels, mut deepest_value) = (0, facts.value_levels, 0);
        for (mentioned, times) in &facts.mentions {
            let depth = self.depth(mentioned, known);
            below = below.max(depth.0);
            if self.rules.get(mentioned).is_some_and(|facts| facts.is_function) {
                // Each call may put what it is given deeper.
                value_levels = value_levels.saturating_add(depth.1.saturating_mul(*times));
            } else {
                deepest_value = deepest_value.max(depth.1);
            }
        }
        let value_levels = value_levels.saturating_add(deepest_value);
        let depth = (facts.levels.saturating_add(below), value_levels);
        known.insert(name.to_owned(), depth);
        depth
    }
}

/// What was seen in one rule.
#[derive(Default)]
struct Look {
    deepest: usize,
    statements: usize,
    value_levels: usize,
    mentions: BTreeMap<String, usize>,
    calls: BTreeMap<String, u32>,
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        _ => None,
    }
}

/// A text that is written there.
fn written(expr: &Expr) -> Option<String> {
    match expr {
        Expr::String { value, .. } | Expr::RawString { value, .. } => text_of(value),
        _ => None,
    }
}

/// `a.b["c"]` as its names.
fn path(expr: &Expr) -> Option<Vec<String>> {
    let mut steps = Vec::new();
    let mut at = expr;
    loop {
        match at {
            Expr::Var { value, .. } => {
                steps.push(text_of(value)?);
                steps.reverse();
                return Some(steps);
            }
            Expr::RefDot { refr, field, .. } => {
                steps.push(text_of(&field.1)?);
                at = refr;
            }
            Expr::RefBrack { refr, index, .. } => {
                steps.push(written(index)?);
                at = refr;
            }
            _ => return None,
        }
    }
}

/// The name that a rule has in its package.
fn root(refr: &Expr) -> Option<String> {
    let mut at = refr;
    loop {
        match at {
            Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => at = refr,
            Expr::Var { value, .. } => return text_of(value),
            _ => return None,
        }
    }
}
