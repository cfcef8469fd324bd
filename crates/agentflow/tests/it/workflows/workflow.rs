//! What a workflow is called, and what goes with it.

use agentflow::{
    Error, WorkflowId, WorkspaceId,
    audit::Actor,
    identity::NewUser,
    policies::{BoundTo, NewPolicy},
    workflows::{PlanFilter, WorkflowSpec},
};
use serde_json::{Map, json};
use uuid::Uuid;

use super::{ann, definition, is_missing, newest, refunds, workspace};
use crate::support::World;

fn spec(name: &str) -> WorkflowSpec {
    WorkflowSpec::named(name)
}

#[tokio::test]
async fn a_workflow_is_created_found_and_listed() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workflows = tenant.workflows();
    let (finance, support) =
        (workspace(&tenant, "Finance").await, workspace(&tenant, "Support").await);
    let metadata = Map::from_iter([("owner".to_owned(), json!("treasury"))]);
    let written = WorkflowSpec { description: "Pays back".into(), metadata, ..spec("Refunds") };
    let first = workflows.create(finance, written.clone(), &ann()).await.unwrap();
    assert_eq!((&first.spec, first.workspace_id), (&written, finance));
    assert_eq!((first.latest_version_id, &first.latest_version), (None, &None));
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("workflow.created"));
    assert_eq!(entry.resource_id, Some(first.id.to_string()));
    let details = json!({ "workspace_id": finance.to_string(), "name": "Refunds" });
    assert_eq!(entry.details, Some(details));

    // Names are free in every workspace.
    let second = workflows.create(support, spec("Refunds"), &ann()).await.unwrap();
    assert_eq!(workflows.get(first.id).await.unwrap().as_ref(), Some(&first));
    for name in ["Refunds", &first.id.to_string()] {
        assert_eq!(workflows.find(finance, name).await.unwrap().as_ref(), Some(&first), "{name}");
    }
    for nonsense in ["", "refunds", "nul\0", &second.id.to_string()] {
        assert_eq!(workflows.find(finance, nonsense).await.unwrap(), None, "{nonsense:?}");
    }
    assert_eq!(workflows.list(None, None, 1).await.unwrap(), std::slice::from_ref(&first));
    assert_eq!(
        workflows.list(None, Some(first.id), 9).await.unwrap(),
        std::slice::from_ref(&second)
    );
    assert_eq!(workflows.list(Some(support), None, 9).await.unwrap(), [second]);
    let shown = serde_json::to_value(&first).unwrap();
    assert_eq!((&shown["name"], &shown["planner_type"]), (&json!("Refunds"), &json!("static")));
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_nothing_is_recorded() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workflow = refunds(&tenant).await;
    let workflows = tenant.workflows();
    let before = newest(&tenant).await.seq;
    let nul = Map::from_iter([("a".to_owned(), json!("\0"))]);
    for (bad, expected) in [
        (spec(" "), "name"),
        (spec(&"x".repeat(256)), "name"),
        (WorkflowSpec { description: "\0".into(), ..spec("a") }, "description"),
        (WorkflowSpec { description: "x".repeat(2001), ..spec("a") }, "description"),
        (WorkflowSpec { metadata: nul, ..spec("a") }, "metadata.a"),
    ] {
        for error in [
            workflows.create(workflow.workspace_id, bad.clone(), &ann()).await.unwrap_err(),
            workflows.update(workflow.id, bad, &ann()).await.unwrap_err(),
        ] {
            let Error::InvalidInput { input, .. } = &error else { panic!("{error:?}") };
            assert_eq!(input.field, expected);
        }
    }
    let twice = workflows.create(workflow.workspace_id, spec("Refunds"), &ann()).await.unwrap_err();
    assert!(matches!(&twice, Error::AlreadyExists { what, .. } if what == "name"), "{twice:?}");
    let nowhere = WorkspaceId(Uuid::nil());
    is_missing(workflows.create(nowhere, spec("a"), &ann()).await, "the workspace");
    let id = WorkflowId(Uuid::nil());
    let missing = format!("workflow {id}");
    is_missing(workflows.update(id, spec("a"), &ann()).await, &missing);
    is_missing(workflows.delete(id, &ann()).await, &missing);
    is_missing(workflows.publish(id, &definition("1.0.0"), &ann()).await, &missing);
    assert_eq!(newest(&tenant).await.seq, before);
}

