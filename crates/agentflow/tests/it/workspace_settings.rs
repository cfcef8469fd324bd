//! Settings of a workspace that are changed one by one.

use agentflow::{
    Error, NewWorkspace, Tenant, WorkspaceId, WorkspaceSettings, WorkspaceSettingsChange as Change,
    audit::{Actor, AuditFilter},
};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::World;

fn ann() -> Actor {
    Actor::user("ann")
}

async fn workspace(world: &World, tenant: &str) -> (Tenant, WorkspaceId) {
    let tenant = world.tenant(tenant).await;
    let new = NewWorkspace::named("Billing");
    let id = tenant.workspaces().create(new, &ann()).await.unwrap().id;
    (tenant, id)
}

/// What the entries of the chain about settings say, oldest first.
async fn told(tenant: &Tenant) -> Vec<Value> {
    let filter = AuditFilter { action: Some("workspace.configured".into()), ..Default::default() };
    let entries = tenant.audit().list(&filter, 100).await.unwrap();
    let details = entries.iter().rev().map(|entry| {
        let record: Value = serde_json::from_str(&entry.record).unwrap();
        record["details"]["changed"].clone()
    });
    details.collect()
}

#[tokio::test]
async fn only_what_is_named_changes_and_the_chain_says_from_what_to_what() {
    let world = World::new().await;
    let (tenant, id) = workspace(&world, "Acme").await;
    let workspaces = tenant.workspaces();
    let days = |days| Change { retention_days: Some(days), ..Change::default() };
    let first = workspaces.adjust(id, days(30), &ann()).await.unwrap();
    let mut expected = WorkspaceSettings { retention_days: 30, ..WorkspaceSettings::default() };
    assert_eq!(first.settings, expected);

    expected.write_cap_per_minute = 0;
    expected.approval_tiers = json!({ "high": ["approver"] });
    expected.custom_settings = json!({ "color": "green" });
    let change = Change { retention_days: None, ..expected.clone().into() };
    let second = workspaces.adjust(id, change.clone(), &ann()).await.unwrap();
    assert_eq!(second.settings, expected);
    assert_eq!(second.created_at, first.created_at);
    // Nothing changes any more, and nothing is told.
    assert_eq!(workspaces.adjust(id, change, &ann()).await.unwrap(), second);
    assert_eq!(workspaces.config(id).await.unwrap(), Some(second));

    let told = told(&tenant).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], json!({ "retention_days": { "from": 90, "to": 30 } }));
    assert_eq!(told[1]["write_cap_per_minute"], json!({ "from": 1000, "to": 0 }));
    let tiers = json!({ "from": {}, "to": { "high": ["approver"] } });
    assert_eq!(told[1]["approval_tiers"], tiers);
    assert_eq!(told[1]["custom_settings"]["from"]["bytes"], 2);
    assert_eq!(told[1]["custom_settings"]["to"]["bytes"], 17);
    assert!(!told[1].to_string().contains("green"), "{told:?}");
    assert_eq!(told[1].get("retention_days"), None);
}

#[tokio::test]
async fn defaults_can_be_set() {
    let world = World::new().await;
    let (tenant, id) = workspace(&world, "Acme").await;
    let change = Change { retention_days: Some(90), ..Change::default() };
    let set = tenant.workspaces().adjust(id, change, &ann()).await.unwrap();
    assert_eq!(set.settings, WorkspaceSettings::default());
    assert_eq!(tenant.workspaces().config(id).await.unwrap(), Some(set));
    assert_eq!(told(&tenant).await, [json!({})]);
}

