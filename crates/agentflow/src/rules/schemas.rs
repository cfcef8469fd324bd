use std::str::FromStr;

use agentflow_core::{
    InvalidInput,
    audit::Actor,
    ids::SchemaId,
    rules::{FactSchema, Rule},
};
use agentflow_sql::queries::rules as sql;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tokio_postgres::types::Json;
use uuid::Uuid;

use super::{FailedKind, OnFailure, Report, change, recompile::Vocabulary, rows};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::{settle, settle_with},
    store::Handle,
};

/// A version of what the facts of a tenant look like.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SchemaVersion {
    /// The id.
    pub id: SchemaId,
    /// 1, 2, 3 … within the tenant.
    pub version: i32,
    /// As its author wrote it.
    pub definition: Value,
    /// What it says.
    #[serde(skip)]
    pub schema: FactSchema,
    /// Whether rules are checked against it now.
    pub active: bool,
    /// When it was set.
    pub created_at: Timestamp,
}

/// A schema that came into force, and what that did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SchemaUpdate {
    /// The schema in force.
    pub schema: SchemaVersion,
    /// What became of the active rules and derived fields. Empty when the schema was in force already.
    pub report: Report,
    /// Whether anything changed: false when the same schema was in force already.
    pub changed: bool,
}

/// How a version came into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SchemaChangeKind {
    /// It is the first.
    Created,
    /// It is a new one.
    Updated,
    /// It had been in force before.
    RolledBack,
}

impl SchemaChangeKind {
    /// The word stored for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::RolledBack => "rolled_back",
        }
    }
}

impl FromStr for SchemaChangeKind {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let kinds = [Self::Created, Self::Updated, Self::RolledBack];
        kinds.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            InvalidInput::new("change_type", "expected created, updated or rolled_back")
        })
    }
}

/// An entry of the history of schemas: a version came into force.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SchemaChange {
    /// The id of the entry.
    pub id: Uuid,
    /// Which version.
    pub version: i32,
    /// Whether it is in force now.
    pub active: bool,
    /// How it came into force.
    pub kind: SchemaChangeKind,
    /// The id of who did it.
    pub changed_by: String,
    /// What became of the rules and derived fields that were active then.
    pub report: Report,
    /// When it happened.
    pub created_at: Timestamp,
}

/// The versions of what the facts of a tenant look like, of which one is in force. Every change is recorded in the tenant's
/// audit chain and in the history of schemas, in the same transaction; what changes nothing is not recorded.
#[derive(Debug, Clone)]
pub struct RuleSchemas(Handle);

impl RuleSchemas {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// The version in force. None before the first is set.
    pub async fn active(&self) -> Result<Option<SchemaVersion>> {
        let flight = self.0.flight("get the active schema").await?;
        let row = sql::get_active_schema()
            .bind(&flight, self.0.tenant.as_uuid())
            .map(rows::schema)
            .opt()
            .await;
        flight.land(row).await?.transpose()
    }

    /// This version, in force or not.
    pub async fn get(&self, version: i32) -> Result<Option<SchemaVersion>> {
        let flight = self.0.flight("get a schema").await?;
        let row = sql::get_schema()
            .bind(&flight, self.0.tenant.as_uuid(), &version)
            .map(rows::schema)
            .opt()
            .await;
        flight.land(row).await?.transpose()
    }

