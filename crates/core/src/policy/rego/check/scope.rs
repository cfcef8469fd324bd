//! Variables that never get a value: a statement with one of them would just not hold, and whatever it stands in with it.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{AssignOp, Expr, Literal, Query, Ref, Rule, RuleHead, Span};

use super::{
    Tree,
    path::{name_of, path, written},
};

/// What a query gives values to. What is not found in it is looked for around it.
#[derive(Default)]
struct Scope<'a> {
    /// Names that mean something else here than around it.
    declared: BTreeMap<&'a str, u32>,
    bound: BTreeSet<&'a str>,
}

/// If all of the one have values, all of the others get some.
struct Clause<'a> {
    needs: BTreeSet<&'a str>,
    gives: Vec<&'a str>,
}

/// A query inside another, with what is evaluated in it.
struct Nested<'a> {
    query: &'a Query,
    results: Vec<&'a Expr>,
    every: Vec<&'a str>,
}

/// What one query says about variables.
#[derive(Default)]
struct Uses<'a> {
    /// Where each is read first.
    reads: BTreeMap<&'a str, u32>,
    clauses: Vec<Clause<'a>>,
    nested: Vec<Nested<'a>>,
}

impl Tree<'_> {
    /// Refuses the variables of a rule that never get a value.
    pub(super) fn scopes(&mut self, rule: &Rule) {
        let mut scopes = Vec::new();
        match rule {
            Rule::Default { args, value, .. } => {
                scopes.push(parameters(args));
                self.scope(None, &[value], &[], &mut scopes);
            }
            Rule::Spec { head, bodies, .. } => {
                let mut results: Vec<&Expr> = Vec::new();
                let refr = match head {
                    RuleHead::Compr { refr, assign, .. } => {
                        results.extend(assign.as_ref().map(|it| &*it.value));
                        refr
                    }
                    RuleHead::Set { refr, key, .. } => {
                        results.extend(key.as_deref());
                        refr
                    }
                    RuleHead::Func { refr, args, assign, .. } => {
                        scopes.push(parameters(args));
                        results.extend(assign.as_ref().map(|it| &*it.value));
                        refr
                    }
                };
                let mut keys = Vec::new();
                let mut at: &Expr = refr;
                while let Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } = at {
                    if let Expr::RefBrack { index, .. } = at {
                        keys.push(&**index);
                    }
                    at = refr;
                }
                if bodies.is_empty() {
                    self.scope(None, &results, &keys, &mut scopes);
                }
                for (n, body) in bodies.iter().enumerate() {
                    let own = body.assign.as_ref().map(|it| &*it.value);
                    let mut results = if n == 0 || (own.is_none() && !body.is_else) {
                        results.clone()
                    } else {
                        Vec::new()
                    };
                    results.extend(own);
                    self.scope(Some(&body.query), &results, &keys, &mut scopes);
                }
            }
        }
    }

    /// `results` are evaluated in the query, `keys` only read.
    fn scope<'a>(
        &mut self,
        query: Option<&'a Query>,
        results: &[&'a Expr],
        keys: &[&'a Expr],
        scopes: &mut Vec<Scope<'a>>,
    ) {
        let mut uses = Uses::default();
        let mut scope = Scope::default();
        if let Some(query) = query {
            scope.declared = declared(query);
            uses.query(query);
        }
        for result in results {
            uses.read(result, true);
        }
        for key in keys {
            uses.read(key, false);
        }
        uses.outer_needs(&scope.declared);
        scopes.push(scope);
        self.propagate(&uses.clauses, scopes);
        let Some(here) = scopes.len().checked_sub(1) else { return };
        let mut wanted = uses.reads;
        for (name, at) in &scopes[here].declared {
            wanted.entry(name).and_modify(|it| *it = (*it).min(*at)).or_insert(*at);
        }
        for (name, at) in wanted {
            if name == "_" {
                self.wrong(at, "`_` has no value here: name it, and write `some … in …` for it");
            } else if !self.is_bound(name, scopes) {
                let message = format!(
                    "the variable `{name}` is never given a value: write `some {name} in …` or `{name} := …`"
                );
                self.wrong(at, message);
                // Told once.
                scopes[here].bound.insert(name);
            }
        }
        for nested in uses.nested {
            let around = nested.every.iter().map(|name| (*name, 0)).collect();
            scopes.push(Scope { declared: around, bound: nested.every.into_iter().collect() });
            self.scope(Some(nested.query), &nested.results, &[], scopes);
            scopes.pop();
        }
        scopes.pop();
    }

    fn propagate<'a>(&self, clauses: &[Clause<'a>], scopes: &mut [Scope<'a>]) {
        let mut waiting: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut missing = vec![0_usize; clauses.len()];
        let mut ready = Vec::new();
        for (n, clause) in clauses.iter().enumerate() {
            for name in &clause.needs {
                if !self.is_bound(name, scopes) {
                    missing[n] += 1;
                    waiting.entry(name).or_default().push(n);
                }
            }
            if missing[n] == 0 {
                ready.push(n);
            }
        }
        let Some(scope) = scopes.last_mut() else { return };
        while let Some(n) = ready.pop() {
            for name in &clauses[n].gives {
                scope.bound.insert(name);
                for waits in waiting.remove(name).unwrap_or_default() {
                    missing[waits] -= 1;
                    if missing[waits] == 0 {
                        ready.push(waits);
                    }
                }
            }
        }
    }

    fn is_bound(&self, name: &str, scopes: &[Scope<'_>]) -> bool {
        for scope in scopes.iter().rev() {
            if scope.bound.contains(name) {
                return true;
            }
            if scope.declared.contains_key(name) {
                return false;
            }
        }
        matches!(name, "input" | "data")
            || self.rules.contains_key(name)
            || self.imports.contains(name)
    }
}

