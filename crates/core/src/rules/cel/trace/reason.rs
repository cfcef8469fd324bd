use std::fmt::Write;

use cel_core::Value;

use super::{Record, preview};
use crate::rules::{
    Clause,
    cel::node::{Kind, Node},
};

/// How many clauses a reason names, and how many reads of each.
const MAX_NAMED: usize = 3;
const MAX_VALUE_CHARS: usize = 100;

/// Marks the conditions of which an expression is made, in the order of its text, and gives their places.
pub(in crate::rules::cel) fn mark(node: &mut Node, spans: &mut Vec<(usize, usize)>) {
    match &mut node.kind {
        Kind::And(operands) | Kind::Or(operands) => {
            operands.iter_mut().for_each(|it| mark(it, spans));
        }
        Kind::Not(it) => mark(it, spans),
        Kind::If(parts) => parts.iter_mut().for_each(|it| mark(it, spans)),
        _ => {
            node.clause = Some(spans.len());
            spans.push(node.span);
        }
    }
}

/// Why the expression is true, or false: the clauses that decided.
pub(in crate::rules::cel) fn reason(root: &Node, clauses: &[Clause], record: &Record) -> String {
    let mut decisive = Vec::new();
    decide(root, record.outcomes(), &mut decisive);
    let mut text = String::new();
    for (at, &(clause, outcome)) in decisive.iter().enumerate() {
        if at == MAX_NAMED {
            let _ = write!(text, "; and {} more", decisive.len() - at);
            break;
        }
        let separator = if at > 0 { "; " } else { "" };
        let clause_text = clauses.get(clause).map_or("", |it| it.text.as_str());
        let shown = preview::shorten(clause_text, 2 * MAX_VALUE_CHARS);
        let _ = write!(text, "{separator}`{shown}` is {outcome}");
        push_reads(&mut text, clause, clause_text, record);
    }
    text
}

fn push_reads(text: &mut String, clause: usize, clause_text: &str, record: &Record) {
    let mut reads = Vec::new();
    for &(by, read) in &record.read_by {
        if by == clause && !reads.contains(&read) {
            reads.push(read);
        }
        if reads.len() > MAX_NAMED {
            break;
        }
    }
    let mut shown = Vec::new();
    for &read in reads.iter().take(MAX_NAMED) {
        let Some((place, value)) = record.reads.get(read) else { continue };
        let path = &place.path;
        if path.as_ref() == clause_text {
            continue;
        }
        shown.push(match value {
            Some(Value::Error(error)) => format!("{path}: {}", super::fault(path, error)),
            Some(value) => {
                let value = preview::json(value).to_string();
                format!("{path} is {}", preview::shorten(&value, MAX_VALUE_CHARS))
            }
            None => format!("{path} is missing"),
        });
    }
    if shown.is_empty() {
        return;
    }
    let more = if reads.len() > MAX_NAMED { ", …" } else { "" };
    let _ = write!(text, " ({}{more})", shown.join(", "));
}

fn decide(node: &Node, outcomes: &[Option<bool>], decisive: &mut Vec<(usize, bool)>) {
    if let Some(clause) = node.clause {
        if let Some(outcome) = outcomes.get(clause).copied().flatten() {
            decisive.push((clause, outcome));
        }
        return;
    }
    match &node.kind {
        Kind::And(operands) | Kind::Or(operands) => {
            let decides = matches!(node.kind, Kind::Or(_));
            let first = operands.iter().find(|it| outcome(it, outcomes) == Some(decides));
            match first {
                Some(it) => decide(it, outcomes, decisive),
                None => operands.iter().for_each(|it| decide(it, outcomes, decisive)),
            }
        }
        Kind::Not(it) => decide(it, outcomes, decisive),
        Kind::If(parts) => {
            let [condition, yes, no] = parts.as_ref();
            decide(condition, outcomes, decisive);
            match outcome(condition, outcomes) {
                Some(true) => decide(yes, outcomes, decisive),
                Some(false) => decide(no, outcomes, decisive),
                None => (),
            }
        }
        _ => (),
    }
}

fn outcome(node: &Node, outcomes: &[Option<bool>]) -> Option<bool> {
    if let Some(clause) = node.clause {
        return outcomes.get(clause).copied().flatten();
    }
    match &node.kind {
        Kind::And(operands) | Kind::Or(operands) => {
            let decides = matches!(node.kind, Kind::Or(_));
            let mut open = false;
            for operand in operands {
                match outcome(operand, outcomes) {
                    Some(it) if it == decides => return Some(decides),
                    Some(_) => (),
                    None => open = true,
                }
            }
            if open { None } else { Some(!decides) }
        }
        Kind::Not(it) => outcome(it, outcomes).map(|it| !it),
        Kind::If(parts) => {
            let [condition, yes, no] = parts.as_ref();
            outcome(if outcome(condition, outcomes)? { yes } else { no }, outcomes)
        }
        _ => None,
    }
}
