//! What is another tenant's cannot be seen or decided.

use super::*;

#[tokio::test]
async fn another_tenants_requests_are_not_there() {
    let office = Office::new(1).await;
    let (run, request) = office.waiting().await;
    let bea = office.approver("Bea").await;
    let globex = office.world.tenant("Globex").await;
    let theirs = Place::new(&globex, 1).await;
    let approvals = globex.approvals();
    assert_eq!(approvals.get(request.id).await.unwrap(), None);
    assert_eq!(approvals.list(&ApprovalFilter::default(), None, 10).await.unwrap(), []);
    let filter = ApprovalFilter { run: Some(run.id), ..ApprovalFilter::default() };
    assert_eq!(approvals.list(&filter, None, 10).await.unwrap(), []);
    for by in [bea, theirs.principal] {
        let error = approvals.decide(request.id, &approves(by), &ann()).await.unwrap_err();
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    }
    let stranger = denied(office.approve(request.id, theirs.principal).await);
    assert!(stranger.ends_with("there is no such principal"), "{stranger}");
    office.sql("UPDATE runs SET due_at = now()").await;
    let claim = office.claim().await;
    let claim = Claim { tenant_id: globex.id(), ..claim };
    assert_eq!(approvals.look(&claim, None, &worker()).await.unwrap(), Looked::Lost);
    office.approve(request.id, bea).await.unwrap();
    assert_eq!(approvals.decisions(&[request.id]).await.unwrap(), []);
    assert_eq!(office.tenant.approvals().decisions(&[request.id]).await.unwrap().len(), 1);
}