fn parameters(args: &[Ref<Expr>]) -> Scope<'_> {
    let mut names = BTreeMap::new();
    for arg in args {
        pattern(arg, &mut |name, at| {
            names.insert(name, at);
        });
    }
    Scope { bound: names.keys().copied().collect(), declared: names }
}

/// The variables that get a value where the expression is held against a value.
pub(super) fn pattern<'a>(expr: &'a Expr, found: &mut impl FnMut(&'a str, u32)) {
    match expr {
        Expr::Var { span, .. } => {
            if let Some(name) = name_of(expr) {
                found(name, span.start);
            }
        }
        Expr::Array { items, .. } => items.iter().for_each(|it| pattern(it, found)),
        Expr::Object { fields, .. } => fields.iter().for_each(|(_, _, it)| pattern(it, found)),
        _ => {}
    }
}

/// What the statements of a query declare.
fn declared(query: &Query) -> BTreeMap<&str, u32> {
    let mut names = BTreeMap::new();
    let mut add = |name, at| {
        if !matches!(name, "_" | "input" | "data") {
            names.entry(name).or_insert(at);
        }
    };
    for statement in &query.stmts {
        match &statement.literal {
            Literal::SomeVars { vars, .. } => vars.iter().for_each(|it| add(it.text(), it.start)),
            Literal::SomeIn { key, value, .. } => {
                if let Some(key) = key {
                    pattern(key, &mut add);
                }
                pattern(value, &mut add);
            }
            Literal::Expr { expr, .. } => {
                if let Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } = &**expr {
                    pattern(lhs, &mut add);
                }
            }
            Literal::NotExpr { .. } | Literal::Every { .. } => {}
        }
    }
    names
}

impl<'a> Uses<'a> {
    fn query(&mut self, query: &'a Query) {
        for statement in &query.stmts {
            match &statement.literal {
                Literal::SomeVars { .. } => {}
                Literal::SomeIn { key, value, collection, .. } => {
                    let needs = self.read(collection, true);
                    for it in key.iter().chain([value]) {
                        self.side(it, &mut BTreeSet::new());
                        self.clause(it, needs.clone());
                    }
                }
                Literal::Expr { expr, .. } => match &**expr {
                    Expr::AssignExpr { lhs, rhs, op, .. } => self.assign(op, lhs, rhs),
                    _ => drop(self.read(expr, true)),
                },
                Literal::NotExpr { expr, .. } => drop(self.read(expr, false)),
                Literal::Every { key, value, domain, query, .. } => {
                    self.read(domain, true);
                    let every = key.iter().chain([value]).map(Span::text).collect();
                    self.nested.push(Nested { query, results: Vec::new(), every });
                }
            }
        }
    }

    fn assign(&mut self, op: &AssignOp, lhs: &'a Expr, rhs: &'a Expr) {
        if let (Expr::Array { items: left, .. }, Expr::Array { items: right, .. }) = (lhs, rhs)
            && left.len() == right.len()
        {
            for (left, right) in left.iter().zip(right) {
                self.assign(op, left, right);
            }
            return;
        }
        let (mut left, mut right) = (BTreeSet::new(), BTreeSet::new());
        self.side(lhs, &mut left);
        self.side(rhs, &mut right);
        self.clause(lhs, right);
        if matches!(op, AssignOp::Eq) {
            self.clause(rhs, left);
        }
    }

