//! Macros that go through lists and maps. Results are built in place, in linear time.

use std::sync::Arc;

use cel_core::{MapKey, Value, ValueMap};

use super::{
    eval::{Frame, Machine, Scope},
    meter::Stop,
    node::{Loop, LoopResult},
    operators::type_name,
    trace::{Step, Trace},
};
use crate::rules::FaultKind;

/// What a macro has come to so far.
#[derive(Default)]
struct Progress {
    decided: bool,
    failed: Option<Stop>,
    count: usize,
    items: Vec<Value>,
    map: ValueMap,
}

impl Progress {
    fn finish(self, result: LoopResult) -> Result<Value, Stop> {
        match result {
            LoopResult::All | LoopResult::Exists => {
                let exists = result == LoopResult::Exists;
                match self.failed {
                    Some(stop) if !self.decided => Err(stop),
                    _ => Ok(Value::Bool(self.decided == exists)),
                }
            }
            LoopResult::ExistsOne => Ok(Value::Bool(self.count == 1)),
            LoopResult::List => Ok(Value::List(self.items.into())),
            LoopResult::Map => Ok(Value::Map(Arc::new(self.map))),
        }
    }
}

impl<'s, T: Trace> Machine<'s, T> {
    pub(super) fn run<'e>(&mut self, it: &'e Loop, scope: Scope<'e, T::Path>) -> Result<Value, Stop>
    where
        's: 'e,
    {
        let range = self.seen(&it.range, scope)?;
        let mut progress = Progress::default();
        match &*range.value {
            Value::List(items) => {
                if items.is_empty() {
                    self.trace.read(&range.path, Some(&range.value));
                }
                for (at, item) in (0..).zip(items.iter()) {
                    let key = MapKey::Int(at);
                    let path = self.trace.member(&range.path, Step::Index(&key));
                    let index = Value::Int(at);
                    let outer = Frame { outer: scope, value: &index, path: T::Path::default() };
                    let outer = if it.pairs { Some(&outer) } else { scope };
                    let frame = Frame { outer, value: item, path };
                    self.turn(it, &key, &frame, &mut progress)?;
                    if progress.decided {
                        break;
                    }
                }
            }
            Value::Map(map) => {
                if map.is_empty() || !it.pairs {
                    self.trace.read(&range.path, Some(&range.value));
                }
                for (key, item) in map.iter() {
                    let name = key.to_value();
                    let outer = Frame { outer: scope, value: &name, path: T::Path::default() };
                    if it.pairs {
                        let path = self.trace.member(&range.path, Step::Key(key));
                        let frame = Frame { outer: Some(&outer), value: item, path };
                        self.turn(it, key, &frame, &mut progress)?;
                    } else {
                        self.turn(it, key, &outer, &mut progress)?;
                    }
                    if progress.decided {
                        break;
                    }
                }
            }
            other => {
                let message =
                    format!("a macro goes through lists and objects, not {}", type_name(other));
                return Err(Stop::new(FaultKind::Type, message));
            }
        }
        progress.finish(it.result)
    }

    fn turn<'e>(
        &mut self,
        it: &'e Loop,
        key: &MapKey,
        frame: &'e Frame<'e, T::Path>,
        progress: &mut Progress,
    ) -> Result<(), Stop>
    where
        's: 'e,
    {
        self.meter.step()?;
        match it.result {
            LoopResult::All | LoopResult::Exists => match self.operand(&it.body, Some(frame)) {
                Ok(answer) => progress.decided = answer == (it.result == LoopResult::Exists),
                Err(Stop::Limit) => return Err(Stop::Limit),
                Err(stop) => {
                    progress.failed.get_or_insert(stop);
                }
            },
            LoopResult::ExistsOne => {
                progress.count += usize::from(self.operand(&it.body, Some(frame))?);
            }
            LoopResult::List | LoopResult::Map => {
                if let Some(filter) = &it.filter
                    && !self.operand(filter, Some(frame))?
                {
                    return Ok(());
                }
                let value = self.eval(&it.body, Some(frame))?.into_owned();
                if it.result == LoopResult::List {
                    self.meter.elements(1)?;
                    progress.items.push(value);
                } else {
                    self.meter.entries(1)?;
                    progress.map.insert(key.clone(), value);
                }
            }
        }
        Ok(())
    }
}
