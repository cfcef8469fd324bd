use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{hash::Sha256, ids::TenantId, workflow::RiskTier};

mod hostile;
mod language;
mod safety;

fn compile(text: &str) -> Policy {
    Policy::compile("test", text).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

fn refused(text: &str) -> String {
    Policy::compile("test", text).unwrap_err().to_string()
}

fn document(json: Value) -> Document {
    Document::new(json).unwrap()
}

/// Enough of it on a machine that does other things as well.
fn patient() -> Limits {
    Limits { time: Duration::from_secs(20), ..Limits::default() }
}

fn ask(text: &str, input: Value) -> PolicyDecision {
    compile(text).evaluate(&document(input), &patient())
}

fn effect(body: &str) -> PolicyDecision {
    ask(&format!("package p\n\neffect := {body}\n"), json!({}))
}

fn fixed(effect: PolicyEffect, reason: &str) -> Policy {
    compile(&format!("package p\n\neffect := \"{effect}\"\n\nreasons := [\"{reason}\"]\n"))
}

fn decided(policies: &[&Policy], risk: RiskTier) -> Decision {
    let versions: Vec<_> = (1..=policies.len()).map(|number| format!("{number}.0.0")).collect();
    let asked: Vec<_> = policies
        .iter()
        .zip(&versions)
        .map(|(policy, version)| Asked {
            name: "fixed",
            version,
            policy: Ok(policy),
            digest: policy.digest(),
        })
        .collect();
    decide(&asked, risk, &document(json!({})), &patient())
}

#[test]
fn deny_beats_require_approval_which_beats_allow() {
    use PolicyEffect::{Allow, Deny, RequireApproval};
    let policies: Vec<_> = PolicyEffect::ALL.iter().map(|it| fixed(*it, it.as_str())).collect();
    let of = |effect: PolicyEffect| {
        policies.iter().zip(PolicyEffect::ALL).find(|it| *it.1 == effect).unwrap().0
    };
    for (asked, expected) in [
        (vec![Allow], Allow),
        (vec![Allow, RequireApproval], RequireApproval),
        (vec![RequireApproval, Allow], RequireApproval),
        (vec![Deny, Allow, RequireApproval], Deny),
        (vec![Allow, RequireApproval, Deny], Deny),
        (vec![RequireApproval, Deny], Deny),
    ] {
        let policies: Vec<_> = asked.iter().map(|effect| of(*effect)).collect();
        // The risk has no say where policies have one.
        for risk in RiskTier::ALL {
            let decision = decided(&policies, *risk);
            assert_eq!(decision.effect, expected, "{asked:?}");
            let told: Vec<_> = decision.policies.iter().map(|answer| answer.effect).collect();
            assert_eq!(told, asked);
            let place = asked.iter().position(|effect| *effect == expected).unwrap() + 1;
            assert_eq!(decision.reasons, [format!("fixed {place}.0.0: {expected}")]);
        }
    }
}

#[test]
fn without_a_policy_the_risk_decides() {
    for (risk, effect) in [
        (RiskTier::Low, PolicyEffect::Allow),
        (RiskTier::Medium, PolicyEffect::RequireApproval),
        (RiskTier::High, PolicyEffect::RequireApproval),
    ] {
        let decision = decided(&[], risk);
        assert_eq!(decision.effect, effect);
        assert!(decision.reasons[0].contains(&format!("the risk tier is {risk}")), "{decision:?}");
        assert_eq!(decision.engine, ENGINE);
        assert_eq!(decision.input_digest, Sha256::of(&[b"{}"]));
    }
}

#[test]
fn a_policy_that_does_not_compile_any_more_refuses() {
    let digest = Sha256::of(&[b"x"]);
    let asked = Asked { name: "old", version: "1.0.0", policy: Err("line 1: odd"), digest };
    let decision = decide(&[asked], RiskTier::Low, &document(json!({})), &patient());
    assert_eq!(decision.effect, PolicyEffect::Deny);
    assert_eq!(decision.reasons, ["old 1.0.0: the policy cannot be asked: line 1: odd"]);
}

#[test]
fn the_engine_is_the_locked_one() {
    let lock =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock")).unwrap();
    let (name, version) = ENGINE.split_once(' ').unwrap();
    assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n")), "{ENGINE}");
}

#[test]
fn an_input_has_the_shape_policies_rely_on() {
    let input = PolicyInput {
        tenant: TenantId(uuid::Uuid::nil()),
        workspace: WorkspacePart {
            id: uuid::Uuid::nil().into(),
            name: "Risk".to_owned(),
            region: "eu".to_owned(),
        },
        workflow: Some(WorkflowPart { id: uuid::Uuid::nil().into(), name: "triage".to_owned() }),
        version: Some(VersionPart {
            id: uuid::Uuid::nil().into(),
            version: "1.2.3".to_owned(),
            risk_tier: RiskTier::High,
            digest: Sha256([0; 32]),
            model: json!({ "provider": "anthropic" }),
        }),
        input: json!({ "amount": 12.5, "count": 3 }),
        principal: PrincipalPart {
            id: uuid::Uuid::nil().into(),
            kind: "user".to_owned(),
            roles: vec!["operator".to_owned()],
        },
        time: "2026-01-02T03:04:05Z".parse().unwrap(),
    };
    let document = input.document().unwrap();
    let back: PolicyInput = serde_json::from_value(document.json().clone()).unwrap();
    assert_eq!(back, input);
    let policy = compile(
        r#"package p

default effect := "deny"

effect := "require_approval" if {
	input.tenant == "00000000-0000-0000-0000-000000000000"
	input.workspace.region == "eu"
	input.workflow.name == "triage"
	semver.compare(input.version.version, "1.2.0") == 1
	input.version.risk_tier == "high"
	input.version.model.provider == "anthropic"
	input.input.amount > 12.4
	input.input.count == 3
	"operator" in input.principal.roles
	input.principal.type == "user"
	time.clock(time.parse_rfc3339_ns(input.time)) == [3, 4, 5]
}
"#,
    );
    let decision = policy.evaluate(&document, &patient());
    assert_eq!(decision, PolicyDecision { effect: PolicyEffect::RequireApproval, reasons: vec![] });
}

#[test]
fn a_digest_does_not_depend_on_how_a_document_is_written() {
    let digest = |text: &str| digest_of(&serde_json::from_str(text).unwrap()).unwrap();
    assert_eq!(digest(r#"{"b": 1.0, "a": [1e2]}"#), digest(r#"{ "a":[100],"b":1 }"#));
    assert_ne!(digest(r#"{"a": 1}"#), digest(r#"{"a": "1"}"#));
    let error = Document::new(json!({ "input": { "n": 9_007_199_254_740_993_u64 } })).unwrap_err();
    assert!(error.field.contains("input.n"), "{error}");
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        (-1e12..1e12_f64).prop_map(Value::from),
        ".{0,12}"
            .prop_filter("PostgreSQL holds none", |it| !it.contains('\0'))
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,6}", inner, 0..5)
                .prop_map(|it| Value::Object(it.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whether an evaluator is new or has answered something else before.
    #[test]
    fn the_same_document_gets_the_same_answer(one in json_value(), other in json_value()) {
        let text = "package p\n\ndefault effect := \"allow\"\n\neffect := \"deny\" if is_object(input.x)\n\n\
                    effect := \"require_approval\" if is_array(input.x)\n\nreasons contains json.marshal(input.x)\n";
        let policy = compile(text);
        let ask = |it: &Value| policy.evaluate(&document(json!({ "x": it })), &patient());
        let (first, second) = (ask(&one), ask(&other));
        prop_assert_eq!(&ask(&one), &first);
        prop_assert_eq!(&ask(&other), &second);
        prop_assert_eq!(&compile(text).evaluate(&document(json!({ "x": one })), &patient()), &first);
    }

    /// Integers and doubles arrive as they are.
    #[test]
    fn numbers_survive(integer in any::<i32>(), double in -1e15..1e15_f64) {
        let text = format!(
            "package p\n\neffect := \"allow\" if {{\n\tinput.i == {integer}\n\tinput.d == {double:?}\n\tinput.i + 1 > input.i\n}}\n"
        );
        let decision = ask(&text, json!({ "i": integer, "d": double }));
        prop_assert_eq!(decision.effect, PolicyEffect::Allow, "{:?}", decision);
    }
}
