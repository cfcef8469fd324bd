//! What the checker of the library reports, in our words.

use cel_core::{
    BinaryOp, CelType, CheckError, CheckErrorKind, Expr, OverloadDecl, SpannedExpr, UnaryOp,
};

use super::{
    problems::plain,
    scan::Finding,
    scope::Scope,
    types::type_name,
    walk::{ACCUMULATOR, every},
};
use crate::similar::similar;

/// Of more errors, only so many are put into words: to look for similar names takes time.
const MAX_ERRORS: usize = 60;

/// The most names that a message lists.
const LISTED: usize = 10;

/// The most forms of a function that a message lists.
const FORMS: usize = 3;

/// What stands in front of the dot of functions, and is nothing by itself.
const NAMESPACES: [&str; 5] = ["base64", "cel", "math", "optional", "strings"];

pub(super) struct Words<'w> {
    pub(super) scope: &'w Scope,
    pub(super) root: &'w SpannedExpr,
}

impl Words<'_> {
    pub(super) fn findings(&self, errors: &[CheckError]) -> Vec<Finding> {
        let mut first: Vec<_> = errors.iter().collect();
        first.sort_by_key(|it| it.span.start);
        first.truncate(MAX_ERRORS);
        first.into_iter().filter_map(|error| self.finding(error, errors)).collect()
    }

    fn finding(&self, error: &CheckError, all: &[CheckError]) -> Option<Finding> {
        let expr = every(self.root).find(|it| it.id == error.expr_id);
        let mut span = error.span.clone();
        let message = match &error.kind {
            CheckErrorKind::UndeclaredReference { name, .. } => match expr.map(|it| &it.node) {
                Some(Expr::Call { expr: callee, .. }) => self.unknown_function(name, callee),
                _ if NAMESPACES.contains(&name.as_str()) => {
                    // The call around it says it better.
                    let is_called = all
                        .iter()
                        .any(|it| it.expr_id != error.expr_id && it.span.start == span.start);
                    if is_called {
                        return None;
                    }
                    format!("`{name}` is no value; it has functions, like {}", self.example(name))
                }
                _ => self.unknown_name(name),
            },
            CheckErrorKind::UndefinedField { type_name, field } => {
                // The name in front of the dot is reported already.
                if type_name == "error" {
                    return None;
                }
                self.unknown_field(type_name, field)
            }
            CheckErrorKind::NoMatchingOverload { function, arg_types } => {
                match expr.and_then(|it| condition_of_macro(it, arg_types)) {
                    Some((operand, it)) => {
                        span = operand.span.clone();
                        format!("expected true or false, got {}", type_name(it))
                    }
                    None => self.no_form(function, arg_types, expr),
                }
            }
            CheckErrorKind::TypeMismatch { expected: CelType::Bool, actual } => {
                format!("expected true or false, got {}", type_name(actual))
            }
            CheckErrorKind::TypeMismatch { expected, actual } => {
                format!("expected {}, got {}", type_name(expected), type_name(actual))
            }
            CheckErrorKind::NotAssignable { from, to } => {
                format!("expected {}, got {}", type_name(to), type_name(from))
            }
            CheckErrorKind::HeterogeneousAggregate { types } => {
                format!("the elements are of different types: {}", type_names(types))
            }
            CheckErrorKind::NotAType { expr } => format!("`{expr}` is no type"),
            CheckErrorKind::Other(message) => plain(message),
        };
        Some(Finding::new(span, message))
    }

    fn example(&self, namespace: &str) -> String {
        let begins = format!("{namespace}.");
        let functions = self.scope.env.functions().keys();
        let mut functions: Vec<_> = functions.filter(|it| it.starts_with(&begins)).collect();
        functions.sort();
        functions.first().map_or_else(|| format!("`{namespace}.bind`"), |it| format!("`{it}`"))
    }

    fn unknown_name(&self, name: &str) -> String {
        if let Some(reason) = self.scope.left_out.get(name) {
            return reason.clone();
        }
        let Scope { object_names, derived_names, .. } = self.scope;
        let objects = match object_names.as_slice() {
            [] => "the schema has no objects".to_owned(),
            names => format!("the objects are {}", listed(names)),
        };
        let derived = match derived_names.as_slice() {
            [] => String::new(),
            names => format!("; derived fields: {}", listed(names)),
        };
        let names = object_names.iter().chain(derived_names).map(String::as_str);
        let meant = match similar(name, names) {
            Some(meant) => format!("; did you mean `{meant}`?"),
            None => String::new(),
        };
        format!("unknown name `{name}`; {objects}{derived}{meant}")
    }

    fn unknown_field(&self, object: &str, field: &str) -> String {
        let Some(fields) = self.scope.objects.fields(object) else {
            let object =
                object.strip_prefix("wrapper<").map_or(object, |it| it.trim_end_matches('>'));
            return format!("unknown field `{field}`: {object} has no fields");
        };
        let names: Vec<_> = fields.keys().cloned().collect();
        match similar(field, names.iter().map(String::as_str)) {
            Some(meant) => format!("unknown field `{field}` of {object}; did you mean `{meant}`?"),
            None if names.is_empty() => {
                format!("unknown field `{field}` of {object}; it has no fields")
            }
            None => format!("unknown field `{field}` of {object}; it has {}", listed(&names)),
        }
    }

    fn unknown_function(&self, name: &str, callee: &SpannedExpr) -> String {
        let namespace = match &callee.node {
            Expr::Member { expr, .. } => match &expr.node {
                Expr::Ident(it) if NAMESPACES.contains(&it.as_str()) => Some(it),
                _ => None,
            },
            _ => None,
        };
        let full = namespace.map_or_else(|| name.to_owned(), |it| format!("{it}.{name}"));
        let is_name = |it: &&String| it.starts_with(|it: char| it.is_ascii_alphabetic());
        let mut known: Vec<_> = self.scope.env.functions().keys().filter(is_name).collect();
        known.sort();
        match similar(&full, known.into_iter().map(String::as_str)) {
            Some(meant) => format!("unknown function `{full}`; did you mean `{meant}`?"),
            None => format!("unknown function `{full}`"),
        }
    }

    /// An operator or function does not take operands of these types.
    fn no_form(&self, function: &str, args: &[CelType], expr: Option<&SpannedExpr>) -> String {
        match (function, args) {
            ("_[_]", [of, index]) => no_element(of, index),
            ("@in", [_, of]) => match of {
                CelType::Message(object) => {
                    format!("`in` needs a list or a map, got {object}; write has({object}.name)")
                }
                of => format!("`in` needs a list or a map, got {}", type_name(of)),
            },
            ("!_", [it]) => format!("`!` needs true or false, got {}", type_name(it)),
            ("-_", [it]) => format!("`-` has no form for {}", type_name(it)),
            (_, [left, right]) => match expr.and_then(operator) {
                Some(op @ ("&&" | "||")) => {
                    format!("`{op}` needs true or false on both sides, got {}", pair(left, right))
                }
                Some(op @ ("<" | "<=" | ">" | ">=")) => {
                    format!("`{op}` cannot compare {} with {}", type_name(left), type_name(right))
                }
                Some(op) => {
                    format!(
                        "`{op}` has no form for {}{}",
                        pair(left, right),
                        conversion(left, right)
                    )
                }
                None => self.no_form_of(function, args),
            },
            _ => self.no_form_of(function, args),
        }
    }

    fn no_form_of(&self, function: &str, args: &[CelType]) -> String {
        let forms = self.scope.env.functions().get(function);
        let forms = forms.map_or(&[][..], |it| it.overloads.as_slice());
        // Forms for unknown operands are of no use to anybody.
        let is_real = |it: &&OverloadDecl| {
            !it.params.iter().any(|param| matches!(param, CelType::Abstract { .. }))
        };
        let mut shown: Vec<_> = forms.iter().filter(is_real).map(|it| form(function, it)).collect();
        shown.dedup();
        let more = if shown.len() > FORMS { ", and others" } else { "" };
        shown.truncate(FORMS);
        let forms = if shown.is_empty() {
            String::new()
        } else {
            format!("; it is {}{more}", shown.join(", "))
        };
        format!("`{function}` has no form for ({}){forms}", type_names(args))
    }
}

