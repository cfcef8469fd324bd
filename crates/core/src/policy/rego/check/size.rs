//! How many parts the values have that rules make, with what stands in them several times counted as often: so many steps a
//! comparison takes, and so long is the text of them.

use std::collections::BTreeMap;

use regorus::unstable::{AssignOp, Expr, Literal, Module, Query, Rule, RuleHead};

use super::{
    Tree,
    path::{name_of, path, root, written},
    scope::{children, pattern},
};

/// How many parts a value may have.
const MAX_PARTS: u64 = 1_000_000;
/// How many names may lead from one to the next.
const MAX_CHAIN: usize = 500;
/// Room on the stack for one expression, and how much more is taken at once.
const ROOM: usize = 1024 * 1024;
const MORE_ROOM: usize = 8 * 1024 * 1024;
/// Functions that give back what they are given, and are not charged for all of it.
const HANDED_ON: &[&str] = &["intersection", "max", "min", "object.get", "sort"];

/// Parts of a value: some, and some for each part of what the function is given.
#[derive(Clone, Copy, Default)]
struct Parts {
    own: u64,
    each: u64,
}

const ONE: Parts = Parts { own: 1, each: 0 };

impl Parts {
    fn and(self, other: Self) -> Self {
        Self { own: self.own.saturating_add(other.own), each: self.each.saturating_add(other.each) }
    }

    fn or(self, other: Self) -> Self {
        Self { own: self.own.max(other.own), each: self.each.max(other.each) }
    }
}

/// What a variable of a rule may be.
enum Given<'a> {
    Argument,
    Value(&'a Expr),
}

struct Sizes<'t, 'a> {
    tree: &'t Tree<'t>,
    rules: BTreeMap<String, Vec<&'a Rule>>,
    known: BTreeMap<String, Parts>,
    /// Names that lead to the one that is looked at.
    chain: usize,
    /// The first that has too many parts, whatever is made of it.
    too_large: Option<String>,
}

/// The variables of one definition.
struct Locals<'a> {
    rule: String,
    given: BTreeMap<&'a str, Vec<Given<'a>>>,
    known: BTreeMap<&'a str, Parts>,
}

impl Tree<'_> {
    pub(super) fn sizes(&mut self, module: &Module) {
        let mut rules: BTreeMap<String, Vec<&Rule>> = BTreeMap::new();
        for rule in &module.policy {
            let (Rule::Default { refr, .. }
            | Rule::Spec {
                head:
                    RuleHead::Compr { refr, .. }
                    | RuleHead::Set { refr, .. }
                    | RuleHead::Func { refr, .. },
                ..
            }) = &**rule;
            if let Some(name) = root(refr) {
                rules.entry(name).or_default().push(rule);
            }
        }
        let names: Vec<_> = rules.keys().cloned().collect();
        let mut sizes =
            Sizes { tree: self, rules, known: BTreeMap::new(), chain: 0, too_large: None };
        for name in names {
            sizes.rule(&name);
        }
        let at = sizes.too_large.and_then(|name| Some(self.rules.get(&name)?.at));
        if let Some(at) = at {
            let message = format!(
                "a value could be made here of more than {MAX_PARTS} parts, what stands in it several times counted as often"
            );
            self.wrong(at, message);
        }
    }
}

