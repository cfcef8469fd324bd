//! Versions of what the facts look like, and what a new one does to the rules.

use agentflow::{
    Error,
    audit::Actor,
    rules::{FailedKind, OnFailure, RuleStore, SchemaChangeKind},
};
use serde_json::{Value, json};

use super::{
    ann, broken, entries, field, findings, inactive, newest, open_shop,
    place::{Place, Postgres, on_both},
    rule, shop,
};

on_both! {
    versions_are_counted_and_the_newest_is_in_force
    the_same_schema_once_more_is_no_new_version
    a_definition_is_refused_with_the_path_of_every_mistake
    a_schema_that_breaks_rules_is_refused_with_all_of_them_and_nothing_changes
    a_schema_may_deactivate_what_it_breaks_and_leaves_the_rest
    what_is_not_active_breaks_no_schema
    an_old_version_comes_back_into_force_and_keeps_its_number
    rolling_back_is_checked_like_a_new_version
}

use OnFailure::{Deactivate, Refuse};

const ADULT: &str = "User.age >= 18";
const LARGE: &str = "Order.total > 1000.0";

/// The shop without the ages of people.
fn ageless() -> Value {
    json!({ "User": { "name": "string" }, "Order": { "total": "float", "items": "int" } })
}

async fn versions_are_counted_and_the_newest_is_in_force(place: &impl Place) {
    assert_eq!(place.schema().await, None);
    let first = place.set_schema(shop(), Refuse).await.unwrap();
    assert_eq!((first.schema.version, first.schema.active, first.changed), (1, true, true));
    assert_eq!(first.schema.definition, shop());
    place.later();
    let second = place.set_schema(ageless(), Refuse).await.unwrap();
    assert_eq!((second.schema.version, second.schema.active), (2, true));
    assert_ne!(first.schema.id, second.schema.id);
    assert_eq!(place.schema().await, Some(second.schema));
}

async fn the_same_schema_once_more_is_no_new_version(place: &impl Place) {
    let first = place.set_schema(shop(), Refuse).await.unwrap();
    let revision = place.rules().revision().await.unwrap();
    place.later();
    // However it is written.
    let mut same = shop();
    same["User"]["email"] = json!("string?");
    for definition in [shop(), same] {
        let again = place.set_schema(definition, Refuse).await.unwrap();
        assert_eq!((again.schema, again.changed), (first.schema.clone(), false));
    }
    assert_eq!(place.rules().revision().await.unwrap(), revision);
    // One that was in force before is another version all the same.
    place.set_schema(ageless(), Refuse).await.unwrap();
    assert_eq!(place.set_schema(shop(), Refuse).await.unwrap().schema.version, 3);
}

async fn a_definition_is_refused_with_the_path_of_every_mistake(place: &impl Place) {
    open_shop(place).await;
    let before = place.schema().await;
    let bad = json!({ "User": { "age": "integer", "address": { "city": 7 } }, "1": {} });
    let error = place.set_schema(bad, Deactivate).await.unwrap_err();
    assert!(error.to_string().starts_with("failed to set the schema: "), "{error}");
    let fields: Vec<_> = findings(&error).into_iter().map(|(field, _)| field).collect();
    for expected in ["User.age", "User.address.city"] {
        assert!(fields.contains(&expected), "{error}");
    }
    for bad in [json!([]), json!("User"), json!(null), json!({ "User": "int" })] {
        place.set_schema(bad, Deactivate).await.unwrap_err();
    }
    assert_eq!(place.schema().await, before);
}

async fn a_schema_that_breaks_rules_is_refused_with_all_of_them_and_nothing_changes(
    place: &impl Place,
) {
    open_shop(place).await;
    let rules = place.rules();
    for number in 1..=7 {
        place.later();
        let spec = rule(&format!("adult {number}"), &format!("User.age >= {number}"));
        rules.add(None, spec, &ann()).await.unwrap();
    }
    rules.add(None, rule("large", LARGE), &ann()).await.unwrap();
    place.set_derived(field("twice", "User.age * 2")).await.unwrap();
    let (before, schema) = (rules.book().await.unwrap(), place.schema().await);
    let error = place.set_schema(ageless(), Refuse).await.unwrap_err();
    let mut expected = vec!["derived field twice".to_owned()];
    expected.extend((1..=7).map(|number| format!("rule adult {number}")));
    assert_eq!(broken(&error), expected);
    let text = error.to_string();
    let start = "failed to set the schema: 8 of 9 rules and derived fields would not compile: \
                 derived field `twice`: line 1, column ";
    assert!(text.starts_with(start), "{text}");
    assert!(text.contains("; rule `adult 4`: line 1, column "), "{text}");
    assert!(text.ends_with("; and 3 more") && !text.contains("adult 5"), "{text}");
    assert_eq!(rules.book().await.unwrap(), before);
    assert_eq!(place.schema().await, schema);
}

