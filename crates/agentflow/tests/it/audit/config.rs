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

/// Switches masking off, with an entry that says `told`.
const SWITCH_OFF: &str = "SELECT audit_configure(
    $1, 365, 'standard', false, '{}', false, NULL, gen_random_uuid(), $2)";
const TOLD: &str = r#"{"action":"audit.configured","details":{"changed":{"mask_sensitive_fields":{"from":true,"to":false}}}}"#;

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

#[tokio::test]
async fn statements_of_the_runtime_role_cannot_write_settings() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let change = AuditConfigChange { retention_days: Some(30), ..Default::default() };
    let set = tenant.audit().configure(change, &ann()).await.unwrap();
    let head = tenant.audit().head().await.unwrap();
    for sql in [
        "UPDATE audit_configs SET mask_sensitive_fields = false",
        "UPDATE audit_configs SET last_export_at = now()",
        "DELETE FROM audit_configs",
        "INSERT INTO audit_configs (tenant_id, log_level) SELECT id, 'minimal' FROM tenants",
        "INSERT INTO audit_configs (tenant_id) SELECT id FROM tenants
         ON CONFLICT ON CONSTRAINT audit_configs_tenant_key DO UPDATE SET log_level = 'minimal'",
        "SELECT FROM audit_configs FOR UPDATE",
    ] {
        let error = tenant.execute(sql, &[]).await.unwrap_err();
        assert!(matches!(error, Error::Denied { .. }), "{sql}: {error:?}");
    }
    assert_eq!(tenant.audit().config().await.unwrap(), set);
    assert_eq!(tenant.audit().head().await.unwrap().seq, head.seq);
}

#[tokio::test]
async fn a_setting_changes_only_with_an_entry_that_says_so() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let own = tenant.id().0;
    for untold in [
        "{}",
        r#"{"action":"audit.configured"}"#,
        r#"{"action":"audit.configured","details":{"changed":{}}}"#,
        &TOLD.replace("audit.configured", "thing.done"),
        &TOLD.replace("true", "false"),
        &TOLD.replace("mask_sensitive_fields", "export_enabled"),
        &TOLD.replace("}}}}", r#"},"retention_days":{"from":365,"to":1}}}}"#),
    ] {
        let error = tenant.query(SWITCH_OFF, &[&own, &untold]).await.unwrap_err();
        let told = format!("{:?}", std::error::Error::source(&error));
        assert!(told.contains("the entry does not say"), "{untold}: {error:?}");
    }
    tenant.query(SWITCH_OFF, &[&own, &None::<&str>]).await.unwrap_err();
    assert_eq!(tenant.audit().config().await.unwrap(), AuditConfig::default());
    assert_eq!(tenant.audit().head().await.unwrap().seq, 1);

    tenant.query(SWITCH_OFF, &[&own, &TOLD]).await.unwrap();
    assert!(!tenant.audit().config().await.unwrap().mask_sensitive_fields);
    let entry = tenant.audit().list(&AuditFilter::default(), 1).await.unwrap().remove(0);
    assert_eq!((entry.seq, entry.record.as_str()), (2, TOLD));
    // The same again would not be what it says.
    tenant.query(SWITCH_OFF, &[&own, &TOLD]).await.unwrap_err();
}

#[tokio::test]
async fn nobody_writes_the_settings_of_another_tenant() {
    let world = World::new().await;
    let (victim, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let aim = victim.id().0;
    for sql in [
        "SELECT audit_config_lock($1, gen_random_uuid())",
        "SELECT audit_note_export($1, gen_random_uuid(), now())",
        "SELECT audit_configure($1, 1, 'minimal', false, '{}', false, NULL, gen_random_uuid(), '{}')",
    ] {
        let error = other.query(sql, &[&aim]).await.unwrap_err();
        assert!(matches!(error, Error::Denied { .. }), "{sql}: {error:?}");
        let nobody = world.superuser().await;
        nobody.query(sql, &[&aim]).await.unwrap_err();
    }
    other.query(SWITCH_OFF, &[&aim, &TOLD]).await.unwrap_err();
    let rows = world.superuser().await.query("SELECT FROM audit_configs", &[]).await.unwrap();
    assert!(rows.is_empty());
}

#[tokio::test]
async fn locking_and_noting_an_export_change_no_setting() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (audit, own) = (tenant.audit(), tenant.id().0);
    tenant.query("SELECT audit_config_lock($1, gen_random_uuid())", &[&own]).await.unwrap();
    assert_eq!(audit.config().await.unwrap(), AuditConfig::default());
    let change = AuditConfigChange { retention_days: Some(30), ..Default::default() };
    let set = audit.configure(change, &ann()).await.unwrap();
    let note = "SELECT audit_note_export($1, gen_random_uuid(), '2026-01-01T00:00:00Z')";
    tenant.query(note, &[&own]).await.unwrap();
    let last_export_at = Some("2026-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(audit.config().await.unwrap(), AuditConfig { last_export_at, ..set });
}
