//! The way to a value: variables, selects and indexes.

use std::sync::Arc;

use cel_core::{MapKey, OptionalValue, Value};

use super::{Machine, Ref, Scope, Seen};
use crate::rules::{
    FaultKind,
    cel::{
        meter::Stop,
        node::{Fact, Kind, Node, Slot},
        operators::{map_key, type_name},
        trace::{Step, Trace, shown},
    },
};

impl<'s, T: Trace> Machine<'s, T> {
    /// Without recording a read: what is seen may be only a part of the way to what is read.
    pub(in crate::rules::cel) fn seen<'e>(
        &mut self,
        node: &'e Node,
        scope: Scope<'e, T::Path>,
    ) -> Result<Seen<'e, T::Path>, Stop>
    where
        's: 'e,
    {
        match &node.kind {
            Kind::Fact(fact) => self.fact(fact),
            Kind::Local(outward) => {
                self.meter.step()?;
                let mut frame = scope;
                for _ in 0..*outward {
                    frame = frame.and_then(|it| it.outer);
                }
                let Some(frame) = frame else {
                    return Err(Stop::new(FaultKind::Internal, "a variable has no value"));
                };
                let (value, path) = (Ref::Borrowed(frame.value), frame.path.clone());
                self.live(Seen { value, path })
            }
            Kind::Select { of, key, optional } => {
                self.meter.step()?;
                let of = self.seen(of, scope)?;
                self.select(of, key, *optional)
            }
            Kind::Index { sides, optional } => {
                self.meter.step()?;
                let of = self.seen(&sides[0], scope)?;
                let index = self.eval(&sides[1], scope)?;
                self.index(of, &index, *optional)
            }
            _ => Ok(Seen { value: self.eval(node, scope)?, path: T::Path::default() }),
        }
    }

    fn fact<'e>(&mut self, fact: &'e Fact) -> Result<Seen<'e, T::Path>, Stop>
    where
        's: 'e,
    {
        self.meter.charge(fact.paths.len())?;
        let mut value = match self.slots.get(fact.slot) {
            Some(Slot::Value(value)) => value,
            Some(Slot::Fault(fault)) => return Err(Stop::Fault(Box::new(fault.clone()))),
            Some(Slot::Missing) | None => return Err(self.missing_fact(&fact.paths[0])),
        };
        for (at, key) in fact.keys.iter().enumerate() {
            let Value::Map(map) = value else {
                // A derived field can be an optional; everything else is an error.
                let path = self.trace.fact(&fact.paths[at]);
                let mut seen = self.live(Seen { value: Ref::Borrowed(value), path })?;
                for key in &fact.keys[at..] {
                    seen = self.select(seen, key, false)?;
                }
                return Ok(seen);
            };
            match map.get(key) {
                Some(it) => value = it,
                None => return Err(self.missing_fact(&fact.paths[at + 1])),
            }
        }
        let path = self.trace.fact(&fact.paths[fact.keys.len()]);
        self.live(Seen { value: Ref::Borrowed(value), path })
    }

    fn missing_fact(&mut self, path: &Arc<str>) -> Stop {
        let name = self.trace.fact(path);
        self.trace.read(&name, None);
        Stop::Missing(Arc::clone(path))
    }

    /// Facts that are not what their schema says are errors among the values.
    fn live<'e>(&mut self, seen: Seen<'e, T::Path>) -> Result<Seen<'e, T::Path>, Stop> {
        if let Value::Error(error) = &*seen.value {
            self.trace.read(&seen.path, Some(&seen.value));
            return Err(Stop::from(error.as_ref()));
        }
        Ok(seen)
    }

    fn select<'e>(
        &mut self,
        of: Seen<'e, T::Path>,
        key: &MapKey,
        optional: bool,
    ) -> Result<Seen<'e, T::Path>, Stop> {
        let path = self.trace.member(&of.path, Step::Key(key));
        let (of, optional) = match of.value {
            Ref::Owned(Value::Optional(it)) => (it.as_value().cloned().map(Ref::Owned), true),
            Ref::Borrowed(Value::Optional(it)) => (it.as_value().map(Ref::Borrowed), true),
            it => (Some(it), optional),
        };
        let found = match &of {
            None => None,
            Some(Ref::Borrowed(Value::Map(map))) => map.get(key).map(Ref::Borrowed),
            Some(Ref::Owned(Value::Map(map))) => map.get(key).cloned().map(Ref::Owned),
            Some(it) => {
                let (key, found) = (shown(key), type_name(it));
                let message = format!("{found} has no field {key}");
                return Err(Stop::new(FaultKind::Type, message));
            }
        };
        self.found(found, path, Step::Key(key), optional)
    }

    fn index<'e>(
        &mut self,
        of: Seen<'e, T::Path>,
        index: &Value,
        optional: bool,
    ) -> Result<Seen<'e, T::Path>, Stop> {
        let (value, optional) = match of.value {
            Ref::Owned(Value::Optional(it)) => (it.as_value().cloned().map(Ref::Owned), true),
            Ref::Borrowed(Value::Optional(it)) => (it.as_value().map(Ref::Borrowed), true),
            it => (Some(it), optional),
        };
        let Some(value) = value else {
            let value = Ref::Owned(Value::optional_none());
            return Ok(Seen { value, path: T::Path::default() });
        };
        let key = map_key(index);
        let found = match (&value, &key) {
            (Ref::Borrowed(Value::Map(map)), Some(key)) => {
                map.get_with_numeric_coercion(key).map(Ref::Borrowed)
            }
            (Ref::Owned(Value::Map(map)), Some(key)) => {
                map.get_with_numeric_coercion(key).cloned().map(Ref::Owned)
            }
            (it, Some(MapKey::Int(_) | MapKey::UInt(_))) if matches!(&**it, Value::List(_)) => {
                let at = key.as_ref().and_then(position);
                match &value {
                    Ref::Borrowed(Value::List(items)) => {
                        at.and_then(|at| items.get(at)).map(Ref::Borrowed)
                    }
                    Ref::Owned(Value::List(items)) => {
                        at.and_then(|at| items.get(at)).cloned().map(Ref::Owned)
                    }
                    _ => None,
                }
            }
            (it, _) => {
                let message =
                    format!("`[]` has no form for {} and {}", type_name(it), type_name(index));
                return Err(Stop::new(FaultKind::Type, message));
            }
        };
        let Some(key) = &key else { return Err(Stop::Untraced) };
        let step =
            if matches!(&*value, Value::List(_)) { Step::Index(key) } else { Step::Key(key) };
        let path = self.trace.member(&of.path, step);
        self.found(found, path, step, optional)
    }

    fn found<'e>(
        &mut self,
        found: Option<Ref<'e>>,
        path: T::Path,
        step: Step<'_>,
        optional: bool,
    ) -> Result<Seen<'e, T::Path>, Stop> {
        match found {
            Some(value) => {
                let seen = self.live(Seen { value, path })?;
                if !optional {
                    return Ok(seen);
                }
                let value = Ref::Owned(Value::optional_some(seen.value.into_owned()));
                Ok(Seen { value, path: seen.path })
            }
            None if optional => Ok(Seen { value: Ref::Owned(Value::optional_none()), path }),
            None => {
                self.trace.read(&path, None);
                Err(self.trace.missing(&path, step))
            }
        }
    }

    pub(super) fn has<'e>(
        &mut self,
        of: &'e Node,
        key: &MapKey,
        scope: Scope<'e, T::Path>,
    ) -> Result<bool, Stop>
    where
        's: 'e,
    {
        self.meter.step()?;
        let of = self.seen(of, scope)?;
        let found = match &*of.value {
            Value::Map(map) => map.get(key),
            Value::Optional(OptionalValue::None) => None,
            Value::Optional(OptionalValue::Some(it)) => match it.as_ref() {
                Value::Map(map) => map.get(key),
                it => return Err(not_an_object(it)),
            },
            it => return Err(not_an_object(it)),
        };
        let path = self.trace.member(&of.path, Step::Key(key));
        self.trace.read(&path, found);
        Ok(found.is_some())
    }
}

/// A negative index is none, and is not counted from the end.
fn position(key: &MapKey) -> Option<usize> {
    match key {
        MapKey::Int(at) => usize::try_from(*at).ok(),
        MapKey::UInt(at) => usize::try_from(*at).ok(),
        _ => None,
    }
}

fn not_an_object(found: &Value) -> Stop {
    Stop::new(FaultKind::Type, format!("has() looks into objects, not {}", type_name(found)))
}
