//! A whole rule book at once.

use std::collections::{HashMap, HashSet};

use agentflow_core::{
    InvalidInput, InvalidInputs,
    audit::{Actor, Event},
    ids::RuleId,
    rules::{Book as BookFile, BookRule, DerivedSpec, FactSchema, Language, Rule, RuleSpec},
};
use agentflow_sql::queries::rules as sql;
use serde::Serialize;
use tokio_postgres::types::Json;
use uuid::Uuid;

use super::{
    DerivedField, Report, Rules, SchemaChangeKind, SchemaVersion, change,
    recompile::{Vocabulary, changed_parts, check_derived_spec, check_rule, is_same},
    rows,
};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::{settle, settle_with},
};

const OPERATION: &str = "import a rule book";

/// Events that are appended at once.
const EVENTS: usize = 1000;

/// What an import changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Imported {
    /// The new version of the schema. None when the book has no schema, or that in force.
    pub schema: Option<SchemaVersion>,
    /// What became of its derived fields.
    pub derived: ImportedPart,
    /// What became of its rules.
    pub rules: ImportedPart,
}

/// What became of the rules or the derived fields of a book, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ImportedPart {
    /// Those that were not there.
    pub added: Vec<String>,
    /// Those that were different.
    pub updated: Vec<String>,
    /// How many were the same.
    pub unchanged: usize,
}

/// What is stored.
struct Stored {
    schema: Option<FactSchema>,
    derived: Vec<DerivedField>,
    rules: Vec<Rule>,
}

/// What is to be written.
#[derive(Debug)]
struct Plan {
    schema: Option<FactSchema>,
    /// With their dependencies, and whether there is one of the name.
    derived: Vec<(DerivedSpec, bool)>,
    added: Vec<(Option<RuleId>, RuleSpec)>,
    /// With the parts that change.
    updated: Vec<(RuleId, RuleSpec, Vec<&'static str>)>,
    report: Report,
    unchanged: (usize, usize),
}

impl Rules {
    /// Puts a whole book in force: its schema, its derived fields, and its rules, each added or replaced by name; a rule with
    /// the id of a stored one of another name renames it. What is stored and not in the book stays. All of it happens in one
    /// transaction, and nothing that is the same as before is written.
    ///
    /// Fails with [`Error::RulesBroken`] when something that is active afterwards would not compile, in the book or not; and
    /// with [`Error::InvalidInputs`] when a rule of the book has the name of one stored rule and the id of another. A rule
    /// that is not active is stored whether it compiles or not: a schema may have broken it where it comes from.
    pub async fn import(&self, book: BookFile, by: &Actor) -> Result<Imported> {
        check(&book)?;
        let tenant = self.0.tenant.as_uuid();
        let tx = change::begin(OPERATION, &self.0).await?;
        let schema = sql::get_active_schema().bind(&tx, tenant).map(rows::schema).opt().await;
        let (tx, schema) = settle(OPERATION, tx, schema).await?;
        // One that cannot be read can be replaced, and nothing can be compiled under it.
        let schema =
            if book.has_schema() { Ok(schema.and_then(Result::ok)) } else { schema.transpose() };
        let (tx, schema) = settle_with(tx, schema).await?;
        let (tx, derived) = change::derived_fields(OPERATION, tx, &self.0).await?;
        let rules = sql::list_rules()
            .bind(&tx, tenant, &None, &None, &i64::MAX)
            .map(rows::rule)
            .all()
            .await;
        let (tx, rules) = settle(OPERATION, tx, rules).await?;
        let stored = Stored { schema: schema.map(|it| it.schema), derived, rules };
        let (tx, plan) = change::compile(OPERATION, tx, move || plan(&book, &stored)).await?;
        let mut events = Vec::new();
        let (tx, schema) = self.import_schema(tx, &plan, by, &mut events).await?;
        let (tx, derived) = self.import_derived(tx, &plan, by, &mut events).await?;
        let (tx, rules) = self.import_rules(tx, &plan, by, &mut events).await?;
        if events.is_empty() {
            tx.rollback().await?;
        } else {
            let mut tx = tx;
            for events in events.chunks(EVENTS) {
                let appended = tx.audit_many(events).await;
                tx = settle_with(tx, appended).await?.0;
            }
            tx.commit().await?;
        }
        Ok(Imported { schema, derived, rules })
    }

