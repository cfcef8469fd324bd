use std::sync::Arc;

use cel_core::{CelType, Env, EvalError, EvalErrorKind, Value};

use super::Program;
use crate::rules::{
    Fault, FaultKind, Limits,
    cel::{functions::Functions, node::Slot},
};

mod differential;
mod explain;
mod limits;
mod semantics;

/// Variables with their types and values.
struct World {
    env: Env,
    functions: Functions,
    names: Vec<&'static str>,
    slots: Vec<Slot>,
}

impl World {
    fn new() -> Self {
        let map = |values: CelType| CelType::map(CelType::String, values);
        let user = Value::map([
            ("age", Value::Int(21)),
            ("tier", "gold".into()),
            ("email", Value::Null),
            ("active", true.into()),
            ("broken", wrong("User.broken: expected int, got \"old\"")),
            ("tags", Value::list(["a", "b"])),
        ]);
        let item = |sku: &str, price: f64| {
            Value::map([("sku", sku.into()), ("price", Value::Double(price))])
        };
        let order = Value::map([
            ("total", Value::Double(250.0)),
            ("country", "DE".into()),
            ("items", Value::list([item("x", 10.0), item("y", 240.0)])),
            ("none", Value::list(Vec::<Value>::new())),
        ]);
        let variables = [
            ("User", map(CelType::Dyn), Slot::Value(user)),
            ("Order", map(CelType::Dyn), Slot::Value(order)),
            ("Absent", map(CelType::Dyn), Slot::Missing),
            (
                "Failed",
                CelType::Int,
                Slot::Fault(Fault::new(
                    FaultKind::Arithmetic,
                    "derived field Failed: division by zero",
                )),
            ),
            ("x", CelType::Int, Slot::Value(Value::Int(7))),
            ("text", CelType::String, Slot::Value("abcdefghijklmnop".into())),
            ("any", CelType::Dyn, Slot::Value(Value::Int(5))),
            (
                "big",
                CelType::list(CelType::Int),
                Slot::Value(Value::List((0..1_000).map(Value::Int).collect())),
            ),
        ];
        let env = Env::with_standard_library().with_all_extensions();
        // Without these the checker runs in circles on some of what is made up here.
        let fallbacks = crate::rules::cel::dynamic::fallbacks(&env);
        let mut env = env.with_extension(fallbacks);
        let (mut names, mut slots) = (Vec::new(), Vec::new());
        for (name, ty, slot) in variables {
            env.add_variable(name, ty);
            names.push(name);
            slots.push(slot);
        }
        Self { functions: Functions::new(&env), env, names, slots }
    }

    fn program(&self, source: &str) -> Program {
        self.limited(source, Limits::default())
    }

    fn limited(&self, source: &str, limits: Limits) -> Program {
        // The checker of the library knows no fields of an element of something dynamic.
        let ast = self.env.compile(source).or_else(|_| self.env.parse_only(source));
        let ast = ast.unwrap_or_else(|error| panic!("{source}: {error}"));
        let slots = |name: &str| self.names.iter().position(|it| *it == name);
        Program::new(&ast, &self.functions, &slots, limits)
            .unwrap_or_else(|problems| panic!("{source}: {problems}"))
    }

    fn value(&self, source: &str) -> Result<Value, Fault> {
        self.program(source).value(&self.slots)
    }

    fn fault(&self, source: &str) -> Fault {
        match self.value(source) {
            Err(fault) => fault,
            Ok(value) => panic!("{source} is {value}"),
        }
    }
}

impl Program {
    /// The value with the limits of its own.
    pub(in crate::rules::cel) fn value(&self, slots: &[Slot]) -> Result<Value, Fault> {
        self.value_within(slots, self.limits).0
    }
}

fn wrong(message: &str) -> Value {
    Value::Error(Arc::new(EvalError::new(EvalErrorKind::TypeMismatch, message)))
}
