use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use agentflow_core::{
    audit::Actor,
    clock::{Clock, SystemClock},
    ids::{DerivedFieldId, IdSource, RandomIds, RuleId, SchemaId},
    rules::{DerivedSpec, FactSchema, Language, Rule, RuleSpec},
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Book, DerivedField, FailedKind, OnFailure, RuleStore, SchemaUpdate, SchemaVersion,
    derived_fields,
    recompile::{
        Vocabulary, changed_parts, check_compiles, check_derived_spec, check_rule, is_same,
        must_compile,
    },
    rules::{id_taken, not_found},
    schemas::{recompile, unchanged},
};
use crate::error::{Error, Result};

/// The rules of one tenant in memory, for tests and for programs without a database. Behaves as
/// [`Rules`](super::Rules), [`RuleSchemas`](super::RuleSchemas) and [`DerivedFields`](super::DerivedFields) do, but keeps no
/// history and records nothing: actors are not looked at.
pub struct MemoryRules {
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    state: Mutex<State>,
}

struct State {
    schemas: Vec<SchemaVersion>,
    vocabulary: Vocabulary,
    /// That of the vocabulary.
    language: Language,
    rules: BTreeMap<RuleId, Rule>,
    revision: i64,
}

impl Default for MemoryRules {
    /// No rules yet, with the clock of the machine and ids that nobody can foresee.
    fn default() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(RandomIds::from_os()))
    }
}

impl fmt::Debug for MemoryRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("MemoryRules")
            .field("revision", &state.revision)
            .field("rules", &state.rules.len())
            .finish_non_exhaustive()
    }
}

impl MemoryRules {
    /// No rules yet.
    pub fn new(clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        let vocabulary = Vocabulary::default();
        let state = State {
            schemas: Vec::new(),
            language: vocabulary.language(),
            vocabulary,
            rules: BTreeMap::new(),
            revision: 0,
        };
        Self { clock, ids, state: Mutex::new(state) }
    }

    /// Puts a new version of the schema in force; see [`RuleSchemas::set`](super::RuleSchemas::set).
    pub fn set_schema(&self, definition: Value, on_failure: OnFailure) -> Result<SchemaUpdate> {
        const OPERATION: &str = "set the schema";
        let schema = FactSchema::parse(&definition).map_err(Error::all_invalid(OPERATION))?;
        let mut state = self.state();
        if let Some(active) = state.schemas.iter().find(|it| it.active)
            && active.schema == schema
        {
            return Ok(unchanged(active.clone()));
        }
        let now = self.clock.now();
        let version = SchemaVersion {
            id: SchemaId(self.next_id()),
            version: i32::try_from(state.schemas.len()).map_or(i32::MAX, |count| count + 1),
            definition,
            schema,
            active: false,
            created_at: now,
        };
        let update = self.put_in_force(OPERATION, &mut state, version, on_failure)?;
        state.schemas.push(update.schema.clone());
        Ok(update)
    }

    /// Puts an old version in force again; see [`RuleSchemas::roll_back`](super::RuleSchemas::roll_back).
    pub fn roll_back_schema(&self, version: i32, on_failure: OnFailure) -> Result<SchemaUpdate> {
        const OPERATION: &str = "roll back the schema";
        let mut state = self.state();
        let position = state.schemas.iter().position(|it| it.version == version);
        let Some(position) = position else {
            return Err(Error::not_found(OPERATION, format!("version {version} of the schema")));
        };
        let target = state.schemas[position].clone();
        if target.active {
            return Ok(unchanged(target));
        }
        let update = self.put_in_force(OPERATION, &mut state, target, on_failure)?;
        state.schemas[position].active = true;
        Ok(update)
    }

