//! Rows of workflows, versions and plans, read so that a value nobody foresaw is an error that names it.

use agentflow_core::{
    canonical,
    hash::Sha256,
    ids::{PlanId, PrincipalId, WorkflowId, WorkflowVersionId, WorkspaceId},
    workflow::{PlanSpec, WorkflowDefinition},
};
use agentflow_sql::queries::workflows as sql;
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Plan, VersionSummary, Workflow, WorkflowSpec, WorkflowVersion};
use crate::{
    error::{Error, Result},
    input::{known, stored_json},
};

const WORKFLOWS: &str = "workflows";
const VERSIONS: &str = "workflow_versions";
const PLANS: &str = "plans";

#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(super) fn workflow(row: sql::WorkflowBorrowed<'_>) -> Result<Workflow> {
    let latest = row.latest_version.map(|it| known(WORKFLOWS, "latest_version_id", row.id, it));
    Ok(Workflow {
        id: WorkflowId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        spec: WorkflowSpec {
            name: row.name.to_owned(),
            description: row.description.to_owned(),
            planner: known(WORKFLOWS, "planner_type", row.id, row.planner_type)?,
            metadata: stored_json(WORKFLOWS, "metadata", row.id, row.metadata)?,
        },
        latest_version_id: row.latest_version_id.map(WorkflowVersionId),
        latest_version: latest.transpose()?,
        created_by: row.created_by.map(PrincipalId),
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// A version whose columns agree with each other and with its digest: whatever runs is what was published.
#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(crate) fn version(row: sql::WorkflowVersionBorrowed<'_>) -> Result<WorkflowVersion> {
    let unless =
        |agrees: bool, column| if agrees { Ok(()) } else { Err(inconsistent(column, row.id)) };
    let stored: Value = stored_json(VERSIONS, "definition", row.id, row.definition)?;
    let digest = digest(row.id, row.definition_digest)?;
    let definition =
        WorkflowDefinition::from_value(stored).map_err(|_| inconsistent("definition", row.id))?;
    unless(definition.digest().is_ok_and(|it| it == digest), "definition")?;
    let model_pin: Map<String, Value> = stored_json(VERSIONS, "model_pin", row.id, row.model_pin)?;
    let model = definition.model.as_ref().map_or_else(|| json!({}), |pin| json!(pin));
    unless(same(&model, &model_pin), "model_pin")?;
    unless(definition.version.to_string() == row.version, "version")?;
    unless(definition.risk_tier.as_str() == row.risk_tier, "risk_tier")?;
    let constraint = definition.template_version_constraint.as_ref().map(ToString::to_string);
    unless(
        constraint.as_deref() == row.template_version_constraint,
        "template_version_constraint",
    )?;
    Ok(WorkflowVersion {
        id: WorkflowVersionId(row.id),
        workflow_id: WorkflowId(row.workflow_id),
        version: definition.version.clone(),
        digest,
        risk_tier: definition.risk_tier,
        definition,
        definition_yaml: row.definition_yaml.to_owned(),
        published_by: row.published_by.map(PrincipalId),
        published_at: row.published_at,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(super) fn summary(row: sql::ListWorkflowVersionsBorrowed<'_>) -> Result<VersionSummary> {
    Ok(VersionSummary {
        id: WorkflowVersionId(row.id),
        version: known(VERSIONS, "version", row.id, row.version)?,
        digest: digest(row.id, row.definition_digest)?,
        risk_tier: known(VERSIONS, "risk_tier", row.id, row.risk_tier)?,
        published_by: row.published_by.map(PrincipalId),
        published_at: row.published_at,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(super) fn plan(row: sql::PlanBorrowed<'_>) -> Result<Plan> {
    Ok(Plan {
        id: PlanId(row.id),
        workflow_version_id: WorkflowVersionId(row.workflow_version_id),
        spec: PlanSpec {
            state: stored_json(PLANS, "state", row.id, row.state)?,
            steps: stored_json(PLANS, "steps", row.id, row.steps)?,
            assignments: stored_json(PLANS, "assignments", row.id, row.assignments)?,
            cost: stored_json(PLANS, "cost", row.id, row.cost)?,
        },
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn digest(row: Uuid, bytes: &[u8]) -> Result<Sha256> {
    Sha256::from_slice(bytes).ok_or_else(|| inconsistent("definition_digest", row))
}

fn inconsistent(column: &'static str, row: Uuid) -> Error {
    Error::Inconsistent { table: VERSIONS, column, row: row.to_string() }
}

/// Whether two values mean the same: `jsonb` gives `10000000000000000` back for `1e16`.
pub(super) fn same(one: &impl Serialize, other: &impl Serialize) -> bool {
    let text = |value: serde_json::Result<Value>| {
        value.ok().and_then(|value| canonical::to_string_as_doubles(&value, "").ok())
    };
    text(serde_json::to_value(one)) == text(serde_json::to_value(other))
}
