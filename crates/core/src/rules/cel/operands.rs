//! Operands that the checker of the library lets pass: it takes anything on both sides of `==` and `in`, and lets macros
//! go over anything.

use std::collections::HashMap;

use cel_core::{BinaryOp, CelType, Expr, SpannedExpr};

use super::{scan::Finding, types::type_name, walk::every};

pub(super) fn operand_findings(root: &SpannedExpr, types: &HashMap<i64, CelType>) -> Vec<Finding> {
    every(root).filter_map(|expr| finding(expr, types)).collect()
}

fn finding(expr: &SpannedExpr, types: &HashMap<i64, CelType>) -> Option<Finding> {
    let message = match &expr.node {
        Expr::Binary { op: op @ (BinaryOp::Eq | BinaryOp::Ne), left, right } => {
            let (left, right) = (types.get(&left.id)?, types.get(&right.id)?);
            if are_comparable(left, right) {
                return None;
            }
            let op = if *op == BinaryOp::Eq { "==" } else { "!=" };
            format!("`{op}` cannot compare {} with {}", type_name(left), type_name(right))
        }
        Expr::Binary { op: BinaryOp::In, left, right } => {
            let (left, right) = (types.get(&left.id)?, types.get(&right.id)?);
            let (CelType::List(inner) | CelType::Map(inner, _)) = right else { return None };
            if are_comparable(left, inner) {
                return None;
            }
            format!("`in` cannot find {} in {}", type_name(left), type_name(right))
        }
        Expr::Index { expr: of, index, .. } => {
            let (CelType::Map(key, _), index) = (types.get(&of.id)?, types.get(&index.id)?) else {
                return None;
            };
            if are_comparable(key, index) {
                return None;
            }
            format!("the keys are of type {}, got {}", type_name(key), type_name(index))
        }
        Expr::Comprehension(it) => {
            let range = types.get(&it.iter_range.id)?;
            let is_fine = matches!(
                range,
                CelType::List(_)
                    | CelType::Map(..)
                    | CelType::Dyn
                    | CelType::TypeVar(_)
                    | CelType::TypeParam(_)
                    | CelType::Message(_)
                    | CelType::Error
            );
            if is_fine {
                return None;
            }
            let message = format!("expected a list or a map, got {}", type_name(range));
            return Some(Finding::new(it.iter_range.span.clone(), message));
        }
        _ => return None,
    };
    Some(Finding::new(expr.span.clone(), message))
}

fn are_comparable(one: &CelType, other: &CelType) -> bool {
    use CelType as Type;
    if one == other || (is_number(one) && is_number(other)) {
        return true;
    }
    match (one, other) {
        (Type::Dyn | Type::TypeVar(_) | Type::TypeParam(_) | Type::Error, _)
        | (_, Type::Dyn | Type::TypeVar(_) | Type::TypeParam(_) | Type::Error)
        | (Type::Type(_), Type::Type(_))
        // At run time objects are maps.
        | (Type::Message(_) | Type::Map(..), Type::Message(_))
        | (Type::Message(_), Type::Map(..)) => true,
        (Type::Null, it) | (it, Type::Null) => matches!(
            it,
            Type::Wrapper(_)
                | Type::Message(_)
                | Type::Timestamp
                | Type::Duration
                | Type::Optional(_)
                | Type::Abstract { .. }
        ),
        (Type::Wrapper(inner), it) | (it, Type::Wrapper(inner)) => are_comparable(inner, it),
        (Type::List(one), Type::List(other)) | (Type::Optional(one), Type::Optional(other)) => {
            are_comparable(one, other)
        }
        (Type::Map(key, value), Type::Map(other_key, other_value)) => {
            are_comparable(key, other_key) && are_comparable(value, other_value)
        }
        _ => false,
    }
}

fn is_number(it: &CelType) -> bool {
    match it {
        CelType::Wrapper(it) => it.is_numeric(),
        it => it.is_numeric(),
    }
}
