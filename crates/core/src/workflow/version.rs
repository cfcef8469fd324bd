use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::InvalidInput;

/// The longest version, in characters.
const MAX_VERSION: usize = 50;
/// The longest constraint, in characters.
const MAX_CONSTRAINT: usize = 100;

/// The form of a version, as <https://semver.org> gives it.
const PATTERN: &str = concat!(
    r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)",
    r"(-(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*)?",
    r"(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$",
);

/// A version as semantic versioning 2.0.0 has it: `1.4.0`, `2.0.0-beta.1`, `1.4.0+build.7`. At most 50 characters.
///
/// Versions are ordered by precedence. Those that differ in nothing but their build metadata have the same precedence; here
/// they are ordered by that, so that any two versions have an order.
///
/// ```
/// use agentflow_core::workflow::SemVer;
///
/// let [beta, release]: [SemVer; 2] = ["2.0.0-beta.1", "2.0.0"].map(|it| it.parse().unwrap());
/// assert!(beta < release && !beta.is_release());
/// let error = "1.4".parse::<SemVer>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "version: expected a semantic version such as 1.4.0 or 2.0.0-beta.1, got \"1.4\": \
///      unexpected end of input while parsing minor version number"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SemVer(semver::Version);

impl SemVer {
    /// Whether it is no prerelease.
    pub fn is_release(&self) -> bool {
        self.0.pre.is_empty()
    }

    /// The one to take when nobody says which: the greatest release, or the greatest prerelease while there is no release.
    pub fn latest<'v>(versions: impl IntoIterator<Item = &'v Self>) -> Option<&'v Self> {
        versions.into_iter().max_by_key(|it| (it.is_release(), *it))
    }
}

impl FromStr for SemVer {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "expected a semantic version such as 1.4.0 or 2.0.0-beta.1";
        if text.len() > MAX_VERSION {
            let reason = format!("{expected}, of at most {MAX_VERSION} characters");
            return Err(InvalidInput::new("version", reason));
        }
        semver::Version::parse(text).map(Self).map_err(|error| {
            InvalidInput::new("version", format!("{expected}, got {text:?}: {error}"))
        })
    }
}

impl fmt::Display for SemVer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for SemVer {
    type Error = InvalidInput;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<SemVer> for String {
    fn from(version: SemVer) -> Self {
        version.to_string()
    }
}

impl JsonSchema for SemVer {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SemVer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "maxLength": MAX_VERSION, "pattern": PATTERN })
    }
}

/// Which versions are fit: `^1.2`, `>=1.2, <3`, `1.*`. At most 100 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VersionConstraint(semver::VersionReq);

impl VersionConstraint {
    /// Whether the version is fit. A prerelease is so only when the constraint names one of the same version.
    pub fn matches(&self, version: &SemVer) -> bool {
        self.0.matches(&version.0)
    }
}

impl FromStr for VersionConstraint {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FIELD: &str = "template_version_constraint";
        let expected = "expected a constraint of versions such as ^1.2 or >=1.2, <3";
        let too_long = || {
            let reason = format!("{expected}, of at most {MAX_CONSTRAINT} characters");
            InvalidInput::new(FIELD, reason)
        };
        if text.len() > MAX_CONSTRAINT {
            return Err(too_long());
        }
        let constraint = semver::VersionReq::parse(text).map_err(|error| {
            InvalidInput::new(FIELD, format!("{expected}, got {text:?}: {error}"))
        })?;
        // It is kept as the library writes it, with a sign in front of every version.
        if constraint.to_string().len() > MAX_CONSTRAINT {
            return Err(too_long());
        }
        Ok(Self(constraint))
    }
}

impl fmt::Display for VersionConstraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for VersionConstraint {
    type Error = InvalidInput;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<VersionConstraint> for String {
    fn from(constraint: VersionConstraint) -> Self {
        constraint.to_string()
    }
}

impl JsonSchema for VersionConstraint {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "VersionConstraint".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = "^[0-9A-Za-z.*+<>=~^, -]+$";
        json_schema!({ "type": "string", "maxLength": MAX_CONSTRAINT, "pattern": pattern })
    }
}