    async fn import_schema(
        &self,
        tx: TenantTx,
        plan: &Plan,
        by: &Actor,
        events: &mut Vec<Event>,
    ) -> Result<(TenantTx, Option<SchemaVersion>)> {
        let Some(schema) = &plan.schema else { return Ok((tx, None)) };
        let tenant = self.0.tenant.as_uuid();
        let gone = sql::deactivate_schemas().bind(&tx, tenant).all().await;
        let (tx, _) = settle(OPERATION, tx, gone).await?;
        let row = sql::insert_schema()
            .bind(&tx, tenant, &self.0.shared.next_id(), &Json(schema.to_json()))
            .map(rows::schema)
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let (tx, schema) = settle_with(tx, row).await?;
        let event = change::event("rule_schema.set", "rule_schema", &schema.id.0, by)
            .with_detail("version", schema.version)
            .with_detail("recompiled", plan.report.recompiled)
            .with_detail("failed", 0);
        // Before the history is written, which holds the actor as well.
        let checked = event.validate().map_err(Error::invalid(OPERATION));
        let (tx, ()) = settle_with(tx, checked).await?;
        events.push(event);
        let kind = match schema.version {
            1 => SchemaChangeKind::Created,
            _ => SchemaChangeKind::Updated,
        };
        let recompiled = i32::try_from(plan.report.recompiled).unwrap_or(i32::MAX);
        let done = sql::insert_schema_change()
            .bind(
                &tx,
                tenant,
                &self.0.shared.next_id(),
                schema.id.as_uuid(),
                &by.id,
                &kind.as_str(),
                &recompiled,
                &0,
                &Json(&plan.report.failed),
            )
            .await;
        Ok((settle(OPERATION, tx, done).await?.0, Some(schema)))
    }

    async fn import_derived(
        &self,
        tx: TenantTx,
        plan: &Plan,
        by: &Actor,
        events: &mut Vec<Event>,
    ) -> Result<(TenantTx, ImportedPart)> {
        let mut tx = tx;
        let mut part = ImportedPart { unchanged: plan.unchanged.0, ..ImportedPart::default() };
        let tenant = self.0.tenant.as_uuid();
        let mut ids = self.new_ids(plan.derived.len()).into_iter();
        for (spec, is_there) in &plan.derived {
            let dependencies = spec.dependencies.as_deref().unwrap_or_default();
            let row = if *is_there {
                part.updated.push(spec.name.clone());
                sql::update_derived_field()
                    .bind(&tx, &spec.expression, &Json(dependencies), &true, tenant, &spec.name)
                    .map(rows::derived_field)
                    .one()
                    .await
            } else {
                part.added.push(spec.name.clone());
                let id = ids.next().unwrap_or_else(|| self.0.shared.next_id());
                let dependencies = Json(dependencies);
                sql::insert_derived_field()
                    .bind(&tx, tenant, &id, &spec.name, &spec.expression, &dependencies, &true)
                    .map(rows::derived_field)
                    .one()
                    .await
            };
            let field;
            (tx, field) = settle(OPERATION, tx, row).await?;
            events.push(
                change::event("derived_field.set", "derived_field", &field.id.0, by)
                    .with_detail("name", spec.name.as_str())
                    .with_detail("dependencies", dependencies),
            );
        }
        Ok((tx, part))
    }

    async fn import_rules(
        &self,
        tx: TenantTx,
        plan: &Plan,
        by: &Actor,
        events: &mut Vec<Event>,
    ) -> Result<(TenantTx, ImportedPart)> {
        let mut tx = tx;
        let mut part = ImportedPart { unchanged: plan.unchanged.1, ..ImportedPart::default() };
        let tenant = self.0.tenant.as_uuid();
        for (id, spec, changed) in &plan.updated {
            let row = sql::update_rule()
                .bind(&tx, &spec.name, &spec.expression, &spec.active, tenant, id.as_uuid())
                .map(rows::rule)
                .one()
                .await;
            tx = settle(OPERATION, tx, row).await?.0;
            part.updated.push(spec.name.clone());
            events.push(
                change::event("rule.updated", "rule", &id.0, by)
                    .with_detail("name", spec.name.as_str())
                    .with_detail("changed", changed.clone()),
            );
        }
        let mut ids = self.new_ids(plan.added.len()).into_iter();
        for (id, spec) in &plan.added {
            let new = ids.next().unwrap_or_else(|| self.0.shared.next_id());
            let id = id.map_or(new, |id| id.0);
            let row = sql::insert_rule()
                .bind(&tx, tenant, &id, &spec.name, &spec.expression, &spec.active)
                .map(rows::rule)
                .one()
                .await;
            tx = settle(OPERATION, tx, row).await?.0;
            part.added.push(spec.name.clone());
            let event = change::event("rule.created", "rule", &id, by);
            events.push(event.with_detail("name", spec.name.as_str()));
        }
        Ok((tx, part))
    }

