//! Who may decide.

use agentflow::{Permission, WorkspaceSettings, identity::NewRole};
use jiff::Timestamp;

use super::*;

impl Office {
    async fn tiers(&self, approval_tiers: Value) {
        let settings = WorkspaceSettings {
            approval_tiers,
            write_cap_per_minute: 1_000_000,
            ..WorkspaceSettings::default()
        };
        let workspaces = self.tenant.workspaces();
        workspaces.configure(self.place.workspace, &settings, &ann()).await.unwrap();
    }

    /// The same without any check.
    async fn plant(&self, approval_tiers: &Value) {
        let sql = format!("UPDATE workspace_configs SET approval_tiers = '{approval_tiers}'");
        self.sql(&sql).await;
    }

    async fn role(&self, name: &str, permissions: &[&str]) -> RoleId {
        let permissions: Vec<Permission> =
            permissions.iter().map(|it| it.parse().unwrap()).collect();
        let new = NewRole {
            workspace_id: Some(self.place.workspace),
            name: name.to_owned(),
            description: String::new(),
            permissions,
        };
        self.tenant.roles().create(new, &ann()).await.unwrap().id
    }

    /// Why somebody is refused, without who and what.
    async fn refusal(&self, request: ApprovalRequestId, by: PrincipalId) -> String {
        let reason = denied(self.approve(request, by).await);
        let begins = format!("principal {by} may not decide on request {request}: ");
        reason.strip_prefix(&begins).unwrap_or_else(|| panic!("{reason}")).to_owned()
    }
}

#[tokio::test]
async fn where_the_workspace_names_no_role_the_permission_decides() {
    let office = Office::new(2).await;
    let (_, request) = office.waiting().await;
    let nobody = office.place.person("Nobody").await;
    let reason = "none of its roles there has the permission approval:decide";
    assert_eq!(office.refusal(request.id, nobody).await, reason);
    let reader = office.role("reader", &["approval:read"]).await;
    office.bind(nobody, reader).await;
    assert_eq!(office.refusal(request.id, nobody).await, reason);

    let custom = office.role("judge", &["approval:decide"]).await;
    let judge = office.place.person("Judge").await;
    office.bind(judge, custom).await;
    office.approve(request.id, judge).await.unwrap();
    let bea = office.approver("Bea").await;
    assert_eq!(office.approve(request.id, bea).await.unwrap().status, ApprovalStatus::Approved);
}

#[tokio::test]
async fn the_roles_that_the_workspace_names_for_the_tier_decide() {
    let office = Office::new(2).await;
    let (_, request) = office.waiting().await;
    let (bea, eve) = (office.approver("Bea").await, office.place.person("Eve").await);
    // The gate is of high risk.
    office.tiers(json!({ "low": ["operator"], "high": ["auditor", "board"] })).await;
    let reason = "where the risk is high, the workspace asks for one of the roles: auditor, board";
    assert_eq!(office.refusal(request.id, bea).await, reason);
    let board = office.role("board", &[]).await;
    office.bind(eve, board).await;
    office.approve(request.id, eve).await.unwrap();

    // Neither can be set; they may have been stored otherwise.
    office.plant(&json!({ "high": [] })).await;
    let reason = "the workspace names no role that decides where the risk is high";
    assert_eq!(office.refusal(request.id, bea).await, reason);
    for malformed in [json!([]), json!({ "high": "approver" }), json!({ "low": 1 })] {
        office.plant(&malformed).await;
        let reason = office.refusal(request.id, bea).await;
        assert!(reason.contains("approval_tiers of the workspace is malformed"), "{reason}");
    }
    office.tiers(json!({ "medium": ["board"] })).await;
    office.approve(request.id, bea).await.unwrap();
}

#[tokio::test]
async fn a_role_counts_in_its_workspace_and_until_it_expires() {
    let office = Office::new(2).await;
    let (_, request) = office.waiting().await;
    let [elsewhere, late, everywhere] = ["Elsewhere", "Late", "Everywhere"];
    let elsewhere = office.place.person(elsewhere).await;
    let late = office.place.person(late).await;
    let everywhere = office.place.person(everywhere).await;
    let other = agentflow::NewWorkspace::named("Support");
    let other = office.tenant.workspaces().create(other, &ann()).await.unwrap().id;
    let bind = async |principal_id, workspace_id, expires_at| {
        let role_id = office.approver_role;
        let new = NewBinding { principal_id, role_id, workspace_id, expires_at };
        office.tenant.roles().bind(new, &ann()).await.unwrap();
    };
    bind(elsewhere, Some(other), None).await;
    let soon: Timestamp = "2100-01-01T00:00:00Z".parse().unwrap();
    bind(late, None, Some(soon)).await;
    bind(everywhere, None, None).await;
    office.sql("UPDATE rbac_bindings SET expires_at = now() WHERE expires_at IS NOT NULL").await;

    for tiers in [json!({}), json!({ "high": ["approver"] })] {
        office.tiers(tiers).await;
        for by in [elsewhere, late] {
            denied(office.approve(request.id, by).await);
        }
    }
    office.approve(request.id, everywhere).await.unwrap();
}

#[tokio::test]
async fn nobody_decides_on_a_run_of_their_own() {
    let office = Office::new(1).await;
    office.bind(office.place.principal, office.approver_role).await;
    let (_, request) = office.waiting().await;
    assert_eq!(request.requested_by, Some(office.place.principal));
    assert_eq!(office.refusal(request.id, office.place.principal).await, "the run is its own");
    denied(office.reject(request.id, office.place.principal).await);
    // The database alone refuses it too.
    let sql =
        "INSERT INTO approval_decisions (tenant_id, approval_request_id, decided_by, decision)
               SELECT tenant_id, id, requested_by, 'approved' FROM approval_requests";
    let error = office.superuser.execute(sql, &[]).await.unwrap_err();
    let constraint = error.as_db_error().unwrap().constraint();
    assert_eq!(constraint, Some("approval_decisions_not_by_requester"));
}

#[tokio::test]
async fn a_refusal_is_recorded_and_decides_nothing() {
    let office = Office::new(1).await;
    let (_, request) = office.waiting().await;
    let eve = office.approver("Eve").await;
    office.tenant.principals().deactivate(eve, &ann()).await.unwrap();
    assert_eq!(office.refusal(request.id, eve).await, "the principal is deactivated");
    let entry = newest(&office.tenant).await;
    assert_eq!(entry.action.as_deref(), Some("access.denied"));
    let record = entry.record;
    for part in ["inactive_principal", &request.id.to_string(), &eve.to_string(), "failure"] {
        assert!(record.contains(part), "{part}: {record}");
    }
    let stranger = PrincipalId(request.id.0);
    assert_eq!(office.refusal(request.id, stranger).await, "there is no such principal");
    assert!(newest(&office.tenant).await.record.contains("unknown_principal"));
    assert_eq!(office.now(request.id).await, request);
}
