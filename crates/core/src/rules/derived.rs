use std::fmt;

use serde::{Deserialize, Serialize};

use super::Problems;

/// A derived field as its author writes it: a value that is computed once from the facts, and that rules and other derived
/// fields read by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DerivedSpec {
    /// A CEL identifier that is no object of the schema: letters, digits and `_`, no digit in front.
    pub name: String,
    /// In CEL, of any type.
    pub expression: String,
    /// What the expression reads: facts by their path, `User.age`, a prefix of it, `User`, or other derived fields by
    /// name. Found out from the expression when left out; when given, it must be exactly that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<Vec<String>>,
}

/// Why a derived field cannot be computed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DerivedFault {
    /// The name is none, or is taken.
    Name {
        /// The derived field.
        name: String,
        /// What is wrong with its name.
        reason: String,
    },
    /// The expression does not compile.
    Expression {
        /// The derived field.
        name: String,
        /// What is wrong.
        problems: Problems,
    },
    /// The dependencies are not what the expression reads.
    Dependencies {
        /// The derived field.
        name: String,
        /// Read but not declared.
        undeclared: Vec<String>,
        /// Declared but not read.
        unread: Vec<String>,
    },
    /// It depends on itself: the names around the circle, beginning and ending with the same.
    Cycle(Vec<String>),
}

impl DerivedFault {
    /// The derived field that it is about; of a circle the first.
    pub fn name(&self) -> &str {
        match self {
            Self::Name { name, .. }
            | Self::Expression { name, .. }
            | Self::Dependencies { name, .. } => name,
            Self::Cycle(names) => names.first().map_or("", String::as_str),
        }
    }
}

impl std::error::Error for DerivedFault {}

impl fmt::Display for DerivedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { name, reason } => write!(f, "derived field `{name}`: {reason}"),
            Self::Expression { name, problems } => {
                let problems: Vec<_> = problems.0.iter().map(ToString::to_string).collect();
                write!(f, "derived field `{name}`: {}", problems.join("; "))
            }
            Self::Dependencies { name, undeclared, unread } => {
                write!(f, "derived field `{name}`:")?;
                if !undeclared.is_empty() {
                    write!(
                        f,
                        " reads {}, which its dependencies do not name",
                        undeclared.join(", ")
                    )?;
                }
                if !unread.is_empty() {
                    let and = if undeclared.is_empty() { "" } else { ";" };
                    write!(
                        f,
                        "{and} its dependencies name {}, which it does not read",
                        unread.join(", ")
                    )?;
                }
                Ok(())
            }
            Self::Cycle(names) => {
                write!(f, "derived fields depend on each other in a circle: {}", names.join(" -> "))
            }
        }
    }
}
