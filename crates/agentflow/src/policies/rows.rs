//! Rows of policies, bindings and decisions, read so that a value nobody foresaw is an error that names it.

use agentflow_core::{
    hash::Sha256,
    ids::{
        PolicyBindingId, PolicyDecisionId, PolicyId, PrincipalId, RunId, WorkflowId,
        WorkflowVersionId, WorkspaceId,
    },
};
use agentflow_sql::queries::policies as sql;
use uuid::Uuid;

use super::{DecisionRow, PolicyBinding, PolicySummary, PolicyVersion};
use crate::{
    error::{Error, Result},
    input::{known, stored_json},
};

const POLICIES: &str = "policies";
const DECISIONS: &str = "policy_decisions";

#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(super) fn policy(row: sql::PolicyBorrowed<'_>) -> Result<PolicyVersion> {
    Ok(PolicyVersion {
        summary: PolicySummary {
            id: PolicyId(row.id),
            name: row.name.to_owned(),
            version: known(POLICIES, "version", row.id, row.version)?,
            digest: digest(POLICIES, "policy_digest", row.id, row.policy_digest)?,
            description: row.description.to_owned(),
            created_by: row.created_by.map(PrincipalId),
            created_at: row.created_at,
        },
        rego: row.policy_rego.to_owned(),
    })
}

#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(super) fn summary(row: sql::ListPoliciesBorrowed<'_>) -> Result<PolicySummary> {
    Ok(PolicySummary {
        id: PolicyId(row.id),
        name: row.name.to_owned(),
        version: known(POLICIES, "version", row.id, row.version)?,
        digest: digest(POLICIES, "policy_digest", row.id, row.policy_digest)?,
        description: row.description.to_owned(),
        created_by: row.created_by.map(PrincipalId),
        created_at: row.created_at,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(super) fn binding(row: sql::PolicyBindingBorrowed<'_>) -> PolicyBinding {
    PolicyBinding {
        id: PolicyBindingId(row.id),
        policy_id: PolicyId(row.policy_id),
        policy_name: row.policy_name.to_owned(),
        policy_version: row.policy_version.to_owned(),
        workspace_id: WorkspaceId(row.workspace_id),
        workflow_id: row.workflow_id.map(WorkflowId),
        workflow_version_id: row.workflow_version_id.map(WorkflowVersionId),
        priority: row.priority,
        is_active: row.is_active,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(crate) fn decision(row: sql::PolicyDecisionBorrowed<'_>) -> Result<DecisionRow> {
    let input = row.input.map(|text| stored_json(DECISIONS, "input", row.id, text));
    Ok(DecisionRow {
        id: PolicyDecisionId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        workflow_version_id: row.workflow_version_id.map(WorkflowVersionId),
        run_id: row.run_id.map(RunId),
        effect: known(DECISIONS, "effect", row.id, row.effect)?,
        reasons: stored_json(DECISIONS, "reasons", row.id, row.reasons)?,
        policies: stored_json(DECISIONS, "policies", row.id, row.policies)?,
        context: stored_json(DECISIONS, "context", row.id, row.context)?,
        input: input.transpose()?,
        input_digest: digest(DECISIONS, "input_digest", row.id, row.input_digest)?,
        engine: row.engine.to_owned(),
        created_at: row.created_at,
    })
}

fn digest(table: &'static str, column: &'static str, row: Uuid, bytes: &[u8]) -> Result<Sha256> {
    Sha256::from_slice(bytes).ok_or_else(|| Error::Inconsistent {
        table,
        column,
        row: row.to_string(),
    })
}
