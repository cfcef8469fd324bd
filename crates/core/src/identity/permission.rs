use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::InvalidInput;

/// The name of a permission: `resource:action`, as in `workflow:publish`. Lower-case letters and `_`, at most 50 on
/// each side. Which ones there are, the database knows: docs/identity.md lists them.
///
/// ```
/// use agentflow_core::identity::Permission;
///
/// let permission: Permission = "workflow:publish".parse()?;
/// assert_eq!((permission.resource(), permission.action()), ("workflow", "publish"));
/// # Ok::<(), agentflow_core::InvalidInput>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Permission(String);

impl Permission {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it is about.
    pub fn resource(&self) -> &str {
        self.0.split_once(':').map_or("", |(resource, _)| resource)
    }

    /// What it allows to do.
    pub fn action(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, action)| action)
    }
}

fn is_word(text: &str) -> bool {
    text.len() <= 50
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

impl FromStr for Permission {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some((resource, action)) if is_word(resource) && is_word(action) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(InvalidInput::new(
                "permission",
                "expected resource:action, as in workflow:publish",
            )),
        }
    }
}

impl TryFrom<String> for Permission {
    type Error = InvalidInput;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Permission> for String {
    fn from(permission: Permission) -> Self {
        permission.0
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_follow_the_format() {
        for good in ["run:start", "api_key:rotate"] {
            assert_eq!(good.parse::<Permission>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "run",
            "run:",
            ":start",
            "run:start:now",
            "Run:start",
            "run:*",
            "r un:start",
            "_a:b",
        ] {
            assert!(bad.parse::<Permission>().is_err(), "{bad}");
        }
    }
}
