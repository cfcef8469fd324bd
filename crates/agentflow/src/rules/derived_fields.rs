use agentflow_core::{audit::Actor, ids::DerivedFieldId, rules::DerivedSpec};
use agentflow_sql::queries::rules as sql;
use jiff::Timestamp;
use serde::Serialize;
use tokio_postgres::types::Json;

use super::{
    change,
    recompile::{check_derived_spec, is_same},
    rows,
};
use crate::{
    error::{Error, Result},
    settle::settle,
    store::Handle,
};

const KIND: &str = "derived_field";

/// A derived field as it is stored. As JSON, the keys of the spec stand beside the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DerivedField {
    /// The id, which stays when the field is set again.
    pub id: DerivedFieldId,
    /// What its author wrote, always with the dependencies.
    #[serde(flatten)]
    pub spec: DerivedSpec,
    /// Whether it is computed. One that does not compile under a schema may have been left aside.
    pub active: bool,
    /// When it was set first.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// The derived fields of a tenant. Every change is recorded in the tenant's audit chain, in the same transaction; what
/// changes nothing is not recorded.
#[derive(Debug, Clone)]
pub struct DerivedFields(Handle);

impl DerivedFields {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Adds a derived field, or replaces and activates the one of the same name, which keeps its id. The same once more
    /// changes nothing.
    ///
    /// Fails with [`Error::InvalidInputs`] when the name is taken by an object of the schema, the expression does not
    /// compile or closes a circle, or the dependencies are not what it reads; and with [`Error::RulesBroken`] when active
    /// rules or derived fields that read it would no longer compile. Nothing is changed then.
    pub async fn set(&self, spec: DerivedSpec, by: &Actor) -> Result<DerivedField> {
        const OPERATION: &str = "set a derived field";
        check_derived_spec(OPERATION, &spec)?;
        let tenant = self.0.tenant.as_uuid();
        let tx = change::begin(OPERATION, &self.0).await?;
        let (tx, vocabulary) = change::vocabulary(OPERATION, tx, &self.0).await?;
        let (tx, rules) = change::active_rules(OPERATION, tx, &self.0).await?;
        let before = vocabulary.derived.iter().find(|it| it.spec.name == spec.name).cloned();
        let check = move || vocabulary.check_derived(OPERATION, &rules, &spec);
        let (tx, spec) = change::compile(OPERATION, tx, check).await?;
        if let Some(before) = &before
            && is_same(before, &spec)
        {
            tx.rollback().await?;
            return Ok(before.clone());
        }
        let dependencies = spec.dependencies.as_deref().unwrap_or_default();
        let row = if before.is_some() {
            sql::update_derived_field()
                .bind(&tx, &spec.expression, &Json(dependencies), &true, tenant, &spec.name)
                .map(rows::derived_field)
                .one()
                .await
        } else {
            let id = self.0.shared.next_id();
            sql::insert_derived_field()
                .bind(&tx, tenant, &id, &spec.name, &spec.expression, &Json(dependencies), &true)
                .map(rows::derived_field)
                .one()
                .await
        };
        let (tx, field) = settle(OPERATION, tx, row).await?;
        let event = change::event("derived_field.set", KIND, &field.id.0, by)
            .with_detail("name", spec.name.as_str())
            .with_detail("dependencies", dependencies);
        tx.audit_and_commit(&event).await?;
        Ok(field)
    }

    /// Every derived field, active or not, in the order of their creation.
    pub async fn list(&self) -> Result<Vec<DerivedField>> {
        let flight = self.0.flight("list derived fields").await?;
        let rows = sql::list_derived_fields()
            .bind(&flight, self.0.tenant.as_uuid())
            .map(rows::derived_field)
            .all()
            .await;
        flight.land(rows).await
    }

    /// Deletes the derived field of this name. Fails with [`Error::NotFound`] when it is not there, and with
    /// [`Error::RulesBroken`] while active rules or derived fields read it.
    pub async fn delete(&self, name: &str, by: &Actor) -> Result<()> {
        const OPERATION: &str = "delete a derived field";
        let tx = change::begin(OPERATION, &self.0).await?;
        let (tx, vocabulary) = change::vocabulary(OPERATION, tx, &self.0).await?;
        if !vocabulary.derived.iter().any(|it| it.spec.name == name) {
            return Err(tx.refuse(not_found(OPERATION, name)).await);
        }
        let (tx, rules) = change::active_rules(OPERATION, tx, &self.0).await?;
        let gone = name.to_owned();
        let check = move || vocabulary.check_without(OPERATION, &rules, &gone);
        let (tx, ()) = change::compile(OPERATION, tx, check).await?;
        let id = sql::delete_derived_field().bind(&tx, self.0.tenant.as_uuid(), &name).one().await;
        let (tx, id) = settle(OPERATION, tx, id).await?;
        let event = change::event("derived_field.deleted", KIND, &id, by).with_detail("name", name);
        tx.audit_and_commit(&event).await?;
        Ok(())
    }
}

pub(super) fn not_found(operation: &'static str, name: &str) -> Error {
    Error::not_found(operation, format!("derived field {name}"))
}
