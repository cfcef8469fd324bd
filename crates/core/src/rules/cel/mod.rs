//! Expressions in CEL: the only place that names the library which parses and checks them.

mod build;
mod check_words;
mod comprehension;
#[cfg(test)]
mod conformance;
mod derived;
mod dynamic;
mod eval;
mod facts;
mod functions;
mod json;
mod language;
mod lower;
mod macros;
mod meter;
mod node;
mod operands;
mod operators;
mod problems;
mod program;
mod resolver;
mod scan;
mod scope;
mod source;
mod text;
mod trace;
mod types;
mod walk;

pub(super) use facts::Facts;
pub(super) use language::{Language, Program};
