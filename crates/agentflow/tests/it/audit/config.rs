//! How a tenant wants its audit kept: what may be said, what is recorded of it, and from when on it holds.

use std::{collections::BTreeSet, sync::Arc};

use agentflow::{
    Error, Store,
    audit::{Actor, AuditConfig, AuditConfigChange, AuditFilter, LogLevel},
    core::{clock::ManualClock, ids::RandomIds, random::Generator},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::event;
use crate::support::{World, config};

fn ann() -> Actor {
    Actor::user("ann")
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn settings_come_back_as_they_were_set_and_the_change_is_recorded() {
    let world = World::new().await;
    let audit = world.tenant("Acme").await.audit();
    assert_eq!(audit.config().await.unwrap(), AuditConfig::default());

    let change = AuditConfigChange {
        retention_days: Some(30),
        log_level: Some(LogLevel::Minimal),
        mask_sensitive_fields: Some(false),
        masked_fields: Some(names(&["ssn", "e-mail"])),
        export_enabled: Some(true),
        export_destination: Some(Some("/srv/exports".to_owned())),
    };
    let set = audit.configure(change, &ann()).await.unwrap();
    assert_eq!(audit.config().await.unwrap(), set);
    let expected = AuditConfig {
        retention_days: 30,
        log_level: LogLevel::Minimal,
        mask_sensitive_fields: false,
        masked_fields: names(&["e-mail", "ssn"]),
        export_enabled: true,
        export_destination: Some("/srv/exports".to_owned()),
        last_export_at: None,
    };
    assert_eq!(set, expected);
    let entry = audit.list(&AuditFilter::default(), 1).await.unwrap().remove(0);
    assert_eq!(entry.action.as_deref(), Some("audit.configured"));
    assert_eq!(entry.resource_type.as_deref(), Some("audit_config"));
    assert_eq!(entry.actor_id.as_deref(), Some("ann"));
    let details = json!({ "changed": {
        "retention_days": { "from": 365, "to": 30 },
        "log_level": { "from": "standard", "to": "minimal" },
        "mask_sensitive_fields": { "from": true, "to": false },
        "masked_fields": { "from": [], "to": ["e-mail", "ssn"] },
        "export_enabled": { "from": false, "to": true },
        "export_destination": { "from": null, "to": "/srv/exports" },
    } });
    assert_eq!(entry.details, Some(details));

    let one = AuditConfigChange { retention_days: Some(31), ..AuditConfigChange::default() };
    let set = audit.configure(one, &ann()).await.unwrap();
    assert_eq!(set, AuditConfig { retention_days: 31, ..expected });
    let entry = audit.list(&AuditFilter::default(), 1).await.unwrap().remove(0);
    let details = json!({ "changed": { "retention_days": { "from": 30, "to": 31 } } });
    assert_eq!(entry.details, Some(details), "also at the level that leaves out details");
}

#[tokio::test]
async fn what_changes_nothing_is_neither_stored_nor_recorded() {
    let world = World::new().await;
    let audit = world.tenant("Acme").await.audit();
    let same = AuditConfigChange { retention_days: Some(365), ..AuditConfigChange::default() };
    for change in [AuditConfigChange::default(), same] {
        assert_eq!(audit.configure(change, &ann()).await.unwrap(), AuditConfig::default());
    }
    assert_eq!(audit.head().await.unwrap().seq, 1);
    let rows = world.superuser().await.query("SELECT FROM audit_configs", &[]).await.unwrap();
    assert!(rows.is_empty());
}

#[tokio::test]
async fn settings_that_cannot_be_are_refused_by_field_and_change_nothing() {
    let world = World::new().await;
    let audit = world.tenant("Acme").await.audit();
    let change = AuditConfigChange::default;
    let fields = |fields: BTreeSet<String>| AuditConfigChange {
        masked_fields: Some(fields),
        ..AuditConfigChange::default()
    };
    let destination = |text: &str| AuditConfigChange {
        export_destination: Some(Some(text.to_owned())),
        ..AuditConfigChange::default()
    };
    for (field, refused) in [
        ("retention_days", AuditConfigChange { retention_days: Some(0), ..change() }),
        ("retention_days", AuditConfigChange { retention_days: Some(36_501), ..change() }),
        ("retention_days", AuditConfigChange { retention_days: Some(u32::MAX), ..change() }),
        ("masked_fields", fields((0..101).map(|number| format!("f{number}")).collect())),
        ("masked_fields", fields(names(&["", "a"]))),
        ("masked_fields", fields(names(&["_-."]))),
        ("masked_fields", fields(names(&["a\0"]))),
        ("masked_fields", fields(names(&["ä".repeat(101).as_str()]))),
        ("export_destination", destination(" ")),
        ("export_destination", destination("a\0")),
        ("export_destination", destination(&"ä".repeat(1_025))),
        ("export_enabled", AuditConfigChange { export_enabled: Some(true), ..change() }),
    ] {
        let error = audit.configure(refused, &ann()).await.unwrap_err();
        assert!(
            matches!(&error, Error::InvalidInput { input, .. } if input.field == field),
            "{field}: {error:?}"
        );
    }
    assert_eq!(audit.head().await.unwrap().seq, 1);

    for accepted in [
        AuditConfigChange { retention_days: Some(36_500), ..change() },
        fields((0..100).map(|number| format!("{number}{}", "x".repeat(97))).collect()),
        destination(&"ä".repeat(1_024)),
        AuditConfigChange { export_enabled: Some(true), ..change() },
    ] {
        audit.configure(accepted, &ann()).await.unwrap();
    }
    let without = AuditConfigChange { export_destination: Some(None), ..change() };
    let error = audit.configure(without, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput { .. }), "exports are on: {error:?}");
}

#[tokio::test]
async fn changes_that_meet_come_one_after_the_other() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let changes = (1..=20).map(|days| {
        let audit = tenant.audit();
        async move {
            let change = AuditConfigChange { retention_days: Some(days), ..Default::default() };
            audit.configure(change, &ann()).await.unwrap();
        }
    });
    futures::future::join_all(changes).await;
    let entries = tenant.audit().list(&AuditFilter::default(), 100).await.unwrap();
    let mut before = json!(365);
    let configured =
        |entry: &&agentflow::audit::AuditEntry| entry.action.as_deref() == Some("audit.configured");
    for entry in entries.iter().rev().filter(configured) {
        let change = &entry.details.as_ref().unwrap()["changed"]["retention_days"];
        assert_eq!(change["from"], before, "each sees what the one before left");
        before = change["to"].clone();
    }
    assert_eq!(entries.iter().filter(configured).count(), 20);
    assert_eq!(json!(tenant.audit().config().await.unwrap().retention_days), before);
}

