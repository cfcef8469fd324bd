use agentflow_core::{
    audit::{Actor, Event, Resource},
    ids::ToolId,
    tool::{ToolSchema, ToolSpec},
};
use agentflow_sql::queries::agents as sql;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tokio_postgres::types::Json;

use super::{
    changed::{changed_fields, field_names},
    row, unreadable,
};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::{settle, settle_with},
    store::Handle,
};

/// A tool as it is stored. As JSON, the keys of the spec stand beside the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tool {
    /// The id, which stays when the tool is registered again.
    pub id: ToolId,
    /// What its maker wrote.
    #[serde(flatten)]
    pub spec: ToolSpec,
    /// When it was registered first.
    pub created_at: Timestamp,
    /// When it was registered with something new.
    pub updated_at: Timestamp,
}

/// The tools that the agents of a tenant may call. Every change is recorded in the tenant's audit chain, in the same
/// transaction; what changes nothing is not recorded.
#[derive(Debug, Clone)]
pub struct Tools(pub(super) Handle);

impl Tools {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Registers a tool. One of the same name is replaced and keeps its id; the same once more changes nothing, so a
    /// service may register its tools whenever it starts.
    ///
    /// Fails with [`Error::InvalidInputs`], which names what is wrong with the schema by its path in it.
    pub async fn register(&self, spec: ToolSpec, by: &Actor) -> Result<Tool> {
        const OPERATION: &str = "register a tool";
        spec.validate().map_err(Error::all_invalid(OPERATION))?;
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::insert_tool()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                &self.0.shared.next_id(),
                &spec.name,
                &spec.description,
                &Json(&spec.schema),
                &Json(&spec.permissions),
                &Json(&spec.cost_model),
            )
            .map(row::tool)
            .opt()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let Some(row) = row else { return self.register_again(OPERATION, tx, &spec, by).await };
        let (tx, tool) = settle_with(tx, row).await?;
        let event = event("tool.registered", tool.id, by).with_detail("name", spec.name);
        tx.audit_and_commit(&event).await?;
        Ok(tool)
    }

    /// The tool is there, and the transaction holds it.
    async fn register_again(
        &self,
        operation: &'static str,
        tx: TenantTx,
        spec: &ToolSpec,
        by: &Actor,
    ) -> Result<Tool> {
        let tenant = self.0.tenant.as_uuid();
        let row =
            sql::get_tool_by_name().bind(&tx, tenant, &spec.name).map(unreadable::tool).one().await;
        let (tx, before) = settle(operation, tx, row).await?;
        let (id, changed) = match &before {
            Ok(before) => (before.id, changed_fields(&before.spec, spec)),
            // What cannot be read cannot be compared, but it can be replaced.
            Err(before) => (before.id, field_names(spec)),
        };
        if changed.is_empty() {
            let (tx, before) = settle_with(tx, before.map_err(|before| before.error)).await?;
            tx.rollback().await?;
            return Ok(before);
        }
        let row = sql::update_tool()
            .bind(
                &tx,
                &spec.description,
                &Json(&spec.schema),
                &Json(&spec.permissions),
                &Json(&spec.cost_model),
                tenant,
                id.as_uuid(),
            )
            .map(row::tool)
            .one()
            .await;
        let (tx, tool) = settle(operation, tx, row).await?;
        let (tx, tool) = settle_with(tx, tool).await?;
        let event = event("tool.updated", tool.id, by)
            .with_detail("name", spec.name.as_str())
            .with_detail("changed", changed);
        tx.audit_and_commit(&event).await?;
        Ok(tool)
    }

    /// The tool with this id.
    pub async fn get(&self, id: ToolId) -> Result<Option<Tool>> {
        let flight = self.0.flight("get a tool").await?;
        let row = sql::get_tool()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .map(row::tool)
            .opt()
            .await;
        flight.land(row).await?.transpose()
    }

    /// The tool with this name.
    pub async fn find(&self, name: &str) -> Result<Option<Tool>> {
        self.named("find a tool", name).await
    }

    /// A page of at most `limit` tools in order of their ids, which is the order of creation, behind `after`.
    pub async fn list(&self, after: Option<ToolId>, limit: u16) -> Result<Vec<Tool>> {
        let flight = self.0.flight("list tools").await?;
        let rows = sql::list_tools()
            .bind(&flight, self.0.tenant.as_uuid(), &after.map(|id| id.0), &i64::from(limit))
            .map(row::tool)
            .all()
            .await;
        flight.land(rows).await?.into_iter().collect()
    }

    /// Deletes a tool. Fails with [`Error::NotFound`] when it is not there.
    pub async fn delete(&self, id: ToolId, by: &Actor) -> Result<()> {
        const OPERATION: &str = "delete a tool";
        let tx = self.0.begin(OPERATION).await?;
        let name = sql::delete_tool().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, name) = settle(OPERATION, tx, name).await?;
        let Some(name) = name else {
            return Err(tx.refuse(Error::not_found(OPERATION, format!("tool {id}"))).await);
        };
        tx.audit_and_commit(&event("tool.deleted", id, by).with_detail("name", name)).await?;
        Ok(())
    }

    /// Checks the arguments of a call against the schema of the tool with this name.
    ///
    /// Fails with [`Error::InvalidInputs`], which names every bad argument by its path, `arguments.items[3]`, and with
    /// [`Error::NotFound`] when there is no such tool. Asks the database and prepares the schema each time; to check many
    /// calls of one tool, keep [`ToolSpec::validate`]'s answer.
    pub async fn check_arguments(&self, name: &str, arguments: &Value) -> Result<()> {
        const OPERATION: &str = "check the arguments of a tool";
        let tool = self.named(OPERATION, name).await?;
        let tool = tool.ok_or_else(|| Error::not_found(OPERATION, format!("tool {name}")))?;
        ToolSchema::new(&tool.spec.schema)
            .map_err(|_| row::bad_tool_schema(tool.id))?
            .check_arguments(arguments)
            .map_err(Error::all_invalid(OPERATION))
    }

    async fn named(&self, operation: &'static str, name: &str) -> Result<Option<Tool>> {
        // No text with this character is stored, and PostgreSQL refuses to be asked for one.
        if name.contains('\0') {
            return Ok(None);
        }
        let flight = self.0.flight(operation).await?;
        let row = sql::get_tool_by_name()
            .bind(&flight, self.0.tenant.as_uuid(), &name)
            .map(row::tool)
            .opt()
            .await;
        flight.land(row).await?.transpose()
    }
}

fn event(action: &str, tool: ToolId, by: &Actor) -> Event {
    Event::new(action, Resource::new("tool", tool), by.clone())
}
