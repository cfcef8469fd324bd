//! Decisions made once more.

use agentflow::policies::{BoundTo, PolicyEffect};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use super::*;

const AMOUNTS: &str = r#"package amounts

default effect := "allow"

effect := "deny" if input.input.amount > 900

effect := "require_approval" if {
	input.input.amount > 500
	input.input.amount <= 900
}

reasons contains sprintf("%v of %s", [input.input.amount, item]) if some item in input.input.items
"#;

const RISKS: &str = r#"package risks

default effect := "require_approval"

effect := "allow" if input.version.risk_tier == "low"

effect := "deny" if {
	input.version.risk_tier == "high"
	count(input.input.items) > 3
}
"#;

fn input() -> impl Strategy<Value = Value> {
    let amount = prop_oneof![
        (0..1200).prop_map(Value::from),
        (0.0..1200.0_f64).prop_map(Value::from),
        (0..1200).prop_map(|it| json!(f64::from(it))),
    ];
    let items = prop::collection::vec("[a-zé\"\\\\ ]{0,12}", 0..6);
    (amount, items).prop_map(|(amount, items)| json!({ "amount": amount, "items": items }))
}

#[tokio::test]
async fn a_thousand_random_decisions_come_out_the_same() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (place, policies) = (full(&tenant).await, tenant.policies());
    for (name, rego, to) in [
        ("amounts", AMOUNTS, BoundTo::Workspace(place.workspace)),
        ("risks", RISKS, BoundTo::Workflow(place.workflow.id)),
    ] {
        let id = publish(&tenant, name, rego).await.summary.id;
        policies.bind(id, to, 1, &ann()).await.unwrap();
    }
    let mut runner = TestRunner::deterministic();
    let mut effects = std::collections::HashSet::new();
    for _ in 0..1000 {
        let (low, input) = (any::<bool>(), input()).new_tree(&mut runner).unwrap().current();
        let version = if low { place.low } else { place.high };
        let question = place.asks(version, input);
        let made = policies.decide(&question, None, &ann()).await.unwrap();
        effects.insert(made.effect);
        let replay = policies.replay(made.id, None).await.unwrap();
        assert!(replay.same, "{:#?}", replay.differences);
        assert_eq!(replay.decision, made);
    }
    assert_eq!(effects.len(), 3, "{effects:?}");
    let made = policies.decide(&place.asks(place.low, Value::Null), None, &ann()).await.unwrap();
    let replay = policies.replay(made.id, None).await.unwrap();
    assert!(replay.same && replay.decision == made, "{:#?}", replay.differences);
}

async fn tamper(world: &World, sql: &str) {
    let change =
        format!("SET session_replication_role = replica; {sql}; RESET session_replication_role");
    world.superuser().await.batch_execute(&change).await.unwrap();
}

#[tokio::test]
async fn a_tampered_policy_is_named() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (place, policies) = (full(&tenant).await, tenant.policies());
    let id = publish(&tenant, "amounts", AMOUNTS).await.summary.id;
    policies.bind(id, BoundTo::Workspace(place.workspace), 1, &ann()).await.unwrap();
    let question = place.asks(place.low, json!({ "amount": 950, "items": [] }));
    let made = policies.decide(&question, None, &ann()).await.unwrap();
    assert_eq!(made.effect, PolicyEffect::Deny);

    tamper(&world, "UPDATE policies SET policy_rego = replace(policy_rego, '900', '9000')").await;
    let replay = policies.replay(made.id, None).await.unwrap();
    assert!(!replay.same);
    let digest = made.policies[0].answer.digest;
    let told =
        format!("the text of policy amounts 1.0.0 was changed: its digest was {digest}, and is");
    assert!(replay.differences[0].starts_with(&told), "{:#?}", replay.differences);
    // And until somebody mends it, it refuses everything.
    let question = place.asks(place.low, json!({ "amount": 1, "items": [] }));
    let refused = policies.decide(&question, None, &ann()).await.unwrap();
    assert_eq!(refused.effect, PolicyEffect::Deny);
    assert!(refused.reasons[0].contains("the digest differs"), "{:?}", refused.reasons);

    // With a digest that fits, the earlier decisions still tell.
    tamper(&world, "UPDATE policies SET policy_digest = sha256(convert_to(policy_rego, 'UTF8'))")
        .await;
    let replay = policies.replay(made.id, None).await.unwrap();
    let told = replay.differences.join("\n");
    for part in [
        "the text of policy amounts 1.0.0 was changed",
        "the stored digest of policy amounts 1.0.0 was changed",
    ] {
        assert!(told.contains(part), "{told}");
    }
}

