use std::collections::BTreeSet;

use cel_core::{Ast, Value};

use super::{
    eval::{Machine, Ref},
    functions::Functions,
    lower::{Lowered, Obstacle, lower},
    meter::Stop,
    node::{Kind, Node, Slot},
    trace::{Plain, Record, push_key, reason},
};
use crate::rules::{Clause, Explanation, Fault, Limits, Problem, Problems};

/// The stack that one level of nodes takes at most, in bytes, and what else an evaluation needs.
const LEVEL: usize = if cfg!(debug_assertions) { 24 * 1024 } else { 4 * 1024 };
const BASE: usize = 256 * 1024;

/// An expression that is ready to be evaluated. Holds nothing that changes, so threads share it.
#[derive(Debug)]
pub(super) struct Program {
    root: Node,
    clauses: Vec<Clause>,
    reads: Vec<String>,
    limits: Limits,
    /// The stack that an evaluation needs, in bytes.
    stack: usize,
}

impl Program {
    /// Prepares a checked expression. `slots` gives the place of each variable in the slice that the other functions take.
    pub(super) fn new(
        ast: &Ast,
        functions: &Functions,
        slots: &dyn Fn(&str) -> Option<usize>,
        limits: Limits,
    ) -> Result<Self, Problems> {
        let source = ast.source();
        let lowered = lower(ast, functions, slots).map_err(|it| problems(source, &it))?;
        let Lowered { mut root, depth } = lowered;
        let mut spans = Vec::new();
        reason::mark(&mut root, &mut spans);
        let clauses = spans.into_iter().map(|span| clause(source, span)).collect();
        let mut reads = BTreeSet::new();
        collect_reads(&root, &mut reads);
        let reads = reads.into_iter().collect();
        Ok(Self { root, clauses, reads, limits, stack: BASE + depth * LEVEL })
    }

    /// The value, of any type, and the steps that it took. The limits are these instead of its own.
    pub(super) fn value_within(
        &self,
        slots: &[Slot],
        limits: Limits,
    ) -> (Result<Value, Fault>, u64) {
        self.with_stack(|| {
            let mut machine = Machine::new(slots, limits, Plain);
            let mut again = 0;
            let value = match machine.eval(&self.root, None).map(Ref::into_owned) {
                Err(Stop::Untraced) => {
                    let mut traced = Machine::new(slots, limits, Record::new(0));
                    let value = traced.eval(&self.root, None).map(Ref::into_owned);
                    again = traced.meter.used();
                    value
                }
                result => result,
            };
            let value = value.and_then(|it| machine.meter.check_depth(&it).map(|()| it));
            let used = machine.meter.used().saturating_add(again);
            (value.map_err(|stop| stop.into_fault(limits)), used)
        })
    }

    /// True or false.
    pub(super) fn evaluate(&self, slots: &[Slot]) -> Result<bool, Fault> {
        let result =
            self.with_stack(|| Machine::new(slots, self.limits, Plain).boolean(&self.root, None));
        match result {
            Ok(it) => Ok(it),
            Err(Stop::Untraced) => self.explain(slots).result,
            Err(stop) => Err(stop.into_fault(self.limits)),
        }
    }

    /// True or false, with what was read and why.
    pub(super) fn explain(&self, slots: &[Slot]) -> Explanation {
        let (result, machine) = self.with_stack(|| {
            let mut machine = Machine::new(slots, self.limits, Record::new(self.clauses.len()));
            let result = machine.boolean(&self.root, None);
            (result.map_err(|stop| stop.into_fault(self.limits)), machine)
        });
        let reason = match &result {
            Ok(_) => reason::reason(&self.root, &self.clauses, &machine.trace),
            Err(fault) => fault.message.clone(),
        };
        let cost = machine.meter.used();
        let (read, clauses) = machine.trace.into_parts();
        Explanation { result, reason, read, clauses, cost }
    }

    /// The conditions of which it is made, in the order of the text.
    pub(super) fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// Static select paths, `User.age`, or the variable alone where it is used otherwise. Sorted. A derived field appears
    /// with the selects behind it, if there are any.
    pub(super) fn reads(&self) -> &[String] {
        &self.reads
    }

    fn with_stack<R>(&self, run: impl FnOnce() -> R) -> R {
        stacker::maybe_grow(self.stack, self.stack + BASE, run)
    }
}

fn collect_reads(node: &Node, reads: &mut BTreeSet<String>) {
    match &node.kind {
        Kind::Fact(fact) => {
            reads.insert(fact.paths[fact.keys.len()].as_ref().to_owned());
        }
        Kind::Select { of, key, .. } | Kind::Has { of, key } => match static_path(of) {
            Some(mut path) => {
                push_key(&mut path, key);
                reads.insert(path);
            }
            None => collect_reads(of, reads),
        },
        _ => node.children().into_iter().for_each(|it| collect_reads(it, reads)),
    }
}

/// The path of a variable with selects, also optional ones.
fn static_path(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Fact(fact) => Some(fact.paths[fact.keys.len()].as_ref().to_owned()),
        Kind::Select { of, key, .. } => {
            let mut path = static_path(of)?;
            push_key(&mut path, key);
            Some(path)
        }
        _ => None,
    }
}

fn problems(source: &str, obstacles: &[Obstacle]) -> Problems {
    let problem = |it: &Obstacle| {
        let (line, column) = place(source, it.at);
        Problem { line, column, message: it.message.clone() }
    };
    Problems(obstacles.iter().map(problem).collect())
}

fn clause(source: &str, span: (usize, usize)) -> Clause {
    let (start, end) = with_parentheses(source, span);
    let (line, column) = place(source, start);
    let text = source.get(start..end).unwrap_or_default().trim().to_owned();
    Clause { text, line, column }
}

/// Line and column, from 1, in characters.
fn place(source: &str, at: usize) -> (u32, u32) {
    let before = source.get(..at).unwrap_or(source);
    let line = before.bytes().filter(|it| *it == b'\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |it| it + 1);
    let column = before[start..].chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

/// The parser leaves the parentheses around the first and the last operand out of an expression's place.
fn with_parentheses(source: &str, (mut start, mut end): (usize, usize)) -> (usize, usize) {
    let Some(text) = source.get(start..end) else { return (start, end) };
    let (mut open, mut unopened) = (0_usize, 0_usize);
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match (quote, char) {
            (Some(_), '\\') => {
                chars.next();
            }
            (Some(mark), _) => quote = (mark != char).then_some(mark),
            (None, '"' | '\'') => quote = Some(char),
            (None, '(') => open += 1,
            (None, ')') if open > 0 => open -= 1,
            (None, ')') => unopened += 1,
            _ => (),
        }
    }
    for _ in 0..unopened {
        match source[..start].trim_end().strip_suffix('(') {
            Some(before) => start = before.len(),
            None => break,
        }
    }
    for _ in 0..open {
        let behind = source[end..].trim_start();
        match behind.strip_prefix(')') {
            Some(rest) => end = source.len() - rest.len(),
            None => break,
        }
    }
    (start, end)
}

#[cfg(test)]
mod tests;
