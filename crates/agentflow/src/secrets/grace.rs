//! How long a secret that was replaced is good for.

use agentflow_core::InvalidInput;
use jiff::{SignedDuration, Timestamp};

use super::rotation_log::ROTATED;
use crate::error::{Error, Result};

/// The longest time.
const MOST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How a secret is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacing {
    /// How long the one before is given out along with the new one, for work that is under way: at most 7 days; 24 hours by
    /// default; not at all if zero.
    pub grace: SignedDuration,
    /// Why, for the rotation log: 1 to 255 characters; `rotated` by default.
    pub reason: Option<String>,
}

impl Default for Replacing {
    fn default() -> Self {
        Self { grace: SignedDuration::from_hours(24), reason: None }
    }
}

impl Replacing {
    /// At once: the one before is gone.
    pub fn at_once() -> Self {
        Self { grace: SignedDuration::ZERO, reason: None }
    }

    pub(crate) fn check(&self, operation: &'static str) -> Result<()> {
        let invalid = |field: &str, reason: &str| {
            Err(Error::InvalidInput { operation, input: InvalidInput::new(field, reason) })
        };
        if self.grace.is_negative() || self.grace > MOST {
            return invalid("grace", "expected 0 to 7 days");
        }
        if let Some(reason) = &self.reason
            && (reason.trim().is_empty() || reason.chars().count() > 255 || reason.contains('\0'))
        {
            return invalid("reason", "expected 1 to 255 characters, not only blanks");
        }
        Ok(())
    }

    pub(crate) fn reason(&self) -> &str {
        self.reason.as_deref().unwrap_or(ROTATED)
    }

    /// Until when the one before is good; `None` if it is not any more.
    pub(crate) fn until(&self, now: Timestamp) -> Option<Timestamp> {
        (!self.grace.is_zero()).then(|| now.checked_add(self.grace).unwrap_or(Timestamp::MAX))
    }
}
