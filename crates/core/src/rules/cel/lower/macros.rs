//! The macros, recognized by what the parser expands them to.

use super::{BinaryOp, Expr, Kind, Loop, Lowering, Node, Spanned, SpannedExpr, UnaryOp};
use crate::rules::cel::node::LoopResult;
use cel_core::ComprehensionData;

/// What is done with each element.
struct Turn<'a> {
    result: LoopResult,
    filter: Option<&'a SpannedExpr>,
    body: &'a SpannedExpr,
}

impl<'a> Lowering<'a> {
    /// Only the library's macros make these. A user cannot reach the accumulator, so no value grows by itself.
    pub(super) fn comprehension(
        &mut self,
        expr: &'a SpannedExpr,
        it: &'a ComprehensionData,
    ) -> Kind {
        let Some(turn) = turn(it) else {
            return self.obstacle(expr, "this macro cannot be evaluated");
        };
        let range = self.node(&it.iter_range);
        let pairs = !it.iter_var2.is_empty();
        let names: &[&'a str] =
            if pairs { &[&it.iter_var, &it.iter_var2] } else { &[&it.iter_var] };
        let filter = turn.filter.map(|it| self.with_locals(names, it));
        let body = self.with_locals(names, turn.body);
        Kind::Loop(Box::new(Loop { result: turn.result, range, pairs, filter, body }))
    }

    /// `optMap` and `optFlatMap`, which the parser expands to `of.hasValue() ? cel.bind(name, of.value(), …) : …`: the
    /// optional is evaluated once.
    pub(super) fn opt_map(
        &mut self,
        condition: &'a SpannedExpr,
        then: &'a SpannedExpr,
        otherwise: &'a SpannedExpr,
    ) -> Option<Kind> {
        let (of, []) = method(condition, "hasValue")? else { return None };
        let Expr::Bind { var_name, init, body } = &then.node else { return None };
        let (same, []) = method(init, "value")? else { return None };
        let (space, []) = method(otherwise, "none")? else { return None };
        // Written by hand, these would be different nodes.
        if same.id != of.id || !matches!(&space.node, Expr::Ident(name) if name == "optional") {
            return None;
        }
        let wrapped = match method(body, "of") {
            Some((space, [value])) if body.span == then.span => {
                matches!(&space.node, Expr::Ident(name) if name == "optional").then_some(value)
            }
            _ => None,
        };
        let of = self.node(of);
        let inner: Node = self.with_locals(&[var_name], wrapped.unwrap_or(body));
        Some(Kind::OptMap { sides: Box::new([of, inner]), flat: wrapped.is_none() })
    }
}

fn method<'a>(expr: &'a SpannedExpr, name: &str) -> Option<(&'a SpannedExpr, &'a [SpannedExpr])> {
    match &expr.node {
        Expr::Call { expr: callee, args } => match &callee.node {
            Expr::Member { expr: of, field, .. } if field == name => Some((of, args)),
            _ => None,
        },
        _ => None,
    }
}

fn turn(it: &ComprehensionData) -> Option<Turn<'_>> {
    let is_accumulator = |expr: &SpannedExpr| is_name(expr, &it.accu_var);
    let step = &it.loop_step.node;
    let whole = |result, body| Some(Turn { result, filter: None, body });
    match (&it.accu_init.node, step) {
        (Expr::Bool(true), Expr::Binary { op: BinaryOp::And, left, right })
            if is_accumulator(right)
                && is_accumulator(&it.loop_condition)
                && is_accumulator(&it.result) =>
        {
            whole(LoopResult::All, left)
        }
        (Expr::Bool(false), Expr::Binary { op: BinaryOp::Or, left, right })
            if is_accumulator(right)
                && matches!(&it.loop_condition.node,
                    Expr::Unary { op: UnaryOp::Not, expr } if is_accumulator(expr))
                && is_accumulator(&it.result) =>
        {
            whole(LoopResult::Exists, left)
        }
        (Expr::Int(0), Expr::Ternary { cond, then_expr, else_expr })
            if is_accumulator(else_expr)
                && matches!(&then_expr.node, Expr::Binary { op: BinaryOp::Add, left, right }
                    if is_accumulator(left) && right.node == Expr::Int(1))
                && matches!(&it.result.node, Expr::Binary { op: BinaryOp::Eq, left, right }
                    if is_accumulator(left) && right.node == Expr::Int(1)) =>
        {
            whole(LoopResult::ExistsOne, cond)
        }
        (Expr::List(_) | Expr::Map(_), Expr::Ternary { cond, then_expr, else_expr })
            if is_accumulator(else_expr) =>
        {
            let (result, body) = appended(it, then_expr)?;
            Some(Turn { result, filter: Some(cond), body })
        }
        (Expr::List(_) | Expr::Map(_), _) => {
            let (result, body) = appended(it, &it.loop_step)?;
            whole(result, body)
        }
        _ => None,
    }
}

/// `accumulator + [value]` or `accumulator + {key: value}`.
fn appended<'a>(
    it: &'a ComprehensionData,
    step: &'a SpannedExpr,
) -> Option<(LoopResult, &'a SpannedExpr)> {
    let Expr::Binary { op: BinaryOp::Add, left, right } = &step.node else { return None };
    if !is_name(left, &it.accu_var)
        || !is_name(&it.result, &it.accu_var)
        || it.loop_condition.node != Expr::Bool(true)
    {
        return None;
    }
    match (&it.accu_init.node, &right.node) {
        (Expr::List(none), Expr::List(elements)) if none.is_empty() => match elements.as_slice() {
            [element] if !element.optional => Some((LoopResult::List, &element.expr)),
            _ => None,
        },
        (Expr::Map(none), Expr::Map(entries)) if none.is_empty() => match entries.as_slice() {
            [entry] if !entry.optional && is_name(&entry.key, &it.iter_var) => {
                Some((LoopResult::Map, &entry.value))
            }
            _ => None,
        },
        _ => None,
    }
}

fn is_name(expr: &Spanned<Expr>, name: &str) -> bool {
    matches!(&expr.node, Expr::Ident(it) if it == name)
}
