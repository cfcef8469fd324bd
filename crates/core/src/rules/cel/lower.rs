//! From the checked syntax tree to nodes.

use std::{collections::HashMap, sync::Arc};

use cel_core::{
    Ast, BinaryOp, CelValue, Expr, ListElement, MapEntry, MapKey, ReferenceInfo, Spanned,
    SpannedExpr, TypeValue, UnaryOp, Value, ValueMap,
};

use super::{
    functions::{self, Builtin, Function, Functions, Pattern},
    meter::Meter,
    node::{Arithmetic, Call, Element, Entry, Fact, Kind, Loop, Node, Order},
    trace::push_key,
};
use crate::rules::{Fault, FaultKind, Limits};

mod macros;

/// What an expression was made into.
pub(super) struct Lowered {
    pub(super) root: Node,
    /// How deep the nodes are nested.
    pub(super) depth: usize,
}

/// Why it cannot be evaluated, and where in the source.
pub(super) struct Obstacle {
    pub(super) at: usize,
    pub(super) message: String,
}

struct Lowering<'a> {
    references: Option<&'a HashMap<i64, ReferenceInfo>>,
    functions: &'a Functions,
    slots: &'a dyn Fn(&str) -> Option<usize>,
    /// The variables of the macros around, the innermost last.
    locals: Vec<&'a str>,
    obstacles: Vec<Obstacle>,
    /// What is left for regular expressions.
    pattern_room: usize,
    level: usize,
    deepest: usize,
}

pub(super) fn lower(
    ast: &Ast,
    functions: &Functions,
    slots: &dyn Fn(&str) -> Option<usize>,
) -> Result<Lowered, Vec<Obstacle>> {
    let mut lowering = Lowering {
        references: ast.type_info().map(|it| &it.reference_map),
        functions,
        slots,
        locals: Vec::new(),
        obstacles: Vec::new(),
        pattern_room: functions::MAX_RANGES,
        level: 0,
        deepest: 0,
    };
    let root = lowering.node(ast.expr());
    if lowering.obstacles.is_empty() {
        Ok(Lowered { root, depth: lowering.deepest })
    } else {
        Err(lowering.obstacles)
    }
}

impl<'a> Lowering<'a> {
    fn node(&mut self, expr: &'a SpannedExpr) -> Node {
        self.level += 1;
        self.deepest = self.deepest.max(self.level);
        let kind = self.kind(expr);
        self.level -= 1;
        Node { kind, span: (expr.span.start, expr.span.end), clause: None }
    }

    fn boxed(&mut self, expr: &'a SpannedExpr) -> Box<Node> {
        Box::new(self.node(expr))
    }

    fn pair(&mut self, left: &'a SpannedExpr, right: &'a SpannedExpr) -> Box<[Node; 2]> {
        Box::new([self.node(left), self.node(right)])
    }

    /// In an expression that was checked, a problem; in another, as the standard says, an error where it is evaluated.
    fn obstacle(&mut self, expr: &SpannedExpr, message: impl Into<String>) -> Kind {
        let message = message.into();
        if self.references.is_some() {
            self.obstacles.push(Obstacle { at: expr.span.start, message: message.clone() });
        }
        Kind::Fail(Box::new(Fault::new(FaultKind::Missing, message)))
    }

