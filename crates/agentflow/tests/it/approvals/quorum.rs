//! As many approvals as are needed, whoever comes at the same time.

use std::sync::Arc;

use futures::future::join_all;
use tokio::sync::Barrier;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_people_at_once_neither_miss_the_quorum_nor_exceed_it() {
    let office = Office::new(1).await;
    let people: Vec<_> = {
        let mut people = Vec::new();
        for n in 0..100 {
            people.push(office.approver(&format!("approver{n}")).await);
        }
        people
    };
    for quorum in [1, 5, 100] {
        let place = office.place.another(&format!("Quorum {quorum}"), &gate(quorum, "")).await;
        let run = place.start().await;
        let claim = office.claim().await;
        let begun = office.begin(&claim).await;
        let StepAction::ApprovalGate(gate) = &place.version.definition.steps[0].action else {
            panic!("no gate");
        };
        let held = HeldGate {
            workspace_id: begun.workspace_id,
            step_id: begun.step.id,
            requested_by: begun.triggered_by,
            gate,
        };
        let approvals = office.tenant.approvals();
        assert_eq!(approvals.hold(&claim, &held, &worker()).await.unwrap(), Hold::Waiting);
        let id = office.request_of(run.id).await.id;

        let barrier = Arc::new(Barrier::new(people.len()));
        let decisions = people.iter().map(|by| {
            let (approvals, barrier, by) = (office.tenant.approvals(), Arc::clone(&barrier), *by);
            tokio::spawn(async move {
                barrier.wait().await;
                approvals.decide(id, &approves(by), &ann()).await
            })
        });
        let decisions: Vec<_> = join_all(decisions).await.into_iter().map(Result::unwrap).collect();
        let (made, refused): (Vec<_>, Vec<_>) = decisions.into_iter().partition(Result::is_ok);
        let mut counts: Vec<_> = made.iter().map(|it| it.as_ref().unwrap().approvals).collect();
        counts.sort_unstable();
        assert_eq!(counts, (1..=u32::try_from(quorum).unwrap()).collect::<Vec<_>>());
        let settled =
            made.iter().filter(|it| it.as_ref().unwrap().status == ApprovalStatus::Approved);
        assert_eq!(settled.count(), 1, "one decision is the last that is needed");
        for refused in refused {
            assert_eq!(conflict(refused), "it is settled: approved");
        }
        let request = office.now(id).await;
        assert_eq!(
            (request.status, request.approvals as usize),
            (ApprovalStatus::Approved, quorum)
        );
        assert_eq!(approvals.decisions(&[id]).await.unwrap().len(), quorum);
        assert!(matches!(office.look(&office.claim().await).await, Looked::Passed { .. }));
        office
            .sql("UPDATE runs SET due_at = now() + interval '1 day' WHERE due_at IS NOT NULL")
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_approvals_and_a_rejection_at_once_one_order_holds() {
    let office = Office::new(3).await;
    let (_, request) = office.waiting().await;
    let mut people = Vec::new();
    for n in 0..12 {
        people.push(office.approver(&format!("approver{n}")).await);
    }
    let decisions = join_all(people.iter().enumerate().map(|(n, by)| {
        let by = *by;
        let choice = if n == 6 { Choice::Reject } else { Choice::Approve { payload: None } };
        let decide = Decide { choice, ..approves(by) };
        let approvals = office.tenant.approvals();
        tokio::spawn(async move { approvals.decide(request.id, &decide, &ann()).await })
    }))
    .await;
    let made = decisions.into_iter().filter_map(|it| it.unwrap().ok()).collect::<Vec<_>>();
    let after = office.now(request.id).await;
    match after.status {
        ApprovalStatus::Approved => assert_eq!((after.approvals, made.len()), (3, 3)),
        ApprovalStatus::Rejected => assert!(after.approvals < 3, "{after:?}"),
        other => panic!("{other}"),
    }
    assert_eq!(made.iter().filter(|it| it.status != ApprovalStatus::Requested).count(), 1);
}

#[tokio::test]
async fn nobody_approves_twice() {
    let office = Office::new(2).await;
    let (_, request) = office.waiting().await;
    let bea = office.approver("Bea").await;
    let decided = office.approve(request.id, bea).await.unwrap();
    assert_eq!(
        (decided.status, decided.approvals, decided.required),
        (ApprovalStatus::Requested, 1, 2)
    );
    let again = conflict(office.approve(request.id, bea).await);
    assert!(again.starts_with(&format!("principal {bea} has decided before, at ")), "{again}");
    assert!(conflict(office.reject(request.id, bea).await).ends_with(": approved"));
    assert_eq!(office.now(request.id).await.approvals, 1);
    // The database alone refuses it too.
    let sql = "INSERT INTO approval_decisions (tenant_id, approval_request_id, decided_by, decision)
               SELECT tenant_id, approval_request_id, decided_by, 'approved' FROM approval_decisions";
    let error = office.superuser.execute(sql, &[]).await.unwrap_err();
    let constraint = error.as_db_error().unwrap().constraint();
    assert_eq!(constraint, Some("approval_decisions_decided_by_key"));
}