    /// A page of at most `limit` changes, the newest first, behind the change `after`.
    pub async fn history(
        &self,
        after: Option<&SchemaChange>,
        limit: u16,
    ) -> Result<Vec<SchemaChange>> {
        let flight = self.0.flight("list changes of schemas").await?;
        let rows = sql::list_schema_changes()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &after.map(|change| change.id),
                &after.map(|change| change.created_at),
                &i64::from(limit),
            )
            .map(rows::change)
            .all()
            .await;
        flight.land(rows).await?.into_iter().collect()
    }

    /// Puts a new version in force. All active rules and derived fields are compiled under it in the same transaction. The
    /// schema in force once more, however it is written, changes nothing.
    ///
    /// Fails with [`Error::InvalidInputs`], which names what is wrong with the definition by its path in it, and, when
    /// asked to refuse, with [`Error::RulesBroken`], which names what does not compile; nothing is changed then.
    pub async fn set(
        &self,
        definition: Value,
        on_failure: OnFailure,
        by: &Actor,
    ) -> Result<SchemaUpdate> {
        const OPERATION: &str = "set the schema";
        let schema = FactSchema::parse(&definition).map_err(Error::all_invalid(OPERATION))?;
        let tx = change::begin(OPERATION, &self.0).await?;
        let active = sql::get_active_schema()
            .bind(&tx, self.0.tenant.as_uuid())
            .map(rows::schema)
            .opt()
            .await;
        let (tx, active) = settle(OPERATION, tx, active).await?;
        // One that cannot be read is another one, and can be replaced.
        if let Some(Ok(active)) = active
            && active.schema == schema
        {
            tx.rollback().await?;
            return Ok(unchanged(active));
        }
        let (tx, report) = self.recompile(OPERATION, tx, schema, on_failure).await?;
        let id = self.0.shared.next_id();
        let row = sql::insert_schema()
            .bind(&tx, self.0.tenant.as_uuid(), &id, &Json(&definition))
            .map(rows::schema)
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let (tx, schema) = settle_with(tx, row).await?;
        let kind = match schema.version {
            1 => SchemaChangeKind::Created,
            _ => SchemaChangeKind::Updated,
        };
        self.finish(OPERATION, tx, SchemaUpdate { schema, report, changed: true }, kind, by).await
    }

    /// Puts an old version in force again; in the same way as [`RuleSchemas::set`] a new one. Rules and derived fields
    /// that were deactivated since stay so.
    ///
    /// Fails with [`Error::NotFound`] when there is no such version, and with [`Error::RulesBroken`] as `set` does.
    pub async fn roll_back(
        &self,
        version: i32,
        on_failure: OnFailure,
        by: &Actor,
    ) -> Result<SchemaUpdate> {
        const OPERATION: &str = "roll back the schema";
        let tenant = self.0.tenant.as_uuid();
        let tx = change::begin(OPERATION, &self.0).await?;
        let row = sql::get_schema().bind(&tx, tenant, &version).map(rows::schema).opt().await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let (tx, target) = settle_with(tx, row.transpose()).await?;
        let Some(target) = target else {
            return Err(tx
                .refuse(Error::not_found(OPERATION, format!("version {version} of the schema")))
                .await);
        };
        if target.active {
            tx.rollback().await?;
            return Ok(unchanged(target));
        }
        let (tx, report) = self.recompile(OPERATION, tx, target.schema, on_failure).await?;
        let row = sql::activate_schema().bind(&tx, tenant, &version).map(rows::schema).one().await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let (tx, schema) = settle_with(tx, row).await?;
        let update = SchemaUpdate { schema, report, changed: true };
        self.finish(OPERATION, tx, update, SchemaChangeKind::RolledBack, by).await
    }

    /// Compiles what is active under the schema that comes, and takes the one that goes out of force.
    async fn recompile(
        &self,
        operation: &'static str,
        tx: TenantTx,
        schema: FactSchema,
        on_failure: OnFailure,
    ) -> Result<(TenantTx, Report)> {
        let (tx, derived) = change::derived_fields(operation, tx, &self.0).await?;
        let (tx, rules) = change::active_rules(operation, tx, &self.0).await?;
        let check =
            move || recompile(operation, &Vocabulary { schema, derived }, &rules, on_failure);
        let (tx, report) = change::compile(operation, tx, check).await?;
        let gone = sql::deactivate_schemas().bind(&tx, self.0.tenant.as_uuid()).all().await;
        let (tx, _) = settle(operation, tx, gone).await?;
        Ok((tx, report))
    }

    /// Leaves aside what failed, writes the change down and commits.
    async fn finish(
        &self,
        operation: &'static str,
        tx: TenantTx,
        update: SchemaUpdate,
        kind: SchemaChangeKind,
        by: &Actor,
    ) -> Result<SchemaUpdate> {
        let tenant = self.0.tenant.as_uuid();
        let SchemaUpdate { schema, report, .. } = &update;
        let [rules, fields] = [FailedKind::Rule, FailedKind::DerivedField].map(|kind| {
            let failed = report.failed.iter().filter(|it| it.kind == kind);
            failed.map(|it| it.id).collect::<Vec<_>>()
        });
        let mut tx = tx;
        if !rules.is_empty() {
            let done = sql::deactivate_rules().bind(&tx, tenant, &rules).await;
            tx = settle(operation, tx, done).await?.0;
        }
        if !fields.is_empty() {
            let done = sql::deactivate_derived_fields().bind(&tx, tenant, &fields).await;
            tx = settle(operation, tx, done).await?.0;
        }
        let action = match kind {
            SchemaChangeKind::RolledBack => "rule_schema.rolled_back",
            _ => "rule_schema.set",
        };
        let event = change::event(action, "rule_schema", &schema.id.0, by)
            .with_detail("version", schema.version)
            .with_detail("recompiled", report.recompiled)
            .with_detail("failed", report.failed.len());
        // Before the history is written, which holds the actor as well.
        let checked = event.validate().map_err(Error::invalid(operation));
        let (tx, ()) = settle_with(tx, checked).await?;
        let done = sql::insert_schema_change()
            .bind(
                &tx,
                tenant,
                &self.0.shared.next_id(),
                schema.id.as_uuid(),
                &by.id,
                &kind.as_str(),
                &count(report.recompiled),
                &count(report.failed.len()),
                &Json(&report.failed),
            )
            .await;
        let (tx, _) = settle(operation, tx, done).await?;
        tx.audit_and_commit(&event).await?;
        Ok(update)
    }
}

/// What becomes of the rules under a schema, if that is allowed to happen.
pub(super) fn recompile(
    operation: &'static str,
    vocabulary: &Vocabulary,
    rules: &[Rule],
    on_failure: OnFailure,
) -> Result<Report> {
    let report = vocabulary.recompile(rules);
    if on_failure == OnFailure::Refuse && !report.failed.is_empty() {
        return Err(Error::RulesBroken { operation, report });
    }
    Ok(report)
}

pub(super) fn unchanged(schema: SchemaVersion) -> SchemaUpdate {
    SchemaUpdate { schema, report: Report::default(), changed: false }
}

fn count(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}
