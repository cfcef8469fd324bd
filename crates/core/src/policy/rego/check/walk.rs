//! What stands in one rule: what it mentions and calls, and how deep it is.

use std::collections::BTreeMap;

use regorus::{
    Value,
    unstable::{Expr, Literal, LiteralStmt, Query, Ref, Rule, RuleBody, RuleHead, Span},
};

use super::{
    super::builtins,
    Tree,
    path::{path, root, text_of, written},
};

/// Levels that a rule takes, whatever is in it.
const RULE_LEVELS: usize = 12;
/// Levels that parsed JSON may have.
const JSON_LEVELS: usize = 128;

/// What was seen in one rule.
#[derive(Default)]
struct Look {
    deepest: usize,
    statements: usize,
    value_levels: usize,
    mentions: BTreeMap<String, usize>,
    calls: BTreeMap<String, u32>,
}

impl Tree<'_> {
    pub(super) fn rule(&mut self, rule: &Rule) {
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

    pub(super) fn name_in_data(&self, steps: &[Option<String>]) -> Option<String> {
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
}
