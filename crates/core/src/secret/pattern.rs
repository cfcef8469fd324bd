use std::{fmt, str::FromStr};

use super::SecretName;
use crate::{InvalidInput, audit::Actor};

/// The longest pattern, in bytes.
const MAX_LENGTH: usize = 400;

/// Text in which `*` stands for any run of characters, also for none. Everything else stands for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern(String);

impl Pattern {
    /// In time that grows with the length of the text, whatever the pattern is: the pieces between the stars are looked for
    /// one after the other, each as far to the left as it goes.
    fn matches(&self, text: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else { return self.0 == text };
        let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
        let Some(text) = text.strip_prefix(first) else { return false };
        let Some(mut text) = text.strip_suffix(last) else { return false };
        for piece in middle.split('*') {
            match text.find(piece) {
                Some(at) => text = &text[at + piece.len()..],
                None => return false,
            }
        }
        true
    }
}

/// Which secrets a rule is about: a name, in which `*` stands for any run of characters.
///
/// ```
/// use agentflow_core::secret::KeyPattern;
///
/// let pattern: KeyPattern = "stripe_*".parse().unwrap();
/// assert!(pattern.matches(&"stripe_key".parse().unwrap()));
/// assert!(!pattern.matches(&"my_stripe_key".parse().unwrap()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPattern(Pattern);

impl KeyPattern {
    /// Whether it stands for this name. Letters of different case are different.
    pub fn matches(&self, name: &SecretName) -> bool {
        self.0.matches(name.as_str())
    }
}

impl FromStr for KeyPattern {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"_-*".contains(&byte);
        if text.is_empty() || text.len() > MAX_LENGTH || !text.bytes().all(is_known) {
            let reason = "expected 1 to 400 ASCII letters, digits, `_`, `-`, and `*` for any run of characters";
            return Err(InvalidInput::new("keys", reason));
        }
        Ok(Self(Pattern(text.to_owned())))
    }
}

impl fmt::Display for KeyPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.0)
    }
}

/// Whom a rule is about: `service:billing`, `service:*`, or `*` for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalPattern {
    /// None for all of them.
    kind: Option<String>,
    /// None for everybody of the kind.
    id: Option<Pattern>,
}

impl PrincipalPattern {
    /// Whether it stands for this principal. Its kind and its id are looked at separately: `*:billing` is no pattern of `user:x:billing`.
    pub fn matches(&self, principal: &Actor) -> bool {
        let principal = principal.to_string();
        let (kind, id) = match principal.split_once(':') {
            Some((kind, id)) => (kind, Some(id)),
            None => (principal.as_str(), None),
        };
        self.kind.as_ref().is_none_or(|wanted| wanted == kind)
            && self.id.as_ref().is_none_or(|wanted| id.is_some_and(|id| wanted.matches(id)))
    }
}

impl FromStr for PrincipalPattern {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = |reason: &str| Err(InvalidInput::new("principal", reason));
        if text.len() > MAX_LENGTH {
            return invalid("expected at most 400 bytes");
        }
        match text.split_once(':') {
            // What a kind begins with would silently be another one: `s*:x` might be a service or the system.
            Some((kind, id))
                if matches!(kind, "user" | "agent" | "service" | "system" | "*")
                    && !id.is_empty() =>
            {
                let kind = (kind != "*").then(|| kind.to_owned());
                Ok(Self { kind, id: Some(Pattern(id.to_owned())) })
            }
            None if text == "*" => Ok(Self { kind: None, id: None }),
            _ => invalid(
                "expected user:…, service:…, agent:… or system:…, in which `*` stands for any run of characters, or `*` for everybody",
            ),
        }
    }
}

impl fmt::Display for PrincipalPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_deref().unwrap_or("*"))?;
        self.id.as_ref().map_or(Ok(()), |id| write!(f, ":{}", id.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, as slow as it may be.
    fn matches(pattern: &[u8], text: &[u8]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((b'*', rest)) => (0..=text.len()).any(|at| matches(rest, &text[at..])),
            Some((byte, rest)) => text.first() == Some(byte) && matches(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn a_pattern_stands_for_what_the_definition_says(pattern in "[ab*]{1,8}", text in "[ab]{1,10}") {
            let parsed: KeyPattern = pattern.parse().unwrap();
            let name: SecretName = text.parse().unwrap();
            prop_assert_eq!(parsed.matches(&name), matches(pattern.as_bytes(), text.as_bytes()));
        }
    }

    #[test]
    fn a_prefix_and_a_suffix_may_not_overlap() {
        let pattern: KeyPattern = "ab*ba".parse().unwrap();
        assert!(!pattern.matches(&"aba".parse().unwrap()));
        assert!(pattern.matches(&"abba".parse().unwrap()));
    }

    #[test]
    fn principals_have_a_kind() {
        let matches = |pattern: &str, principal: &Actor| {
            pattern.parse::<PrincipalPattern>().unwrap().matches(principal)
        };
        let billing = Actor::service("billing");
        assert!(matches("*", &billing) && matches("service:*", &billing));
        assert!(matches("service:bill*", &billing) && matches("*:billing", &billing));
        assert!(!matches("user:*", &billing) && !matches("service:bill", &billing));
        let nested = Actor::user("x:billing");
        assert!(!matches("*:billing", &nested) && matches("*:*:billing", &nested));
        assert!(matches("user:x:*", &nested) && !matches("service:*", &nested));
        // What somebody calls itself is no pattern.
        assert!(!matches("service:billing", &Actor::service("*")));
        assert!(matches("user:*@example.com", &Actor::user("ann@example.com")));
        for text in ["*", "*:billing", "user:*@example.com"] {
            assert_eq!(text.parse::<PrincipalPattern>().unwrap().to_string(), text);
        }
        for text in ["", "billing", "s*", "servic:x", "service:", "se*:billing"] {
            assert!(text.parse::<PrincipalPattern>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_pattern_of_other_characters_is_refused() {
        for text in ["", "a b", "a?", "a/b", "[ab]", "ä", &"a".repeat(401)] {
            assert!(text.parse::<KeyPattern>().is_err(), "{text}");
        }
    }
}
