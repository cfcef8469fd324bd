//! What is masked never reaches the database, on whatever way an event is recorded.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use agentflow::{
    Error, NewWorkspace, Region, Statements, Store, Tenant,
    audit::{Actor, AuditConfigChange, AuditFilter, Event, Resource},
    core::{clock::ManualClock, ids::RandomIds, random::Generator},
    identity::{NewKey, NewService, Origin},
};
use serde_json::{Value, json};

use super::{Victim, event, options, verify};
use crate::support::{World, config};

const SECRET: &str = "hunter2-hunter2";

fn ann() -> Actor {
    Actor::user("ann")
}

fn telling() -> Event {
    Event::new("thing.done", Resource::new("thing", 1), ann())
        .with_detail("password", SECRET)
        .with_detail("kept", "as it is")
        .with_detail("list", json!([[{ "apiKey": SECRET, "number": 7 }], SECRET.len()]))
}

fn told() -> Value {
    json!({
        "password": "[masked]", "kept": "as it is",
        "list": [[{ "apiKey": "[masked]", "number": 7 }], SECRET.len()],
    })
}

async fn newest(tenant: &Tenant) -> Value {
    let entry = tenant.audit().list(&AuditFilter::default(), 1).await.unwrap().remove(0);
    entry.details.unwrap()
}

async fn mask(tenant: &Tenant, fields: &[&str]) {
    let fields: BTreeSet<String> = fields.iter().map(|field| (*field).to_owned()).collect();
    let change = AuditConfigChange { masked_fields: Some(fields), ..Default::default() };
    tenant.audit().configure(change, &ann()).await.unwrap();
}

