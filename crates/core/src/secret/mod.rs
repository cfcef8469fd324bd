//! Secrets by name: what they may be called, and who may do what with which of them.

mod caller;
mod name;
mod pattern;
mod rules;
mod stored;
mod verb;

pub use caller::Caller;
pub use name::{MASK, SecretName};
pub use pattern::{KeyPattern, PrincipalPattern};
pub use rules::{AccessRule, AccessRules, Tenants};
pub use stored::{CheckResult, SecretKind, ValidationStatus, ValidationTest};
pub use verb::Verb;
