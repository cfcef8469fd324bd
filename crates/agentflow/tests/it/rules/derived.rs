//! Derived fields: set, read by rules and by each other, and deleted.

use agentflow::{
    Error,
    core::rules::DerivedSpec,
    rules::{OnFailure, RuleStore},
};
use serde_json::json;

use super::{
    ann, broken, field, findings, newest, open_shop,
    place::{Place, Postgres, on_both},
    rule, shop,
};

on_both! {
    a_derived_field_is_set_with_its_dependencies_and_deleted
    a_derived_field_set_again_keeps_its_id
    dependencies_that_are_told_must_be_what_is_read
    a_derived_field_that_is_wrong_is_refused_and_nothing_is_stored
    derived_fields_in_a_circle_are_refused
    a_change_that_breaks_who_reads_it_is_refused_with_all_of_them
    a_derived_field_stays_while_it_is_read
    what_a_schema_broke_comes_back_when_it_is_set_again
    a_rule_reads_only_derived_fields_that_are_computed
}

fn with(name: &str, expression: &str, dependencies: &[&str]) -> DerivedSpec {
    let dependencies = dependencies.iter().map(ToString::to_string).collect();
    DerivedSpec { dependencies: Some(dependencies), ..field(name, expression) }
}

async fn a_derived_field_is_set_with_its_dependencies_and_deleted(place: &impl Place) {
    open_shop(place).await;
    let twice = place.set_derived(field("twice", "User.age * 2 + User.age")).await.unwrap();
    assert_eq!(twice.spec, with("twice", "User.age * 2 + User.age", &["User.age"]));
    assert!(twice.active);
    place.later();
    let more = place.set_derived(field("more", "twice > 10 && Order.items > 2")).await.unwrap();
    assert_eq!(more.spec.dependencies, Some(vec!["Order.items".into(), "twice".into()]));
    assert_eq!(place.derived().await, [twice.clone(), more]);
    place.rules().add(None, rule("adult", "twice >= 36"), &ann()).await.unwrap();
    place.delete_derived("more").await.unwrap();
    assert_eq!(place.derived().await, [twice]);
    for missing in ["more", "nul\0", ""] {
        let error = place.delete_derived(missing).await.unwrap_err();
        let expected =
            format!("failed to delete a derived field: derived field {missing} not found");
        assert_eq!(error.to_string(), expected);
    }
}

async fn a_derived_field_set_again_keeps_its_id(place: &impl Place) {
    open_shop(place).await;
    let first = place.set_derived(field("twice", "User.age * 2")).await.unwrap();
    let revision = place.rules().revision().await.unwrap();
    place.later();
    // What it depends on follows from the expression, told or not.
    for same in [field("twice", "User.age * 2"), with("twice", "User.age * 2", &["User.age"])] {
        assert_eq!(place.set_derived(same).await.unwrap(), first);
    }
    assert_eq!(place.rules().revision().await.unwrap(), revision);
    let second = place.set_derived(field("twice", "Order.items * 2")).await.unwrap();
    assert_eq!((second.id, second.created_at), (first.id, first.created_at));
    assert!(second.updated_at > first.updated_at);
    assert_eq!(second.spec, with("twice", "Order.items * 2", &["Order.items"]));
    assert_eq!(place.derived().await, [second]);
}

async fn dependencies_that_are_told_must_be_what_is_read(place: &impl Place) {
    open_shop(place).await;
    place.set_derived(with("a", "User.age * 2", &["User"])).await.unwrap();
    for (dependencies, expected) in [
        (&[][..], "reads User.age"),
        (&["Order.total"], "Order.total"),
        (&["User.age", "Order.total"], "Order.total"),
        (&["nul\0"], "U+0000"),
    ] {
        let error = place.set_derived(with("b", "User.age * 2", dependencies)).await.unwrap_err();
        let [(field, reason)] = findings(&error)[..] else { panic!("{error}") };
        assert_eq!(field, "dependencies");
        assert!(reason.contains(expected), "{error}");
    }
    assert_eq!(place.derived().await.len(), 1);
}

