//! Evaluation of nodes. Values of facts are borrowed all the way; only what is made is owned.

use std::{ops::Deref, sync::Arc};

use cel_core::{MapKey, OptionalValue, Value, ValueMap};

use super::{
    functions::{self, Function},
    meter::{Meter, Stop},
    node::{Call, Entry, Kind, Node, Slot},
    operators::{self, type_name},
    trace::{Trace, shown},
};
use crate::rules::{FaultKind, Limits};

mod access;

/// A value of the facts, of the expression or of a macro's variable, or one that was made.
#[derive(Debug)]
pub(super) enum Ref<'e> {
    Borrowed(&'e Value),
    Owned(Value),
}

impl Ref<'_> {
    pub(super) fn into_owned(self) -> Value {
        match self {
            Self::Borrowed(it) => it.clone(),
            Self::Owned(it) => it,
        }
    }
}

impl Deref for Ref<'_> {
    type Target = Value;

    fn deref(&self) -> &Value {
        match self {
            Self::Borrowed(it) => it,
            Self::Owned(it) => it,
        }
    }
}

/// A value, and where in the facts it stands.
pub(super) struct Seen<'e, P> {
    pub(super) value: Ref<'e>,
    pub(super) path: P,
}

/// A variable of a macro.
pub(super) struct Frame<'e, P> {
    pub(super) outer: Scope<'e, P>,
    pub(super) value: &'e Value,
    pub(super) path: P,
}

pub(super) type Scope<'e, P> = Option<&'e Frame<'e, P>>;

/// One evaluation.
pub(super) struct Machine<'s, T> {
    slots: &'s [Slot],
    pub(super) meter: Meter,
    pub(super) trace: T,
}

impl<'s, T: Trace> Machine<'s, T> {
    pub(super) fn new(slots: &'s [Slot], limits: Limits, trace: T) -> Self {
        Self { slots, meter: Meter::new(limits), trace }
    }

