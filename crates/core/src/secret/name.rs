use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::InvalidInput;

/// What is shown instead of a secret. Always the same, so that it tells neither length nor characters.
pub const MASK: &str = "********";

/// The longest name, in bytes.
const MAX_LENGTH: usize = 255;

/// The name of a secret: 1 to 255 ASCII letters, digits, `_` and `-`.
///
/// An error about a name does not repeat it: what somebody takes for a name may be the secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecretName(String);

impl SecretName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SecretName {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = |reason: &str| Err(InvalidInput::new("key", reason));
        if text.is_empty() {
            return invalid("key cannot be empty");
        }
        if text.len() > MAX_LENGTH {
            return invalid("key too long (max 255 characters)");
        }
        if !text.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-')) {
            return invalid(
                "key contains invalid characters; expected ASCII letters, digits, `_` and `-`",
            );
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for SecretName {
    type Error = InvalidInput;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<SecretName> for String {
    fn from(name: SecretName) -> Self {
        name.0
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