#[tokio::test]
async fn a_change_names_what_is_different_and_keeps_the_versions() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let before = refunds(&tenant).await;
    let workflows = tenant.workflows();
    let published = workflows.publish(before.id, &definition("1.0.0"), &ann()).await.unwrap();
    let seq = newest(&tenant).await.seq;
    let same = workflows.update(before.id, before.spec.clone(), &ann()).await.unwrap();
    assert_eq!((same.spec, newest(&tenant).await.seq), (before.spec.clone(), seq));

    let metadata = Map::from_iter([("n".to_owned(), json!(1e16))]);
    let written = WorkflowSpec { description: "x".into(), metadata, ..spec("Payouts") };
    let after = workflows.update(before.id, written.clone(), &ann()).await.unwrap();
    assert_eq!(after.latest_version_id, Some(published.version.id));
    assert_eq!((after.created_at, &after.spec.name), (before.created_at, &written.name));
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("workflow.updated"));
    let details = json!({ "name": "Payouts", "changed": ["name", "description", "metadata"] });
    assert_eq!(entry.details, Some(details));
    // The number comes back in another form, and means the same.
    workflows.update(before.id, written, &ann()).await.unwrap();
    assert_eq!(newest(&tenant).await.seq, entry.seq);
    let other = workflows.create(before.workspace_id, spec("Refunds"), &ann()).await.unwrap();
    let taken = workflows.update(other.id, spec("Payouts"), &ann()).await.unwrap_err();
    assert!(matches!(&taken, Error::AlreadyExists { what, .. } if what == "name"), "{taken:?}");
}

#[tokio::test]
async fn a_workflow_goes_with_its_versions_and_plans() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workflow = refunds(&tenant).await;
    let workflows = tenant.workflows();
    let kept = workflows.create(workflow.workspace_id, spec("Kept"), &ann()).await.unwrap();
    let mut plans = Vec::new();
    for id in [workflow.id, kept.id] {
        for version in ["1.0.0", "1.1.0"] {
            let version =
                workflows.publish(id, &definition(version), &ann()).await.unwrap().version;
            plans.push(tenant.plans().create(version.id, None, &ann()).await.unwrap());
        }
    }
    workflows.delete(workflow.id, &ann()).await.unwrap();
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("workflow.deleted"));
    assert_eq!(entry.resource_id, Some(workflow.id.to_string()));
    assert_eq!(entry.details, Some(json!({ "name": "Refunds", "policy_bindings": 0 })));
    assert_eq!(workflows.get(workflow.id).await.unwrap(), None);
    assert_eq!(workflows.versions(workflow.id).await.unwrap(), []);
    assert_eq!(workflows.versions(kept.id).await.unwrap().len(), 2);
    assert_eq!(tenant.plans().list(PlanFilter::default(), None, 9).await.unwrap(), plans[2..]);
    is_missing(workflows.delete(workflow.id, &ann()).await, &format!("workflow {}", workflow.id));

    tenant.workspaces().delete(kept.workspace_id, &ann()).await.unwrap();
    assert_eq!(workflows.list(None, None, 9).await.unwrap(), []);
    assert_eq!(tenant.plans().list(PlanFilter::default(), None, 9).await.unwrap(), []);
}

#[tokio::test]
async fn the_bindings_that_go_with_a_workflow_are_counted() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workflow = refunds(&tenant).await;
    let (workflows, policies) = (tenant.workflows(), tenant.policies());
    let kept = workflows.create(workflow.workspace_id, spec("Kept"), &ann()).await.unwrap();
    let version = workflows.publish(workflow.id, &definition("1.0.0"), &ann()).await.unwrap();
    let policy = NewPolicy {
        name: "region".into(),
        version: "1.0.0".parse().unwrap(),
        rego: "package p\n\neffect := \"allow\"\n".into(),
        description: String::new(),
    };
    let policy = policies.publish(policy, &ann()).await.unwrap().summary.id;
    let mut bound = Vec::new();
    for to in [
        BoundTo::Workflow(workflow.id),
        BoundTo::Version(version.version.id),
        BoundTo::Workflow(kept.id),
        BoundTo::Workspace(workflow.workspace_id),
    ] {
        bound.push(policies.bind(policy, to, 1, &ann()).await.unwrap().id);
    }
    // One that is switched off goes as well.
    policies.set_binding(bound[0], 1, false, &ann()).await.unwrap();
    workflows.delete(workflow.id, &ann()).await.unwrap();
    let details = newest(&tenant).await.details;
    assert_eq!(details, Some(json!({ "name": "Refunds", "policy_bindings": 2 })));
    let left = policies.bindings(None).await.unwrap();
    let mut left: Vec<_> = left.iter().map(|it| it.id).collect();
    left.sort_unstable();
    assert_eq!(left, bound[2..]);
}