async fn a_derived_field_that_is_wrong_is_refused_and_nothing_is_stored(place: &impl Place) {
    open_shop(place).await;
    let revision = place.rules().revision().await.unwrap();
    for (bad, part) in [
        (field("", "1"), "name"),
        (field("a b", "1"), "name"),
        (field("1a", "1"), "name"),
        (field("nul\0", "1"), "name"),
        (field(&"x".repeat(256), "1"), "name"),
        (field("User", "1"), "name"),
        (field("in", "1"), "name"),
        (field("a", ""), "expression"),
        (field("a", "'\0'"), "expression"),
        (field("a", "User.age +"), "expression"),
        (field("a", "User.agee"), "expression"),
        (field("a", "Usr"), "expression"),
        (field("a", "User.age + User.name"), "expression"),
        (field("a", &"1 + ".repeat(5_000)), "expression"),
        (field("a", "a + 1"), "expression"),
    ] {
        let error = place.set_derived(bad.clone()).await.unwrap_err();
        assert_eq!(findings(&error)[0].0, part, "{bad:?}: {error}");
        assert!(error.to_string().starts_with("failed to set a derived field: "), "{error}");
    }
    assert_eq!(place.derived().await, []);
    assert_eq!(place.rules().revision().await.unwrap(), revision);
}

async fn derived_fields_in_a_circle_are_refused(place: &impl Place) {
    open_shop(place).await;
    place.set_derived(field("a", "User.age")).await.unwrap();
    place.set_derived(field("b", "a + 1")).await.unwrap();
    place.set_derived(field("c", "b + 1")).await.unwrap();
    let before = place.derived().await;
    let error = place.set_derived(field("a", "c + 1")).await.unwrap_err();
    let [("expression", reason)] = findings(&error)[..] else { panic!("{error}") };
    assert!(reason.starts_with("derived fields depend on each other in a circle: "), "{error}");
    for name in ["a", "b", "c"] {
        assert!(reason.contains(name), "{error}");
    }
    assert_eq!(place.derived().await, before);
}

async fn a_change_that_breaks_who_reads_it_is_refused_with_all_of_them(place: &impl Place) {
    open_shop(place).await;
    let rules = place.rules();
    place.set_derived(field("twice", "User.age * 2")).await.unwrap();
    place.later();
    place.set_derived(field("thrice", "twice + User.age")).await.unwrap();
    rules.add(None, rule("old", "twice > 100"), &ann()).await.unwrap();
    place.later();
    rules.add(None, rule("older", "thrice > 200"), &ann()).await.unwrap();
    rules.add(None, rule("large", "Order.total > 10.0"), &ann()).await.unwrap();
    let before = (rules.book().await.unwrap(), place.derived().await);
    let error = place.set_derived(field("twice", "User.name")).await.unwrap_err();
    assert_eq!(broken(&error), ["derived field thrice", "rule old", "rule older"]);
    let text = error.to_string();
    assert!(text.starts_with("failed to set a derived field: 3 of 4 "), "{text}");
    assert_eq!((rules.book().await.unwrap(), place.derived().await), before);
    // Of the same type, nobody minds.
    place.set_derived(field("twice", "User.age + User.age")).await.unwrap();
}

async fn a_derived_field_stays_while_it_is_read(place: &impl Place) {
    open_shop(place).await;
    let rules = place.rules();
    place.set_derived(field("twice", "User.age * 2")).await.unwrap();
    place.set_derived(field("thrice", "twice + User.age")).await.unwrap();
    let old = rules.add(None, rule("old", "twice > 100"), &ann()).await.unwrap();
    let error = place.delete_derived("twice").await.unwrap_err();
    assert_eq!(broken(&error), ["derived field thrice", "rule old"]);
    assert!(error.to_string().starts_with("failed to delete a derived field: 2 of 2 "), "{error}");
    rules.delete(old.id, &ann()).await.unwrap();
    place.delete_derived("twice").await.unwrap_err();
    place.delete_derived("thrice").await.unwrap();
    place.delete_derived("twice").await.unwrap();
    assert_eq!(place.derived().await, []);
}

async fn what_a_schema_broke_comes_back_when_it_is_set_again(place: &impl Place) {
    open_shop(place).await;
    let twice = place.set_derived(field("twice", "User.age * 2")).await.unwrap();
    let ageless = json!({ "User": { "name": "string" } });
    place.set_schema(ageless, OnFailure::Deactivate).await.unwrap();
    assert!(!place.derived().await[0].active);
    place.set_derived(field("twice", "User.age * 2")).await.unwrap_err();
    place.set_schema(shop(), OnFailure::Refuse).await.unwrap();
    let again = place.set_derived(field("twice", "User.age * 2")).await.unwrap();
    assert_eq!((again.id, again.active, again.spec), (twice.id, true, twice.spec));
}

async fn a_rule_reads_only_derived_fields_that_are_computed(place: &impl Place) {
    open_shop(place).await;
    place.set_derived(field("twice", "User.age * 2")).await.unwrap();
    let ageless = json!({ "User": { "name": "string" } });
    place.set_schema(ageless, OnFailure::Deactivate).await.unwrap();
    let error = place.rules().add(None, rule("old", "twice > 1"), &ann()).await.unwrap_err();
    assert_eq!(findings(&error)[0].0, "expression");
    // The name of one that is left aside is that of an object now.
    let twice = json!({ "twice": { "age": "int" } });
    place.set_schema(twice, OnFailure::Refuse).await.unwrap();
    place.rules().add(None, rule("old", "twice.age > 1"), &ann()).await.unwrap();
    place.delete_derived("twice").await.unwrap();
}