#[tokio::test]
async fn a_tampered_decision_is_named() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (place, policies) = (full(&tenant).await, tenant.policies());
    let id = publish(&tenant, "amounts", AMOUNTS).await.summary.id;
    policies.bind(id, BoundTo::Workspace(place.workspace), 1, &ann()).await.unwrap();
    let question = place.asks(place.low, json!({ "amount": 950, "items": ["a"] }));
    for (change, told) in [
        ("effect = 'allow'", "the decision: the effect was allow, and is deny"),
        (
            "reasons = '[\"because\"]'",
            "the decision: the reasons were [because], and are [amounts 1.0.0: 950 of a]",
        ),
        (
            "input = jsonb_set(input, '{amount}', '1')",
            "what is stored of the question was changed: its digest was",
        ),
        (
            "context = jsonb_set(context, '{principal,type}', '\"service\"')",
            "what is stored of the question was changed: its digest was",
        ),
        (
            "policies = jsonb_set(policies, '{0,effect}', '\"allow\"')",
            "policy amounts 1.0.0: the effect was allow, and is deny",
        ),
        (
            "input_digest = decode(repeat('00', 32), 'hex')",
            "what is stored of the question was changed: its digest was 0000",
        ),
    ] {
        let made = policies.decide(&question, None, &ann()).await.unwrap();
        tamper(&world, &format!("UPDATE policy_decisions SET {change} WHERE id = '{}'", made.id))
            .await;
        let replay = policies.replay(made.id, None).await.unwrap();
        assert!(!replay.same, "{change}");
        assert!(replay.differences[0].starts_with(told), "{change}: {:#?}", replay.differences);
    }
}

#[tokio::test]
async fn a_workspace_that_keeps_metadata_only_stores_no_input() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let policies = tenant.policies();
    let place = Place::of(&tenant, "Finance", DataPersistenceMode::MetadataOnly).await;
    let id = publish(&tenant, "amounts", AMOUNTS).await.summary.id;
    policies.bind(id, BoundTo::Workspace(place.workspace), 1, &ann()).await.unwrap();
    let given = json!({ "amount": 600, "items": ["secret"] });
    let made = policies.decide(&place.asks(place.low, given.clone()), None, &ann()).await.unwrap();
    assert_eq!(made.input, None);
    let stored = "SELECT context::text FROM policy_decisions
                  WHERE input IS NULL AND octet_length(input_digest) = 32";
    let stored: String = world.superuser().await.query_one(stored, &[]).await.unwrap().get(0);
    // All that was asked about is there, but for what the run is given.
    let stored: Value = serde_json::from_str(&stored).unwrap();
    let mut parts: Vec<_> = stored.as_object().unwrap().keys().map(String::as_str).collect();
    parts.sort_unstable();
    assert_eq!(parts, ["principal", "tenant", "time", "version", "workflow", "workspace"]);
    assert_eq!(stored["principal"]["id"], json!(place.principal));
    assert!(!stored.to_string().contains("secret"), "{stored}");

    let error = policies.replay(made.id, None).await.unwrap_err();
    assert!(error.to_string().contains("give what the run was given"), "{error}");
    let error = policies.replay(made.id, Some(json!({}))).await.unwrap_err();
    assert!(error.to_string().contains("is not what was decided about"), "{error}");
    let replay = policies.replay(made.id, Some(given.clone())).await.unwrap();
    assert!(replay.same, "{:#?}", replay.differences);
    assert_eq!(replay.decision, made);

    tamper(&world, "UPDATE policy_decisions SET context = context - 'time'").await;
    let error = policies.replay(made.id, Some(given)).await.unwrap_err();
    assert!(error.to_string().contains("the stored context was changed"), "{error}");
}

#[tokio::test]
async fn a_decision_whose_input_was_forgotten_is_made_again_with_it() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (place, policies) = (full(&tenant).await, tenant.policies());
    let id = publish(&tenant, "amounts", AMOUNTS).await.summary.id;
    policies.bind(id, BoundTo::Workspace(place.workspace), 1, &ann()).await.unwrap();
    let given = json!({ "amount": 600, "items": ["a"] });
    let made = policies.decide(&place.asks(place.low, given.clone()), None, &ann()).await.unwrap();
    assert_eq!(made.input, Some(given.clone()));
    assert!(policies.replay(made.id, None).await.unwrap().same);
    let old = "UPDATE policy_decisions SET created_at = now() - interval '91 days'";
    world.superuser().await.batch_execute(old).await.unwrap();
    tenant.runs().prune(None, 10, &ann()).await.unwrap();
    let error = policies.replay(made.id, None).await.unwrap_err();
    assert!(error.to_string().contains("give what the run was given"), "{error}");
    let replay = policies.replay(made.id, Some(given)).await.unwrap();
    assert!(replay.same, "{:#?}", replay.differences);
}

