/// The longest expression, in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 10_000;

/// How deep an expression may be nested, in levels of its syntax tree.
pub const MAX_DEPTH: usize = 250;

/// What one evaluation of one expression may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps: one for each node that is evaluated, one for each 16 bytes or list elements that are read or made. So it
    /// bounds time and memory alike: a million was seen to take up to 0.3 s and 32 MB.
    pub cost: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { cost: 1_000_000 }
    }
}