    /// Ids in their order: what is made in one transaction is made at the same instant, and sorts by its id.
    fn new_ids(&self, count: usize) -> Vec<Uuid> {
        let mut ids: Vec<_> = (0..count).map(|_| self.0.shared.next_id()).collect();
        ids.sort_unstable();
        ids
    }
}

/// Finds what can be seen without the stored rules.
fn check(book: &BookFile) -> Result<()> {
    let twin = |what: &str, name: &str| {
        let reason = format!("`{name}` occurs twice");
        Err(Error::invalid(OPERATION)(InvalidInput::new(what, reason)))
    };
    let mut names = HashSet::new();
    for field in &book.derived {
        check_derived_spec(OPERATION, field)?;
        if !names.insert(field.name.as_str()) {
            return twin("derived", &field.name);
        }
    }
    let (mut names, mut ids) = (HashSet::new(), HashSet::new());
    for rule in &book.rules {
        check_rule(OPERATION, &rule.spec)?;
        if !names.insert(rule.spec.name.as_str()) || rule.id.is_some_and(|id| !ids.insert(id)) {
            return twin("rules", &rule.spec.name);
        }
    }
    Ok(())
}

/// Finds out what changes, and whether everything that is active compiles afterwards.
fn plan(book: &BookFile, stored: &Stored) -> Result<Plan> {
    let schema = Some(&book.schema)
        .filter(|schema| book.has_schema() && stored.schema.as_ref() != Some(schema))
        .cloned();
    let in_force = schema.clone().or_else(|| stored.schema.clone()).unwrap_or_default();
    let vocabulary = Vocabulary { schema: in_force, derived: with_derived(book, stored) };
    let language = vocabulary.language();
    let mut plan = Plan {
        schema,
        derived: Vec::new(),
        added: Vec::new(),
        updated: Vec::new(),
        report: Report::default(),
        unchanged: (0, 0),
    };
    plan_derived(&mut plan, book, stored, &language);
    plan_rules(&mut plan, book, stored)?;
    let rules = with_rules(&plan, stored);
    plan.report = vocabulary.recompile(&rules);
    if plan.report.failed.is_empty() {
        Ok(plan)
    } else {
        Err(Error::RulesBroken { operation: OPERATION, report: plan.report })
    }
}

/// The derived fields as they are afterwards.
fn with_derived(book: &BookFile, stored: &Stored) -> Vec<DerivedField> {
    let mut fields = stored.derived.clone();
    for spec in &book.derived {
        match fields.iter_mut().find(|field| field.spec.name == spec.name) {
            Some(field) => {
                field.active = true;
                field.spec.clone_from(spec);
            }
            None => fields.push(DerivedField {
                id: agentflow_core::ids::DerivedFieldId(Uuid::nil()),
                spec: spec.clone(),
                active: true,
                created_at: jiff::Timestamp::UNIX_EPOCH,
                updated_at: jiff::Timestamp::UNIX_EPOCH,
            }),
        }
    }
    fields
}

fn plan_derived(plan: &mut Plan, book: &BookFile, stored: &Stored, language: &Language) {
    let computed: HashMap<_, _> =
        language.derived().iter().map(|spec| (spec.name.as_str(), spec)).collect();
    for spec in &book.derived {
        let before = stored.derived.iter().find(|field| field.spec.name == spec.name);
        // What does not compile is in the report, and is not written.
        let Some(&computed) = computed.get(spec.name.as_str()) else { continue };
        match before {
            // The same text may read something else under another schema.
            Some(before) if is_same(before, computed) => plan.unchanged.0 += 1,
            before => plan.derived.push((computed.clone(), before.is_some())),
        }
    }
}

fn plan_rules(plan: &mut Plan, book: &BookFile, stored: &Stored) -> Result<()> {
    let by_name: HashMap<_, _> =
        stored.rules.iter().map(|rule| (rule.spec.name.as_str(), rule)).collect();
    let by_id: HashMap<_, _> = stored.rules.iter().map(|rule| (rule.id, rule)).collect();
    let mut findings = Vec::new();
    for BookRule { id, spec } in &book.rules {
        let named = by_name.get(spec.name.as_str());
        let identified = id.and_then(|id| by_id.get(&id));
        let before = match (named, identified) {
            (Some(named), Some(identified)) if named.id != identified.id => {
                let other = &identified.spec.name;
                let reason = format!("the rule `{}` has the id of the rule `{other}`", spec.name);
                findings.push(InvalidInput::new("rules", reason));
                continue;
            }
            (Some(named), None) if id.is_some_and(|id| id != named.id) => {
                let reason =
                    format!("the rule `{}` is there with another id, {}", spec.name, named.id);
                findings.push(InvalidInput::new("rules", reason));
                continue;
            }
            (named, identified) => named.or(identified),
        };
        let Some(before) = before else {
            plan.added.push((*id, spec.clone()));
            continue;
        };
        let changed = changed_parts(&before.spec, spec);
        if changed.is_empty() {
            plan.unchanged.1 += 1;
        } else {
            plan.updated.push((before.id, spec.clone(), changed));
        }
    }
    if findings.is_empty() {
        Ok(())
    } else {
        Err(Error::all_invalid(OPERATION)(InvalidInputs(findings)))
    }
}

/// The rules as they are afterwards, of which the active ones have to compile.
fn with_rules(plan: &Plan, stored: &Stored) -> Vec<Rule> {
    let replaced: HashSet<_> = plan.updated.iter().map(|(id, ..)| *id).collect();
    let updated = plan.updated.iter().map(|(id, spec, _)| (*id, spec));
    let added = plan.added.iter().map(|(id, spec)| (id.unwrap_or(RuleId(Uuid::nil())), spec));
    let written = updated.chain(added).map(|(id, spec)| Rule {
        id,
        spec: spec.clone(),
        created_at: jiff::Timestamp::UNIX_EPOCH,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
    });
    let kept = stored.rules.iter().filter(|rule| !replaced.contains(&rule.id)).cloned();
    kept.chain(written).collect()
}
