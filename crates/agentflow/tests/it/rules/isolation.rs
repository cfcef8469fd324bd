//! What one tenant evaluates is nothing to another.

use agentflow::{Error, Tenant, rules::OnFailure};
use serde_json::json;

use super::{ann, field, inactive, newest, rule, shop};
use crate::support::World;

const ADULT: &str = "User.age >= 18";

async fn shop_of(world: &World, name: &str) -> Tenant {
    let tenant = world.tenant(name).await;
    tenant.rule_schemas().set(shop(), OnFailure::Refuse, &ann()).await.unwrap();
    tenant
}

fn is_missing<T: std::fmt::Debug>(result: Result<T, Error>, expected: &str) {
    let error = result.unwrap_err();
    assert!(matches!(&error, Error::NotFound { what, .. } if what == expected), "{error:?}");
}

#[tokio::test]
async fn the_rules_of_another_tenant_are_not_there() {
    let world = World::new().await;
    let (own, other) = (shop_of(&world, "Acme").await, shop_of(&world, "Beta").await);
    let added = own.rules().add(None, rule("adult", ADULT), &ann()).await.unwrap();
    let before = (newest(&other).await.seq, other.rules().revision().await.unwrap());
    let rules = other.rules();
    let what = format!("rule {}", added.id);
    is_missing(rules.get(added.id).await, &what);
    is_missing(rules.update(added.id, rule("mine", ADULT), &ann()).await, &what);
    is_missing(rules.update(added.id, added.spec.clone(), &ann()).await, &what);
    is_missing(rules.delete(added.id, &ann()).await, &what);
    assert_eq!(rules.find("adult").await.unwrap(), None);
    assert_eq!(rules.list_active().await.unwrap(), []);
    assert_eq!(rules.list(None, 10).await.unwrap(), []);
    assert_eq!(rules.list(Some(&added), 10).await.unwrap(), []);
    assert_eq!(rules.book().await.unwrap().rules, []);
    assert_eq!((newest(&other).await.seq, rules.revision().await.unwrap()), before);
    assert_eq!(own.rules().get(added.id).await.unwrap(), added);
}

#[tokio::test]
async fn ids_and_names_are_free_in_every_tenant() {
    let world = World::new().await;
    let (own, other) = (shop_of(&world, "Acme").await, shop_of(&world, "Beta").await);
    let mine = own.rules().add(None, rule("adult", ADULT), &ann()).await.unwrap();
    let theirs = rule("adult", "User.age >= 21");
    let theirs = other.rules().add(Some(mine.id), theirs, &ann()).await.unwrap();
    assert_eq!(theirs.id, mine.id);
    assert_eq!(own.rules().get(mine.id).await.unwrap(), mine);
    other.rules().delete(mine.id, &ann()).await.unwrap();
    assert_eq!(own.rules().list_active().await.unwrap(), [mine]);
    for tenant in [&own, &other] {
        tenant.derived_fields().set(field("twice", "User.age * 2"), &ann()).await.unwrap();
    }
}

#[tokio::test]
async fn the_schema_and_the_derived_fields_of_another_tenant_mean_nothing() {
    let world = World::new().await;
    let (own, other) = (shop_of(&world, "Acme").await, world.tenant("Beta").await);
    own.derived_fields().set(field("twice", "User.age * 2"), &ann()).await.unwrap();
    assert_eq!(other.rule_schemas().active().await.unwrap(), None);
    assert_eq!(other.rule_schemas().get(1).await.unwrap(), None);
    assert_eq!(other.rule_schemas().history(None, 10).await.unwrap(), []);
    assert_eq!(other.derived_fields().list().await.unwrap(), []);
    is_missing(
        other.rule_schemas().roll_back(1, OnFailure::Refuse, &ann()).await,
        "version 1 of the schema",
    );
    is_missing(other.derived_fields().delete("twice", &ann()).await, "derived field twice");
    for expression in [ADULT, "twice > 1"] {
        other.rules().add(None, rule("adult", expression), &ann()).await.unwrap_err();
    }
    // Each has its own versions, and breaks nothing of the other.
    own.rules().add(None, rule("adult", ADULT), &ann()).await.unwrap();
    let definition = json!({ "Order": { "total": "float" } });
    let set = other.rule_schemas().set(definition, OnFailure::Deactivate, &ann()).await.unwrap();
    assert_eq!((set.schema.version, set.report.recompiled, set.report.failed.len()), (1, 0, 0));
    assert_eq!(own.rules().list_active().await.unwrap().len(), 1);
    assert_eq!(own.rule_schemas().active().await.unwrap().unwrap().definition, shop());
}

#[tokio::test]
async fn with_a_tenant_everything_that_it_evaluates_goes_and_nothing_of_others() {
    let world = World::new().await;
    let (gone, stays) = (shop_of(&world, "Acme").await, shop_of(&world, "Beta").await);
    for tenant in [&gone, &stays] {
        tenant.rules().add(None, rule("adult", ADULT), &ann()).await.unwrap();
        tenant.rules().add(None, inactive("old", ADULT), &ann()).await.unwrap();
        tenant.derived_fields().set(field("twice", "User.age * 2"), &ann()).await.unwrap();
    }
    let book = stays.rules().book().await.unwrap();
    world.store.admin().tenants().delete(gone.id(), &ann()).await.unwrap();
    let client = world.superuser().await;
    for table in ["rules", "schemas", "derived_fields", "schema_changelog", "rule_revisions"] {
        let sql = format!("SELECT count(*) FILTER (WHERE tenant_id = $1), count(*) FROM {table}");
        let row = client.query_one(&sql, &[gone.id().as_uuid()]).await.unwrap();
        let (of_gone, all): (i64, i64) = (row.get(0), row.get(1));
        assert_eq!(of_gone, 0, "{table}");
        assert!(all > 0, "{table}");
    }
    assert!(gone.rules().list_active().await.is_err());
    assert_eq!(stays.rules().book().await.unwrap(), book);
    assert_eq!(stays.rules().list_active().await.unwrap().len(), 1);
}
