//! Plans of versions.

use agentflow::{
    Error, PlanId, WorkflowVersionId,
    workflows::{PlanFilter, PlanSpec, WorkflowVersion},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ann, definition, is_missing, newest, refunds};
use crate::support::World;

fn spec(plan: Value) -> PlanSpec {
    serde_json::from_value(plan).unwrap()
}

async fn two_versions(world: &World) -> (agentflow::Tenant, [WorkflowVersion; 2]) {
    let tenant = world.tenant("Acme").await;
    let workflow = refunds(&tenant).await.id;
    let workflows = tenant.workflows();
    let text = definition("1.0.0") + "  - { name: check, type: approval_gate }\n";
    let one = workflows.publish(workflow, &text, &ann()).await.unwrap().version;
    let other = workflows.publish(workflow, &definition("1.1.0"), &ann()).await.unwrap().version;
    (tenant, [one, other])
}

#[tokio::test]
async fn a_plan_is_made_of_the_steps_as_they_are_written() {
    let world = World::new().await;
    let (tenant, [one, other]) = two_versions(&world).await;
    let plans = tenant.plans();
    let plan = plans.create(one.id, None, &ann()).await.unwrap();
    let steps = json!([{ "name": "ask", "type": "llm_call" }, { "name": "check", "type": "approval_gate" }]);
    assert_eq!(serde_json::to_value(&plan.spec.steps).unwrap(), steps);
    assert_eq!(plan.workflow_version_id, one.id);
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("plan.created"));
    assert_eq!(entry.resource_id, Some(plan.id.to_string()));
    let details = json!({ "workflow_version_id": one.id.to_string(), "steps": 2 });
    assert_eq!(entry.details, Some(details));
    let second = plans
        .create(other.id, Some(spec(json!({ "cost": { "cents": 5 } }))), &ann())
        .await
        .unwrap();
    assert_eq!(second.spec.steps.len(), 0);
    assert_eq!(plans.get(plan.id).await.unwrap().as_ref(), Some(&plan));
    let list = async |version, after, limit| {
        plans.list(PlanFilter { version }, after, limit).await.unwrap()
    };
    assert_eq!(list(None, None, 9).await, [plan.clone(), second.clone()]);
    assert_eq!(list(None, None, 1).await, std::slice::from_ref(&plan));
    assert_eq!(list(None, Some(plan.id), 9).await, std::slice::from_ref(&second));
    assert_eq!(list(Some(one.id), None, 9).await, std::slice::from_ref(&plan));
    let shown = serde_json::to_value(&plan).unwrap();
    assert_eq!((&shown["assignments"], &shown["steps"][0]["name"]), (&json!({}), &json!("ask")));
}

#[tokio::test]
async fn a_plan_fits_its_version_and_a_change_names_its_parts() {
    let world = World::new().await;
    let (tenant, [one, _]) = two_versions(&world).await;
    let plans = tenant.plans();
    let plan = plans.create(one.id, None, &ann()).await.unwrap();
    let seq = newest(&tenant).await.seq;
    let bad = spec(json!({ "steps": [{ "name": "fly" }], "assignments": { "swim": "ada" } }));
    for error in [
        plans.create(one.id, Some(bad.clone()), &ann()).await.unwrap_err(),
        plans.update(plan.id, bad, &ann()).await.unwrap_err(),
    ] {
        let Error::InvalidInputs { inputs, .. } = &error else { panic!("{error:?}") };
        let expected = "steps[0].name: the workflow has no step `fly`\nassignments.swim: the workflow has no step `swim`";
        assert_eq!(inputs.to_string(), expected);
    }
    assert_eq!(plans.update(plan.id, plan.spec.clone(), &ann()).await.unwrap(), plan);
    assert_eq!(newest(&tenant).await.seq, seq);

    let state = json!({ "state": { "at": "ask", "n": 1e16 }, "assignments": { "ask": "ada" } });
    let state = PlanSpec { steps: plan.spec.steps.clone(), ..spec(state) };
    let after = plans.update(plan.id, state.clone(), &ann()).await.unwrap();
    assert_eq!(
        (after.id, after.created_at, &after.spec.assignments),
        (plan.id, plan.created_at, &state.assignments)
    );
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("plan.updated"));
    assert_eq!(entry.details, Some(json!({ "changed": ["state", "assignments"] })));
    // The number comes back in another form, and means the same.
    plans.update(plan.id, state, &ann()).await.unwrap();
    assert_eq!(newest(&tenant).await.seq, entry.seq);
    plans.delete(plan.id, &ann()).await.unwrap();
    assert_eq!(newest(&tenant).await.action.as_deref(), Some("plan.deleted"));
    assert_eq!(plans.get(plan.id).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (plans, id) = (tenant.plans(), PlanId(Uuid::nil()));
    is_missing(plans.update(id, PlanSpec::default(), &ann()).await, &format!("plan {id}"));
    is_missing(plans.delete(id, &ann()).await, &format!("plan {id}"));
    let version = WorkflowVersionId(Uuid::nil());
    is_missing(plans.create(version, None, &ann()).await, &format!("workflow version {version}"));
    assert_eq!(plans.get(id).await.unwrap(), None);
}
