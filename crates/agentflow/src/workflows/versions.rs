use std::sync::Arc;

use agentflow_core::{
    audit::{Actor, Event, Resource},
    hash::Sha256,
    ids::{PrincipalId, WorkflowId, WorkflowVersionId},
    rules::FileProblems,
    workflow::{RiskTier, SemVer, WorkflowDefinition, WorkflowFile, inputs},
};
use agentflow_sql::queries::workflows as sql;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use tokio_postgres::types::Json;

use super::{Workflows, rows};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::{settle, settle_with},
};

/// A version of a workflow. It never changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkflowVersion {
    /// The id.
    pub id: WorkflowVersionId,
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// What it is called.
    pub version: SemVer,
    /// SHA-256 of the definition as canonical JSON (RFC 8785).
    pub digest: Sha256,
    /// How much harm a run can do.
    pub risk_tier: RiskTier,
    /// What it does, with all defaults filled in.
    pub definition: WorkflowDefinition,
    /// The text its author wrote, with comments.
    pub definition_yaml: String,
    /// Who published it, if that is still known.
    pub published_by: Option<PrincipalId>,
    /// When.
    pub published_at: Option<Timestamp>,
}

/// A version of a workflow without what it does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VersionSummary {
    /// The id.
    pub id: WorkflowVersionId,
    /// What it is called.
    pub version: SemVer,
    /// SHA-256 of the definition.
    pub digest: Sha256,
    /// How much harm a run can do.
    pub risk_tier: RiskTier,
    /// Who published it, if that is still known.
    pub published_by: Option<PrincipalId>,
    /// When.
    pub published_at: Option<Timestamp>,
}

/// What came of publishing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Published {
    /// The version.
    #[serde(flatten)]
    pub version: WorkflowVersion,
    /// Whether it was published just now, and not before with the same definition.
    pub is_new: bool,
    /// Whether it is the latest of the workflow.
    pub is_latest: bool,
}

impl Workflows {
    /// Publishes a version of a workflow from a text, YAML or JSON, which also says which version it is. The same definition
    /// once more, however it is written, changes nothing.
    ///
    /// Fails with [`Error::InvalidInputs`], which names everything that is wrong with the text by its line and column, also
    /// tools and agents that the tenant does not have, and arguments that the tool will not take; with [`Error::Conflict`] when the version is published with another
    /// definition, for versions never change; and with [`Error::NotFound`] when the workflow is not there.
    pub async fn publish(&self, id: WorkflowId, text: &str, by: &Actor) -> Result<Published> {
        const OPERATION: &str = "publish a version of a workflow";
        let file = read(OPERATION, text).await?;
        let digest = file.definition.digest().map_err(Error::invalid(OPERATION))?;
        let (tx, name) = self.lock(OPERATION, id).await?;
        let (tx, ()) = settle_with(tx, check_name(OPERATION, &file, &name)).await?;
        let (tx, before) = self.published(OPERATION, tx, id, &file.definition.version).await?;
        if let Some(before) = before {
            let (tx, latest) = self.latest_of(OPERATION, tx, id).await?;
            let (tx, same) = settle_with(tx, again(OPERATION, before, digest, latest)).await?;
            tx.rollback().await?;
            return Ok(same);
        }
        let file = Arc::new(file);
        let tx = self.check_references(OPERATION, tx, &file).await?;
        let (tx, version) =
            self.insert(OPERATION, tx, id, &file.definition, digest, text, by).await?;
        let (tx, latest) = self.latest_of(OPERATION, tx, id).await?;
        let is_latest = latest == Some(version.id);
        let tx = if is_latest { self.point_to(OPERATION, tx, &version).await? } else { tx };
        let event = Event::new(
            "workflow.version_published",
            Resource::new("workflow_version", version.id),
            by.clone(),
        )
        .with_detail("workflow_id", id.to_string())
        .with_detail("name", name)
        .with_detail("version", version.version.to_string())
        .with_detail("digest", digest.to_string())
        .with_detail("risk_tier", version.risk_tier.as_str())
        .with_detail("latest", is_latest);
        tx.audit_and_commit(&event).await?;
        Ok(Published { version, is_new: true, is_latest })
    }

    /// The version with this id.
    pub async fn get_version(&self, id: WorkflowVersionId) -> Result<Option<WorkflowVersion>> {
        let flight = self.0.flight("get a version of a workflow").await?;
        let row = sql::get_workflow_version()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .map(rows::version)
            .opt()
            .await;
        flight.land(row).await?.transpose()
    }

    /// The version of a workflow that is called so.
    pub async fn find_version(
        &self,
        workflow: WorkflowId,
        version: &SemVer,
    ) -> Result<Option<WorkflowVersion>> {
        let flight = self.0.flight("find a version of a workflow").await?;
        let row = sql::get_workflow_version_by_number()
            .bind(&flight, self.0.tenant.as_uuid(), workflow.as_uuid(), &version.to_string())
            .map(rows::version)
            .opt()
            .await;
        flight.land(row).await?.transpose()
    }