impl<'a> Sizes<'_, 'a> {
    fn rule(&mut self, name: &str) -> Parts {
        if let Some(parts) = self.known.get(name) {
            return *parts;
        }
        // A value that depends on itself is found by the evaluator.
        self.known.insert(name.to_owned(), ONE);
        let mut all = ONE;
        for rule in self.rules.get(name).cloned().unwrap_or_default() {
            let mut locals =
                Locals { rule: name.to_owned(), given: BTreeMap::new(), known: BTreeMap::new() };
            let definition =
                stacker::maybe_grow(ROOM, MORE_ROOM, || self.definition(rule, &mut locals));
            all = match rule {
                Rule::Spec { head: RuleHead::Set { .. }, .. } => all.and(definition),
                Rule::Spec { head: RuleHead::Compr { refr, .. }, .. }
                    if name_of(refr).is_none() =>
                {
                    all.and(definition)
                }
                _ => all.or(definition),
            };
        }
        self.limit(name, all);
        self.known.insert(name.to_owned(), all);
        all
    }

    fn limit(&mut self, name: &str, parts: Parts) {
        if self.too_large.is_none() && parts.own.max(parts.each) > MAX_PARTS {
            self.too_large = Some(name.to_owned());
        }
    }

    fn definition(&mut self, rule: &'a Rule, locals: &mut Locals<'a>) -> Parts {
        let mut values: Vec<&Expr> = Vec::new();
        let mut queries = Vec::new();
        let args = match rule {
            Rule::Default { args, value, .. } => {
                values.push(value);
                &args[..]
            }
            Rule::Spec { head, bodies, .. } => {
                for body in bodies {
                    values.extend(body.assign.as_ref().map(|it| &*it.value));
                    queries.push(&*body.query);
                }
                match head {
                    RuleHead::Compr { assign, .. } => {
                        values.extend(assign.as_ref().map(|it| &*it.value));
                        &[]
                    }
                    RuleHead::Set { key, .. } => {
                        values.extend(key.as_deref());
                        &[]
                    }
                    RuleHead::Func { args, assign, .. } => {
                        values.extend(assign.as_ref().map(|it| &*it.value));
                        &args[..]
                    }
                }
            }
        };
        for arg in args {
            pattern(arg, &mut |name, _| {
                locals.given.entry(name).or_default().push(Given::Argument);
            });
        }
        for query in &queries {
            locals.query(query);
        }
        for value in &values {
            locals.inside(value);
        }
        for query in queries {
            self.query(query, locals);
        }
        values.into_iter().fold(ONE, |parts, it| parts.or(self.parts(it, locals)))
    }

    fn query(&mut self, query: &'a Query, locals: &mut Locals<'a>) {
        for statement in &query.stmts {
            match &statement.literal {
                Literal::SomeVars { .. } => {}
                Literal::SomeIn { collection, .. } => drop(self.parts(collection, locals)),
                Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
                    self.parts(expr, locals);
                }
                Literal::Every { domain, query, .. } => {
                    self.parts(domain, locals);
                    self.query(query, locals);
                }
            }
        }
    }

    fn variable(&mut self, name: &'a str, locals: &mut Locals<'a>) -> Parts {
        if let Some(parts) = locals.known.get(name) {
            return *parts;
        }
        if self.chain >= MAX_CHAIN {
            let far = Parts { own: u64::MAX, each: 0 };
            self.limit(&locals.rule, far);
            return far;
        }
        self.chain += 1;
        let mut parts = ONE;
        if let Some(given) = locals.given.remove(name) {
            locals.known.insert(name, ONE);
            for it in given {
                parts = parts.or(match it {
                    Given::Argument => Parts { own: 0, each: 1 },
                    Given::Value(value) => {
                        stacker::maybe_grow(ROOM, MORE_ROOM, || self.parts(value, locals))
                    }
                });
            }
            locals.known.insert(name, parts);
        } else if self.tree.rules.get(name).is_some_and(|facts| !facts.is_function) {
            parts = self.rule(name);
        }
        self.chain -= 1;
        parts
    }

    fn parts(&mut self, expr: &'a Expr, locals: &mut Locals<'a>) -> Parts {
        let parts = match expr {
            Expr::Var { .. } => name_of(expr).map_or(ONE, |name| self.variable(name, locals)),
            Expr::Array { .. } | Expr::Set { .. } | Expr::Object { .. } => {
                self.sum(expr, locals).and(ONE)
            }
            Expr::BinExpr { .. } => self.sum(expr, locals).and(ONE),
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.query(query, locals);
                self.parts(term, locals).and(ONE)
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.query(query, locals);
                self.parts(key, locals).and(self.parts(value, locals)).and(ONE)
            }
            Expr::Call { fcn, params, .. } => {
                let given =
                    params.iter().fold(Parts::default(), |sum, it| sum.and(self.parts(it, locals)));
                self.call(fcn, given)
            }
            Expr::RefDot { .. } | Expr::RefBrack { .. } => self.reference(expr, locals),
            Expr::UnaryExpr { .. }
            | Expr::BoolExpr { .. }
            | Expr::ArithExpr { .. }
            | Expr::AssignExpr { .. }
            | Expr::Membership { .. } => {
                self.sum(expr, locals);
                ONE
            }
            _ => ONE,
        };
        self.limit(&locals.rule, parts);
        parts
    }

    fn sum(&mut self, expr: &'a Expr, locals: &mut Locals<'a>) -> Parts {
        let mut sum = Parts::default();
        children(expr, &mut |it| sum = sum.and(self.parts(it, locals)));
        sum
    }

    fn call(&mut self, fcn: &Expr, given: Parts) -> Parts {
        let Some(path) = path(fcn) else { return ONE };
        if HANDED_ON.contains(&path.join(".").as_str()) {
            return given.and(ONE);
        }
        let name = match &path[..] {
            [name] => Some(name.clone()),
            [first, rest @ ..] if first == "data" => {
                self.tree.name_in_data(&rest.iter().cloned().map(Some).collect::<Vec<_>>())
            }
            _ => None,
        };
        let Some(name) = name.filter(|it| self.tree.rules.contains_key(it)) else { return ONE };
        let made = self.rule(&name);
        Parts {
            own: made.own.saturating_add(made.each.saturating_mul(given.own)),
            each: made.each.saturating_mul(given.each),
        }
    }

    /// A part has no more parts than the whole.
    fn reference(&mut self, expr: &'a Expr, locals: &mut Locals<'a>) -> Parts {
        let mut steps = Vec::new();
        let mut at = expr;
        loop {
            match at {
                Expr::RefDot { refr, field, .. } => {
                    steps.push(super::path::text_of(&field.1));
                    at = refr;
                }
                Expr::RefBrack { refr, index, .. } => {
                    steps.push(written(index));
                    self.parts(index, locals);
                    at = refr;
                }
                _ => break,
            }
        }
        if name_of(at) == Some("data") {
            steps.reverse();
            return self.tree.name_in_data(&steps).map_or(ONE, |name| self.rule(&name));
        }
        self.parts(at, locals)
    }
}

