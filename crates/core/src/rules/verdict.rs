use serde::Serialize;

use super::{Fault, Read};
use crate::ids::RuleId;

/// What a rule says about facts, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The rule.
    pub rule: RuleId,
    /// Its name.
    pub name: String,
    /// Whether it matched. False as well when there is an error.
    pub matched: bool,
    /// Why, in a sentence that names the clauses which decided.
    pub reason: String,
    /// The facts and derived fields that were read, in the order of reading; each once.
    pub read: Vec<Read>,
    /// Why there is no answer.
    pub error: Option<Fault>,
    /// The steps it took; see [`super::Limits`].
    pub cost: u64,
}
