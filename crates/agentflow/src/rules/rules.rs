use agentflow_core::{
    audit::Actor,
    ids::RuleId,
    rules::{Rule, RuleSpec},
};
use agentflow_sql::queries::rules as sql;

use super::{
    Book, RuleStore, change,
    recompile::{changed_parts, check_compiles, check_rule, must_compile},
    rows,
};
use crate::{
    error::{Error, Result},
    settle::{settle, settle_with},
    store::Handle,
};

/// The rules of a tenant. Every change is recorded in the tenant's audit chain, in the same transaction; what changes
/// nothing is not recorded.
#[derive(Debug, Clone)]
pub struct Rules(pub(super) Handle);

impl Rules {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Adds a rule, with this id or a new one. Another tenant may have a rule with the same id.
    ///
    /// Fails with [`Error::AlreadyExists`] when the id or the name is taken, and with [`Error::InvalidInputs`], which
    /// names what is wrong by line and column, when the expression does not compile under the schema in force.
    pub async fn add(&self, id: Option<RuleId>, spec: RuleSpec, by: &Actor) -> Result<Rule> {
        const OPERATION: &str = "insert rule";
        check_rule(OPERATION, &spec)?;
        let id = id.unwrap_or_else(|| RuleId(self.0.shared.next_id()));
        let tx = change::begin(OPERATION, &self.0).await?;
        let (tx, vocabulary) = change::vocabulary(OPERATION, tx, &self.0).await?;
        let expression = spec.expression.clone();
        let check = move || check_compiles(OPERATION, &vocabulary.language(), &expression);
        let (tx, ()) = change::compile(OPERATION, tx, check).await?;
        let row = sql::insert_rule()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                id.as_uuid(),
                &spec.name,
                &spec.expression,
                &spec.active,
            )
            .map(rows::rule)
            .one()
            .await;
        let row = row.map_err(|error| match Error::from_postgres(OPERATION, error) {
            Error::AlreadyExists { what, .. } if what == "id" => id_taken(OPERATION, id),
            other => other,
        });
        let (tx, rule) = settle_with(tx, row).await?;
        let event = change::event("rule.created", "rule", &id.0, by).with_detail("name", spec.name);
        tx.audit_and_commit(&event).await?;
        Ok(rule)
    }

    /// The rule with this id, active or not. Fails with [`Error::NotFound`] when it is not there, or is another tenant's.
    pub async fn get(&self, id: RuleId) -> Result<Rule> {
        const OPERATION: &str = "get rule";
        let flight = self.0.flight(OPERATION).await?;
        let row = sql::get_rule()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .map(rows::rule)
            .opt()
            .await;
        flight.land_found(row, || not_found(OPERATION, id)).await
    }

    /// The rule with this name, active or not.
    pub async fn find(&self, name: &str) -> Result<Option<Rule>> {
        // No text with this character is stored, and PostgreSQL refuses to be asked for one.
        if name.contains('\0') {
            return Ok(None);
        }
        let flight = self.0.flight("find rule").await?;
        let row = sql::get_rule_by_name()
            .bind(&flight, self.0.tenant.as_uuid(), &name)
            .map(rows::rule)
            .opt()
            .await;
        flight.land(row).await
    }

    /// A page of at most `limit` rules in the order of their creation, behind the rule `after`, which may have been
    /// deleted since.
    pub async fn list(&self, after: Option<&Rule>, limit: u16) -> Result<Vec<Rule>> {
        let flight = self.0.flight("list rules").await?;
        let rows = sql::list_rules()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &after.map(|rule| rule.id.0),
                &after.map(|rule| rule.created_at),
                &i64::from(limit),
            )
            .map(rows::rule)
            .all()
            .await;
        flight.land(rows).await
    }

    /// The active rules in the order of their creation, those of the same instant in the order of their ids.
    pub async fn list_active(&self) -> Result<Vec<Rule>> {
        let flight = self.0.flight("list active rules").await?;
        let rows = sql::list_active_rules()
            .bind(&flight, self.0.tenant.as_uuid())
            .map(rows::rule)
            .all()
            .await;
        flight.land(rows).await
    }

    /// Replaces name, expression and activity. Id and time of creation stay; the same once more changes nothing.
    ///
    /// Fails like [`Rules::add`] and [`Rules::get`]; the rule is as before then. A rule that a schema broke can still be
    /// renamed and switched off.
    pub async fn update(&self, id: RuleId, spec: RuleSpec, by: &Actor) -> Result<Rule> {
        const OPERATION: &str = "update rule";
        check_rule(OPERATION, &spec)?;
        let tenant = self.0.tenant.as_uuid();
        let tx = change::begin(OPERATION, &self.0).await?;
        let row = sql::get_rule().bind(&tx, tenant, id.as_uuid()).map(rows::rule).opt().await;
        let (tx, before) = settle(OPERATION, tx, row).await?;
        let Some(before) = before else {
            return Err(tx.refuse(not_found(OPERATION, id)).await);
        };
        let changed = changed_parts(&before.spec, &spec);
        if changed.is_empty() {
            tx.rollback().await?;
            return Ok(before);
        }
        let tx = if must_compile(&before.spec, &spec) {
            let (tx, vocabulary) = change::vocabulary(OPERATION, tx, &self.0).await?;
            let expression = spec.expression.clone();
            let check = move || check_compiles(OPERATION, &vocabulary.language(), &expression);
            change::compile(OPERATION, tx, check).await?.0
        } else {
            tx
        };
        let row = sql::update_rule()
            .bind(&tx, &spec.name, &spec.expression, &spec.active, tenant, id.as_uuid())
            .map(rows::rule)
            .one()
            .await;
        let (tx, rule) = settle(OPERATION, tx, row).await?;
        let event = change::event("rule.updated", "rule", &id.0, by)
            .with_detail("name", spec.name)
            .with_detail("changed", changed);
        tx.audit_and_commit(&event).await?;
        Ok(rule)
    }

    /// Deletes a rule. Fails with [`Error::NotFound`] when it is not there.
    pub async fn delete(&self, id: RuleId, by: &Actor) -> Result<()> {
        const OPERATION: &str = "delete rule";
        let tx = change::begin(OPERATION, &self.0).await?;
        let name = sql::delete_rule().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, name) = settle(OPERATION, tx, name).await?;
        let Some(name) = name else {
            return Err(tx.refuse(not_found(OPERATION, id)).await);
        };
        let event = change::event("rule.deleted", "rule", &id.0, by).with_detail("name", name);
        tx.audit_and_commit(&event).await?;
        Ok(())
    }

    /// Everything that an engine needs, as of one moment and in one round trip. Fails with [`Error::Inconsistent`] when
    /// the schema in force cannot be read; a rule or derived field that does not compile is in it as it is.
    pub async fn book(&self) -> Result<Book> {
        let flight = self.0.flight("read the rules").await?;
        let row =
            sql::get_rule_book().bind(&flight, self.0.tenant.as_uuid()).map(rows::book).one().await;
        flight.land(row).await?
    }

    /// The number that counts changes of what the tenant evaluates: 0 before the first.
    pub async fn revision(&self) -> Result<i64> {
        let flight = self.0.flight("read the revision of the rules").await?;
        let row = sql::get_rule_revision().bind(&flight, self.0.tenant.as_uuid()).opt().await;
        Ok(flight.land(row).await?.unwrap_or(0))
    }
}

impl RuleStore for Rules {
    async fn add(&self, id: Option<RuleId>, spec: RuleSpec, by: &Actor) -> Result<Rule> {
        Rules::add(self, id, spec, by).await
    }

    async fn get(&self, id: RuleId) -> Result<Rule> {
        Rules::get(self, id).await
    }

    async fn list_active(&self) -> Result<Vec<Rule>> {
        Rules::list_active(self).await
    }

    async fn update(&self, id: RuleId, spec: RuleSpec, by: &Actor) -> Result<Rule> {
        Rules::update(self, id, spec, by).await
    }

    async fn delete(&self, id: RuleId, by: &Actor) -> Result<()> {
        Rules::delete(self, id, by).await
    }

    async fn book(&self) -> Result<Book> {
        Rules::book(self).await
    }

    async fn revision(&self) -> Result<i64> {
        Rules::revision(self).await
    }
}

pub(super) fn not_found(operation: &'static str, id: RuleId) -> Error {
    Error::not_found(operation, format!("rule {id}"))
}

pub(super) fn id_taken(operation: &'static str, id: RuleId) -> Error {
    Error::AlreadyExists { operation, what: format!("rule with ID {id}") }
}
