//! Names that are written in the syntax tree.

use regorus::{Value, unstable::Expr};

pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        _ => None,
    }
}

/// The name of a variable.
pub(super) fn name_of(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Var { value: Value::String(name), .. } => Some(name),
        _ => None,
    }
}

/// A text that is written there.
pub(super) fn written(expr: &Expr) -> Option<String> {
    match expr {
        Expr::String { value, .. } | Expr::RawString { value, .. } => text_of(value),
        _ => None,
    }
}

/// `a.b["c"]` as its names.
pub(super) fn path(expr: &Expr) -> Option<Vec<String>> {
    let mut steps = Vec::new();
    let mut at = expr;
    loop {
        match at {
            Expr::Var { value, .. } => {
                steps.push(text_of(value)?);
                steps.reverse();
                return Some(steps);
            }
            Expr::RefDot { refr, field, .. } => {
                steps.push(text_of(&field.1)?);
                at = refr;
            }
            Expr::RefBrack { refr, index, .. } => {
                steps.push(written(index)?);
                at = refr;
            }
            _ => return None,
        }
    }
}

/// The name that a rule has in its package.
pub(super) fn root(refr: &Expr) -> Option<String> {
    let mut at = refr;
    loop {
        match at {
            Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => at = refr,
            Expr::Var { value, .. } => return text_of(value),
            _ => return None,
        }
    }
}
