//! Rules are added, found, changed and deleted, in PostgreSQL as in memory.

use agentflow::{
    Error, RuleId,
    core::rules::{MAX_EXPRESSION_BYTES, Rule, RuleSpec},
    rules::{OnFailure, RuleStore},
};
use serde_json::json;
use uuid::Uuid;

use super::{
    ann, findings, inactive, open_shop,
    place::{Place, on_both},
    rule,
};

on_both! {
    a_rule_is_added_found_changed_and_deleted
    a_second_rule_with_the_same_id_is_refused
    a_second_rule_with_the_same_name_is_refused
    a_rule_that_is_not_there_cannot_be_read_changed_or_deleted
    active_rules_come_in_the_order_of_their_creation
    rules_of_the_same_instant_come_in_the_order_of_their_ids
    what_is_not_active_is_not_listed_but_is_there
    an_update_that_fails_leaves_the_rule_as_it_was
    a_rule_that_does_not_compile_is_refused_with_the_place_and_nothing_is_stored
    names_and_expressions_have_their_bounds
    text_that_looks_like_sql_is_text
    what_changes_nothing_is_no_change
    the_revision_moves_with_every_change_and_with_no_refusal
    an_inactive_rule_has_to_compile_as_well
    a_rule_that_a_schema_broke_can_be_renamed_and_mended
    the_book_holds_everything_as_of_one_moment
}

const ADULT: &str = "User.age >= 18";

async fn add(place: &impl Place, spec: RuleSpec) -> Rule {
    place.later();
    place.rules().add(None, spec, &ann()).await.unwrap()
}

fn id(number: u128) -> RuleId {
    RuleId(Uuid::from_u128(number))
}

async fn a_rule_is_added_found_changed_and_deleted(place: &impl Place) {
    open_shop(place).await;
    let rules = place.rules();
    let added = rules.add(Some(id(7)), rule("adult", ADULT), &ann()).await.unwrap();
    assert_eq!((added.id, &added.spec), (id(7), &rule("adult", ADULT)));
    assert_eq!(added.created_at, added.updated_at);
    assert_eq!(rules.get(id(7)).await.unwrap(), added);
    assert_eq!(rules.list_active().await.unwrap(), std::slice::from_ref(&added));

    place.later();
    let spec = rule("grown up", "User.age >= 21");
    let updated = rules.update(id(7), spec.clone(), &ann()).await.unwrap();
    assert_eq!((updated.id, &updated.spec), (id(7), &spec));
    assert_eq!(updated.created_at, added.created_at);
    assert!(updated.updated_at > added.updated_at);
    assert_eq!(rules.get(id(7)).await.unwrap(), updated);

    rules.delete(id(7), &ann()).await.unwrap();
    assert!(matches!(rules.get(id(7)).await, Err(Error::NotFound { .. })));
    assert_eq!(rules.list_active().await.unwrap(), []);
    // Id and name are free again.
    rules.add(Some(id(7)), spec, &ann()).await.unwrap();
}

async fn a_second_rule_with_the_same_id_is_refused(place: &impl Place) {
    open_shop(place).await;
    let rules = place.rules();
    let added = rules.add(Some(id(7)), rule("adult", ADULT), &ann()).await.unwrap();
    // The id is told, even where the name is taken as well.
    for name in ["child", "adult"] {
        let error = rules.add(Some(id(7)), rule(name, ADULT), &ann()).await.unwrap_err();
        let expected = format!("failed to insert rule: rule with ID {} already exists", id(7));
        assert_eq!(error.to_string(), expected);
        assert!(matches!(error, Error::AlreadyExists { .. }), "{error:?}");
    }
    assert_eq!(rules.list_active().await.unwrap(), [added]);
}

async fn a_second_rule_with_the_same_name_is_refused(place: &impl Place) {
    open_shop(place).await;
    let rules = place.rules();
    let first = add(place, inactive("adult", ADULT)).await;
    let second = add(place, rule("Adult", ADULT)).await;
    let error = rules.add(None, rule("adult", "User.age > 17"), &ann()).await.unwrap_err();
    let expected = "failed to insert rule: one with the same name exists already";
    assert_eq!(error.to_string(), expected);
    assert!(matches!(&error, Error::AlreadyExists { what, .. } if what == "name"), "{error:?}");
    let error = rules.update(second.id, rule("adult", ADULT), &ann()).await.unwrap_err();
    let expected = "failed to update rule: one with the same name exists already";
    assert_eq!(error.to_string(), expected);
    assert_eq!(rules.book().await.unwrap().rules, [first, second]);
}

