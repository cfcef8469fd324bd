//! The form in which expressions are evaluated: names are resolved, macros recognized, constants ready.

use std::sync::Arc;

use cel_core::{MapKey, Value};

use super::functions::Function;
use crate::rules::Fault;

/// The value of a variable.
#[derive(Debug, Clone)]
pub(super) enum Slot {
    /// It is not among the facts. To read it is a fault.
    Missing,
    /// Its value. An error inside is a fault of who reads that part.
    Value(Value),
    /// To read it is this fault.
    Fault(Fault),
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Where it stands in the source, in bytes.
    pub(super) span: (usize, usize),
    /// Which of the program's clauses it is.
    pub(super) clause: Option<usize>,
}

#[derive(Debug)]
pub(super) enum Kind {
    Const(Value),
    /// What only an expression that was not checked has: a name that nobody knows.
    Fail(Box<Fault>),
    Fact(Box<Fact>),
    /// A variable of a macro: how many further in it was bound than what is asked for.
    Local(usize),
    Select {
        of: Box<Node>,
        key: MapKey,
        optional: bool,
    },
    Has {
        of: Box<Node>,
        key: MapKey,
    },
    Index {
        sides: Box<[Node; 2]>,
        optional: bool,
    },
    And(Box<[Node]>),
    Or(Box<[Node]>),
    Not(Box<Node>),
    /// Condition, value if true, value if false.
    If(Box<[Node; 3]>),
    Negate(Box<Node>),
    Arithmetic(Arithmetic, Box<[Node; 2]>),
    Order(Order, Box<[Node; 2]>),
    Equal {
        sides: Box<[Node; 2]>,
        negated: bool,
    },
    In(Box<[Node; 2]>),
    List(Box<[Element]>),
    Map(Box<[Entry]>),
    Call(Box<Call>),
    /// The value of a new local, and what is evaluated with it.
    Bind(Box<[Node; 2]>),
    /// An optional, and what is evaluated with its value as a new local.
    OptMap {
        sides: Box<[Node; 2]>,
        flat: bool,
    },
    /// An optional, and what is evaluated when it is empty.
    OrElse {
        sides: Box<[Node; 2]>,
        unwrap: bool,
    },
    Loop(Box<Loop>),
}

/// A variable, or what plain selects reach from it.
#[derive(Debug)]
pub(super) struct Fact {
    pub(super) slot: usize,
    pub(super) keys: Vec<MapKey>,
    /// The path of the variable, then the path behind each key.
    pub(super) paths: Vec<Arc<str>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug)]
pub(super) struct Element {
    pub(super) value: Node,
    pub(super) optional: bool,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: Node,
    pub(super) value: Node,
    pub(super) optional: bool,
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) name: Box<str>,
    pub(super) function: Function,
    pub(super) args: Box<[Node]>,
}

/// A macro that goes through a list or a map.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) result: LoopResult,
    pub(super) range: Node,
    /// Whether there are two locals: index or key, and value.
    pub(super) pairs: bool,
    pub(super) filter: Option<Node>,
    pub(super) body: Node,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LoopResult {
    All,
    Exists,
    ExistsOne,
    List,
    Map,
}

impl Node {
    /// Visits what is inside, in the order of evaluation.
    pub(super) fn children(&self) -> Vec<&Node> {
        match &self.kind {
            Kind::Const(_) | Kind::Fail(_) | Kind::Fact(_) | Kind::Local(_) => Vec::new(),
            Kind::Select { of, .. } | Kind::Has { of, .. } | Kind::Not(of) | Kind::Negate(of) => {
                vec![of]
            }
            Kind::And(operands) | Kind::Or(operands) => operands.iter().collect(),
            Kind::If(parts) => parts.iter().collect(),
            Kind::Index { sides, .. }
            | Kind::Arithmetic(_, sides)
            | Kind::Order(_, sides)
            | Kind::Equal { sides, .. }
            | Kind::In(sides)
            | Kind::Bind(sides)
            | Kind::OptMap { sides, .. }
            | Kind::OrElse { sides, .. } => sides.iter().collect(),
            Kind::List(elements) => elements.iter().map(|it| &it.value).collect(),
            Kind::Map(entries) => entries.iter().flat_map(|it| [&it.key, &it.value]).collect(),
            Kind::Call(call) => call.args.iter().collect(),
            Kind::Loop(it) => {
                std::iter::once(&it.range).chain(&it.filter).chain([&it.body]).collect()
            }
        }
    }
}