    fn reference(&self, expr: &SpannedExpr) -> Option<&'a ReferenceInfo> {
        self.references?.get(&expr.id)
    }

    fn kind(&mut self, expr: &'a SpannedExpr) -> Kind {
        if let Some(value) = self.reference(expr).and_then(|it| it.value.as_ref()) {
            return Kind::Const(constant(value));
        }
        match &expr.node {
            Expr::Null => Kind::Const(Value::Null),
            Expr::Bool(it) => Kind::Const(Value::Bool(*it)),
            Expr::Int(it) => Kind::Const(Value::Int(*it)),
            Expr::UInt(it) => Kind::Const(Value::UInt(*it)),
            Expr::Float(it) => Kind::Const(Value::Double(*it)),
            Expr::String(it) => Kind::Const(Value::String(it.as_str().into())),
            Expr::Bytes(it) => Kind::Const(Value::Bytes(it.as_slice().into())),
            Expr::Ident(name) => match self.local(name) {
                Some(outward) => Kind::Local(outward),
                None => self.variable(name, expr),
            },
            Expr::RootIdent(name) => match self.slot(name) {
                Some(kind) => kind,
                None => self.variable(name, expr),
            },
            Expr::List(elements) => self.list(elements),
            Expr::Map(entries) => self.map(entries),
            Expr::Unary { op: UnaryOp::Not, expr } => Kind::Not(self.boxed(expr)),
            Expr::Unary { op: UnaryOp::Neg, expr } => match self.node(expr) {
                Node { kind: Kind::Const(Value::Double(it)), .. } => {
                    Kind::Const(Value::Double(-it))
                }
                it => Kind::Negate(Box::new(it)),
            },
            Expr::Binary { op, left, right } => self.binary(*op, expr, left, right),
            Expr::Ternary { cond, then_expr, else_expr } => {
                if let Some(kind) = self.opt_map(cond, then_expr, else_expr) {
                    return kind;
                }
                let parts = [self.node(cond), self.node(then_expr), self.node(else_expr)];
                Kind::If(Box::new(parts))
            }
            Expr::Member { expr: of, field, optional } => self.member(expr, of, field, *optional),
            Expr::Index { expr: of, index, optional } => {
                Kind::Index { sides: self.pair(of, index), optional: *optional }
            }
            Expr::Call { expr: callee, args } => self.call(expr, callee, args),
            Expr::Struct { .. } => {
                self.obstacle(expr, "objects with a type cannot be made; write a map: `{'a': 1}`")
            }
            Expr::Comprehension(it) => self.comprehension(expr, it),
            Expr::MemberTestOnly { expr: of, field } => {
                Kind::Has { of: self.boxed(of), key: MapKey::from(field.as_str()) }
            }
            Expr::Bind { var_name, init, body } => {
                let init = self.node(init);
                let body = self.with_locals(&[var_name], body);
                Kind::Bind(Box::new([init, body]))
            }
            Expr::Error => self.obstacle(expr, "expected an expression"),
        }
    }

    fn with_locals(&mut self, names: &[&'a str], body: &'a SpannedExpr) -> Node {
        let before = self.locals.len();
        self.locals.extend(names);
        let node = self.node(body);
        self.locals.truncate(before);
        node
    }

    fn local(&self, name: &str) -> Option<usize> {
        self.locals.iter().rev().position(|it| *it == name)
    }

    fn slot(&self, name: &str) -> Option<Kind> {
        let slot = (self.slots)(name)?;
        let fact = Fact { slot, keys: Vec::new(), paths: vec![name.into()] };
        Some(Kind::Fact(Box::new(fact)))
    }

    fn variable(&mut self, name: &str, expr: &SpannedExpr) -> Kind {
        // The checker knows the full name of what is in a namespace.
        let full = self.reference(expr).map_or(name, |it| it.name.as_str());
        if let Some(kind) = self.slot(full).or_else(|| self.slot(name)) {
            return kind;
        }
        match type_constant(full) {
            Some(value) => Kind::Const(value),
            None => self.obstacle(expr, format!("unknown name `{name}`")),
        }
    }

    fn member(
        &mut self,
        expr: &'a SpannedExpr,
        of: &'a SpannedExpr,
        field: &str,
        optional: bool,
    ) -> Kind {
        if let Some(reference) = self.reference(expr).filter(|it| it.overload_ids.is_empty()) {
            // A variable or a type with points in its name.
            return match self.slot(&reference.name) {
                Some(kind) => kind,
                None => Kind::Const(Value::Type(TypeValue::new(reference.name.as_str()))),
            };
        }
        if !optional && let Some(kind) = self.in_namespace(expr) {
            return kind;
        }
        let key = MapKey::from(field);
        let of = self.node(of);
        match of.kind {
            Kind::Fact(mut fact) if !optional => {
                let mut path = fact.paths[fact.keys.len()].as_ref().to_owned();
                push_key(&mut path, &key);
                fact.paths.push(path.into());
                fact.keys.push(key);
                Kind::Fact(fact)
            }
            _ => Kind::Select { of: Box::new(of), key, optional },
        }
    }

    /// A variable with points in its name, which the checker does not resolve when there is one in front.
    fn in_namespace(&self, expr: &SpannedExpr) -> Option<Kind> {
        let name = dotted(expr)?;
        let root = name.split('.').next().unwrap_or_default();
        match name.strip_prefix('.') {
            Some(name) => self.slot(name),
            None if self.local(root).is_some() => None,
            None => self.slot(&name),
        }
    }

    fn list(&mut self, elements: &'a [ListElement]) -> Kind {
        let elements: Vec<_> = elements
            .iter()
            .map(|it| Element { value: self.node(&it.expr), optional: it.optional })
            .collect();
        let value = |it: &Element| match &it.value.kind {
            Kind::Const(value) if !it.optional => Some(value.clone()),
            _ => None,
        };
        match elements.iter().map(value).collect::<Option<Vec<_>>>() {
            Some(values) => Kind::Const(Value::List(values.into())),
            None => Kind::List(elements.into()),
        }
    }

    fn map(&mut self, entries: &'a [MapEntry]) -> Kind {
        let entries: Vec<_> = entries
            .iter()
            .map(|it| Entry {
                key: self.node(&it.key),
                value: self.node(&it.value),
                optional: it.optional,
            })
            .collect();
        match constant_map(&entries) {
            Some(map) => Kind::Const(Value::Map(Arc::new(map))),
            None => Kind::Map(entries.into()),
        }
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        expr: &'a SpannedExpr,
        left: &'a SpannedExpr,
        right: &'a SpannedExpr,
    ) -> Kind {
        match op {
            BinaryOp::And => Kind::And(self.operands(expr, op)),
            BinaryOp::Or => Kind::Or(self.operands(expr, op)),
            BinaryOp::Add => Kind::Arithmetic(Arithmetic::Add, self.pair(left, right)),
            BinaryOp::Sub => Kind::Arithmetic(Arithmetic::Subtract, self.pair(left, right)),
            BinaryOp::Mul => Kind::Arithmetic(Arithmetic::Multiply, self.pair(left, right)),
            BinaryOp::Div => Kind::Arithmetic(Arithmetic::Divide, self.pair(left, right)),
            BinaryOp::Mod => Kind::Arithmetic(Arithmetic::Remainder, self.pair(left, right)),
            BinaryOp::Eq => Kind::Equal { sides: self.pair(left, right), negated: false },
            BinaryOp::Ne => Kind::Equal { sides: self.pair(left, right), negated: true },
            BinaryOp::Lt => Kind::Order(Order::Less, self.pair(left, right)),
            BinaryOp::Le => Kind::Order(Order::LessOrEqual, self.pair(left, right)),
            BinaryOp::Gt => Kind::Order(Order::Greater, self.pair(left, right)),
            BinaryOp::Ge => Kind::Order(Order::GreaterOrEqual, self.pair(left, right)),
            BinaryOp::In => Kind::In(self.pair(left, right)),
        }
    }

    /// The operands of a chain `a && b && c`, in order.
    fn operands(&mut self, expr: &'a SpannedExpr, chain: BinaryOp) -> Box<[Node]> {
        let mut open = vec![expr];
        let mut operands = Vec::new();
        while let Some(expr) = open.pop() {
            match &expr.node {
                Expr::Binary { op, left, right } if *op == chain => {
                    open.extend([&**right, &**left]);
                }
                _ => operands.push(self.node(expr)),
            }
        }
        operands.into()
    }

    fn call(
        &mut self,
        expr: &'a SpannedExpr,
        callee: &'a SpannedExpr,
        args: &'a [SpannedExpr],
    ) -> Kind {
        let (name, receiver) = match &callee.node {
            Expr::Ident(name) | Expr::RootIdent(name) => (name.clone(), None),
            Expr::Member { expr: of, field, .. } => match dotted(of) {
                Some(space) if self.functions.has(&format!("{space}.{field}")) => {
                    (format!("{space}.{field}"), None)
                }
                _ => (field.clone(), Some(&**of)),
            },
            _ => return self.obstacle(expr, "only functions can be called"),
        };
        let member = receiver.is_some();
        let mut nodes: Vec<_> = receiver.into_iter().chain(args).map(|it| self.node(it)).collect();
        match (name.as_str(), member, nodes.len()) {
            ("dyn", false, 1) => {
                if let Some(node) = nodes.pop() {
                    return node.kind;
                }
            }
            ("or" | "orValue", true, 2) => {
                if let Ok(sides) = <Box<[Node; 2]>>::try_from(nodes) {
                    return Kind::OrElse { sides, unwrap: name == "orValue" };
                }
                return self.obstacle(expr, format!("`{name}` takes one argument"));
            }
            _ => (),
        }
        let Some(mut function) = self.functions.find(&name, member, nodes.len()) else {
            return self.obstacle(expr, format!("unknown function `{name}`"));
        };
        if let (Function::Matches, Some(Kind::Const(Value::String(pattern)))) =
            (&function, nodes.get(1).map(|it| &it.kind))
        {
            match Pattern::new(pattern, &mut self.pattern_room) {
                Ok(pattern) => function = Function::Pattern(pattern),
                Err(error) => return self.obstacle(expr, error),
            }
        }
        if let Some(value) = literal_time(&function, &nodes) {
            return Kind::Const(value);
        }
        Kind::Call(Box::new(Call { name: name.into(), function, args: nodes.into() }))
    }
}