#[tokio::test]
async fn changes_at_the_same_time_are_all_kept() {
    let world = World::new().await;
    for round in 0..8 {
        let (tenant, id) = workspace(&world, &format!("Tenant {round}")).await;
        let workspaces = tenant.workspaces();
        let changes = [
            Change { retention_days: Some(7), ..Change::default() },
            Change { write_cap_per_minute: Some(5), ..Change::default() },
            Change { approval_tiers: Some(json!({ "low": ["operator"] })), ..Change::default() },
            Change { custom_settings: Some(json!({ "a": 1 })), ..Change::default() },
        ];
        let by = ann();
        let all = changes.into_iter().map(|change| workspaces.adjust(id, change, &by));
        for done in join_all(all).await {
            done.unwrap();
        }
        let expected = WorkspaceSettings {
            retention_days: 7,
            write_cap_per_minute: 5,
            approval_tiers: json!({ "low": ["operator"] }),
            custom_settings: json!({ "a": 1 }),
        };
        assert_eq!(workspaces.config(id).await.unwrap().unwrap().settings, expected);
        // Each changed one setting, and told of no other.
        let mut counts: Vec<_> =
            told(&tenant).await.iter().map(|it| it.as_object().unwrap().len()).collect();
        counts.sort_unstable();
        assert_eq!(counts, [1, 1, 1, 1]);
    }
}

#[tokio::test]
async fn each_of_many_changes_tells_what_the_one_before_made() {
    let world = World::new().await;
    let (tenant, id) = workspace(&world, "Acme").await;
    let (workspaces, by) = (tenant.workspaces(), ann());
    let days = |days| Change { retention_days: Some(days), ..Change::default() };
    workspaces.adjust(id, days(1), &by).await.unwrap();
    let all = (2..=20).map(|it| workspaces.adjust(id, days(it), &by));
    for done in join_all(all).await {
        done.unwrap();
    }
    let told = told(&tenant).await;
    assert_eq!(told.len(), 20);
    for pair in told.windows(2) {
        let [before, after] = pair else { panic!("{pair:?}") };
        assert_eq!(after["retention_days"]["from"], before["retention_days"]["to"], "{told:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_set_is_refused_with_its_field() {
    let world = World::new().await;
    let (tenant, id) = workspace(&world, "Acme").await;
    let workspaces = tenant.workspaces();
    let tiers = |value| Change { approval_tiers: Some(value), ..Change::default() };
    let number = |retention_days, write_cap_per_minute| Change {
        retention_days,
        write_cap_per_minute,
        ..Change::default()
    };
    let cases = [
        (Change::default(), "settings"),
        (number(Some(0), None), "retention_days"),
        (number(Some(36_501), None), "retention_days"),
        (number(None, Some(-1)), "write_cap_per_minute"),
        (tiers(json!([])), "approval_tiers"),
        (tiers(json!({ "hihg": ["approver"] })), "approval_tiers.hihg"),
        (tiers(json!({ "high": [] })), "approval_tiers.high"),
        (tiers(json!({ "high": ["Approver"] })), "approval_tiers.high[0]"),
        (Change { custom_settings: Some(json!(null)), ..Change::default() }, "custom_settings"),
    ];
    for (change, field) in cases {
        let error = workspaces.adjust(id, change.clone(), &ann()).await.unwrap_err();
        let Error::InvalidInput { input, .. } = error else { panic!("{change:?}: {error:?}") };
        assert_eq!(input.field, field, "{input:?}");
    }
    assert_eq!(workspaces.config(id).await.unwrap(), None);
    for (days, cap) in [(1, 0), (36_500, i32::MAX)] {
        workspaces.adjust(id, number(Some(days), Some(cap)), &ann()).await.unwrap();
    }

    let whole = WorkspaceSettings { approval_tiers: json!({ "hihg": [] }), ..Default::default() };
    let error = workspaces.configure(id, &whole, &ann()).await.unwrap_err();
    let Error::InvalidInput { input, .. } = error else { panic!("{error:?}") };
    assert!(input.to_string().ends_with("did you mean `high`?"), "{input}");
}

#[tokio::test]
async fn a_workspace_of_another_tenant_has_no_settings_to_change() {
    let world = World::new().await;
    let (_, theirs) = workspace(&world, "Beta").await;
    let (own, gone) = workspace(&world, "Acme").await;
    own.workspaces().delete(gone, &ann()).await.unwrap();
    for id in [theirs, gone] {
        let change = Change { retention_days: Some(1), ..Change::default() };
        let error = own.workspaces().adjust(id, change, &ann()).await.unwrap_err();
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
        assert!(error.to_string().contains("workspace not found"), "{error}");
    }
    assert!(told(&own).await.is_empty());
}