    /// What one side of an assignment needs to have a value. What is a pattern there may get it from the other.
    fn side(&mut self, expr: &'a Expr, needs: &mut BTreeSet<&'a str>) {
        match expr {
            Expr::Var { span, .. } => {
                let Some(name) = name_of(expr) else { return };
                if name != "_" {
                    self.reads.entry(name).or_insert(span.start);
                }
                needs.insert(name);
            }
            Expr::Array { items, .. } => items.iter().for_each(|it| self.side(it, needs)),
            Expr::Object { fields, .. } => {
                for (_, key, value) in fields {
                    self.read_into(key, true, needs);
                    self.side(value, needs);
                }
            }
            _ => self.read_into(expr, true, needs),
        }
    }

    /// The variables of a pattern get values where all of these have some.
    fn clause(&mut self, expr: &'a Expr, needs: BTreeSet<&'a str>) {
        let mut gives = Vec::new();
        pattern(expr, &mut |name, _| {
            if name != "_" {
                gives.push(name);
            }
        });
        self.clauses.push(Clause { needs, gives });
    }

    /// Names that must have a value before the expression has one. In some places an index gets its value from what it leads into.
    fn read(&mut self, expr: &'a Expr, binds: bool) -> BTreeSet<&'a str> {
        let mut needs = BTreeSet::new();
        self.read_into(expr, binds, &mut needs);
        needs
    }

    fn read_into(&mut self, expr: &'a Expr, binds: bool, needs: &mut BTreeSet<&'a str>) {
        match expr {
            Expr::Var { span, .. } => {
                if let Some(name) = name_of(expr) {
                    self.reads.entry(name).or_insert(span.start);
                    needs.insert(name);
                }
            }
            Expr::RefDot { .. } | Expr::RefBrack { .. } => self.reference(expr, binds, needs),
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.nest(query, vec![term], needs);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.nest(query, vec![key, value], needs);
            }
            Expr::Call { fcn, params, .. } => {
                if path(fcn).is_none() {
                    self.read_into(fcn, binds, needs);
                }
                for param in params {
                    self.read_into(param, binds, needs);
                }
            }
            _ => children(expr, &mut |it| self.read_into(it, binds, needs)),
        }
    }

    fn nest(&mut self, query: &'a Query, results: Vec<&'a Expr>, needs: &mut BTreeSet<&'a str>) {
        // Of these only those count that are variables of the query around it: see `outer_needs`.
        names(query, &results, needs);
        self.nested.push(Nested { query, results, every: Vec::new() });
    }

    fn reference(&mut self, expr: &'a Expr, binds: bool, needs: &mut BTreeSet<&'a str>) {
        let mut indices = Vec::new();
        let mut at = expr;
        while let Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } = at {
            if let Expr::RefBrack { index, .. } = at
                && written(index).is_none()
            {
                indices.push(&**index);
            }
            at = refr;
        }
        let head = self.read(at, binds);
        for index in indices {
            if !binds {
                self.read_into(index, false, needs);
                continue;
            }
            let mut inner = BTreeSet::new();
            self.side(index, &mut inner);
            self.clause(index, head.clone());
            inner.remove("_");
            needs.extend(inner);
        }
        needs.extend(head);
    }

    /// Names inside a comprehension are its own, unless the query around it has them as well.
    fn outer_needs(&mut self, declared: &BTreeMap<&'a str, u32>) {
        let reads = &self.reads;
        for clause in &mut self.clauses {
            clause.needs.retain(|name| {
                *name == "_" || reads.contains_key(name) || declared.contains_key(name)
            });
        }
    }
}

/// All names in a query that it does not declare itself.
fn names<'a>(query: &'a Query, results: &[&'a Expr], found: &mut BTreeSet<&'a str>) {
    let mut uses = Uses::default();
    uses.query(query);
    let mut inner = BTreeSet::new();
    for result in results {
        uses.read_into(result, true, &mut inner);
    }
    for clause in &uses.clauses {
        inner.extend(&clause.needs);
    }
    inner.extend(uses.reads.keys());
    let own = declared(query);
    found.extend(inner.into_iter().filter(|name| *name != "_" && !own.contains_key(name)));
}

/// Each expression right inside of one that is neither a reference nor a comprehension.
pub(super) fn children<'a>(expr: &'a Expr, visit: &mut impl FnMut(&'a Expr)) {
    match expr {
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            for item in items {
                visit(item);
            }
        }
        Expr::Object { fields, .. } => {
            for (_, key, value) in fields {
                visit(key);
                visit(value);
            }
        }
        Expr::UnaryExpr { expr, .. } => visit(expr),
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => {
            visit(lhs);
            visit(rhs);
        }
        Expr::Membership { key, value, collection, .. } => {
            if let Some(key) = key {
                visit(key);
            }
            visit(value);
            visit(collection);
        }
        _ => {}
    }
}