#[tokio::test]
async fn settings_belong_to_their_tenant_and_need_one() {
    let world = World::new().await;
    let (own, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let change = || AuditConfigChange { retention_days: Some(7), ..Default::default() };
    own.audit().configure(change(), &ann()).await.unwrap();
    assert_eq!(other.audit().config().await.unwrap(), AuditConfig::default());
    let nobody = world.store.tenant("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap());
    let error = nobody.audit().configure(change(), &ann()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    world.store.admin().tenants().suspend(other.id(), &ann()).await.unwrap();
    let error = other.audit().configure(change(), &ann()).await.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");
}

#[tokio::test]
async fn a_change_holds_in_its_process_at_once_and_in_others_within_a_minute() {
    let world = World::new().await;
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let clock = Arc::new(ManualClock::at(start));
    let process = || {
        let (ids, entropy) = (RandomIds::from_os(), Generator::from_os());
        let config = config(&world.database);
        Store::with_sources(config, clock.clone(), Arc::new(ids), Arc::new(entropy)).unwrap()
    };
    let tenant = world.new_tenant("Acme").await.id;
    let (here, there) = (process().tenant(tenant), process().tenant(tenant));
    let masks = async |tenant: &agentflow::Tenant| {
        tenant.audit().append(&event(1)).await.unwrap();
        let entry = tenant.audit().list(&AuditFilter::default(), 1).await.unwrap().remove(0);
        entry.details.unwrap()["number"] == "[masked]"
    };
    assert!(!masks(&here).await);
    assert!(!masks(&there).await);
    let change =
        AuditConfigChange { masked_fields: Some(names(&["number"])), ..Default::default() };
    here.audit().configure(change, &ann()).await.unwrap();
    assert!(masks(&here).await);
    clock.set(start + SignedDuration::from_secs(49));
    assert!(!masks(&there).await, "it has not asked again");
    clock.set(start + SignedDuration::from_secs(60));
    assert!(masks(&there).await);
}