async fn a_schema_may_deactivate_what_it_breaks_and_leaves_the_rest(place: &impl Place) {
    open_shop(place).await;
    let rules = place.rules();
    let adult = rules.add(None, rule("adult", ADULT), &ann()).await.unwrap();
    place.set_derived(field("twice", "User.age * 2")).await.unwrap();
    place.set_derived(field("tax", "Order.total * 0.2")).await.unwrap();
    place.later();
    let old = rules.add(None, rule("old", "twice > 100"), &ann()).await.unwrap();
    let large = rules.add(None, rule("large", LARGE), &ann()).await.unwrap();
    place.later();
    let update = place.set_schema(ageless(), Deactivate).await.unwrap();
    assert_eq!((update.schema.version, update.report.recompiled), (2, 2));
    let mut failed: Vec<_> = update.report.failed.iter().map(|it| (it.kind, it.id)).collect();
    failed.sort_by_key(|(kind, id)| (*kind == FailedKind::Rule, *id));
    let twice = place.derived().await.into_iter().find(|it| it.spec.name == "twice").unwrap();
    let mut expected = [
        (FailedKind::DerivedField, twice.id.0),
        (FailedKind::Rule, adult.id.0),
        (FailedKind::Rule, old.id.0),
    ];
    expected.sort_by_key(|(kind, id)| (*kind == FailedKind::Rule, *id));
    assert_eq!(failed, expected);
    assert!(update.report.failed.iter().all(|it| it.problems[0].starts_with("line 1, column ")));
    assert_eq!(rules.list_active().await.unwrap(), [large]);
    let after = rules.get(adult.id).await.unwrap();
    assert_eq!(after.spec, inactive("adult", ADULT));
    assert!(after.updated_at > adult.updated_at);
    assert!(!twice.active);
    let computed = rules.book().await.unwrap().derived;
    assert_eq!(computed.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["tax"]);
}

async fn what_is_not_active_breaks_no_schema(place: &impl Place) {
    open_shop(place).await;
    let rules = place.rules();
    let asleep = rules.add(None, inactive("adult", ADULT), &ann()).await.unwrap();
    let update = place.set_schema(ageless(), Refuse).await.unwrap();
    assert_eq!((update.report.recompiled, update.report.failed), (0, Vec::new()));
    assert_eq!(rules.get(asleep.id).await.unwrap(), asleep);
    // It is found out when it is to be active again.
    rules.update(asleep.id, rule("adult", ADULT), &ann()).await.unwrap_err();
}

async fn an_old_version_comes_back_into_force_and_keeps_its_number(place: &impl Place) {
    open_shop(place).await;
    let rules = place.rules();
    let first = place.schema().await.unwrap();
    let adult = rules.add(None, rule("adult", ADULT), &ann()).await.unwrap();
    place.set_schema(ageless(), Deactivate).await.unwrap();
    let back = place.roll_back(1, Refuse).await.unwrap();
    assert_eq!((&back.schema, back.changed), (&first, true));
    assert_eq!(place.schema().await, Some(first));
    // What was deactivated stays so, until somebody wants it.
    assert_eq!(rules.list_active().await.unwrap(), []);
    rules.update(adult.id, rule("adult", ADULT), &ann()).await.unwrap();

    let revision = rules.revision().await.unwrap();
    let again = place.roll_back(1, Refuse).await.unwrap();
    assert_eq!((again.schema, again.changed), (back.schema, false));
    assert_eq!(rules.revision().await.unwrap(), revision);
    // The next new one does not take a number that was used.
    let next = json!({ "User": { "age": "float" } });
    assert_eq!(place.set_schema(next, Deactivate).await.unwrap().schema.version, 3);
    for missing in [0, 4, -1, i32::MAX] {
        let error = place.roll_back(missing, Refuse).await.unwrap_err();
        let expected =
            format!("failed to roll back the schema: version {missing} of the schema not found");
        assert_eq!(error.to_string(), expected);
    }
}

async fn rolling_back_is_checked_like_a_new_version(place: &impl Place) {
    place.set_schema(ageless(), Refuse).await.unwrap();
    open_shop(place).await;
    let rules = place.rules();
    let adult = rules.add(None, rule("adult", ADULT), &ann()).await.unwrap();
    let before = rules.book().await.unwrap();
    let error = place.roll_back(1, Refuse).await.unwrap_err();
    assert!(error.to_string().starts_with("failed to roll back the schema: 1 of 1 "), "{error}");
    assert_eq!(broken(&error), ["rule adult"]);
    assert_eq!(rules.book().await.unwrap(), before);
    assert_eq!(place.schema().await.unwrap().version, 2);
    let update = place.roll_back(1, Deactivate).await.unwrap();
    assert_eq!(update.report.failed[0].id, adult.id.0);
    assert!(!rules.get(adult.id).await.unwrap().spec.active);
    assert_eq!(place.schema().await.unwrap().version, 1);
}

