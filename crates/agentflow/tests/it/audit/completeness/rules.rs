//! Rules, derived fields and schemas.

use agentflow::{
    core::rules::{Book as BookFile, BookRule, DerivedSpec, RuleSpec},
    rules::OnFailure,
};
use serde_json::json;

use super::Book;

pub(super) async fn rules() {
    let mut book = Book::open().await;
    let by = book.by.clone();
    let (rules, schemas) = (book.tenant.rules(), book.tenant.rule_schemas());
    for version in ["int", "float"] {
        let definition = json!({ "User": { "age": version } });
        schemas.set(definition, OnFailure::Refuse, &by).await.unwrap();
        book.saw("rules/schemas.rs set", "rule_schema.set", "rule_schema").await;
    }
    schemas.roll_back(1, OnFailure::Refuse, &by).await.unwrap();
    book.saw("rules/schemas.rs roll_back", "rule_schema.rolled_back", "rule_schema").await;

    let adult = RuleSpec::new("adult", "User.age >= 18");
    let id = rules.add(None, adult.clone(), &by).await.unwrap().id;
    book.saw("rules/rules.rs add", "rule.created", "rule").await;
    rules.update(id, RuleSpec { active: false, ..adult.clone() }, &by).await.unwrap();
    book.saw("rules/rules.rs update", "rule.updated", "rule").await;
    rules.delete(id, &by).await.unwrap();
    book.saw("rules/rules.rs delete", "rule.deleted", "rule").await;

    let derived = book.tenant.derived_fields();
    let (name, expression) = ("twice".to_owned(), "User.age * 2".to_owned());
    derived.set(DerivedSpec { name, expression, dependencies: None }, &by).await.unwrap();
    book.saw("rules/derived_fields.rs set", "derived_field.set", "derived_field").await;
    derived.delete("twice", &by).await.unwrap();
    book.saw("rules/derived_fields.rs delete", "derived_field.deleted", "derived_field").await;

    let engine = book.tenant.rule_engine().await.unwrap();
    let id = engine.add(None, adult.clone(), &by).await.unwrap().id;
    book.saw("rules/engine.rs add", "rule.created", "rule").await;
    engine.update(id, RuleSpec { active: false, ..adult.clone() }, &by).await.unwrap();
    book.saw("rules/engine.rs update", "rule.updated", "rule").await;
    engine.delete(id, &by).await.unwrap();
    book.saw("rules/engine.rs delete", "rule.deleted", "rule").await;

    let schema = schemas.active().await.unwrap().unwrap().schema;
    let file = BookFile::new(schema, Vec::new(), vec![BookRule { id: None, spec: adult }]);
    rules.import(file, &by).await.unwrap();
    book.saw("rules/import.rs import", "rule.created", "rule").await;
}