    /// Sets a derived field; see [`DerivedFields::set`](super::DerivedFields::set).
    #[expect(
        clippy::needless_pass_by_value,
        reason = "as the other store of derived fields takes it"
    )]
    pub fn set_derived_field(&self, spec: DerivedSpec) -> Result<DerivedField> {
        const OPERATION: &str = "set a derived field";
        check_derived_spec(OPERATION, &spec)?;
        let mut state = self.state();
        let position = state.vocabulary.derived.iter().position(|it| it.spec.name == spec.name);
        let spec = state.vocabulary.check_derived(OPERATION, &state.sorted(), &spec)?;
        if let Some(position) = position
            && is_same(&state.vocabulary.derived[position], &spec)
        {
            return Ok(state.vocabulary.derived[position].clone());
        }
        let now = self.clock.now();
        let field = if let Some(position) = position {
            let field = &mut state.vocabulary.derived[position];
            (field.spec, field.active, field.updated_at) = (spec, true, now);
            field.clone()
        } else {
            let id = DerivedFieldId(self.next_id());
            let (created_at, updated_at) = (now, now);
            let field = DerivedField { id, spec, active: true, created_at, updated_at };
            state.vocabulary.derived.push(field.clone());
            state.vocabulary.derived.sort_by_key(|it| (it.created_at, it.id));
            field
        };
        state.speak();
        Ok(field)
    }

    /// Every derived field, active or not, in the order of their creation.
    pub fn derived_fields(&self) -> Vec<DerivedField> {
        self.state().vocabulary.derived.clone()
    }

    /// Deletes a derived field; see [`DerivedFields::delete`](super::DerivedFields::delete).
    pub fn delete_derived_field(&self, name: &str) -> Result<()> {
        const OPERATION: &str = "delete a derived field";
        let mut state = self.state();
        let position = state.vocabulary.derived.iter().position(|it| it.spec.name == name);
        let Some(position) = position else {
            return Err(derived_fields::not_found(OPERATION, name));
        };
        state.vocabulary.check_without(OPERATION, &state.sorted(), name)?;
        state.vocabulary.derived.remove(position);
        state.speak();
        Ok(())
    }

    /// The version in force. None before the first is set.
    pub fn schema(&self) -> Option<SchemaVersion> {
        self.state().schemas.iter().find(|it| it.active).cloned()
    }

    fn put_in_force(
        &self,
        operation: &'static str,
        state: &mut State,
        mut schema: SchemaVersion,
        on_failure: OnFailure,
    ) -> Result<SchemaUpdate> {
        let mut vocabulary = state.vocabulary.clone();
        vocabulary.schema = schema.schema.clone();
        let report = recompile(operation, &vocabulary, &state.sorted(), on_failure)?;
        let now = self.clock.now();
        for failed in &report.failed {
            match failed.kind {
                FailedKind::Rule => {
                    if let Some(rule) = state.rules.get_mut(&RuleId(failed.id)) {
                        (rule.spec.active, rule.updated_at) = (false, now);
                    }
                }
                FailedKind::DerivedField => {
                    let mut fields = vocabulary.derived.iter_mut();
                    if let Some(field) = fields.find(|it| it.id.0 == failed.id) {
                        (field.active, field.updated_at) = (false, now);
                    }
                }
            }
        }
        state.schemas.iter_mut().for_each(|it| it.active = false);
        schema.active = true;
        state.vocabulary = vocabulary;
        state.speak();
        Ok(SchemaUpdate { schema, report, changed: true })
    }

    /// Every change is made as a whole or not at all, so what another thread left is sound.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_id(&self) -> Uuid {
        self.ids.next_id(self.clock.now())
    }
}

impl State {
    fn sorted(&self) -> Vec<Rule> {
        let mut rules: Vec<_> = self.rules.values().cloned().collect();
        rules.sort_by_key(|rule| (rule.created_at, rule.id));
        rules
    }

    fn refuse_name(&self, operation: &'static str, id: RuleId, name: &str) -> Result<()> {
        if self.rules.values().any(|rule| rule.spec.name == name && rule.id != id) {
            return Err(Error::AlreadyExists { operation, what: "name".to_owned() });
        }
        Ok(())
    }

    /// What rules can be about has changed.
    fn speak(&mut self) {
        self.language = self.vocabulary.language();
        self.revision += 1;
    }
}

impl RuleStore for MemoryRules {
    async fn add(&self, id: Option<RuleId>, spec: RuleSpec, _: &Actor) -> Result<Rule> {
        const OPERATION: &str = "insert rule";
        check_rule(OPERATION, &spec)?;
        let id = id.unwrap_or_else(|| RuleId(self.next_id()));
        let mut state = self.state();
        check_compiles(OPERATION, &state.language, &spec.expression)?;
        if state.rules.contains_key(&id) {
            return Err(id_taken(OPERATION, id));
        }
        state.refuse_name(OPERATION, id, &spec.name)?;
        let now = self.clock.now();
        let rule = Rule { id, spec, created_at: now, updated_at: now };
        state.rules.insert(id, rule.clone());
        state.revision += 1;
        Ok(rule)
    }

    async fn get(&self, id: RuleId) -> Result<Rule> {
        self.state().rules.get(&id).cloned().ok_or_else(|| not_found("get rule", id))
    }

    async fn list_active(&self) -> Result<Vec<Rule>> {
        let mut rules = self.state().sorted();
        rules.retain(|rule| rule.spec.active);
        Ok(rules)
    }

    async fn update(&self, id: RuleId, spec: RuleSpec, _: &Actor) -> Result<Rule> {
        const OPERATION: &str = "update rule";
        check_rule(OPERATION, &spec)?;
        let mut state = self.state();
        let before = state.rules.get(&id).ok_or_else(|| not_found(OPERATION, id))?;
        if changed_parts(&before.spec, &spec).is_empty() {
            return Ok(before.clone());
        }
        if must_compile(&before.spec, &spec) {
            check_compiles(OPERATION, &state.language, &spec.expression)?;
        }
        state.refuse_name(OPERATION, id, &spec.name)?;
        let rule = Rule { spec, updated_at: self.clock.now(), ..before.clone() };
        state.rules.insert(id, rule.clone());
        state.revision += 1;
        Ok(rule)
    }

    async fn delete(&self, id: RuleId, _: &Actor) -> Result<()> {
        let mut state = self.state();
        state.rules.remove(&id).ok_or_else(|| not_found("delete rule", id))?;
        state.revision += 1;
        Ok(())
    }

    async fn book(&self) -> Result<Book> {
        let state = self.state();
        Ok(Book {
            revision: state.revision,
            schema: state.vocabulary.schema.clone(),
            derived: state.vocabulary.active_specs(),
            rules: state.sorted(),
        })
    }

    async fn revision(&self) -> Result<i64> {
        Ok(self.state().revision)
    }
}