async fn a_rule_that_is_not_there_cannot_be_read_changed_or_deleted(place: &impl Place) {
    open_shop(place).await;
    let other = add(place, rule("adult", ADULT)).await;
    let (rules, id) = (place.rules(), id(7));
    for (error, operation) in [
        (rules.get(id).await.unwrap_err(), "get"),
        (rules.update(id, rule("child", ADULT), &ann()).await.unwrap_err(), "update"),
        // What is wrong with the expression is not looked for.
        (rules.update(id, rule("child", "Usr.age"), &ann()).await.unwrap_err(), "update"),
        (rules.delete(id, &ann()).await.unwrap_err(), "delete"),
    ] {
        assert_eq!(error.to_string(), format!("failed to {operation} rule: rule {id} not found"));
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    }
    assert_eq!(rules.book().await.unwrap().rules, [other]);
}

async fn active_rules_come_in_the_order_of_their_creation(place: &impl Place) {
    open_shop(place).await;
    let mut expected = Vec::new();
    // Ids and names in another order.
    for number in [5_u128, 1, 9, 3, 7] {
        place.later();
        let spec = rule(&format!("rule {}", 10 - number), ADULT);
        expected.push(place.rules().add(Some(id(number)), spec, &ann()).await.unwrap());
    }
    assert_eq!(place.rules().list_active().await.unwrap(), expected);
    // A change moves nothing.
    place.later();
    let spec = rule("again", "User.age > 1");
    expected[1] = place.rules().update(id(1), spec, &ann()).await.unwrap();
    assert_eq!(place.rules().list_active().await.unwrap(), expected);
    assert_eq!(place.rules().book().await.unwrap().rules, expected);
}

async fn rules_of_the_same_instant_come_in_the_order_of_their_ids(place: &impl Place) {
    open_shop(place).await;
    for number in [5_u128, 1, u128::MAX, 3, 1 << 127] {
        let spec = rule(&format!("rule {number}"), ADULT);
        place.rules().add(Some(id(number)), spec, &ann()).await.unwrap();
    }
    place.level().await;
    let ids = |rules: Vec<Rule>| rules.into_iter().map(|rule| rule.id.0.as_u128());
    let expected = [1, 3, 5, 1 << 127, u128::MAX];
    assert!(ids(place.rules().list_active().await.unwrap()).eq(expected));
    assert!(ids(place.rules().book().await.unwrap().rules).eq(expected));
}

async fn what_is_not_active_is_not_listed_but_is_there(place: &impl Place) {
    open_shop(place).await;
    let rules = place.rules();
    let asleep = add(place, inactive("asleep", ADULT)).await;
    let awake = add(place, rule("awake", ADULT)).await;
    assert_eq!(rules.list_active().await.unwrap(), std::slice::from_ref(&awake));
    assert_eq!(rules.get(asleep.id).await.unwrap(), asleep);
    assert_eq!(rules.book().await.unwrap().rules, [asleep.clone(), awake.clone()]);
    rules.update(asleep.id, rule("asleep", ADULT), &ann()).await.unwrap();
    rules.update(awake.id, inactive("awake", ADULT), &ann()).await.unwrap();
    let listed = rules.list_active().await.unwrap();
    assert_eq!(listed.iter().map(|rule| rule.id).collect::<Vec<_>>(), [asleep.id]);
}

