//! Where policies are in force, and in which order.

use agentflow::policies::{BoundTo, PolicyBindingId, PolicyEffect};

use super::*;

async fn asked(tenant: &Tenant, question: &Question) -> Vec<String> {
    let decision = tenant.policies().simulate(question, None).await.unwrap();
    decision.policies.into_iter().map(|answer| answer.name).collect()
}

#[tokio::test]
async fn versions_come_before_workflows_before_workspaces_and_then_priorities() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (place, policies) = (full(&tenant).await, tenant.policies());
    let workspace = BoundTo::Workspace(place.workspace);
    let (workflow, version) = (BoundTo::Workflow(place.workflow.id), BoundTo::Version(place.high));
    for (name, to, priority) in [
        ("workspace late", workspace, 9),
        ("version late", version, 7),
        ("workflow late", workflow, 5),
        ("workspace early", workspace, -3),
        ("workflow early", workflow, 4),
        ("version early", version, 6),
    ] {
        let id = publish(&tenant, name, fixed("allow")).await.summary.id;
        policies.bind(id, to, priority, &ann()).await.unwrap();
    }
    let order = [
        "version early",
        "version late",
        "workflow early",
        "workflow late",
        "workspace early",
        "workspace late",
    ];
    assert_eq!(asked(&tenant, &place.asks(place.high, json!({}))).await, order);
    assert_eq!(asked(&tenant, &place.asks(place.low, json!({}))).await, order[2..]);
    let alone = Question { workflow_version_id: None, ..place.asks(place.low, json!({})) };
    assert_eq!(asked(&tenant, &alone).await, order[4..]);
    let listed = policies.bindings(Some(place.workspace)).await.unwrap();
    assert_eq!(listed.iter().map(|it| it.policy_name.as_str()).collect::<Vec<_>>(), order);
    assert_eq!(policies.bindings(None).await.unwrap(), listed);

    // The order follows the priority.
    let last = listed[5].clone();
    policies.set_binding(last.id, -10, true, &ann()).await.unwrap();
    let order = asked(&tenant, &place.asks(place.low, json!({}))).await;
    assert_eq!(order[2..], ["workspace late", "workspace early"]);
}

#[tokio::test]
async fn inactive_bindings_are_not_asked() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (place, policies) = (full(&tenant).await, tenant.policies());
    let question = place.asks(place.low, json!({}));
    let id = publish_fixed(&tenant, "deny").await;
    let bound = policies.bind(id, BoundTo::Workflow(place.workflow.id), 1, &ann()).await.unwrap();
    let effect = async || policies.simulate(&question, None).await.unwrap().effect;
    assert_eq!(effect().await, PolicyEffect::Deny);
    let off = policies.set_binding(bound.id, 1, false, &ann()).await.unwrap();
    assert!(!off.is_active);
    assert_eq!(newest(&tenant).await.action.as_deref(), Some("policy_binding.updated"));
    let seq = newest(&tenant).await.seq;
    assert_eq!(policies.set_binding(bound.id, 1, false, &ann()).await.unwrap(), off);
    assert_eq!(newest(&tenant).await.seq, seq);
    assert_eq!(effect().await, PolicyEffect::Allow);
    policies.set_binding(bound.id, 1, true, &ann()).await.unwrap();
    assert_eq!(effect().await, PolicyEffect::Deny);
    policies.unbind(bound.id, &ann()).await.unwrap();
    assert_eq!(effect().await, PolicyEffect::Allow);
    let unknown = PolicyBindingId(uuid::Uuid::from_u128(7));
    is_missing(policies.unbind(unknown, &ann()).await, &format!("binding {unknown}"));
    is_missing(policies.set_binding(unknown, 1, true, &ann()).await, &format!("binding {unknown}"));
}

#[tokio::test]
async fn a_policy_stands_in_a_place_once_and_only_where_there_is_one() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (place, policies) = (full(&tenant).await, tenant.policies());
    let id = publish_fixed(&tenant, "deny").await;
    for to in [
        BoundTo::Workspace(place.workspace),
        BoundTo::Workflow(place.workflow.id),
        BoundTo::Version(place.low),
        BoundTo::Version(place.high),
    ] {
        let bound = policies.bind(id, to, 1, &ann()).await.unwrap();
        assert_eq!(policies.get_binding(bound.id).await.unwrap(), Some(bound));
        let error = policies.bind(id, to, 2, &ann()).await.unwrap_err();
        assert!(matches!(error, Error::AlreadyExists { .. }), "{error:?}");
    }
    let nobody = uuid::Uuid::from_u128(7);
    let bind = async |policy, to| policies.bind(policy, to, 1, &ann()).await;
    is_missing(
        bind(nobody.into(), BoundTo::Workspace(place.workspace)).await,
        &format!("policy {nobody}"),
    );
    is_missing(bind(id, BoundTo::Workflow(nobody.into())).await, &format!("workflow {nobody}"));
    is_missing(
        bind(id, BoundTo::Version(nobody.into())).await,
        &format!("version {nobody} of a workflow"),
    );
    assert!(bind(id, BoundTo::Workspace(nobody.into())).await.is_err());
}
