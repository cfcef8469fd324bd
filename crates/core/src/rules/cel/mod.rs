//! Expressions in CEL: the only place that names the library which parses and checks them.

mod language;

pub(super) use language::{Facts, Language, Program};