#[tokio::test]
async fn every_change_is_in_the_history_with_who_did_it_and_what_it_did() {
    let place = Postgres::new().await;
    let (rules, schemas) = (place.tenant.rules(), place.tenant.rule_schemas());
    assert_eq!(schemas.history(None, 10).await.unwrap(), []);
    open_shop(&place).await;
    let adult = rules.add(None, rule("adult", ADULT), &ann()).await.unwrap();
    rules.add(None, rule("large", LARGE), &ann()).await.unwrap();
    let bob = Actor::service("bob");
    schemas.set(ageless(), Refuse, &bob).await.unwrap_err();
    let update = schemas.set(ageless(), Deactivate, &bob).await.unwrap();
    schemas.set(ageless(), Deactivate, &bob).await.unwrap();
    schemas.roll_back(1, Refuse, &ann()).await.unwrap();
    let history = schemas.history(None, 10).await.unwrap();
    let told: Vec<_> = history
        .iter()
        .map(|it| {
            let failed = it.report.failed.len();
            (it.version, it.kind, it.changed_by.as_str(), it.active, it.report.recompiled, failed)
        })
        .collect();
    let expected = [
        (1, SchemaChangeKind::RolledBack, "ann", true, 1, 0),
        (2, SchemaChangeKind::Updated, "bob", false, 1, 1),
        (1, SchemaChangeKind::Created, "ann", true, 0, 0),
    ];
    assert_eq!(told, expected);
    assert_eq!(history[1].report, update.report);
    assert_eq!(history[1].report.failed[0].id, adult.id.0);
    // A page behind another.
    let page = schemas.history(Some(&history[0]), 1).await.unwrap();
    assert_eq!(page, history[1..2]);
    assert_eq!(schemas.history(Some(&history[2]), 10).await.unwrap(), []);
    // Old versions stay.
    assert_eq!(schemas.get(2).await.unwrap().unwrap().definition, ageless());
    assert_eq!(schemas.get(3).await.unwrap(), None);
}

#[tokio::test]
async fn a_change_of_the_schema_is_recorded_once_and_a_refusal_is_not() {
    let place = Postgres::new().await;
    let (rules, schemas) = (place.tenant.rules(), place.tenant.rule_schemas());
    open_shop(&place).await;
    rules.add(None, rule("adult", ADULT), &ann()).await.unwrap();
    let before = newest(&place.tenant).await.seq;
    schemas.set(ageless(), Refuse, &ann()).await.unwrap_err();
    schemas.set(shop(), Refuse, &ann()).await.unwrap();
    schemas.roll_back(1, Refuse, &ann()).await.unwrap();
    assert_eq!(newest(&place.tenant).await.seq, before);

    let update = schemas.set(ageless(), Deactivate, &ann()).await.unwrap();
    let entry = newest(&place.tenant).await;
    assert_eq!(entry.seq, before + 1);
    assert_eq!(entry.action.as_deref(), Some("rule_schema.set"));
    assert_eq!(entry.resource_id, Some(update.schema.id.to_string()));
    assert_eq!(entry.details, Some(json!({ "version": 2, "recompiled": 0, "failed": 1 })));
    schemas.roll_back(1, Refuse, &ann()).await.unwrap();
    let entry = newest(&place.tenant).await;
    assert_eq!(entry.action.as_deref(), Some("rule_schema.rolled_back"));
    assert_eq!(entry.details, Some(json!({ "version": 1, "recompiled": 0, "failed": 0 })));
}

#[tokio::test]
async fn a_change_that_fails_at_its_end_leaves_nothing() {
    let place = Postgres::new().await;
    let (rules, schemas) = (place.tenant.rules(), place.tenant.rule_schemas());
    open_shop(&place).await;
    rules.add(None, rule("adult", ADULT), &ann()).await.unwrap();
    let (book, schema) = (rules.book().await.unwrap(), schemas.active().await.unwrap());
    let seq = newest(&place.tenant).await.seq;
    for nobody in [Actor::user(""), Actor::user("nul\0"), Actor::user("x".repeat(256))] {
        let error = schemas.set(ageless(), Deactivate, &nobody).await.unwrap_err();
        assert_eq!(findings(&error)[0].0, "actor_id", "{error}");
        schemas.roll_back(1, Refuse, &nobody).await.unwrap();
        place.tenant.derived_fields().set(field("x", "1"), &nobody).await.unwrap_err();
        rules.add(None, rule("large", LARGE), &nobody).await.unwrap_err();
        let id = book.rules[0].id;
        rules.update(id, rule("adult", "User.age > 20"), &nobody).await.unwrap_err();
        rules.delete(id, &nobody).await.unwrap_err();
    }
    assert_eq!(rules.book().await.unwrap(), book);
    assert_eq!(schemas.active().await.unwrap(), schema);
    assert_eq!(schemas.get(2).await.unwrap(), None);
    assert_eq!(schemas.history(None, 10).await.unwrap().len(), 1);
    assert_eq!(newest(&place.tenant).await.seq, seq);
}