#[tokio::test]
async fn a_workflow_and_its_versions_outlive_who_made_them() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let email = "maker@example.com".parse().unwrap();
    let maker = tenant.users().create(NewUser::new(email, "Maker"), &ann()).await.unwrap().id;
    let by = Actor::user(maker.to_string());
    let workspace = workspace(&tenant, "Finance").await;
    let workflows = tenant.workflows();
    let workflow = workflows.create(workspace, spec("Refunds"), &by).await.unwrap();
    let version = workflows.publish(workflow.id, &definition("1.0.0"), &by).await.unwrap().version;
    assert_eq!((workflow.created_by, version.published_by), (Some(maker), Some(maker)));
    tenant.users().delete(maker, &ann()).await.unwrap();
    assert_eq!(workflows.get(workflow.id).await.unwrap().unwrap().created_by, None);
    let left = workflows.get_version(version.id).await.unwrap().unwrap();
    assert_eq!(left.published_by, None);
    assert_eq!(left.digest, version.digest);
}

#[tokio::test]
async fn a_damaged_row_is_named_by_its_column() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workflow = refunds(&tenant).await;
    let workflows = tenant.workflows();
    let text =
        "version: 1.0.0\nmodel: { provider: p, model: m }\nsteps: [{ name: ask, type: llm_call }]";
    let version = workflows.publish(workflow.id, text, &ann()).await.unwrap().version;
    let plan = tenant.plans().create(version.id, None, &ann()).await.unwrap();
    let client = world.superuser().await;
    for (table, column, value) in [
        ("workflows", "planner_type", "'clever'"),
        ("workflows", "metadata", "('{\"a\": 1e' || '400}')::jsonb"),
        ("workflow_versions", "definition", "'{}'"),
        // As good a definition as any, and not the one that was published.
        ("workflow_versions", "definition", "jsonb_set(definition, '{description}', '\"x\"')"),
        ("workflow_versions", "definition_digest", "sha256('x')"),
        ("workflow_versions", "model_pin", "'{}'"),
        ("workflow_versions", "risk_tier", "'high'"),
        ("workflow_versions", "version", "'2.0.0'"),
        ("workflow_versions", "template_version_constraint", "'^1'"),
        ("plans", "steps", "'[1]'"),
        ("plans", "assignments", "'{\"ask\": \"No Slug\"}'"),
        ("plans", "cost", "('{\"a\": 1e' || '400}')::jsonb"),
    ] {
        let sql = format!(
            "BEGIN; SET LOCAL session_replication_role = replica;
                           CREATE TEMPORARY TABLE before AS SELECT {column} AS value FROM {table};
                           UPDATE {table} SET {column} = {value}; COMMIT"
        );
        client.batch_execute(&sql).await.unwrap();
        let error = match table {
            "workflows" => workflows.get(workflow.id).await.unwrap_err(),
            "plans" => tenant.plans().get(plan.id).await.unwrap_err(),
            _ => workflows.get_version(version.id).await.unwrap_err(),
        };
        let Error::Inconsistent { table: told, column: place, .. } = &error else {
            panic!("{column}: {error:?}")
        };
        // A digest that is not that of the definition: nobody knows which of the two was changed.
        let expected = if column == "definition_digest" { "definition" } else { column };
        assert_eq!((*told, *place), (table, expected), "{value}");
        let sql = format!("BEGIN; SET LOCAL session_replication_role = replica;
                           UPDATE {table} SET {column} = (SELECT value FROM before); DROP TABLE before; COMMIT");
        client.batch_execute(&sql).await.unwrap();
    }
    assert_eq!(workflows.get_version(version.id).await.unwrap(), Some(version));
    assert_eq!(tenant.plans().get(plan.id).await.unwrap(), Some(plan));
}