impl<'a> Locals<'a> {
    fn give(&mut self, target: &'a Expr, value: &'a Expr) {
        if let (Expr::Array { items: left, .. }, Expr::Array { items: right, .. }) = (target, value)
            && left.len() == right.len()
        {
            for (left, right) in left.iter().zip(right) {
                self.give(left, right);
            }
            return;
        }
        pattern(target, &mut |name, _| {
            self.given.entry(name).or_default().push(Given::Value(value));
        });
    }

    fn query(&mut self, query: &'a Query) {
        for statement in &query.stmts {
            match &statement.literal {
                Literal::SomeVars { .. } => {}
                Literal::SomeIn { key, value, collection, .. } => {
                    for it in key.iter().chain([value]) {
                        self.give(it, collection);
                    }
                    self.inside(collection);
                }
                Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
                    if let Expr::AssignExpr { op, lhs, rhs, .. } = &**expr {
                        self.give(lhs, rhs);
                        if matches!(op, AssignOp::Eq) {
                            self.give(rhs, lhs);
                        }
                    }
                    self.inside(expr);
                }
                Literal::Every { key, value, domain, query, .. } => {
                    for it in key.iter().chain([value]) {
                        self.given.entry(it.text()).or_default().push(Given::Value(domain));
                    }
                    self.inside(domain);
                    self.query(query);
                }
            }
        }
    }

    /// What the comprehensions in an expression give.
    fn inside(&mut self, expr: &'a Expr) {
        match expr {
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.query(query);
                self.inside(term);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.query(query);
                self.inside(key);
                self.inside(value);
            }
            Expr::Call { params, .. } => params.iter().for_each(|it| self.inside(it)),
            Expr::RefDot { refr, .. } => self.inside(refr),
            Expr::RefBrack { refr, index, .. } => {
                self.inside(refr);
                self.inside(index);
            }
            _ => children(expr, &mut |it| self.inside(it)),
        }
    }
}