/// Records an event in every way there is, and looks at what became of it.
async fn record_in_every_way(tenant: &Tenant, expected: &Value) {
    let audit = tenant.audit();
    audit.append(&telling()).await.unwrap();
    assert_eq!(newest(tenant).await, *expected, "append");
    audit.append_many(&[event(1), telling()]).await.unwrap();
    assert_eq!(newest(tenant).await, *expected, "append_many");
    let tx = tenant.begin().await.unwrap();
    tx.audit(&telling()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(newest(tenant).await, *expected, "audit");
    let tx = tenant.begin().await.unwrap();
    tx.audit_many(&[event(1), telling()]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(newest(tenant).await, *expected, "audit_many");
    let tx = tenant.begin().await.unwrap();
    tx.audit_and_commit(&telling()).await.unwrap();
    assert_eq!(newest(tenant).await, *expected, "audit_and_commit");
}

async fn occurrences(world: &World, text: &str) -> i64 {
    let sql = "SELECT count(*) FROM audits WHERE strpos(record, $1) > 0";
    world.superuser().await.query_one(sql, &[&text]).await.unwrap().get(0)
}

#[tokio::test]
async fn secrets_are_masked_in_every_way_to_record_and_by_every_way_to_the_server() {
    for statements in [Statements::Named, Statements::Typed] {
        let world = World::new().await;
        let id = world.new_tenant("Acme").await.id;
        let store = Store::connect(config(&world.database).with_statements(statements)).unwrap();
        record_in_every_way(&store.tenant(id), &told()).await;
        assert_eq!(occurrences(&world, SECRET).await, 0);
        let verdict = verify(&store.tenant(id), &options(1, 10)).await;
        assert_eq!(verdict.verified_records, 8, "what is hashed is what is masked: {verdict:?}");
    }
}

#[tokio::test]
async fn each_way_masks_when_it_is_the_first_to_ask() {
    // A store that recorded nothing yet knows nothing of any tenant.
    for way in 0..5 {
        let world = World::new().await;
        let id = world.new_tenant("Acme").await.id;
        let tenant = Store::connect(config(&world.database)).unwrap().tenant(id);
        match way {
            0 => drop(tenant.audit().append(&telling()).await.unwrap()),
            1 => drop(tenant.audit().append_many(&[telling()]).await.unwrap()),
            _ => {
                let tx = tenant.begin().await.unwrap();
                if way == 4 {
                    tx.audit_and_commit(&telling()).await.unwrap();
                } else {
                    let appended = match way {
                        2 => tx.audit(&telling()).await,
                        _ => tx.audit_many(&[telling()]).await,
                    };
                    appended.unwrap();
                    tx.commit().await.unwrap();
                }
            }
        }
        assert_eq!(newest(&tenant).await, told(), "way {way}");
    }
}

#[tokio::test]
async fn further_fields_are_masked_with_secrets_or_without() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    mask(&tenant, &["Kept", "n_umber"]).await;
    let mut expected = told();
    expected["kept"] = json!("[masked]");
    expected["list"][0][0]["number"] = json!("[masked]");
    record_in_every_way(&tenant, &expected).await;

    let change = AuditConfigChange { mask_sensitive_fields: Some(false), ..Default::default() };
    tenant.audit().configure(change, &ann()).await.unwrap();
    expected["password"] = json!(SECRET);
    expected["list"][0][0]["apiKey"] = json!(SECRET);
    record_in_every_way(&tenant, &expected).await;
}

#[tokio::test]
async fn denials_and_refusals_are_masked_too() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    mask(&tenant, &["reason", "region"]).await;

    let abroad = NewWorkspace { region: Some(Region::EuWest1), ..NewWorkspace::named("Abroad") };
    tenant.workspaces().create(abroad, &ann()).await.unwrap_err();
    assert_eq!(newest(&tenant).await, json!({ "name": "Abroad", "region": "[masked]" }));

    let bot = tenant.services().create(NewService::named("bot"), &ann()).await.unwrap().id;
    let permission = "run:start".parse().unwrap();
    assert!(!tenant.access(bot).authorize(&permission, None).await.unwrap().allowed);
    assert_eq!(newest(&tenant).await["reason"], "[masked]");

    let key = tenant.keys().create(NewKey::named("k", bot), &ann()).await.unwrap();
    tenant.keys().revoke(key.row.id, &ann()).await.unwrap();
    let origin = Origin::default();
    tenant.keys().authenticate(key.key.expose(), &origin).await.unwrap_err();
    assert_eq!(newest(&tenant).await, json!({ "reason": "[masked]" }));

    // Also while nobody can enter the tenant, and by a process that knew nothing of it before.
    world.store.admin().tenants().suspend(tenant.id(), &ann()).await.unwrap();
    let other = Store::connect(config(&world.database)).unwrap();
    for store in [&world.store, &other] {
        let keys = store.tenant(tenant.id()).keys();
        let error = keys.authenticate(key.key.expose(), &origin).await.unwrap_err();
        assert!(matches!(error, Error::Unauthenticated { .. }), "{error:?}");
    }
    world.store.admin().tenants().resume(tenant.id(), &ann()).await.unwrap();
    let action = Some("api_key.authentication_refused".to_owned());
    let filter = AuditFilter { action, ..AuditFilter::default() };
    let refused = tenant.audit().list(&filter, 10).await.unwrap();
    assert_eq!(refused.len(), 3);
    for entry in refused {
        assert_eq!(entry.details, Some(json!({ "reason": "[masked]" })));
    }
}

#[tokio::test]
async fn where_the_policy_cannot_be_known_nothing_is_recorded() {
    let victim = Victim::with_entries(1).await;
    let fresh = || {
        let store = Store::connect(config(&victim.world.database)).unwrap();
        store.tenant(victim.tenant.id())
    };
    for (spoil, mend) in [
        ("ALTER TABLE audit_configs RENAME TO gone", "ALTER TABLE gone RENAME TO audit_configs"),
        (
            "ALTER TABLE audit_configs DROP CONSTRAINT audit_configs_log_level_known;
             INSERT INTO audit_configs (tenant_id, log_level) VALUES (:t, 'silent')",
            "DELETE FROM audit_configs",
        ),
    ] {
        victim.forge(spoil).await;
        let tenant = fresh();
        tenant.audit().append(&telling()).await.unwrap_err();
        tenant.audit().append_many(&[telling()]).await.unwrap_err();
        let tx = tenant.begin().await.unwrap();
        tx.audit(&telling()).await.unwrap_err();
        drop(tx);
        let tx = tenant.begin().await.unwrap();
        tx.audit_and_commit(&telling()).await.unwrap_err();
        victim.forge(mend).await;
    }
    assert_eq!(victim.tenant.audit().head().await.unwrap().seq, 1);
    fresh().audit().append(&telling()).await.unwrap();
    assert_eq!(newest(&victim.tenant).await, told());
}

