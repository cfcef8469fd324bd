//! What an evaluation may use, and why it stops.

use std::sync::Arc;

use cel_core::{EvalError, EvalErrorKind, OptionalValue, Value};

use crate::rules::{Fault, FaultKind, Limits};

/// How deep a value may be nested. Values are compared, shown and dropped by recursion.
const MAX_VALUE_DEPTH: usize = 500;

/// Why an evaluation has no value. All but `Limit` are errors in the sense of CEL, which `&&` and `||` absorb.
#[derive(Debug)]
pub(super) enum Stop {
    /// The limit of cost was reached: the whole evaluation ends.
    Limit,
    /// What this path names is not there.
    Missing(Arc<str>),
    /// Something is not there; its name is known only to an evaluation that is traced.
    Untraced,
    /// A condition has a value of this type.
    NotBoolean(&'static str),
    Fault(Box<Fault>),
}

/// The longest message of a fault.
const MAX_MESSAGE_CHARACTERS: usize = 500;

impl Stop {
    pub(super) fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self::Fault(Box::new(Fault::new(kind, message)))
    }

    pub(super) fn into_fault(self, limits: Limits) -> Fault {
        let mut fault = self.into_whole_fault(limits);
        // A key or a time zone of a fact may be as long as facts are.
        if let Some((end, _)) = fault.message.char_indices().nth(MAX_MESSAGE_CHARACTERS) {
            fault.message.truncate(end);
            fault.message.push('…');
        }
        fault
    }

    fn into_whole_fault(self, limits: Limits) -> Fault {
        match self {
            Self::Fault(fault) => *fault,
            Self::Missing(path) => Fault::new(FaultKind::Missing, format!("{path} is missing")),
            Self::NotBoolean(found) => {
                let message = format!("the rule gives {found}, not true or false");
                Fault::new(FaultKind::NotBoolean, message)
            }
            Self::Untraced => Fault::new(FaultKind::Missing, "a value is missing"),
            Self::Limit => {
                let message = format!(
                    "stopped after {} steps; the expression does too much work on these facts",
                    thousands(limits.cost)
                );
                Fault::new(FaultKind::Limit, message)
            }
        }
    }
}

impl From<&EvalError> for Stop {
    fn from(error: &EvalError) -> Self {
        let kind = match error.kind {
            EvalErrorKind::DivisionByZero
            | EvalErrorKind::ModuloByZero
            | EvalErrorKind::Overflow
            | EvalErrorKind::RangeError => FaultKind::Arithmetic,
            EvalErrorKind::TypeMismatch | EvalErrorKind::NoMatchingOverload => FaultKind::Type,
            EvalErrorKind::UnknownIdentifier
            | EvalErrorKind::IndexOutOfBounds
            | EvalErrorKind::KeyNotFound
            | EvalErrorKind::FieldNotFound => FaultKind::Missing,
            EvalErrorKind::InvalidArgument | EvalErrorKind::InvalidConversion => {
                FaultKind::Argument
            }
            EvalErrorKind::UnknownFunction | EvalErrorKind::Internal => FaultKind::Internal,
        };
        Self::new(kind, error.message.clone())
    }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Counts the steps of one evaluation.
#[derive(Debug)]
pub(super) struct Meter {
    limit: u64,
    left: u64,
}

impl Meter {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limit: limits.cost, left: limits.cost }
    }

    pub(super) fn used(&self) -> u64 {
        self.limit - self.left
    }

    #[inline]
    pub(super) fn step(&mut self) -> Result<(), Stop> {
        self.charge(1)
    }

    #[inline]
    pub(super) fn charge(&mut self, steps: usize) -> Result<(), Stop> {
        let Some(left) = self.left.checked_sub(steps as u64) else {
            self.left = 0;
            return Err(Stop::Limit);
        };
        self.left = left;
        Ok(())
    }

    /// For text and bytes that are read or made.
    #[inline]
    pub(super) fn bytes(&mut self, length: usize) -> Result<(), Stop> {
        self.charge(length / 16)
    }

    /// For the elements of a list that is made.
    pub(super) fn elements(&mut self, count: usize) -> Result<(), Stop> {
        self.charge(count.saturating_mul(2))
    }

    /// For the entries of a map that is made.
    pub(super) fn entries(&mut self, count: usize) -> Result<(), Stop> {
        self.charge(count.saturating_mul(5))
    }

    /// Refuses a value that is nested too deep, before it becomes part of the facts of others.
    pub(super) fn check_depth(&mut self, value: &Value) -> Result<(), Stop> {
        self.check_depth_below(value, MAX_VALUE_DEPTH)
    }

    fn check_depth_below(&mut self, value: &Value, levels: usize) -> Result<(), Stop> {
        let Some(levels) = levels.checked_sub(1) else {
            let message = format!("the value is nested more than {MAX_VALUE_DEPTH} levels deep");
            return Err(Stop::new(FaultKind::Argument, message));
        };
        match value {
            Value::List(items) => {
                self.charge(items.len())?;
                items.iter().try_for_each(|it| self.check_depth_below(it, levels))
            }
            Value::Map(map) => {
                self.charge(map.len())?;
                map.values().try_for_each(|it| self.check_depth_below(it, levels))
            }
            Value::Optional(OptionalValue::Some(it)) => self.check_depth_below(it, levels),
            _ => Ok(()),
        }
    }
}
