//! Rows of rules, derived fields and schemas. What nobody foresaw in one of them is an error that names the row, and stands
//! in the way of as little else as can be.

use agentflow_core::{
    ids::{DerivedFieldId, RuleId, SchemaId},
    rules::{DerivedSpec, FactSchema, Rule, RuleSpec},
};
use agentflow_sql::queries::rules as sql;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use uuid::Uuid;

use super::{Book, DerivedField, Report, SchemaChange, SchemaVersion};
use crate::{
    error::{Error, Result},
    input::{known, stored_json},
};

#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(super) fn rule(row: sql::RuleBorrowed<'_>) -> Rule {
    let (name, expression) = (row.name.to_owned(), row.expression.to_owned());
    Rule {
        id: RuleId(row.id),
        spec: RuleSpec { name, expression, active: row.active },
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(super) fn derived_field(row: sql::DerivedFieldBorrowed<'_>) -> DerivedField {
    DerivedField {
        id: DerivedFieldId(row.id),
        spec: derived_spec(row.name.to_owned(), row.expression.to_owned(), row.dependencies),
        active: row.active,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(super) fn schema(row: sql::SchemaBorrowed<'_>) -> Result<SchemaVersion> {
    let (definition, schema) = definition(row.id, row.definition)?;
    Ok(SchemaVersion {
        id: SchemaId(row.id),
        version: row.version,
        definition,
        schema,
        active: row.active,
        created_at: row.created_at,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(super) fn change(row: sql::SchemaChangeBorrowed<'_>) -> Result<SchemaChange> {
    const TABLE: &str = "schema_changelog";
    let recompiled = u32::try_from(row.rules_recompiled)
        .map_err(|_| inconsistent(TABLE, "rules_recompiled", row.id))?;
    let failed = stored_json(TABLE, "error_details", row.id, row.error_details)?;
    Ok(SchemaChange {
        id: row.id,
        version: row.version,
        active: row.active,
        kind: known(TABLE, "change_type", row.id, row.change_type)?,
        changed_by: row.changed_by.to_owned(),
        report: Report { recompiled, failed },
        created_at: row.created_at,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(super) fn book(row: sql::GetRuleBookBorrowed<'_>) -> Result<Book> {
    const ANY: &str = "(any)";
    let schema = match (row.schema_id, row.definition) {
        (Some(id), Some(text)) => definition(id, text)?.1,
        _ => FactSchema::default(),
    };
    let derived: Vec<StoredField> = stored_json("derived_fields", "id", ANY, row.derived_fields)?;
    let rules: Vec<StoredRule> = stored_json("rules", "id", ANY, row.rules)?;
    let active = derived.into_iter().filter(|field| field.active);
    let derived =
        active.map(|it| derived_spec(it.name, it.expression, it.dependencies.get())).collect();
    let rules = rules.into_iter().map(StoredRule::read).collect::<Result<_>>()?;
    Ok(Book { revision: row.revision, schema, derived, rules })
}

/// A derived field as PostgreSQL writes its row in JSON.
#[derive(Deserialize)]
struct StoredField {
    name: String,
    expression: String,
    dependencies: Box<RawValue>,
    active: bool,
}

/// A rule as PostgreSQL writes its row in JSON.
#[derive(Deserialize)]
struct StoredRule {
    id: Uuid,
    name: String,
    expression: String,
    active: bool,
    /// Text, for PostgreSQL knows instants that a timestamp here does not hold.
    created_at: String,
    updated_at: String,
}

impl StoredRule {
    fn read(self) -> Result<Rule> {
        let id = self.id;
        let instant = |column: &'static str, text: &str| -> Result<Timestamp> {
            text.parse().map_err(|_| inconsistent("rules", column, id))
        };
        Ok(Rule {
            id: RuleId(id),
            created_at: instant("created_at", &self.created_at)?,
            updated_at: instant("updated_at", &self.updated_at)?,
            spec: RuleSpec { name: self.name, expression: self.expression, active: self.active },
        })
    }
}

fn derived_spec(name: String, expression: String, dependencies: &str) -> DerivedSpec {
    DerivedSpec { name, expression, dependencies: Some(paths(dependencies)) }
}

/// What is no path is kept as it is written: nothing is read by such a name, so it is a fault of this derived field.
fn paths(dependencies: &str) -> Vec<String> {
    match serde_json::from_str::<Vec<&RawValue>>(dependencies) {
        Ok(elements) => {
            let path = |it: &RawValue| {
                serde_json::from_str(it.get()).unwrap_or_else(|_| it.get().to_owned())
            };
            elements.into_iter().map(path).collect()
        }
        Err(_) => vec![dependencies.to_owned()],
    }
}

fn definition(id: Uuid, text: &str) -> Result<(Value, FactSchema)> {
    const COLUMN: &str = "definition";
    let definition = stored_json("schemas", COLUMN, id, text)?;
    let schema = FactSchema::parse(&definition).map_err(|_| inconsistent("schemas", COLUMN, id))?;
    Ok((definition, schema))
}

fn inconsistent(table: &'static str, column: &'static str, row: Uuid) -> Error {
    Error::Inconsistent { table, column, row: row.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_that_are_no_paths_are_kept_as_they_are_written() {
        assert_eq!(paths(r#"["User.age", "a\"b"]"#), ["User.age", "a\"b"]);
        assert_eq!(paths(r#"[1e400, null, {"a": []}]"#), ["1e400", "null", r#"{"a": []}"#]);
        let deep = format!("[{}{}]", "[".repeat(5000), "]".repeat(5000));
        assert_eq!(paths(&deep).len(), 1);
        assert_eq!(paths("[]"), [""; 0]);
        assert_eq!(paths("{}"), ["{}"]);
    }
}