#[tokio::test]
async fn every_change_is_recorded_and_no_refusal() {
    let place = Postgres::new().await;
    open_shop(&place).await;
    let twice = place.set_derived(field("twice", "User.age * 2")).await.unwrap();
    let entry = newest(&place.tenant).await;
    assert_eq!(entry.action.as_deref(), Some("derived_field.set"));
    assert_eq!(entry.resource_id, Some(twice.id.to_string()));
    let details = json!({ "name": "twice", "dependencies": ["User.age"] });
    assert_eq!(entry.details, Some(details));
    place.set_derived(field("twice", "User.age * 2")).await.unwrap();
    place.set_derived(field("twice", "User.agee * 2")).await.unwrap_err();
    place.delete_derived("thrice").await.unwrap_err();
    assert_eq!(newest(&place.tenant).await.seq, entry.seq);
    place.delete_derived("twice").await.unwrap();
    let entry = newest(&place.tenant).await;
    assert_eq!(entry.action.as_deref(), Some("derived_field.deleted"));
    assert_eq!(entry.resource_id, Some(twice.id.to_string()));
    assert_eq!(entry.details, Some(json!({ "name": "twice" })));
}

/// Written by SQL: what is broken is so for itself alone.
#[tokio::test]
async fn a_stored_row_that_is_broken_stands_in_nobodys_way() {
    let place = Postgres::new().await;
    let (rules, schemas) = (place.tenant.rules(), place.tenant.rule_schemas());
    open_shop(&place).await;
    let adult = rules.add(None, rule("adult", "User.age >= 18"), &ann()).await.unwrap();
    let bad = rules.add(None, rule("bad", "User.age >= 18"), &ann()).await.unwrap();
    place.set_derived(field("twice", "User.age * 2")).await.unwrap();
    place.set_derived(field("odd", "User.age * 2")).await.unwrap();
    place.set_derived(field("deep", "User.age * 2")).await.unwrap();
    place
        .run(
            "UPDATE rules SET expression = 'Usr.age >' WHERE name = 'bad';
             UPDATE derived_fields SET dependencies = '[1e400, null, {\"a\": []}]' WHERE name = 'odd';
             UPDATE derived_fields SET dependencies = (repeat('[', 900) || repeat(']', 900))::jsonb
             WHERE name = 'deep';",
        )
        .await
        .unwrap();
    let book = rules.book().await.unwrap();
    assert_eq!(book.rules[0], adult);
    assert_eq!(book.rules[1].spec, rule("bad", "Usr.age >"));
    let names: Vec<_> = book.derived.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["twice", "odd", "deep"]);
    let odd = ["1", "null", "{\"a\": []}"];
    assert_eq!(place.derived().await[1].spec.dependencies.as_ref().unwrap()[1..], odd[1..]);
    assert_eq!(rules.list_active().await.unwrap().len(), 2);
    // Others go on.
    rules.add(None, rule("older", "twice > 36"), &ann()).await.unwrap();
    place.set_derived(field("thrice", "twice + User.age")).await.unwrap();
    place.set_derived(field("twice", "User.age + User.age")).await.unwrap();
    rules.update(adult.id, rule("adult", "User.age >= 21"), &ann()).await.unwrap();
    rules.add(None, rule("oddly", "odd > 36"), &ann()).await.unwrap_err();
    // A schema is not told to fit what fits none.
    let wider = json!({ "User": { "age": "int", "name": "string", "height": "int" } });
    let error = schemas.set(wider.clone(), OnFailure::Refuse, &ann()).await.unwrap_err();
    let expected = ["derived field odd", "derived field deep", "rule bad"];
    assert_eq!(broken(&error), expected);
    // They can be mended and deleted.
    place.set_derived(field("odd", "User.age * 2")).await.unwrap();
    place.delete_derived("deep").await.unwrap();
    rules.update(bad.id, rule("bad", "odd > 36"), &ann()).await.unwrap();
    schemas.set(wider, OnFailure::Refuse, &ann()).await.unwrap();
    assert!(matches!(rules.get(bad.id).await, Ok(it) if it.spec.active));
    assert!(matches!(rules.find("bad").await, Ok(Some(_))));
    let missing: Result<_, Error> = rules.find("nobody").await;
    assert!(missing.unwrap().is_none());
}
