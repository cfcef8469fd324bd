use std::time::Duration;

/// The longest policy, in bytes.
pub const MAX_POLICY_BYTES: usize = 256 * 1024;

/// The longest line of a policy, in characters.
pub const MAX_LINE: u32 = 1024;

/// How many operators may follow each other in one expression and those around it.
pub const MAX_OPERATORS: usize = 200;

/// How many levels of brackets a policy may have.
pub const MAX_NESTING: usize = 64;

/// How many reasons of one policy are kept.
pub const MAX_REASONS: usize = 100;

/// How long a reason may be, in characters. What is longer is cut.
pub const MAX_REASON_CHARS: usize = 1000;

/// What one evaluation of one policy may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long it may take. It is looked at before every rule, statement, call and round of a loop, so a single operation
    /// that is slow in itself runs to its end first. When it is over, the policy is asked once more, and then given up.
    pub time: Duration,
    /// How many bytes the functions may make, all calls of one evaluation together: texts, ranges, lists, parsed JSON. What
    /// comprehensions make is bounded by the time.
    pub memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_millis(100), memory: 16 * 1024 * 1024 }
    }
}
