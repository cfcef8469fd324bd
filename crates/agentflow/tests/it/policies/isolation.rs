//! What is another tenant's cannot be seen, bound or asked.

use agentflow::policies::BoundTo;

use super::*;

#[tokio::test]
async fn another_tenants_policies_are_not_there() {
    let world = World::new().await;
    let (acme, globex) = (world.tenant("Acme").await, world.tenant("Globex").await);
    let (ours, theirs) = (full(&acme).await, full(&globex).await);
    let policy = publish(&acme, "deny", fixed("deny")).await;
    let id = policy.summary.id;
    let bound =
        acme.policies().bind(id, BoundTo::Workspace(ours.workspace), 1, &ann()).await.unwrap();
    let made = acme.policies().decide(&ours.asks(ours.low, json!({})), None, &ann()).await.unwrap();

    let policies = globex.policies();
    assert_eq!(policies.get(id).await.unwrap(), None);
    assert_eq!(policies.find("deny", &policy.summary.version).await.unwrap(), None);
    assert_eq!(policies.list(None).await.unwrap(), []);
    assert_eq!(policies.bindings(None).await.unwrap(), []);
    assert_eq!(policies.get_binding(bound.id).await.unwrap(), None);
    assert_eq!(policies.get_decision(made.id).await.unwrap(), None);
    assert_eq!(policies.decisions(None, None, 10).await.unwrap(), []);
    is_missing(policies.replay(made.id, None).await, &format!("decision {}", made.id));
    is_missing(policies.delete(id, &ann()).await, &format!("policy {id}"));
    is_missing(policies.unbind(bound.id, &ann()).await, &format!("binding {}", bound.id));
    let bind = policies.bind(id, BoundTo::Workspace(theirs.workspace), 1, &ann()).await;
    is_missing(bind, &format!("policy {id}"));
    // Nor can a policy of theirs be put before what is ours.
    let own = publish_fixed(&globex, "allow").await;
    for to in [
        BoundTo::Workspace(ours.workspace),
        BoundTo::Workflow(ours.workflow.id),
        BoundTo::Version(ours.low),
    ] {
        let error = policies.bind(own, to, 1, &ann()).await.unwrap_err();
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    }
    for question in [
        Question { workspace_id: ours.workspace, ..theirs.asks(theirs.low, json!({})) },
        Question { principal_id: ours.principal, ..theirs.asks(theirs.low, json!({})) },
        theirs.asks(ours.low, json!({})),
    ] {
        let error = policies.simulate(&question, None).await.unwrap_err();
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    }
    let decision = policies.simulate(&theirs.asks(theirs.low, json!({})), None).await.unwrap();
    assert_eq!(decision.policies, []);
    assert_eq!(acme.policies().get(id).await.unwrap(), Some(policy));
}
