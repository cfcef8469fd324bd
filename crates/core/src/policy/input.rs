use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::rego;
use crate::{
    InvalidInput, canonical,
    hash::Sha256,
    ids::{PrincipalId, TenantId, WorkflowId, WorkflowVersionId, WorkspaceId},
    workflow::RiskTier,
};

/// Where a document has what the run is given.
const INPUT: &str = "input";

/// What policies are asked about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyInput {
    /// The tenant.
    pub tenant: TenantId,
    /// Where the run is to be.
    pub workspace: WorkspacePart,
    /// What is to run. Absent for a question about the workspace alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<WorkflowPart>,
    /// Which version of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionPart>,
    /// What the run is given.
    pub input: Value,
    /// Who wants it.
    pub principal: PrincipalPart,
    /// When: the only clock a policy has.
    pub time: Timestamp,
}

/// The workspace, as policies see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkspacePart {
    /// The id.
    pub id: WorkspaceId,
    /// The name.
    pub name: String,
    /// Where its data are: `us`, `eu`, …
    pub region: String,
}

/// The workflow, as policies see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkflowPart {
    /// The id.
    pub id: WorkflowId,
    /// The name.
    pub name: String,
}

/// The version of the workflow, as policies see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionPart {
    /// The id.
    pub id: WorkflowVersionId,
    /// The number, as semantic versioning writes it.
    pub version: String,
    /// How much harm it can do.
    pub risk_tier: RiskTier,
    /// The digest of its definition.
    pub digest: Sha256,
    /// The model it is pinned to: `provider`, `model`, …
    pub model: Value,
}

/// Who wants the run, as policies see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrincipalPart {
    /// The id.
    pub id: PrincipalId,
    /// `human` or `service`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The names of its roles that hold in the workspace, sorted.
    pub roles: Vec<String>,
}

/// An input ready to be asked about: as JSON, with its digest.
#[derive(Debug, Clone)]
pub struct Document {
    json: Value,
    digest: Sha256,
    rego: rego::Input,
    is_private: bool,
}

impl PolicyInput {
    /// The document for policies.
    ///
    /// Fails with the path of what canonical JSON does not allow: integers that no double holds, U+0000, more than 100 levels.
    pub fn document(&self) -> Result<Document, InvalidInput> {
        let json = serde_json::to_value(self).map_err(|error| InvalidInput::new("input", error))?;
        Document::new(json)
    }
}

impl Document {
    /// A document from JSON, as it was stored or as a caller kept it. See [`PolicyInput::document`] for what is refused.
    pub fn new(json: Value) -> Result<Self, InvalidInput> {
        let digest = digest_of(&json)?;
        let rego = rego::Input::new(&json);
        Ok(Self { json, digest, rego, is_private: false })
    }

    /// The same, of which nothing may be quoted: where a policy fails, its reason says where, and not with what. What the policy
    /// says of its own accord stays as it is.
    #[must_use]
    pub fn private(self) -> Self {
        Self { is_private: true, ..self }
    }

    pub(super) fn is_private(&self) -> bool {
        self.is_private
    }

    /// A document from its two parts; see [`Document::split`]. See [`PolicyInput::document`] for what is refused.
    pub fn join(mut context: Map<String, Value>, input: Value) -> Result<Self, InvalidInput> {
        context.insert(INPUT.to_owned(), input);
        Self::new(Value::Object(context))
    }

    /// Its two parts: the context, which holds no contents, and what the run is given.
    pub fn split(self) -> (Map<String, Value>, Value) {
        match self.json {
            Value::Object(mut context) => {
                let input = context.remove(INPUT).unwrap_or_default();
                (context, input)
            }
            other => (Map::new(), other),
        }
    }

    /// The document as JSON.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// SHA-256 of the document as canonical JSON (RFC 8785).
    pub fn digest(&self) -> Sha256 {
        self.digest
    }

    pub(super) fn rego(&self) -> &rego::Input {
        &self.rego
    }
}

/// SHA-256 of a document as canonical JSON (RFC 8785), whose numbers are doubles.
pub fn digest_of(json: &Value) -> Result<Sha256, InvalidInput> {
    let text = canonical::to_string_as_doubles(json, "")?;
    Ok(Sha256::of(&[text.as_bytes()]))
}