    pub(super) fn eval<'e>(
        &mut self,
        node: &'e Node,
        scope: Scope<'e, T::Path>,
    ) -> Result<Ref<'e>, Stop>
    where
        's: 'e,
    {
        match &node.kind {
            Kind::Const(value) => {
                self.meter.step()?;
                Ok(Ref::Borrowed(value))
            }
            Kind::Fail(fault) => Err(Stop::Fault(fault.clone())),
            Kind::Fact(_) | Kind::Local(_) | Kind::Select { .. } | Kind::Index { .. } => {
                let seen = self.seen(node, scope)?;
                self.trace.read(&seen.path, Some(&seen.value));
                Ok(seen.value)
            }
            Kind::If(parts) => {
                self.meter.step()?;
                let [condition, yes, no] = parts.as_ref();
                let branch = if self.operand(condition, scope)? { yes } else { no };
                self.eval(branch, scope)
            }
            Kind::Bind(sides) => {
                self.meter.step()?;
                let [init, body] = sides.as_ref();
                let init = self.seen(init, scope)?;
                let frame = Frame { outer: scope, value: &init.value, path: init.path };
                self.eval(body, Some(&frame)).map(Ref::into_owned).map(Ref::Owned)
            }
            Kind::OptMap { sides, flat } => self.opt_map(sides, *flat, scope).map(Ref::Owned),
            Kind::OrElse { sides, unwrap } => self.or_else(sides, *unwrap, scope),
            Kind::And(_)
            | Kind::Or(_)
            | Kind::Not(_)
            | Kind::Equal { .. }
            | Kind::Order(..)
            | Kind::In(_)
            | Kind::Has { .. } => Ok(Ref::Owned(Value::Bool(self.boolean(node, scope)?))),
            _ => self.make(node, scope).map(Ref::Owned),
        }
    }

    /// The nodes that make a value.
    fn make<'e>(&mut self, node: &'e Node, scope: Scope<'e, T::Path>) -> Result<Value, Stop>
    where
        's: 'e,
    {
        self.meter.step()?;
        match &node.kind {
            Kind::Negate(it) => operators::negate(&*self.eval(it, scope)?),
            Kind::Arithmetic(operator, sides) => {
                let left = self.eval(&sides[0], scope)?;
                let right = self.eval(&sides[1], scope)?;
                operators::arithmetic(*operator, &left, &right, &mut self.meter)
            }
            Kind::List(elements) => {
                self.meter.elements(elements.len())?;
                let mut items = Vec::with_capacity(elements.len());
                for element in elements {
                    match self.eval(&element.value, scope)?.into_owned() {
                        Value::Optional(OptionalValue::None) if element.optional => (),
                        Value::Optional(OptionalValue::Some(it)) if element.optional => {
                            items.push(*it);
                        }
                        it => items.push(it),
                    }
                }
                Ok(Value::List(items.into()))
            }
            Kind::Map(entries) => self.map(entries, scope),
            Kind::Call(call) => self.call(call, scope),
            Kind::Loop(it) => self.run(it, scope),
            _ => Err(Stop::new(FaultKind::Internal, "a node is of an unknown kind")),
        }
    }

    /// A condition of the rule or of a macro.
    pub(super) fn operand<'e>(
        &mut self,
        node: &'e Node,
        scope: Scope<'e, T::Path>,
    ) -> Result<bool, Stop>
    where
        's: 'e,
    {
        self.boolean(node, scope).map_err(|stop| match stop {
            Stop::NotBoolean(found) => {
                Stop::new(FaultKind::Type, format!("expected true or false, got {found}"))
            }
            stop => stop,
        })
    }

    pub(super) fn boolean<'e>(
        &mut self,
        node: &'e Node,
        scope: Scope<'e, T::Path>,
    ) -> Result<bool, Stop>
    where
        's: 'e,
    {
        match node.clause {
            Some(clause) if T::ON => {
                self.trace.enter(clause);
                let result = self.truth(node, scope);
                self.trace.leave(clause, result.as_ref().ok().copied());
                result
            }
            _ => self.truth(node, scope),
        }
    }

    fn truth<'e>(&mut self, node: &'e Node, scope: Scope<'e, T::Path>) -> Result<bool, Stop>
    where
        's: 'e,
    {
        match &node.kind {
            Kind::And(operands) => self.absorb(operands, false, scope),
            Kind::Or(operands) => self.absorb(operands, true, scope),
            Kind::Not(it) => {
                self.meter.step()?;
                Ok(!self.operand(it, scope)?)
            }
            Kind::Order(order, sides) => {
                self.meter.step()?;
                let left = self.eval(&sides[0], scope)?;
                let right = self.eval(&sides[1], scope)?;
                operators::order(*order, &left, &right, &mut self.meter)
            }
            Kind::Equal { sides, negated } => {
                self.meter.step()?;
                let left = self.eval(&sides[0], scope)?;
                let right = self.eval(&sides[1], scope)?;
                Ok(operators::equal(&left, &right, &mut self.meter)? != *negated)
            }
            Kind::In(sides) => {
                self.meter.step()?;
                let needle = self.eval(&sides[0], scope)?;
                let range = self.eval(&sides[1], scope)?;
                operators::contains(&range, &needle, &mut self.meter)
            }
            Kind::Has { of, key } => self.has(of, key, scope),
            Kind::If(parts) => {
                self.meter.step()?;
                let [condition, yes, no] = parts.as_ref();
                let branch = if self.operand(condition, scope)? { yes } else { no };
                self.boolean(branch, scope)
            }
            _ => match &*self.eval(node, scope)? {
                Value::Bool(it) => Ok(*it),
                other => Err(Stop::NotBoolean(type_name(other))),
            },
        }
    }

    /// `&&` and `||`: an operand that is `decisive` decides, even if others are errors.
    fn absorb<'e>(
        &mut self,
        operands: &'e [Node],
        decisive: bool,
        scope: Scope<'e, T::Path>,
    ) -> Result<bool, Stop>
    where
        's: 'e,
    {
        self.meter.step()?;
        let mut failed = None;
        for operand in operands {
            match self.operand(operand, scope) {
                Ok(it) if it == decisive => return Ok(decisive),
                Ok(_) => (),
                Err(Stop::Limit) => return Err(Stop::Limit),
                Err(stop) => failed = failed.or(Some(stop)),
            }
        }
        failed.map_or(Ok(!decisive), Err)
    }

    fn map<'e>(&mut self, entries: &'e [Entry], scope: Scope<'e, T::Path>) -> Result<Value, Stop>
    where
        's: 'e,
    {
        self.meter.entries(entries.len())?;
        let mut map = ValueMap::new();
        for entry in entries {
            let key = self.eval(&entry.key, scope)?;
            let value = match self.eval(&entry.value, scope)?.into_owned() {
                Value::Optional(OptionalValue::None) if entry.optional => continue,
                Value::Optional(OptionalValue::Some(it)) if entry.optional => *it,
                it => it,
            };
            let Some(key) = MapKey::from_value(&key) else {
                let found = type_name(&key);
                let message = format!("a key is a bool, int, uint or string, not {found}");
                return Err(Stop::new(FaultKind::Type, message));
            };
            if map.contains_key_with_numeric_coercion(&key) {
                let message = format!("the key {} is there twice", shown(&key));
                return Err(Stop::new(FaultKind::Argument, message));
            }
            map.insert(key, value);
        }
        Ok(Value::Map(Arc::new(map)))
    }

    fn call<'e>(&mut self, call: &'e Call, scope: Scope<'e, T::Path>) -> Result<Value, Stop>
    where
        's: 'e,
    {
        match (&call.function, call.args.as_ref()) {
            (Function::Builtin(builtin), [first]) => {
                let first = self.eval(first, scope)?;
                functions::call_builtin(&call.name, *builtin, &first, None, &mut self.meter)
            }
            (Function::Builtin(builtin), [first, second, ..]) => {
                let first = self.eval(first, scope)?;
                let second = self.eval(second, scope)?;
                functions::call_builtin(
                    &call.name,
                    *builtin,
                    &first,
                    Some(&second),
                    &mut self.meter,
                )
            }
            (Function::Pattern(pattern), [text, ..]) => match &*self.eval(text, scope)? {
                Value::String(text) => pattern.matches(text, &mut self.meter).map(Value::Bool),
                other => Err(no_matches(other)),
            },
            (Function::Matches, [text, pattern, ..]) => {
                let text = self.eval(text, scope)?;
                match (&*text, &*self.eval(pattern, scope)?) {
                    (Value::String(text), Value::String(pattern)) => {
                        functions::matches(text, pattern, &mut self.meter).map(Value::Bool)
                    }
                    (Value::String(_), other) | (other, _) => Err(no_matches(other)),
                }
            }
            (Function::Library(overloads, growth), args) => {
                let mut values = Vec::with_capacity(args.len());
                for arg in args {
                    values.push(self.eval(arg, scope)?.into_owned());
                }
                functions::call(&call.name, overloads, *growth, &values, &mut self.meter)
            }
            (_, []) => Err(Stop::new(FaultKind::Internal, "a function has no arguments")),
            (Function::Matches, [_]) => {
                Err(Stop::new(FaultKind::Internal, "`matches` has no pattern"))
            }
        }
    }

    fn opt_map<'e>(
        &mut self,
        sides: &'e [Node; 2],
        flat: bool,
        scope: Scope<'e, T::Path>,
    ) -> Result<Value, Stop>
    where
        's: 'e,
    {
        self.meter.step()?;
        let of = self.seen(&sides[0], scope)?;
        match &*of.value {
            Value::Optional(OptionalValue::None) => {
                self.trace.read(&of.path, None);
                Ok(Value::optional_none())
            }
            Value::Optional(OptionalValue::Some(value)) => {
                let frame = Frame { outer: scope, value, path: of.path };
                let value = self.eval(&sides[1], Some(&frame))?.into_owned();
                Ok(if flat { value } else { Value::optional_some(value) })
            }
            other => Err(not_optional(other)),
        }
    }

    fn or_else<'e>(
        &mut self,
        sides: &'e [Node; 2],
        unwrap: bool,
        scope: Scope<'e, T::Path>,
    ) -> Result<Ref<'e>, Stop>
    where
        's: 'e,
    {
        self.meter.step()?;
        match self.eval(&sides[0], scope)?.into_owned() {
            Value::Optional(OptionalValue::None) => self.eval(&sides[1], scope),
            Value::Optional(OptionalValue::Some(it)) if unwrap => Ok(Ref::Owned(*it)),
            it @ Value::Optional(_) => Ok(Ref::Owned(it)),
            other => Err(not_optional(&other)),
        }
    }
}

fn not_optional(found: &Value) -> Stop {
    Stop::new(FaultKind::Type, format!("expected an optional, got {}", type_name(found)))
}

fn no_matches(found: &Value) -> Stop {
    Stop::new(FaultKind::Type, format!("`matches` needs texts, got {}", type_name(found)))
}
