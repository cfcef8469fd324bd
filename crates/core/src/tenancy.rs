//! The words of tenancy: slugs, regions, tiers, modes.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{InvalidInput, words::words};

/// A short name for URLs and command lines: lower-case letters, digits and inner hyphens, 2 to 63 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

impl Slug {
    /// A slug made from a name: `Acme & Sons` becomes `acme-sons`. Fails when fewer than two usable characters remain.
    ///
    /// ```
    /// use agentflow_core::tenancy::Slug;
    ///
    /// assert_eq!(Slug::from_name("Acme & Sons, Ltd.").unwrap().as_str(), "acme-sons-ltd");
    /// assert!(Slug::from_name("!").is_err());
    /// ```
    pub fn from_name(name: &str) -> Result<Self, InvalidInput> {
        let words: Vec<_> = name
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        let mut slug = words.join("-");
        slug.truncate(63);
        slug.trim_end_matches('-').parse().map_err(|_| {
            InvalidInput::new("slug", format!("no slug can be made from `{name}`; give one"))
        })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl schemars::JsonSchema for Slug {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Slug".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "minLength": 2, "maxLength": 63, "pattern": SLUG_PATTERN,
        })
    }
}

/// The form of a slug as JSON Schema has it; its length apart.
pub(crate) const SLUG_PATTERN: &str = "^[a-z0-9][a-z0-9-]*[a-z0-9]$";

/// The form of a slug in words.
pub(crate) const SLUG_FORM: &str =
    "2 to 63 lower-case letters, digits and hyphens, with no hyphen at either end";

impl FromStr for Slug {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let valid = (2..=63).contains(&text.len())
            && text.bytes().all(|byte| inner(byte) || byte == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidInput::new("slug", format!("expected {SLUG_FORM}")))
        }
    }
}

impl TryFrom<String> for Slug {
    type Error = InvalidInput;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The commercial plan of a tenant. The platform decides which there are; the form is a lower-case word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tier(String);

impl Tier {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Tier {
    fn default() -> Self {
        Self("free".to_owned())
    }
}

impl FromStr for Tier {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let valid = text.len() <= 50
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'));
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            let reason = "expected a lower-case word of at most 50 letters, digits, `_` and `-`";
            Err(InvalidInput::new("tier", reason))
        }
    }
}

impl TryFrom<String> for Tier {
    type Error = InvalidInput;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Tier> for String {
    fn from(tier: Tier) -> Self {
        tier.0
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

words!(
    /// Where data lives.
    Region, "region" {
        /// Northern Virginia.
        UsEast1 = "us-east-1",
        /// Ireland.
        EuWest1 = "eu-west-1",
    }
);

words!(
    /// Whether a tenant may be worked with.
    TenantStatus, "status" {
        /// Yes.
        Active = "active",
        /// No: its data is kept, and new scopes are refused.
        Suspended = "suspended",
    }
);

words!(
    /// How much a workspace keeps.
    DataPersistenceMode, "data_persistence_mode" {
        /// What happened, and no content.
        MetadataOnly = "metadata_only",
        /// Content as well.
        Full = "full",
    }
);

words!(
    /// The stage an environment is for.
    EnvironmentTier, "tier" {
        /// Development.
        Dev = "dev",
        /// Test.
        Test = "test",
        /// Production.
        Prod = "prod",
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_follow_the_format() {
        for good in ["ab", "a1", "acme-corp", "a--b", "0x"] {
            assert_eq!(good.parse::<Slug>().unwrap().as_str(), good);
        }
        for bad in ["", "a", "-ab", "ab-", "Acme", "a_b", "a b", "é-e", &"a".repeat(64)] {
            assert!(bad.parse::<Slug>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_long_name_gives_a_slug_that_fits() {
        let slug = Slug::from_name(&"word ".repeat(40)).unwrap();
        assert!(slug.as_str().len() <= 63 && !slug.as_str().ends_with('-'));
    }

    #[test]
    fn an_unknown_word_lists_the_known_ones() {
        let error = "mars-1".parse::<Region>().unwrap_err();
        assert_eq!(error.to_string(), "region: expected one of: us-east-1 eu-west-1");
    }
}
