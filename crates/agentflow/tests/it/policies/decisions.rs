//! What policies decide.

use agentflow::{
    identity::NewBinding,
    policies::{AdHoc, BoundTo, DecisionCursor, PolicyEffect},
};

use super::*;

#[tokio::test]
async fn without_a_binding_the_risk_decides() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (place, policies) = (full(&tenant).await, tenant.policies());
    let nothing = Question { workflow_version_id: None, ..place.asks(place.low, json!({})) };
    for (question, effect, risk) in [
        (place.asks(place.low, json!({})), PolicyEffect::Allow, "low"),
        (place.asks(place.high, json!({})), PolicyEffect::RequireApproval, "high"),
        (nothing, PolicyEffect::RequireApproval, "high"),
    ] {
        let decision = policies.decide(&question, None, &ann()).await.unwrap();
        assert_eq!((decision.effect, decision.policies.len()), (effect, 0));
        assert!(decision.reasons[0].contains(&format!("the risk tier is {risk}")), "{decision:?}");
    }
}

#[tokio::test]
async fn deny_beats_require_approval_which_beats_allow() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (place, policies) = (full(&tenant).await, tenant.policies());
    let question = place.asks(place.low, json!({}));
    for effect in ["allow", "require_approval", "deny"] {
        let id = publish_fixed(&tenant, effect).await;
        policies.bind(id, BoundTo::Workspace(place.workspace), 1, &ann()).await.unwrap();
        let decision = policies.decide(&question, None, &ann()).await.unwrap();
        assert_eq!(decision.effect.as_str(), effect);
        assert_eq!(decision.reasons, [format!("{effect} 1.0.0: it is {effect}")]);
        assert_eq!(policies.get_decision(decision.id).await.unwrap(), Some(decision));
    }
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("policy.decided"));
    let details = entry.details.unwrap();
    assert_eq!(details["effect"], "deny");
    assert_eq!(details["policies"][2], "deny 1.0.0: deny");
}

#[tokio::test]
async fn policies_see_who_asks_where_and_for_what() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (place, policies) = (full(&tenant).await, tenant.policies());
    let roles = tenant.roles().list(Some(place.workspace)).await.unwrap();
    let operator = roles.iter().find(|role| role.name == "operator").unwrap();
    let binding = NewBinding {
        principal_id: place.principal,
        role_id: operator.id,
        workspace_id: Some(place.workspace),
        expires_at: None,
    };
    tenant.roles().bind(binding, &ann()).await.unwrap();
    let rego = r#"package p

default effect := "deny"

effect := "allow" if {
	input.workspace.name == "Finance"
	input.workspace.region == "us-east-1"
	input.workflow.name == "Refunds"
	input.version.version == "2.0.0"
	input.version.risk_tier == "high"
	input.principal.type == "human"
	input.principal.roles == ["operator"]
	input.input.amount == 12.5
	input.time == "2026-01-01T00:00:00Z"
}
"#;
    let id = publish(&tenant, "facts", rego).await.summary.id;
    policies.bind(id, BoundTo::Version(place.high), 1, &ann()).await.unwrap();
    let time = Some("2026-01-01T00:00:00Z".parse().unwrap());
    let question = Question { time, ..place.asks(place.high, json!({ "amount": 12.5 })) };
    let decision = policies.decide(&question, None, &ann()).await.unwrap();
    assert_eq!(decision.effect, PolicyEffect::Allow, "{decision:?}");
    let context = &decision.context;
    assert_eq!(context["tenant"], tenant.id().to_string());
    assert_eq!(context["principal"]["id"], place.principal.to_string());
    assert_eq!(context.get("input"), None);
    assert_eq!(decision.input, Some(json!({ "amount": 12.5 })));
}

#[tokio::test]
async fn a_simulation_leaves_nothing_behind() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (place, policies) = (full(&tenant).await, tenant.policies());
    let question = place.asks(place.low, json!({}));
    let id = publish_fixed(&tenant, "deny").await;
    policies.bind(id, BoundTo::Workspace(place.workspace), 1, &ann()).await.unwrap();
    let seq = newest(&tenant).await.seq;
    assert_eq!(policies.simulate(&question, None).await.unwrap().effect, PolicyEffect::Deny);
    let tried = AdHoc { name: "tried".to_owned(), rego: fixed("require_approval") };
    let decision = policies.simulate(&question, Some(&[tried])).await.unwrap();
    assert_eq!(decision.effect, PolicyEffect::RequireApproval);
    assert_eq!(decision.policies[0].name, "tried");
    let broken =
        AdHoc { name: "tried".to_owned(), rego: "package p\n\neffect := foo(1)\n".to_owned() };
    let error = policies.simulate(&question, Some(&[broken])).await.unwrap_err();
    assert!(error.to_string().contains("tried: line 3, column 11: unknown function"), "{error}");
    assert_eq!(newest(&tenant).await.seq, seq);
    assert_eq!(policies.decisions(None, None, 10).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (place, policies) = (full(&tenant).await, tenant.policies());
    let elsewhere = Place::of(&tenant, "Elsewhere", DataPersistenceMode::Full).await;
    let question = place.asks(place.low, json!({}));
    let nobody = uuid::Uuid::from_u128(7);
    let decide = async |question| policies.decide(&question, None, &ann()).await;
    let other = Question { workspace_id: nobody.into(), ..question.clone() };
    is_missing(decide(other).await, &format!("workspace {nobody}"));
    let other = Question { principal_id: nobody.into(), ..question.clone() };
    is_missing(decide(other).await, &format!("principal {nobody}"));
    for version in [nobody.into(), elsewhere.low] {
        let other = Question { workflow_version_id: Some(version), ..question.clone() };
        is_missing(decide(other).await, &format!("version {version} of a workflow"));
    }
    let bad = Question { input: json!({ "n": 9_007_199_254_740_993_u64 }), ..question };
    let error = decide(bad).await.unwrap_err();
    assert!(error.to_string().contains("input.n"), "{error}");
}

#[tokio::test]
async fn decisions_are_listed_newest_first() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (place, policies) = (full(&tenant).await, tenant.policies());
    let elsewhere = Place::of(&tenant, "Elsewhere", DataPersistenceMode::Full).await;
    let mut made = Vec::new();
    for place in [&place, &elsewhere, &place, &place] {
        let question = place.asks(place.low, json!({}));
        made.insert(0, policies.decide(&question, None, &ann()).await.unwrap());
    }
    let mut seen = policies.decisions(None, None, 3).await.unwrap();
    let after = DecisionCursor::from(seen.last().unwrap());
    seen.extend(policies.decisions(None, Some(after), 3).await.unwrap());
    assert_eq!(seen, made);
    let there = policies.decisions(Some(elsewhere.workspace), None, 9).await.unwrap();
    assert_eq!(there, [made.remove(2)]);
}