#[tokio::test]
async fn whoever_gave_nothing_need_not_give_it_again() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let policies = tenant.policies();
    let place = Place::of(&tenant, "Finance", DataPersistenceMode::MetadataOnly).await;
    let id = publish(&tenant, "amounts", AMOUNTS).await.summary.id;
    policies.bind(id, BoundTo::Workspace(place.workspace), 1, &ann()).await.unwrap();
    for (nothing, is_found) in
        [(Value::Null, true), (json!({}), true), (json!([]), false), (json!({ "a": null }), false)]
    {
        let question = place.asks(place.low, nothing.clone());
        let made = policies.decide(&question, None, &ann()).await.unwrap();
        assert_eq!(made.input, None);
        match policies.replay(made.id, None).await {
            Ok(replay) => assert!(is_found && replay.same, "{nothing}: {:#?}", replay.differences),
            Err(error) => {
                assert!(!is_found, "{nothing}: {error}");
                assert!(error.to_string().contains("give what the run was given"), "{error}");
            }
        }
    }
}

const ENDLESS: &str = r#"package endless

effect := "allow" if {
	xs := numbers.range(1, 2000)
	count([1 | some a in xs; some b in xs; some c in xs]) > 0
}
"#;

#[tokio::test]
async fn an_answer_for_which_there_was_no_time_is_not_compared() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (place, policies) = (full(&tenant).await, tenant.policies());
    let question = place.asks(place.low, json!({ "amount": 1, "items": [] }));
    let id = publish(&tenant, "endless", ENDLESS).await.summary.id;
    let bound = policies.bind(id, BoundTo::Workspace(place.workspace), 1, &ann()).await.unwrap();
    let stopped = policies.decide(&question, None, &ann()).await.unwrap();
    assert!(stopped.policies[0].answer.was_stopped(), "{stopped:?}");
    // Longer than it had then is also longer than it has now.
    let replay = policies.replay(stopped.id, None).await.unwrap();
    assert!(replay.same, "{:#?}", replay.differences);
    policies.unbind(bound.id, &ann()).await.unwrap();

    // As one that a machine with much to do stopped, beside one that it did not.
    for effect in ["allow", "deny"] {
        let id = publish_fixed(&tenant, effect).await;
        policies.bind(id, BoundTo::Workspace(place.workspace), 1, &ann()).await.unwrap();
    }
    let made = policies.decide(&question, None, &ann()).await.unwrap();
    let which = format!("WHERE id = '{}'", made.id);
    let words = "the policy failed: it was stopped after 100 ms";
    let change = format!(
        "UPDATE policy_decisions SET
             policies = jsonb_set(jsonb_set(policies, '{{0,effect}}', '\"deny\"'), '{{0,reasons}}', '[\"{words}\"]'),
             reasons = '[\"allow 1.0.0: {words}\", \"deny 1.0.0: it is deny\"]' {which}"
    );
    tamper(&world, &change).await;
    let replay = policies.replay(made.id, None).await.unwrap();
    let told = format!(
        "policy allow 1.0.0: not comparable, for the time it takes depends on the machine: the answer was [{words}], and is allow"
    );
    assert!(!replay.same);
    assert_eq!(replay.differences, [told.as_str()]);

    // It hides nothing else.
    tamper(&world, &format!("UPDATE policy_decisions SET effect = 'allow' {which}")).await;
    let replay = policies.replay(made.id, None).await.unwrap();
    let other = "the decision: the effect was allow, and is deny";
    assert_eq!(replay.differences, [told.as_str(), other]);
    let change = "policies = jsonb_set(policies, '{1,reasons}', '[\"because\"]')";
    tamper(&world, &format!("UPDATE policy_decisions SET effect = 'deny', {change} {which}")).await;
    let replay = policies.replay(made.id, None).await.unwrap();
    let other = "policy deny 1.0.0: the reasons were [because], and are [it is deny]";
    assert_eq!(replay.differences, [told.as_str(), other]);
}

#[tokio::test]
async fn a_policy_that_is_gone_is_named() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (place, policies) = (full(&tenant).await, tenant.policies());
    let id = publish(&tenant, "amounts", AMOUNTS).await.summary.id;
    let bound = policies.bind(id, BoundTo::Workspace(place.workspace), 1, &ann()).await.unwrap();
    let made = policies.decide(&place.asks(place.low, json!({})), None, &ann()).await.unwrap();
    policies.unbind(bound.id, &ann()).await.unwrap();
    policies.delete(id, &ann()).await.unwrap();
    let replay = policies.replay(made.id, None).await.unwrap();
    assert_eq!(replay.differences[0], "policy amounts 1.0.0 is gone");
    let nobody = uuid::Uuid::from_u128(7);
    is_missing(policies.replay(nobody.into(), None).await, &format!("decision {nobody}"));
}