async fn an_update_that_fails_leaves_the_rule_as_it_was(place: &impl Place) {
    open_shop(place).await;
    let rules = place.rules();
    let other = add(place, rule("other", ADULT)).await;
    let before = add(place, rule("adult", ADULT)).await;
    let revision = rules.revision().await.unwrap();
    for bad in [
        rule("renamed", "User.age >="),
        rule("renamed", "User.agee >= 18"),
        rule("", ADULT),
        rule("renamed", ""),
        rule("other", "User.age >= 21"),
        inactive("renamed", "Usr.age > 1"),
    ] {
        rules.update(before.id, bad.clone(), &ann()).await.unwrap_err();
        assert_eq!(rules.get(before.id).await.unwrap(), before, "{bad:?}");
    }
    assert_eq!(rules.revision().await.unwrap(), revision);
    assert_eq!(rules.book().await.unwrap().rules, [other, before]);
}

async fn a_rule_that_does_not_compile_is_refused_with_the_place_and_nothing_is_stored(
    place: &impl Place,
) {
    open_shop(place).await;
    let rules = place.rules();
    let revision = rules.revision().await.unwrap();
    for (expression, expected) in [
        ("User.age >= ", "line 1, column "),
        ("User.age >= 18 &&\n Usr.age < 3", "line 2, column 2: unknown name `Usr`"),
        ("User.agee >= 18", "unknown field `agee` of User; did you mean `age`?"),
        ("User.age == 'old'", "int"),
        ("User.age + 1", "not true or false"),
        ("User.age.exists(it)", "line 1, column "),
    ] {
        let error = rules.add(None, rule("bad", expression), &ann()).await.unwrap_err();
        assert!(
            error.to_string().starts_with("failed to insert rule: expression: line "),
            "{error}"
        );
        let found = findings(&error);
        assert!(found.iter().all(|(field, _)| *field == "expression"), "{error}");
        assert!(found[0].1.contains(expected), "{expression:?}: {error}");
    }
    assert_eq!(rules.book().await.unwrap().rules, []);
    assert_eq!(rules.revision().await.unwrap(), revision);
}

async fn names_and_expressions_have_their_bounds(place: &impl Place) {
    open_shop(place).await;
    let rules = place.rules();
    let long = |bytes: usize| format!("true{}", " ".repeat(bytes - 4));
    for (bad, field) in [
        (rule("", ADULT), "name"),
        (rule(&"é".repeat(256), ADULT), "name"),
        (rule("nul\0", ADULT), "name"),
        (rule("bad", ""), "expression"),
        (rule("bad", " \n"), "expression"),
        (rule("bad", "'nul\0' == ''"), "expression"),
        (rule("bad", &long(MAX_EXPRESSION_BYTES + 1)), "expression"),
        (rule("bad", &"(".repeat(5_000)), "expression"),
        (rule("bad", &format!("true{}", " && true".repeat(200_000))), "expression"),
    ] {
        let error = rules.add(None, bad, &ann()).await.unwrap_err();
        assert_eq!(findings(&error)[0].0, field, "{error}");
    }
    assert_eq!(rules.book().await.unwrap().rules, []);
    add(place, rule(&"é".repeat(255), ADULT)).await;
    let longest = add(place, rule("x", &long(MAX_EXPRESSION_BYTES))).await;
    assert_eq!(rules.get(longest.id).await.unwrap(), longest);
}

async fn text_that_looks_like_sql_is_text(place: &impl Place) {
    open_shop(place).await;
    let rules = place.rules();
    for text in [
        "'; DROP TABLE rules; --",
        "x' OR '1'='1",
        "$1",
        "\\'; SELECT pg_sleep(9); --",
        "{\"a\": 1}",
        "%s %n",
        "a\u{202e}b\n\t",
    ] {
        let expression = format!("User.name == {}", json!(text));
        let added = add(place, rule(text, &expression)).await;
        assert_eq!(rules.get(added.id).await.unwrap().spec, rule(text, &expression));
        let renamed = rule(&format!("{text}{text}"), &expression);
        rules.update(added.id, renamed.clone(), &ann()).await.unwrap();
        assert_eq!(rules.get(added.id).await.unwrap().spec, renamed);
        rules.delete(added.id, &ann()).await.unwrap();
    }
    assert_eq!(rules.list_active().await.unwrap(), []);
}

