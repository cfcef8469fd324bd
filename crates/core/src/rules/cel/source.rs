//! From text to a syntax tree, within limits of size, depth and stack.

use std::panic::{AssertUnwindSafe, catch_unwind};

use cel_core::{
    Expr, SpannedExpr,
    parser::{ParseOptions, parse_with_options},
};

use super::{
    macros::MACROS,
    problems::{parse_findings, problems_of},
    scan::{Finding, scan, too_deep},
    walk::{balance, deeper_than, every},
};
use crate::rules::{MAX_DEPTH, MAX_EXPRESSION_BYTES, Problem, Problems};

/// Room on the stack for what recurses: ten frames of the parser for each level, and the longest chain of operators that
/// fits into an expression, which is refused only when it is parsed. The memory is used as far as the stack grows.
const STACK: usize = 64 * 1_024 * 1_024;

/// The type of a map from computed keys is made of theirs, and twice as large with every map that is the key and the value
/// of the next. The checker would take forever.
const MAX_COMPUTED_KEYS: usize = 12;

/// Runs what recurses over an expression, with room on the stack. A panic of the library becomes a problem.
pub(super) fn guarded<T>(run: impl FnOnce() -> Result<T, Problems>) -> Result<T, Problems> {
    stacker::grow(STACK, || catch_unwind(AssertUnwindSafe(run))).unwrap_or_else(|_| {
        let message =
            "the checker failed on this expression, which is a fault of it; write it another way";
        Err(Problems(vec![Problem { line: 1, column: 1, message: message.to_owned() }]))
    })
}

/// The syntax tree of `source`, at most [`MAX_DEPTH`] levels deep. To be called in [`guarded`].
pub(super) fn parse(source: &str) -> Result<SpannedExpr, Problems> {
    parse_tree(source).map_err(|findings| problems_of(source, findings))
}

fn parse_tree(source: &str) -> Result<SpannedExpr, Vec<Finding>> {
    if source.len() > MAX_EXPRESSION_BYTES {
        let message = format!(
            "the expression is {} bytes long; at most {MAX_EXPRESSION_BYTES} fit",
            source.len()
        );
        return Err(vec![Finding::new(0..0, message)]);
    }
    let tokens = scan(source).map_err(|finding| vec![finding])?;
    if let Some(token) = too_deep(source, &tokens, MAX_DEPTH) {
        return Err(vec![deep(token.span.clone())]);
    }
    let result = parse_with_options(source, ParseOptions::with_macros(MACROS.clone()));
    if !result.errors.is_empty() {
        return Err(parse_findings(source, &tokens, result.errors));
    }
    let Some(mut expr) = result.ast else {
        return Err(vec![Finding::new(0..0, "expected an expression")]);
    };
    balance(&mut expr);
    if let Some(inner) = deeper_than(&expr, MAX_DEPTH) {
        return Err(vec![deep(inner.span.clone())]);
    }
    let findings = refused(&expr);
    if findings.is_empty() { Ok(expr) } else { Err(findings) }
}

fn deep(span: std::ops::Range<usize>) -> Finding {
    let message = format!(
        "the expression is more than {MAX_DEPTH} levels deep; split it, or move parts into derived fields"
    );
    Finding::new(span, message)
}

/// What the parser takes and the checker does not look at.
fn refused(root: &SpannedExpr) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut computed_keys = 0;
    for expr in every(root) {
        match &expr.node {
            Expr::Struct { .. } => {
                let message = "objects cannot be made here; write a map: {\"name\": value}";
                findings.push(Finding::new(expr.span.clone(), message));
            }
            Expr::Call { expr: callee, .. }
                if !matches!(
                    callee.node,
                    Expr::Ident(_) | Expr::Member { optional: false, .. }
                ) =>
            {
                findings.push(Finding::new(expr.span.clone(), "only a function can be called"));
            }
            Expr::Map(entries) => {
                for entry in entries.iter().filter(|it| !is_literal(&it.key)) {
                    computed_keys += 1;
                    if computed_keys == MAX_COMPUTED_KEYS + 1 {
                        let message = format!(
                            "at most {MAX_COMPUTED_KEYS} keys of maps may be computed in one expression"
                        );
                        findings.push(Finding::new(entry.key.span.clone(), message));
                    }
                }
            }
            _ => {}
        }
    }
    findings
}

fn is_literal(expr: &SpannedExpr) -> bool {
    match &expr.node {
        Expr::Bool(_) | Expr::Int(_) | Expr::UInt(_) | Expr::String(_) => true,
        Expr::Unary { expr, .. } => is_literal(expr),
        _ => false,
    }
}
