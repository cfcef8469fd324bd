//! What is approved may be changed by the first to approve, and what was changed is kept.

use agentflow::{
    approvals::{apply_changes, changes},
    core::hash::Sha256,
};

use super::*;

#[tokio::test]
async fn what_is_approved_may_be_changed_and_the_difference_is_kept() {
    let office = Office::new(2).await;
    let (_, request) = office.waiting().await;
    let asked = object(&json!({ "amount": 500, "to": "Bob" }));
    assert_eq!((&request.context, &request.payload), (&asked, &asked));
    let (bea, cyd) = (office.approver("Bea").await, office.approver("Cyd").await);
    let less = json!({ "amount": 450, "to": "Bob", "note": "half/of~it" });
    let mut decide = changes_to(bea, &less);
    decide.reason = Some("too much".to_owned());
    office.decide(request.id, decide).await.unwrap();

    let after = office.now(request.id).await;
    assert_eq!((&after.context, &after.payload), (&asked, &object(&less)));
    assert_ne!(after.payload_digest, request.payload_digest);
    let decision = office.tenant.approvals().decisions(&[request.id]).await.unwrap().remove(0);
    assert_eq!(decision.payload, Some(object(&less)));
    assert_eq!(decision.reason.as_deref(), Some("too much"));
    let patch = decision.payload_changes.unwrap();
    assert_eq!(patch, changes(&asked, &object(&less)));
    assert_eq!(apply_changes(&asked, &patch).unwrap(), object(&less));

    // What somebody has approved stays as it is.
    let reason = conflict(office.decide(request.id, changes_to(cyd, &json!({}))).await);
    assert_eq!(reason, "somebody approved it as it is: what was approved cannot be changed");
    assert_eq!(office.now(request.id).await, after);
    office.approve(request.id, cyd).await.unwrap();
    let Looked::Passed { gate: Some(gate) } = office.look(&office.claim().await).await else {
        panic!("it was approved");
    };
    assert_eq!(gate.output, json!({ "approved": true, "by": [bea, cyd], "payload": less }));
}

#[tokio::test]
async fn what_is_the_same_changes_nothing() {
    let office = Office::new(2).await;
    let (_, request) = office.waiting().await;
    let (bea, cyd) = (office.approver("Bea").await, office.approver("Cyd").await);
    office.approve(request.id, bea).await.unwrap();
    // Another number of the same value.
    let same = changes_to(cyd, &json!({ "to": "Bob", "amount": 500.0 }));
    assert_eq!(office.decide(request.id, same).await.unwrap().status, ApprovalStatus::Approved);
    let decisions = office.tenant.approvals().decisions(&[request.id]).await.unwrap();
    assert!(decisions.iter().all(|it| it.payload.is_none() && it.payload_changes.is_none()));
}

#[tokio::test]
async fn only_what_was_seen_is_decided_on() {
    let office = Office::new(2).await;
    let (_, request) = office.waiting().await;
    let (bea, cyd) = (office.approver("Bea").await, office.approver("Cyd").await);
    let canonical = br#"{"amount":500,"to":"Bob"}"#;
    assert_eq!(request.payload_digest, Sha256::of(&[canonical]));
    let seen = Some(request.payload_digest);
    let less = Decide { seen, ..changes_to(bea, &json!({ "amount": 1 })) };
    office.decide(request.id, less).await.unwrap();
    for choice in [Choice::Approve { payload: None }, Choice::Reject] {
        let late = Decide { seen, choice, ..approves(cyd) };
        let reason = conflict(office.decide(request.id, late).await);
        let now = office.now(request.id).await.payload_digest;
        assert!(reason.contains(&format!("its digest is {now}")), "{reason}");
    }
    let seen = Some(office.now(request.id).await.payload_digest);
    office.decide(request.id, Decide { seen, ..approves(cyd) }).await.unwrap();
}

#[tokio::test]
async fn the_chain_tells_who_approved_which_payload_and_not_what_is_in_it() {
    let office = Office::new(1).await;
    let (_, request) = office.waiting().await;
    let bea = office.approver("Bea").await;
    let less = changes_to(bea, &json!({ "amount": 450, "to": "Mallory" }));
    office.decide(request.id, less).await.unwrap();
    let entry = newest(&office.tenant).await;
    assert_eq!(entry.action.as_deref(), Some("approval.decided"));
    let record = entry.record;
    let digest = office.now(request.id).await.payload_digest.to_string();
    for part in [bea.to_string(), digest, request.run_id.to_string(), "approved".to_owned()] {
        assert!(record.contains(&part), "{part}: {record}");
    }
    assert!(!record.contains("Mallory"), "{record}");
}

#[tokio::test]
async fn a_decision_that_cannot_be_stored_is_refused_with_its_field() {
    let office = Office::new(1).await;
    let (_, request) = office.waiting().await;
    let bea = office.approver("Bea").await;
    let mut nul = Map::new();
    nul.insert("a".to_owned(), json!("\0"));
    let of = |reason: &str| Decide { reason: Some(reason.to_owned()), ..approves(bea) };
    for (decide, field) in [
        (of(" "), "reason"),
        (of("\0"), "reason"),
        (of(&"a".repeat(4001)), "reason"),
        (changes_to(bea, &Value::Object(nul)), "payload.a"),
        (changes_to(bea, &json!({ "a": "b".repeat(70_000) })), "payload"),
    ] {
        match office.decide(request.id, decide).await {
            Err(Error::InvalidInput { input, .. }) => assert_eq!(input.field, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    let missing = ApprovalRequestId(bea.0);
    let error = office.approve(missing, bea).await.unwrap_err();
    assert!(
        matches!(&error, Error::NotFound { what, .. } if *what == format!("request {missing}"))
    );
    assert_eq!(office.now(request.id).await, request);
}