async fn what_changes_nothing_is_no_change(place: &impl Place) {
    open_shop(place).await;
    let rules = place.rules();
    let before = add(place, rule("adult", ADULT)).await;
    let revision = rules.revision().await.unwrap();
    place.later();
    let after = rules.update(before.id, rule("adult", ADULT), &ann()).await.unwrap();
    assert_eq!(after, before);
    assert_eq!(rules.get(before.id).await.unwrap(), before);
    assert_eq!(rules.revision().await.unwrap(), revision);
}

async fn the_revision_moves_with_every_change_and_with_no_refusal(place: &impl Place) {
    let rules = place.rules();
    assert_eq!(rules.revision().await.unwrap(), 0);
    let mut seen = vec![0];
    let mut moved = async || {
        let revision = rules.revision().await.unwrap();
        assert!(revision > *seen.last().unwrap(), "{revision} {seen:?}");
        seen.push(revision);
        assert_eq!(rules.book().await.unwrap().revision, revision);
    };
    open_shop(place).await;
    moved().await;
    let added = add(place, rule("adult", ADULT)).await;
    moved().await;
    rules.update(added.id, inactive("adult", ADULT), &ann()).await.unwrap();
    moved().await;
    place.set_derived(super::field("twice", "User.age * 2")).await.unwrap();
    moved().await;
    place.delete_derived("twice").await.unwrap();
    moved().await;
    rules.delete(added.id, &ann()).await.unwrap();
    moved().await;
    let last = rules.revision().await.unwrap();
    rules.delete(added.id, &ann()).await.unwrap_err();
    rules.add(None, rule("bad", "User.agee > 1"), &ann()).await.unwrap_err();
    place.set_schema(json!([]), OnFailure::Refuse).await.unwrap_err();
    place.delete_derived("twice").await.unwrap_err();
    assert_eq!(rules.revision().await.unwrap(), last);
}

async fn an_inactive_rule_has_to_compile_as_well(place: &impl Place) {
    open_shop(place).await;
    let rules = place.rules();
    let error = rules.add(None, inactive("bad", "Usr.age > 1"), &ann()).await.unwrap_err();
    assert_eq!(findings(&error)[0].0, "expression");
    let asleep = add(place, inactive("adult", ADULT)).await;
    let bad = inactive("adult", "Usr.age > 1");
    rules.update(asleep.id, bad, &ann()).await.unwrap_err();
    assert_eq!(rules.book().await.unwrap().rules, [asleep]);
}

async fn a_rule_that_a_schema_broke_can_be_renamed_and_mended(place: &impl Place) {
    open_shop(place).await;
    let rules = place.rules();
    let id = add(place, rule("adult", ADULT)).await.id;
    let without_users = json!({ "Order": { "total": "float" } });
    place.set_schema(without_users, OnFailure::Deactivate).await.unwrap();
    assert_eq!(rules.get(id).await.unwrap().spec, inactive("adult", ADULT));
    rules.update(id, inactive("was: adult", ADULT), &ann()).await.unwrap();
    let error = rules.update(id, rule("adult", ADULT), &ann()).await.unwrap_err();
    assert!(findings(&error)[0].1.contains("User"), "{error}");
    let mended = rule("adult", "Order.total > 18.0");
    assert_eq!(rules.update(id, mended.clone(), &ann()).await.unwrap().spec, mended);
}

async fn the_book_holds_everything_as_of_one_moment(place: &impl Place) {
    let rules = place.rules();
    let empty = rules.book().await.unwrap();
    assert_eq!((empty.revision, empty.rules.len(), empty.derived.len()), (0, 0, 0));
    assert!(empty.schema.objects().is_empty());
    // Without a schema, what reads nothing is a rule.
    let always = add(place, rule("always", "1 < 2")).await;
    open_shop(place).await;
    let adult = add(place, inactive("adult \"quoted\" \\ \u{1f600}", ADULT)).await;
    place.set_derived(super::field("twice", "User.age * 2")).await.unwrap();
    let book = rules.book().await.unwrap();
    assert_eq!(book.rules, [always, adult]);
    assert_eq!(book.schema, place.schema().await.unwrap().schema);
    assert_eq!(book.revision, rules.revision().await.unwrap());
    let derived: Vec<_> = book.derived.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(derived, ["twice"]);
    assert_eq!(book.derived[0], place.derived().await[0].spec);
}