#[tokio::test]
async fn sixteen_at_once_make_sixteen_versions_of_which_one_is_in_force() {
    let place = Postgres::new().await;
    let tenant = place.tenant.clone();
    let writers = (0..16).map(|number| {
        let tenant = tenant.clone();
        let definition = json!({ "User": { (format!("field{number}")): "int" } });
        tokio::spawn(async move {
            tenant.rule_schemas().set(definition, Refuse, &ann()).await.unwrap().schema.version
        })
    });
    let mut versions = Vec::new();
    for version in futures::future::join_all(writers).await {
        versions.push(version.unwrap());
    }
    versions.sort_unstable();
    assert_eq!(versions, (1..=16).collect::<Vec<_>>());
    let schemas = tenant.rule_schemas();
    assert_eq!(schemas.active().await.unwrap().unwrap().version, 16);
    let mut changes = schemas.history(None, 100).await.unwrap();
    assert_eq!(changes.iter().filter(|change| change.active).count(), 1);
    changes.sort_by_key(|change| change.version);
    assert!(changes.iter().map(|change| change.version).eq(1..=16));
    assert_eq!(changes[0].kind, SchemaChangeKind::Created);
    assert!(changes[1..].iter().all(|change| change.kind == SchemaChangeKind::Updated));
    assert_eq!(entries(&tenant, "rule_schema.set").await.len(), 16);
}

/// A rule and the schema that it needs come and go at the same time: it is never active and broken.
#[tokio::test]
async fn a_rule_and_a_schema_set_at_once_come_one_after_the_other() {
    let place = Postgres::new().await;
    let tenant = place.tenant.clone();
    open_shop(&place).await;
    for round in 0..8 {
        let name = format!("adult {round}");
        let (rules, schemas) = (tenant.rules(), tenant.rule_schemas());
        let who = ann();
        let (added, set) = tokio::join!(
            rules.add(None, rule(&name, ADULT), &who),
            schemas.set(ageless(), Refuse, &who)
        );
        assert!(added.is_ok() != set.is_ok(), "{added:?} {set:?}");
        match (added, set) {
            (Ok(rule), Err(error)) => {
                assert_eq!(broken(&error), [format!("rule {name}")]);
                rules.delete(rule.id, &ann()).await.unwrap();
            }
            (Err(error), Ok(_)) => {
                assert_eq!(findings(&error)[0].0, "expression");
                schemas.roll_back(1, Refuse, &ann()).await.unwrap();
                schemas.set(shop(), Refuse, &ann()).await.unwrap();
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_schema_that_cannot_be_read_is_named_and_can_be_replaced() {
    let place = Postgres::new().await;
    let (rules, schemas) = (place.tenant.rules(), place.tenant.rule_schemas());
    open_shop(&place).await;
    let adult = rules.add(None, rule("adult", ADULT), &ann()).await.unwrap();
    let id = schemas.active().await.unwrap().unwrap().id;
    place.run(r#"UPDATE schemas SET definition = '{"User": {"age": 1e400}}'"#).await.unwrap();
    for error in [
        schemas.active().await.unwrap_err(),
        schemas.get(1).await.unwrap_err(),
        rules.book().await.unwrap_err(),
        rules.add(None, rule("large", LARGE), &ann()).await.unwrap_err(),
        rules.update(adult.id, rule("adult", "User.age > 1"), &ann()).await.unwrap_err(),
    ] {
        let is_named = matches!(&error, Error::Inconsistent { table: "schemas", column: "definition", row }
            if *row == id.to_string());
        assert!(is_named, "{error:?}");
    }
    assert_eq!(rules.list_active().await.unwrap(), std::slice::from_ref(&adult));
    assert_eq!(rules.get(adult.id).await.unwrap(), adult);
    // Switching off and deleting need no schema.
    rules.update(adult.id, inactive("adult", ADULT), &ann()).await.unwrap();
    rules.delete(adult.id, &ann()).await.unwrap();
    let next = schemas.set(shop(), Refuse, &ann()).await.unwrap();
    assert_eq!((next.schema.version, next.changed), (2, true));
    rules.add(None, rule("adult", ADULT), &ann()).await.unwrap();
    let error = schemas.roll_back(1, Refuse, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::Inconsistent { .. }), "{error:?}");
    assert_eq!(schemas.active().await.unwrap().unwrap().version, 2);
}
