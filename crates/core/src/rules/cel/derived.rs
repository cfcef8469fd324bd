//! Derived fields: what they read, and in which order they can be computed.

use std::collections::BTreeSet;

use cel_core::{Expr, SpannedExpr};

use super::walk::children;

/// What an expression reads of the facts and derived fields: of an object the path of plain selects behind it, `User.age`;
/// of a derived field the name.
pub(super) fn reads(
    root: &SpannedExpr,
    is_object: &dyn Fn(&str) -> bool,
    is_derived: &dyn Fn(&str) -> bool,
) -> BTreeSet<String> {
    let mut reader = Reader { is_object, is_derived, bound: Vec::new(), reads: BTreeSet::new() };
    reader.read(root);
    reader.reads
}

struct Reader<'r> {
    is_object: &'r dyn Fn(&str) -> bool,
    is_derived: &'r dyn Fn(&str) -> bool,
    /// The variables of macros around.
    bound: Vec<&'r str>,
    reads: BTreeSet<String>,
}

impl<'r> Reader<'r> {
    fn read(&mut self, expr: &'r SpannedExpr) {
        match &expr.node {
            Expr::Ident(_)
            | Expr::RootIdent(_)
            | Expr::Member { .. }
            | Expr::MemberTestOnly { .. } => match self.path(expr) {
                Some(path) => {
                    self.reads.insert(path);
                }
                None => children(expr).into_iter().for_each(|it| self.read(it)),
            },
            Expr::Call { expr: callee, args } => {
                if let Expr::Member { expr: receiver, .. } = &callee.node {
                    self.read(receiver);
                }
                for arg in args {
                    self.read(arg);
                }
            }
            Expr::Bind { var_name, init, body } => {
                self.read(init);
                self.bound.push(var_name);
                self.read(body);
                self.bound.pop();
            }
            Expr::Comprehension(it) => {
                self.read(&it.iter_range);
                self.read(&it.accu_init);
                let outer = self.bound.len();
                self.bound.extend([&*it.iter_var, &*it.iter_var2, &*it.accu_var]);
                self.read(&it.loop_condition);
                self.read(&it.loop_step);
                self.read(&it.result);
                self.bound.truncate(outer);
            }
            _ => children(expr).into_iter().for_each(|it| self.read(it)),
        }
    }

    /// The path that `expr` is, if it is a variable with nothing but selects behind it.
    fn path(&self, expr: &SpannedExpr) -> Option<String> {
        let (mut fields, mut at) = (Vec::new(), expr);
        let root = loop {
            match &at.node {
                Expr::Member { expr, field, .. } | Expr::MemberTestOnly { expr, field } => {
                    fields.push(field.as_str());
                    at = expr;
                }
                Expr::Ident(name) if !self.bound.contains(&name.as_str()) => break name,
                Expr::RootIdent(name) => break name,
                _ => return None,
            }
        };
        if (self.is_derived)(root) {
            return Some(root.clone());
        }
        if !(self.is_object)(root) {
            return None;
        }
        fields.push(root);
        fields.reverse();
        Some(fields.join("."))
    }
}

/// Whether `path` is `beginning`, or inside of it.
fn is_within(path: &str, beginning: &str) -> bool {
    path.strip_prefix(beginning).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The paths that are in none of the others, sorted.
pub(super) fn minimal(paths: &BTreeSet<String>) -> Vec<String> {
    let is_inside =
        |path: &String| paths.iter().any(|other| other != path && is_within(path, other));
    paths.iter().filter(|path| !is_inside(path)).cloned().collect()
}

/// What is read but not declared, and what is declared but not read.
pub(super) fn differences(
    declared: &[String],
    reads: &BTreeSet<String>,
) -> (Vec<String>, Vec<String>) {
    let undeclared: BTreeSet<String> = reads
        .iter()
        .filter(|path| !declared.iter().any(|it| is_within(path, it)))
        .cloned()
        .collect();
    let unread = declared.iter().filter(|it| !reads.iter().any(|path| is_within(path, it)));
    (minimal(&undeclared), unread.cloned().collect())
}

/// In which order fields can be computed, and which ones depend on themselves.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Order {
    /// Each behind those that it depends on. Without those on a circle.
    pub(super) order: Vec<usize>,
    /// Around each circle, beginning and ending with the same.
    pub(super) circles: Vec<Vec<usize>>,
}

/// Orders fields, of which each depends on others by index.
pub(super) fn order(dependencies: &[Vec<usize>]) -> Order {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; dependencies.len()];
    let mut is_on_circle = vec![false; dependencies.len()];
    let mut result = Order::default();
    for start in 0..dependencies.len() {
        if marks[start] != Mark::New {
            continue;
        }
        marks[start] = Mark::Open;
        // What is being visited, with how many of its dependencies have been looked at.
        let mut path = vec![(start, 0)];
        while let Some((field, looked_at)) = path.last_mut() {
            let field = *field;
            let Some(&next) = dependencies[field].get(*looked_at) else {
                marks[field] = Mark::Done;
                result.order.push(field);
                path.pop();
                continue;
            };
            *looked_at += 1;
            match marks[next] {
                Mark::New => {
                    marks[next] = Mark::Open;
                    path.push((next, 0));
                }
                Mark::Open => {
                    let fields = path.iter().map(|(it, _)| *it).skip_while(|it| *it != next);
                    let mut circle: Vec<usize> = fields.collect();
                    if circle.iter().any(|it| !is_on_circle[*it]) {
                        for field in &circle {
                            is_on_circle[*field] = true;
                        }
                        circle.push(next);
                        result.circles.push(circle);
                    }
                }
                Mark::Done => {}
            }
        }
    }
    result.order.retain(|it| !is_on_circle[*it]);
    result
}
