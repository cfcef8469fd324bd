//! What one tenant does is nothing to another.

use agentflow::workflows::{PlanFilter, PlanSpec, WorkflowSpec};

use super::{ann, definition, is_missing, newest, refunds, workspace};
use crate::support::World;

#[tokio::test]
async fn workflows_versions_and_plans_of_another_tenant_are_not_there() {
    let world = World::new().await;
    let (own, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let workflow = refunds(&own).await;
    let version =
        own.workflows().publish(workflow.id, &definition("1.0.0"), &ann()).await.unwrap().version;
    let plan = own.plans().create(version.id, None, &ann()).await.unwrap();
    let before = newest(&other).await.seq;

    let (workflows, plans) = (other.workflows(), other.plans());
    let (no_workflow, no_plan) = (format!("workflow {}", workflow.id), format!("plan {}", plan.id));
    assert_eq!(workflows.get(workflow.id).await.unwrap(), None);
    assert_eq!(workflows.find(workflow.workspace_id, "Refunds").await.unwrap(), None);
    assert_eq!(workflows.list(None, None, 9).await.unwrap(), []);
    assert_eq!(workflows.list(Some(workflow.workspace_id), None, 9).await.unwrap(), []);
    assert_eq!(workflows.versions(workflow.id).await.unwrap(), []);
    assert_eq!(workflows.get_version(version.id).await.unwrap(), None);
    assert_eq!(workflows.find_version(workflow.id, &version.version).await.unwrap(), None);
    is_missing(workflows.update(workflow.id, WorkflowSpec::named("x"), &ann()).await, &no_workflow);
    is_missing(workflows.publish(workflow.id, &definition("2.0.0"), &ann()).await, &no_workflow);
    is_missing(workflows.publish(workflow.id, &definition("1.0.0"), &ann()).await, &no_workflow);
    is_missing(workflows.delete(workflow.id, &ann()).await, &no_workflow);
    let spec = WorkflowSpec::named("x");
    is_missing(workflows.create(workflow.workspace_id, spec, &ann()).await, "the workspace");

    // A plan is bound to a version of the tenant only.
    let no_version = format!("workflow version {}", version.id);
    is_missing(plans.create(version.id, None, &ann()).await, &no_version);
    is_missing(plans.create(version.id, Some(PlanSpec::default()), &ann()).await, &no_version);
    assert_eq!(plans.get(plan.id).await.unwrap(), None);
    let of_version = PlanFilter { version: Some(version.id) };
    assert_eq!(plans.list(of_version, None, 9).await.unwrap(), []);
    is_missing(plans.update(plan.id, PlanSpec::default(), &ann()).await, &no_plan);
    is_missing(plans.delete(plan.id, &ann()).await, &no_plan);
    assert_eq!(newest(&other).await.seq, before);
    assert_eq!(own.workflows().get_version(version.id).await.unwrap(), Some(version));
    assert_eq!(own.plans().get(plan.id).await.unwrap(), Some(plan));
}

#[tokio::test]
async fn the_database_binds_a_plan_to_a_version_of_its_own_tenant() {
    let world = World::new().await;
    let (own, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let workflow = refunds(&own).await;
    let version =
        own.workflows().publish(workflow.id, &definition("1.0.0"), &ann()).await.unwrap().version;
    let sql = "INSERT INTO plans (tenant_id, workflow_version_id) VALUES ($1, $2)";
    let error =
        other.execute(sql, &[other.id().as_uuid(), version.id.as_uuid()]).await.unwrap_err();
    is_missing::<()>(Err(error), "the workflow version");
    own.execute(sql, &[own.id().as_uuid(), version.id.as_uuid()]).await.unwrap();
}

#[tokio::test]
async fn names_and_versions_are_free_in_every_tenant_and_tools_of_others_do_not_count() {
    let world = World::new().await;
    let (own, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    for tenant in [&own, &other] {
        let workflow = refunds(tenant).await;
        tenant.workflows().publish(workflow.id, &definition("1.0.0"), &ann()).await.unwrap();
    }
    let bank = serde_json::from_value(serde_json::json!({ "name": "bank", "schema": {} })).unwrap();
    own.tools().register(bank, &ann()).await.unwrap();
    let text = "version: 2.0.0\nsteps: [{ name: pay, type: connector_action, tool: bank }]";
    for (tenant, expected) in [(&own, true), (&other, false)] {
        let place = workspace(tenant, "Payments").await;
        let workflow =
            tenant.workflows().create(place, WorkflowSpec::named("Pay"), &ann()).await.unwrap();
        let published = tenant.workflows().publish(workflow.id, text, &ann()).await;
        assert_eq!(published.is_ok(), expected, "{published:?}");
    }
}
