//! Going through a syntax tree.

use cel_core::{BinaryOp, Expr, SpannedExpr};

/// The variable in which a macro gathers its result. No source can name it.
pub(super) const ACCUMULATOR: &str = "__result__";

/// The expressions right below `expr`, in the order of the text as far as they are in it.
pub(super) fn children(expr: &SpannedExpr) -> Vec<&SpannedExpr> {
    match &expr.node {
        Expr::List(items) => items.iter().map(|it| &it.expr).collect(),
        Expr::Map(entries) => entries.iter().flat_map(|it| [&it.key, &it.value]).collect(),
        Expr::Unary { expr, .. }
        | Expr::Member { expr, .. }
        | Expr::MemberTestOnly { expr, .. } => vec![&**expr],
        Expr::Binary { left, right, .. } => vec![&**left, &**right],
        Expr::Ternary { cond, then_expr, else_expr } => vec![&**cond, &**then_expr, &**else_expr],
        Expr::Index { expr, index, .. } => vec![&**expr, &**index],
        Expr::Call { expr, args } => std::iter::once(&**expr).chain(args).collect(),
        Expr::Struct { type_name, fields } => {
            std::iter::once(&**type_name).chain(fields.iter().map(|it| &it.value)).collect()
        }
        Expr::Comprehension(it) => {
            vec![&*it.iter_range, &*it.accu_init, &*it.loop_condition, &*it.loop_step, &*it.result]
        }
        Expr::Bind { init, body, .. } => vec![&**init, &**body],
        _ => Vec::new(),
    }
}

fn children_mut(expr: &mut SpannedExpr) -> Vec<&mut SpannedExpr> {
    match &mut expr.node {
        Expr::List(items) => items.iter_mut().map(|it| &mut it.expr).collect(),
        Expr::Map(entries) => {
            entries.iter_mut().flat_map(|it| [&mut it.key, &mut it.value]).collect()
        }
        Expr::Unary { expr, .. }
        | Expr::Member { expr, .. }
        | Expr::MemberTestOnly { expr, .. } => vec![&mut **expr],
        Expr::Binary { left, right, .. } => vec![&mut **left, &mut **right],
        Expr::Ternary { cond, then_expr, else_expr } => {
            vec![&mut **cond, &mut **then_expr, &mut **else_expr]
        }
        Expr::Index { expr, index, .. } => vec![&mut **expr, &mut **index],
        Expr::Call { expr, args } => std::iter::once(&mut **expr).chain(args).collect(),
        Expr::Struct { type_name, fields } => {
            let fields = fields.iter_mut().map(|it| &mut it.value);
            std::iter::once(&mut **type_name).chain(fields).collect()
        }
        Expr::Comprehension(it) => vec![
            &mut *it.iter_range,
            &mut *it.accu_init,
            &mut *it.loop_condition,
            &mut *it.loop_step,
            &mut *it.result,
        ],
        Expr::Bind { init, body, .. } => vec![&mut **init, &mut **body],
        _ => Vec::new(),
    }
}

/// Every expression of the tree, an outer one before those inside.
pub(super) fn every(root: &SpannedExpr) -> impl Iterator<Item = &SpannedExpr> {
    let mut open = vec![root];
    std::iter::from_fn(move || {
        let expr = open.pop()?;
        open.extend(children(expr).into_iter().rev());
        Some(expr)
    })
}

/// The first expression that is more than `limit` levels deep.
pub(super) fn deeper_than(root: &SpannedExpr, limit: usize) -> Option<&SpannedExpr> {
    let mut open = vec![(root, 1)];
    while let Some((expr, level)) = open.pop() {
        if level > limit {
            return Some(expr);
        }
        open.extend(children(expr).into_iter().map(|it| (it, level + 1)));
    }
    None
}

/// Shorter chains are left as they are.
const LONG_CHAIN: usize = 16;

/// Makes long chains of `&&` or `||`, of which the parser makes a tree as deep as the chain is long, as flat as can be.
/// Both give the same however they are grouped.
pub(super) fn balance(expr: &mut SpannedExpr) {
    if let Expr::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), .. } = expr.node {
        let (mut operands, mut ids) = (Vec::new(), Vec::new());
        let mut chain = std::mem::replace(expr, SpannedExpr::new(0, Expr::Error, 0..0));
        loop {
            let SpannedExpr { id, node, span } = chain;
            match node {
                Expr::Binary { op: other, left, right }
                    if other == op && !is_accumulator(&left) && !is_accumulator(&right) =>
                {
                    ids.push((id, span));
                    operands.push(*right);
                    chain = *left;
                }
                node => {
                    operands.push(SpannedExpr::new(id, node, span));
                    break;
                }
            }
        }
        operands.reverse();
        ids.reverse();
        if operands.len() == 1 {
            // A step of a macro, which stays as it is.
            *expr = operands.remove(0);
            children_mut(expr).into_iter().for_each(balance);
            return;
        }
        operands.iter_mut().for_each(balance);
        *expr = if operands.len() > LONG_CHAIN {
            let mut ids = ids.into_iter().map(|(id, _)| id);
            grouped(op, operands, &mut ids)
        } else {
            chained(op, operands, ids)
        };
        return;
    }
    children_mut(expr).into_iter().for_each(balance);
}

fn is_accumulator(expr: &SpannedExpr) -> bool {
    matches!(&expr.node, Expr::Ident(name) if name == ACCUMULATOR)
}

fn joined(op: BinaryOp, id: i64, left: SpannedExpr, right: SpannedExpr) -> SpannedExpr {
    let span = left.span.start..right.span.end;
    let node = Expr::Binary { op, left: Box::new(left), right: Box::new(right) };
    SpannedExpr::new(id, node, span)
}

fn chained(
    op: BinaryOp,
    operands: Vec<SpannedExpr>,
    ids: Vec<(i64, cel_core::Span)>,
) -> SpannedExpr {
    let mut operands = operands.into_iter();
    let first = operands.next().unwrap_or_else(|| SpannedExpr::new(0, Expr::Error, 0..0));
    operands.zip(ids).fold(first, |left, (right, (id, span))| {
        let mut it = joined(op, id, left, right);
        it.span = span;
        it
    })
}

fn grouped(
    op: BinaryOp,
    mut operands: Vec<SpannedExpr>,
    ids: &mut impl Iterator<Item = i64>,
) -> SpannedExpr {
    if operands.len() == 1 {
        return operands.remove(0);
    }
    let right = operands.split_off(operands.len().div_ceil(2));
    let left = grouped(op, operands, ids);
    let id = ids.next().unwrap_or_default();
    let right = grouped(op, right, ids);
    joined(op, id, left, right)
}