    /// All versions of a workflow, the greatest first. None of a workflow that is not there.
    pub async fn versions(&self, workflow: WorkflowId) -> Result<Vec<VersionSummary>> {
        let flight = self.0.flight("list the versions of a workflow").await?;
        let rows = sql::list_workflow_versions()
            .bind(&flight, self.0.tenant.as_uuid(), workflow.as_uuid())
            .map(rows::summary)
            .all()
            .await;
        let rows = flight.land(rows).await?;
        let mut versions: Vec<_> = rows.into_iter().collect::<Result<_>>()?;
        versions.sort_by(|one, other| other.version.cmp(&one.version));
        Ok(versions)
    }

    async fn published(
        &self,
        operation: &'static str,
        tx: TenantTx,
        workflow: WorkflowId,
        version: &SemVer,
    ) -> Result<(TenantTx, Option<WorkflowVersion>)> {
        let row = sql::get_workflow_version_by_number()
            .bind(&tx, self.0.tenant.as_uuid(), workflow.as_uuid(), &version.to_string())
            .map(rows::version)
            .opt()
            .await;
        let (tx, row) = settle(operation, tx, row).await?;
        settle_with(tx, row.transpose()).await
    }

    #[expect(clippy::too_many_arguments, reason = "a row has many columns")]
    async fn insert(
        &self,
        operation: &'static str,
        tx: TenantTx,
        workflow: WorkflowId,
        definition: &WorkflowDefinition,
        digest: Sha256,
        text: &str,
        by: &Actor,
    ) -> Result<(TenantTx, WorkflowVersion)> {
        let tenant = self.0.tenant.as_uuid();
        let id = WorkflowVersionId(self.0.shared.next_id());
        let done = sql::insert_workflow_version()
            .bind(
                &tx,
                tenant,
                id.as_uuid(),
                workflow.as_uuid(),
                &definition.version.to_string(),
                &text,
                &Json(definition),
                &digest.as_bytes(),
                &definition.model.as_ref().map_or_else(|| Json(json!({})), |pin| Json(json!(pin))),
                &definition.risk_tier.as_str(),
                &definition.template_version_constraint.as_ref().map(ToString::to_string),
                &by.principal_id().map(|id| id.0),
            )
            .one()
            .await;
        let (tx, _) = settle(operation, tx, done).await?;
        let row = sql::get_workflow_version()
            .bind(&tx, tenant, id.as_uuid())
            .map(rows::version)
            .one()
            .await;
        let (tx, version) = settle(operation, tx, row).await?;
        settle_with(tx, version).await
    }

    /// The version to take when nobody says which, as the transaction sees it.
    async fn latest_of(
        &self,
        operation: &'static str,
        tx: TenantTx,
        workflow: WorkflowId,
    ) -> Result<(TenantTx, Option<WorkflowVersionId>)> {
        let rows = sql::list_workflow_versions()
            .bind(&tx, self.0.tenant.as_uuid(), workflow.as_uuid())
            .map(rows::summary)
            .all()
            .await;
        let (tx, rows) = settle(operation, tx, rows).await?;
        let (tx, versions) = settle_with(tx, rows.into_iter().collect::<Result<Vec<_>>>()).await?;
        let latest = SemVer::latest(versions.iter().map(|it| &it.version));
        let latest = versions.iter().find(|it| Some(&it.version) == latest).map(|it| it.id);
        Ok((tx, latest))
    }

    async fn point_to(
        &self,
        operation: &'static str,
        tx: TenantTx,
        version: &WorkflowVersion,
    ) -> Result<TenantTx> {
        let done = sql::set_latest_version()
            .bind(&tx, version.id.as_uuid(), self.0.tenant.as_uuid(), version.workflow_id.as_uuid())
            .await;
        Ok(settle(operation, tx, done).await?.0)
    }
}

/// Reading takes the time of a processor: a thread of its own keeps that from those who only wait.
async fn read(operation: &'static str, text: &str) -> Result<WorkflowFile> {
    let text = text.to_owned();
    let read = tokio::task::spawn_blocking(move || WorkflowFile::parse(&text)).await;
    let read = read.map_err(|error| {
        let reason = format!("reading was not finished: {error}");
        Error::Unavailable { operation, reason, source: None }
    })?;
    read.map_err(|problems| Error::InvalidInputs { operation, inputs: inputs(&problems) })
}

/// A file that says whose it is must not become a version of another.
fn check_name(operation: &'static str, file: &WorkflowFile, name: &str) -> Result<()> {
    match &file.definition.name {
        Some(written) if written != name => {
            let message =
                format!("the file is of `{written}`, and the workflow is called `{name}`");
            let problems = FileProblems(vec![file.problem("name", message)]);
            Err(Error::InvalidInputs { operation, inputs: inputs(&problems) })
        }
        _ => Ok(()),
    }
}

fn again(
    operation: &'static str,
    before: WorkflowVersion,
    digest: Sha256,
    latest: Option<WorkflowVersionId>,
) -> Result<Published> {
    if before.digest != digest {
        let reason = format!(
            "version {} is published with another definition, and versions never change; publish it as another version",
            before.version
        );
        return Err(Error::Conflict { operation, reason });
    }
    let is_latest = latest == Some(before.id);
    Ok(Published { version: before, is_new: false, is_latest })
}
