use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::InvalidInput;

/// An e-mail address as it was written: printable ASCII with one `@` and a dot somewhere behind it, at most 254
/// characters (RFC 5321, 4.5.3.1.3). Two that differ in case only belong to the same user. A domain in another script
/// comes in its ASCII form (`xn--…`).
///
/// ```
/// use agentflow_core::identity::Email;
///
/// assert!("Ann.Lee@Example.com".parse::<Email>().is_ok());
/// assert!("ann@localhost".parse::<Email>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_printable = text.bytes().all(|byte| byte.is_ascii_graphic());
        let has_parts = text.split_once('@').is_some_and(|(local, domain)| {
            // A dot with something on both sides.
            let inner = domain.get(1..domain.len().saturating_sub(1)).unwrap_or_default();
            !local.is_empty() && !domain.contains('@') && inner.contains('.')
        });
        if is_printable && has_parts && text.len() <= 254 {
            return Ok(Self(text.to_owned()));
        }
        let reason = "expected an address like ann@example.com, in ASCII and without blanks, at most 254 characters";
        Err(InvalidInput::new("email", reason))
    }
}

impl TryFrom<String> for Email {
    type Error = InvalidInput;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_follow_the_format() {
        for good in ["a@b.c", "Ann.Lee+tag@mail.example.com", "a@b..c", "a@..."] {
            assert!(good.parse::<Email>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "@",
            "a@",
            "@b.c",
            "a@b",
            "a@b.",
            "a@.b",
            "a@b@c.d",
            "a b@c.d",
            "a@b.c\n",
            "ä@b.c",
            "a@b\u{a0}.c",
            "a@.",
            &format!("{}@b.c", "a".repeat(251)),
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad}");
        }
    }
}
