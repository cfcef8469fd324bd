/// The longest expression, in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 10_000;

/// How deep an expression may be nested, in levels of its syntax tree.
pub const MAX_DEPTH: usize = 250;

/// The most derived fields of one language: each is computed for each fact set.
pub(super) const MAX_DERIVED_FIELDS: usize = 1_000;

/// What one evaluation of one rule may use, and what all derived fields of one fact set may use together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps: one for each node that is evaluated, one for each 16 bytes or list elements that are read or made. So it
    /// bounds time and memory alike: a million was seen to take up to 0.3 s and 32 MB.
    ///
    /// Derived fields are computed when a fact set is read, in their order, each with what those before it have left. When
    /// nothing is left, the remaining ones are faults. A rule that reads a derived field does not pay for it.
    pub cost: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { cost: 1_000_000 }
    }
}
