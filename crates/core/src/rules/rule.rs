use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::MAX_EXPRESSION_BYTES;
use crate::{InvalidInput, InvalidInputs, fields::check_text, ids::RuleId};

/// A rule as its author writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSpec {
    /// Unique among the rules of a tenant: 1 to 255 characters.
    pub name: String,
    /// In CEL: true or false.
    pub expression: String,
    /// Whether it is evaluated.
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

impl RuleSpec {
    /// An active rule.
    pub fn new(name: impl Into<String>, expression: impl Into<String>) -> Self {
        Self { name: name.into(), expression: expression.into(), active: true }
    }

    /// Checks the lengths of name and expression; whether it compiles, a [`super::Language`] says.
    pub fn validate(&self) -> Result<(), InvalidInputs> {
        let mut findings = Vec::new();
        findings.extend(check_text("name", &self.name, 1, 255).err());
        findings.extend(check_expression(&self.expression).err());
        if findings.is_empty() { Ok(()) } else { Err(InvalidInputs(findings)) }
    }
}

pub(super) fn check_expression(expression: &str) -> Result<(), InvalidInput> {
    if expression.trim().is_empty() {
        return Err(InvalidInput::new("expression", "expected an expression"));
    }
    if expression.len() > MAX_EXPRESSION_BYTES {
        let reason =
            format!("expected at most {MAX_EXPRESSION_BYTES} bytes, got {}", expression.len());
        return Err(InvalidInput::new("expression", reason));
    }
    Ok(())
}

/// A rule as it is stored. As JSON, the keys of the spec stand beside the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Unique within the tenant, and never changes.
    pub id: RuleId,
    /// What its author wrote.
    #[serde(flatten)]
    pub spec: RuleSpec,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}
