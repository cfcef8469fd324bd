//! What policies are asked about, and which of them are asked, as the database has it.

use agentflow_core::{
    hash::Sha256,
    ids::{PolicyId, WorkflowId},
    policy::{PolicyInput, PrincipalPart, VersionPart, WorkflowPart, WorkspacePart},
    tenancy::DataPersistenceMode,
    workflow::RiskTier,
};
use agentflow_sql::queries::{policies as sql, principals, roles, tenancy, workflows};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Policies, Question};
use crate::{
    error::{Error, Result},
    identity::Principal,
    input::{known, stored_json},
    scope::TenantTx,
    settle::{settle, settle_with},
    tenancy::Workspace,
};

/// A policy that is asked.
#[derive(Debug, Clone)]
pub(super) struct InForce {
    pub(super) id: Option<PolicyId>,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) rego: String,
    /// What the digest was when it was published.
    pub(super) digest: Option<Sha256>,
}

/// Everything a decision depends on.
pub(super) struct Facts {
    pub(super) input: PolicyInput,
    pub(super) risk: RiskTier,
    pub(super) policies: Vec<InForce>,
    pub(super) keeps_input: bool,
}

impl Policies {
    /// Reads it all in one transaction.
    pub(super) async fn facts(
        &self,
        operation: &'static str,
        tx: TenantTx,
        question: &Question,
    ) -> Result<(TenantTx, Facts)> {
        let tenant = self.0.tenant.as_uuid();
        let time = question.time.unwrap_or_else(|| self.0.shared.now());
        let (tx, workspace) = self.workspace(operation, tx, question).await?;
        let (tx, principal) = self.principal(operation, tx, question, time).await?;
        let (tx, workflow, version) = self.workflow(operation, tx, question).await?;
        let rows = sql::policies_in_force()
            .bind(
                &tx,
                tenant,
                &workspace.id.0,
                &workflow.as_ref().map_or(Uuid::nil(), |part| part.id.0),
                &version.as_ref().map(|part| part.id.0),
            )
            .all()
            .await;
        let (tx, rows) = settle(operation, tx, rows).await?;
        let policies = rows.into_iter().map(|row| InForce {
            id: Some(PolicyId(row.id)),
            name: row.name,
            version: row.version,
            rego: row.policy_rego,
            digest: Sha256::from_slice(&row.policy_digest),
        });
        let facts = Facts {
            policies: policies.collect(),
            risk: risk(version.as_ref()),
            keeps_input: workspace.data_persistence_mode == DataPersistenceMode::Full,
            input: PolicyInput {
                tenant: self.0.tenant,
                workspace: WorkspacePart {
                    id: workspace.id,
                    name: workspace.name,
                    region: workspace.region.to_string(),
                },
                workflow,
                version,
                input: question.input.clone(),
                principal,
                time,
            },
        };
        Ok((tx, facts))
    }

    async fn workspace(
        &self,
        operation: &'static str,
        tx: TenantTx,
        question: &Question,
    ) -> Result<(TenantTx, Workspace)> {
        let id = question.workspace_id;
        let row =
            tenancy::get_workspace().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, row) = settle(operation, tx, row).await?;
        let found = row.ok_or_else(|| Error::not_found(operation, format!("workspace {id}")));
        settle_with(tx, found.and_then(Workspace::try_from)).await
    }

    /// The principal, with the names of the roles that hold in the workspace at that time.
    async fn principal(
        &self,
        operation: &'static str,
        tx: TenantTx,
        question: &Question,
        time: Timestamp,
    ) -> Result<(TenantTx, PrincipalPart)> {
        let (tenant, id) = (self.0.tenant.as_uuid(), question.principal_id);
        let row = principals::get_principal().bind(&tx, tenant, id.as_uuid()).opt().await;
        let (tx, row) = settle(operation, tx, row).await?;
        let found = row.ok_or_else(|| Error::not_found(operation, format!("principal {id}")));
        let (tx, principal) = settle_with(tx, found.and_then(Principal::try_from)).await?;
        let (tx, ()) = settle_with(tx, still_active(operation, &principal)).await?;
        let bindings = roles::list_bindings().bind(&tx, tenant, &Some(id.0), &None).all().await;
        let (tx, bindings) = settle(operation, tx, bindings).await?;
        let here = Some(question.workspace_id.0);
        let mut roles: Vec<_> = bindings
            .into_iter()
            .filter(|it| it.workspace_id.is_none() || it.workspace_id == here)
            .filter(|it| it.expires_at.is_none_or(|at| at > time))
            .map(|it| it.role_name)
            .collect();
        roles.sort_unstable();
        roles.dedup();
        Ok((tx, PrincipalPart { id, kind: principal.kind.to_string(), roles }))
    }

    async fn workflow(
        &self,
        operation: &'static str,
        tx: TenantTx,
        question: &Question,
    ) -> Result<(TenantTx, Option<WorkflowPart>, Option<VersionPart>)> {
        let tenant = self.0.tenant.as_uuid();
        let Some(id) = question.workflow_version_id else { return Ok((tx, None, None)) };
        let row = workflows::get_workflow_version().bind(&tx, tenant, id.as_uuid()).opt().await;
        let (tx, row) = settle(operation, tx, row).await?;
        let missing = || Error::not_found(operation, format!("version {id} of a workflow"));
        let (tx, row) = settle_with(tx, row.ok_or_else(missing)).await?;
        let workflow = workflows::get_workflow().bind(&tx, tenant, &row.workflow_id).opt().await;
        let (tx, workflow) = settle(operation, tx, workflow).await?;
        // A version of another workspace is not there for this one.
        let workflow = workflow.filter(|it| it.workspace_id == question.workspace_id.0);
        let (tx, workflow) = settle_with(tx, workflow.ok_or_else(missing)).await?;
        let (tx, version) = settle_with(tx, part(row)).await?;
        let workflow = WorkflowPart { id: WorkflowId(workflow.id), name: workflow.name };
        Ok((tx, Some(workflow), Some(version)))
    }
}

/// Nothing is accepted from whoever is deactivated, nor allowed to them.
fn still_active(operation: &'static str, principal: &Principal) -> Result<()> {
    if principal.is_active {
        return Ok(());
    }
    Err(Error::Denied { operation, reason: format!("principal {} is deactivated", principal.id) })
}

fn part(row: workflows::WorkflowVersion) -> Result<VersionPart> {
    const TABLE: &str = "workflow_versions";
    let digest = Sha256::from_slice(&row.definition_digest).ok_or_else(|| Error::Inconsistent {
        table: TABLE,
        column: "definition_digest",
        row: row.id.to_string(),
    })?;
    Ok(VersionPart {
        id: row.id.into(),
        risk_tier: known(TABLE, "risk_tier", row.id, &row.risk_tier)?,
        digest,
        model: stored_json(TABLE, "model_pin", row.id, &row.model_pin)?,
        version: row.version,
    })
}

/// Where nobody says how much harm it can do, it may be much.
fn risk(version: Option<&VersionPart>) -> RiskTier {
    version.map_or(RiskTier::High, |version| version.risk_tier)
}
