use agentflow_core::{
    audit::{Actor, Event, Resource},
    ids::{PlanId, WorkflowVersionId},
    workflow::PlanSpec,
};
use agentflow_sql::queries::workflows as sql;
use jiff::Timestamp;
use serde::Serialize;
use tokio_postgres::types::Json;

use super::{WorkflowVersion, rows};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::{settle, settle_with},
    store::Handle,
};

/// Which plans to list. By default all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlanFilter {
    /// Only those of this version.
    pub version: Option<WorkflowVersionId>,
}

/// A plan as it is stored. As JSON, the keys of the spec stand beside the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// The id.
    pub id: PlanId,
    /// The version of a workflow that it carries out.
    pub workflow_version_id: WorkflowVersionId,
    /// What its planner wrote.
    #[serde(flatten)]
    pub spec: PlanSpec,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// The plans of a tenant: how versions of its workflows are to be carried out. Every change is recorded in the tenant's
/// audit chain, in the same transaction; what changes nothing is not recorded.
#[derive(Debug, Clone)]
pub struct Plans(Handle);

impl Plans {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Creates a plan of a version: this one, or else that of the static planner, which takes the steps as they are written.
    ///
    /// Fails with [`Error::InvalidInputs`], which names every step that the version does not have, and with
    /// [`Error::NotFound`] when the version is not there.
    pub async fn create(
        &self,
        version: WorkflowVersionId,
        spec: Option<PlanSpec>,
        by: &Actor,
    ) -> Result<Plan> {
        const OPERATION: &str = "create a plan";
        let tx = self.0.begin(OPERATION).await?;
        let (tx, of) = self.version(OPERATION, tx, version).await?;
        let spec = spec.unwrap_or_else(|| PlanSpec::of(&of.definition));
        let checked = spec.validate(&of.definition).map_err(Error::all_invalid(OPERATION));
        let (tx, ()) = settle_with(tx, checked).await?;
        let row = sql::insert_plan()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                &self.0.shared.next_id(),
                version.as_uuid(),
                &Json(&spec.state),
                &Json(&spec.steps),
                &Json(&spec.assignments),
                &Json(&spec.cost),
            )
            .map(rows::plan)
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let (tx, plan) = settle_with(tx, row).await?;
        let event = event("plan.created", plan.id, by)
            .with_detail("workflow_version_id", version.to_string())
            .with_detail("steps", plan.spec.steps.len());
        tx.audit_and_commit(&event).await?;
        Ok(plan)
    }

    /// The plan with this id.
    pub async fn get(&self, id: PlanId) -> Result<Option<Plan>> {
        let flight = self.0.flight("get a plan").await?;
        let row = sql::get_plan()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .map(rows::plan)
            .opt()
            .await;
        flight.land(row).await?.transpose()
    }

    /// A page of at most `limit` plans in order of their ids, which is the order of creation, behind `after`.
    pub async fn list(
        &self,
        filter: PlanFilter,
        after: Option<PlanId>,
        limit: u16,
    ) -> Result<Vec<Plan>> {
        let flight = self.0.flight("list plans").await?;
        let rows = sql::list_plans()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &filter.version.map(|id| id.0),
                &after.map(|id| id.0),
                &i64::from(limit),
            )
            .map(rows::plan)
            .all()
            .await;
        flight.land(rows).await?.into_iter().collect()
    }

    /// Replaces a plan by another one of the same version, all of it. The audit entry names the parts that are different
    /// now, and not what is in them.
    ///
    /// Fails as [`create`](Self::create), and with [`Error::NotFound`] when the plan is not there.
    pub async fn update(&self, id: PlanId, spec: PlanSpec, by: &Actor) -> Result<Plan> {
        const OPERATION: &str = "change a plan";
        let tenant = self.0.tenant.as_uuid();
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::get_plan().bind(&tx, tenant, id.as_uuid()).map(rows::plan).opt().await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let (tx, before) = settle_with(tx, row.transpose()).await?;
        let Some(before) = before else {
            return Err(tx.refuse(not_found(OPERATION, id)).await);
        };
        let (tx, of) = self.version(OPERATION, tx, before.workflow_version_id).await?;
        let checked = spec.validate(&of.definition).map_err(Error::all_invalid(OPERATION));
        let (tx, ()) = settle_with(tx, checked).await?;
        let changed = changed(&before.spec, &spec);
        if changed.is_empty() {
            tx.rollback().await?;
            return Ok(before);
        }
        let row = sql::update_plan()
            .bind(
                &tx,
                &Json(&spec.state),
                &Json(&spec.steps),
                &Json(&spec.assignments),
                &Json(&spec.cost),
                tenant,
                id.as_uuid(),
            )
            .map(rows::plan)
            .opt()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let (tx, plan) = settle_with(tx, row.transpose()).await?;
        let Some(plan) = plan else {
            // Deleted since it was read.
            return Err(tx.refuse(not_found(OPERATION, id)).await);
        };
        tx.audit_and_commit(&event("plan.updated", id, by).with_detail("changed", changed)).await?;
        Ok(plan)
    }

    /// Deletes a plan. Fails with [`Error::NotFound`] when it is not there.
    pub async fn delete(&self, id: PlanId, by: &Actor) -> Result<()> {
        const OPERATION: &str = "delete a plan";
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::delete_plan().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        if row.is_none() {
            return Err(tx.refuse(not_found(OPERATION, id)).await);
        }
        tx.audit_and_commit(&event("plan.deleted", id, by)).await?;
        Ok(())
    }

    async fn version(
        &self,
        operation: &'static str,
        tx: TenantTx,
        id: WorkflowVersionId,
    ) -> Result<(TenantTx, WorkflowVersion)> {
        let row = sql::get_workflow_version()
            .bind(&tx, self.0.tenant.as_uuid(), id.as_uuid())
            .map(rows::version)
            .opt()
            .await;
        let (tx, row) = settle(operation, tx, row).await?;
        let found = row
            .unwrap_or_else(|| Err(Error::not_found(operation, format!("workflow version {id}"))));
        settle_with(tx, found).await
    }
}

fn changed(before: &PlanSpec, after: &PlanSpec) -> Vec<&'static str> {
    let parts = [
        ("state", rows::same(&before.state, &after.state)),
        ("steps", rows::same(&before.steps, &after.steps)),
        ("assignments", rows::same(&before.assignments, &after.assignments)),
        ("cost", rows::same(&before.cost, &after.cost)),
    ];
    parts.into_iter().filter(|(_, is_same)| !is_same).map(|(name, _)| name).collect()
}

fn not_found(operation: &'static str, id: PlanId) -> Error {
    Error::not_found(operation, format!("plan {id}"))
}

fn event(action: &str, plan: PlanId, by: &Actor) -> Event {
    Event::new(action, Resource::new("plan", plan), by.clone())
}