/// The operand of a condition that `all` or `exists` joins with what it has so far.
fn condition_of_macro<'e, 't>(
    expr: &'e SpannedExpr,
    types: &'t [CelType],
) -> Option<(&'e SpannedExpr, &'t CelType)> {
    let Expr::Binary { op: BinaryOp::And | BinaryOp::Or, left, right } = &expr.node else {
        return None;
    };
    let is_accumulator =
        |it: &SpannedExpr| matches!(&it.node, Expr::Ident(it) if it == ACCUMULATOR);
    match types {
        [it, _] if is_accumulator(right) => Some((left, it)),
        [_, it] if is_accumulator(left) => Some((right, it)),
        _ => None,
    }
}

fn no_element(of: &CelType, index: &CelType) -> String {
    match of {
        CelType::Message(object) => {
            format!("the fields of {object} are known; write {object}.name instead of [\"name\"]")
        }
        CelType::List(_) => {
            format!("elements of a list have an int as index, got {}", type_name(index))
        }
        CelType::Map(key, _) => {
            format!("the keys are of type {}, got {}", type_name(key), type_name(index))
        }
        of => format!("expected a list or a map in front of `[`, got {}", type_name(of)),
    }
}

fn operator(expr: &SpannedExpr) -> Option<&'static str> {
    Some(match &expr.node {
        Expr::Binary { op, .. } => match op {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Mod => "%",
            BinaryOp::Eq => "==",
            BinaryOp::Ne => "!=",
            BinaryOp::Lt => "<",
            BinaryOp::Le => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::Ge => ">=",
            BinaryOp::In => "in",
            BinaryOp::And => "&&",
            BinaryOp::Or => "||",
        },
        Expr::Unary { op: UnaryOp::Neg, .. } => "-",
        Expr::Unary { op: UnaryOp::Not, .. } => "!",
        _ => return None,
    })
}

/// How two numbers of different types come together.
fn conversion(left: &CelType, right: &CelType) -> String {
    let bare = |it: &CelType| match it {
        CelType::Wrapper(it) => (**it).clone(),
        it => it.clone(),
    };
    let (left, right) = (bare(left), bare(right));
    if !left.is_numeric() || !right.is_numeric() || left == right {
        return String::new();
    }
    let to = if [&left, &right].contains(&&CelType::Double) { "double" } else { "int" };
    format!("; write {to}(x)")
}

/// How a function is called: `string.startsWith(string)`, `size(string)`.
fn form(function: &str, it: &OverloadDecl) -> String {
    let args = type_names(it.arg_types());
    match it.receiver_type() {
        Some(receiver) => format!("{}.{function}({args})", type_name(receiver)),
        None => format!("{function}({args})"),
    }
}

fn pair(left: &CelType, right: &CelType) -> String {
    format!("{} and {}", type_name(left), type_name(right))
}

fn type_names(types: &[CelType]) -> String {
    types.iter().map(type_name).collect::<Vec<_>>().join(", ")
}

fn listed(names: &[String]) -> String {
    let more = names.len().saturating_sub(LISTED);
    let shown = names.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