#[tokio::test]
async fn the_policy_is_asked_for_once_a_minute_and_not_once_an_event() {
    let victim = Victim::with_entries(1).await;
    let clock = Arc::new(ManualClock::at("2026-01-01T00:00:00Z".parse().unwrap()));
    let (ids, entropy) = (Arc::new(RandomIds::from_os()), Arc::new(Generator::from_os()));
    let config = config(&victim.world.database);
    let store = Store::with_sources(config, clock.clone(), ids, entropy).unwrap();
    let tenant = store.tenant(victim.tenant.id());
    tenant.audit().append(&telling()).await.unwrap();
    // Whoever asks from here on fails.
    victim.forge("ALTER TABLE audit_configs RENAME TO gone").await;
    record_in_every_way(&tenant, &told()).await;
    clock.set("2026-01-01T00:01:00Z".parse().unwrap());
    tenant.audit().append(&telling()).await.unwrap_err();
    let tx = tenant.begin().await.unwrap();
    tx.audit(&telling()).await.unwrap_err();
}

#[tokio::test]
async fn a_transaction_that_recorded_spares_others_the_question_once_it_is_committed() {
    let victim = Victim::with_entries(1).await;
    let store = Store::connect(config(&victim.world.database)).unwrap();
    let tenant = store.tenant(victim.tenant.id());
    let tx = tenant.begin().await.unwrap();
    tx.audit(&telling()).await.unwrap();
    tx.rollback().await.unwrap();
    let tx = tenant.begin().await.unwrap();
    tx.audit_and_commit(&telling()).await.unwrap();
    victim.forge("ALTER TABLE audit_configs RENAME TO gone").await;
    tenant.audit().append(&telling()).await.unwrap();
}

#[tokio::test]
async fn what_a_transaction_took_back_holds_for_nobody() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let store = Store::connect(config(&world.database)).unwrap();
    let tenant = store.tenant(tenant.id());
    let tx = tenant.begin().await.unwrap();
    let sql = r#"SELECT audit_configure(
        id, 365, 'standard', false, '{}', false, NULL, gen_random_uuid(),
        '{"action":"audit.configured",
          "details":{"changed":{"mask_sensitive_fields":{"from":true,"to":false}}}}'
    ) FROM tenants"#;
    assert_eq!(tx.query(sql, &[]).await.unwrap().len(), 1);
    tx.audit(&telling()).await.unwrap();
    tx.rollback().await.unwrap();
    record_in_every_way(&tenant, &told()).await;
}

#[tokio::test]
async fn one_connection_is_enough_to_ask_and_to_record() {
    let world = World::with_one_connection().await;
    let id = world.new_tenant("Acme").await.id;
    let store =
        || Store::connect(config(&world.database).with_pool(1, 0).unwrap()).unwrap().tenant(id);
    let within = Duration::from_secs(20);
    let tenant = store();
    tokio::time::timeout(within, record_in_every_way(&tenant, &told())).await.unwrap();
    let tenant = store();
    let many = (0..20).map(|_| async {
        tenant.audit().append(&telling()).await.unwrap();
        let tx = tenant.begin().await.unwrap();
        tx.audit(&telling()).await.unwrap();
        tx.audit_and_commit(&telling()).await.unwrap();
    });
    tokio::time::timeout(within, futures::future::join_all(many)).await.unwrap();
}

#[tokio::test]
async fn what_says_something_about_a_secret_stays_only_where_it_cannot_tell_it() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let event = Event::new("thing.done", Resource::new("thing", 1), ann())
        .with_detail("token_valid", SECRET)
        .with_detail("tokens", 64)
        .with_detail("userTokens", json!([SECRET]))
        .with_detail("x-auth", SECRET)
        .with_detail("csrf", true)
        .with_detail("password_policy", json!({ "example": SECRET }))
        .with_detail("token_expires_at", "2026-01-01T00:00:00Z");
    tenant.audit().append(&event).await.unwrap();
    let expected = json!({
        "token_valid": "[masked]", "tokens": 64, "userTokens": "[masked]", "x-auth": "[masked]", "csrf": true,
        "password_policy": "[masked]", "token_expires_at": "2026-01-01T00:00:00Z",
    });
    assert_eq!(newest(&tenant).await, expected);
    assert_eq!(occurrences(&world, SECRET).await, 0);
}