fn constant(value: &CelValue) -> Value {
    Value::from(value.clone())
}

/// `duration('1h')` is made when the expression is compiled. What cannot be made is an error when it is evaluated.
fn literal_time(function: &Function, args: &[Node]) -> Option<Value> {
    let (Function::Builtin(builtin @ (Builtin::Duration | Builtin::Timestamp)), [arg]) =
        (function, args)
    else {
        return None;
    };
    let Kind::Const(value @ Value::String(_)) = &arg.kind else { return None };
    let mut meter = Meter::new(Limits::default());
    functions::call_builtin("", *builtin, value, None, &mut meter).ok()
}

fn constant_map(entries: &[Entry]) -> Option<ValueMap> {
    let mut map = ValueMap::new();
    for entry in entries {
        match (&entry.key.kind, &entry.value.kind) {
            (Kind::Const(key), Kind::Const(value)) if !entry.optional => {
                let key = MapKey::from_value(key)?;
                if map.contains_key_with_numeric_coercion(&key) {
                    return None;
                }
                map.insert(key, value.clone());
            }
            _ => return None,
        }
    }
    Some(map)
}

/// `a.b.c` as one name.
fn dotted(expr: &SpannedExpr) -> Option<String> {
    match &expr.node {
        Expr::Ident(name) => Some(name.clone()),
        Expr::RootIdent(name) => Some(format!(".{name}")),
        Expr::Member { expr, field, .. } => Some(format!("{}.{field}", dotted(expr)?)),
        _ => None,
    }
}

fn type_constant(name: &str) -> Option<Value> {
    let value = match name {
        "bool" | "int" | "uint" | "double" | "string" | "bytes" | "list" | "map" | "null_type"
        | "type" => TypeValue::new(name),
        "optional_type" => TypeValue::optional_type(),
        _ if name.starts_with("google.protobuf.") => TypeValue::new(name),
        _ => return None,
    };
    Some(Value::Type(value))
}
