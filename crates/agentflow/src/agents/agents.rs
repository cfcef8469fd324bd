use agentflow_core::{
    agent::{AgentDna, AgentSpec, AgentStatus, effective_skills},
    audit::{Actor, Event, Resource},
    ids::{AgentId, TeamId},
    tenancy::Slug,
};
use agentflow_sql::queries::agents as sql;
use tokio_postgres::types::Json;

use super::{
    changed::{changed_fields, field_names},
    row,
};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::{settle, settle_with},
    store::Handle,
};

/// Which agents to list. By default those of all teams that are not archived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AgentFilter {
    /// Only the agents of this team.
    pub team: Option<TeamId>,
    /// Only agents of this status. Archived ones are listed only when they are asked for here.
    pub status: Option<AgentStatus>,
}

/// The agents of a tenant. Every change is recorded in the tenant's audit chain, in the same transaction; what changes
/// nothing is not recorded.
///
/// An agent comes back as it was written. Its row may be changed by SQL too, and is checked when it is read: one that
/// is out of bounds fails with [`Error::Inconsistent`], until it is replaced by [`update`](Agents::update) or deleted.
#[derive(Debug, Clone)]
pub struct Agents(pub(super) Handle);

impl Agents {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Creates an agent of a team.
    ///
    /// Fails with [`Error::InvalidInputs`], which names every bad field, with [`Error::AlreadyExists`] when the team has
    /// an agent with the slug, and with [`Error::NotFound`] when the team is not there.
    pub async fn create(&self, team: TeamId, spec: AgentSpec, by: &Actor) -> Result<AgentDna> {
        const OPERATION: &str = "create an agent";
        spec.validate().map_err(Error::all_invalid(OPERATION))?;
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::insert_agent()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                &self.0.shared.next_id(),
                team.as_uuid(),
                &spec.name,
                &spec.slug.as_str(),
                &spec.tagline,
                &spec.avatar_emoji,
                &spec.kind,
                &spec.role,
                &spec.status.as_str(),
                &Json(&spec.personality),
                &spec.shared_skill_names,
                &spec.custom_skill_names,
                &spec.disabled_skill_names,
                &Json(&spec.model),
                &Json(&spec.memory),
                &Json(&spec.boundaries),
                &Json(&spec.config),
                &Json(&spec.policies),
                &by.principal_id().map(|id| id.0),
            )
            .map(row::agent)
            .one()
            .await;
        let (tx, agent) = settle_row(OPERATION, tx, row).await?;
        let event = event("agent.created", agent.id, by)
            .with_detail("team_id", team.to_string())
            .with_detail("name", agent.spec.name.as_str())
            .with_detail("slug", agent.spec.slug.as_str());
        tx.audit_and_commit(&event).await?;
        Ok(agent)
    }

    /// The agent with this id.
    pub async fn get(&self, id: AgentId) -> Result<Option<AgentDna>> {
        let flight = self.0.flight("get an agent").await?;
        let row = sql::get_agent()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .map(row::agent)
            .opt()
            .await;
        flight.land(row).await?.transpose()
    }

    /// The agent of this team with this id or slug.
    pub async fn find(&self, team: TeamId, id_or_slug: &str) -> Result<Option<AgentDna>> {
        if let Ok(id) = id_or_slug.parse()
            && let Some(agent) = self.get(id).await?
            && agent.team_id == team
        {
            return Ok(Some(agent));
        }
        let Ok(slug) = id_or_slug.parse::<Slug>() else { return Ok(None) };
        let flight = self.0.flight("find an agent").await?;
        let row = sql::get_agent_by_slug()
            .bind(&flight, self.0.tenant.as_uuid(), team.as_uuid(), &slug.as_str())
            .map(row::agent)
            .opt()
            .await;
        flight.land(row).await?.transpose()
    }

    /// A page of at most `limit` agents in order of their ids, which is the order of creation, behind `after`.
    pub async fn list(
        &self,
        filter: AgentFilter,
        after: Option<AgentId>,
        limit: u16,
    ) -> Result<Vec<AgentDna>> {
        let flight = self.0.flight("list agents").await?;
        let rows = sql::list_agents()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &filter.team.map(|id| id.0),
                &filter.status.map(AgentStatus::as_str),
                &after.map(|id| id.0),
                &i64::from(limit),
            )
            .map(row::agent)
            .all()
            .await;
        flight.land(rows).await?.into_iter().collect()
    }

    /// Replaces what an agent is by another spec, all of it; team and maker stay. The audit entry names the fields that
    /// are different now, and not what is in them, except name, slug and status.
    ///
    /// Fails with [`Error::InvalidInputs`], which names every bad field, with [`Error::AlreadyExists`] when the team has
    /// another agent with the slug, and with [`Error::NotFound`] when the agent is not there.
    pub async fn update(&self, id: AgentId, spec: AgentSpec, by: &Actor) -> Result<AgentDna> {
        const OPERATION: &str = "change an agent";
        spec.validate().map_err(Error::all_invalid(OPERATION))?;
        let (tx, before) = self.lock(OPERATION, id).await?;
        let changed = match &before {
            Ok(before) => changed_fields(&before.spec, &spec),
            // What cannot be read cannot be compared, but it can be replaced.
            Err(_) => field_names(&spec),
        };
        if changed.is_empty() {
            let (tx, before) = settle_with(tx, before).await?;
            tx.rollback().await?;
            return Ok(before);
        }
        let (tx, agent) = self.replace(OPERATION, tx, id, &spec).await?;
        let mut event = event("agent.updated", id, by);
        for (field, value) in [
            ("name", agent.spec.name.as_str()),
            ("slug", agent.spec.slug.as_str()),
            ("status", agent.spec.status.as_str()),
        ] {
            if changed.iter().any(|name| name == field) {
                event = event.with_detail(field, value);
            }
        }
        tx.audit_and_commit(&event.with_detail("changed", changed)).await?;
        Ok(agent)
    }

    /// Says what may be done with an agent. Any status may follow any other, so an archived agent can come back.
    pub async fn set_status(
        &self,
        id: AgentId,
        status: AgentStatus,
        by: &Actor,
    ) -> Result<AgentDna> {
        const OPERATION: &str = "set the status of an agent";
        let (tx, before) = self.lock(OPERATION, id).await?;
        let (tx, before) = settle_with(tx, before).await?;
        if before.spec.status == status {
            tx.rollback().await?;
            return Ok(before);
        }
        let row = sql::set_agent_status()
            .bind(&tx, &status.as_str(), self.0.tenant.as_uuid(), id.as_uuid())
            .map(row::agent)
            .one()
            .await;
        let (tx, agent) = settle_row(OPERATION, tx, row).await?;
        let event = event("agent.status_changed", id, by)
            .with_detail("from", before.spec.status.as_str())
            .with_detail("to", status.as_str());
        tx.audit_and_commit(&event).await?;
        Ok(agent)
    }

    /// Deletes an agent. Fails with [`Error::NotFound`] when it is not there, and with [`Error::Conflict`] when it has
    /// conversations or messages: it can be archived instead.
    pub async fn delete(&self, id: AgentId, by: &Actor) -> Result<()> {
        const OPERATION: &str = "delete an agent";
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::delete_agent().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let Some(row) = row else {
            return Err(tx.refuse(not_found(OPERATION, id)).await);
        };
        let event = event("agent.deleted", id, by)
            .with_detail("team_id", row.team_id.to_string())
            .with_detail("name", row.name)
            .with_detail("slug", row.slug);
        tx.audit_and_commit(&event).await?;
        Ok(())
    }

    /// What an agent can do: what its team shares with all of its agents, what it shares and its own, without what is
    /// disabled, in this order and each name once. Fails with [`Error::NotFound`] when the agent is not there.
    pub async fn effective_skills(&self, id: AgentId) -> Result<Vec<String>> {
        const OPERATION: &str = "list the skills of an agent";
        let flight = self.0.flight(OPERATION).await?;
        let row = sql::get_agent_skills()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .opt()
            .await;
        let row = flight.land_found(row, || not_found(OPERATION, id)).await?;
        Ok(effective_skills(
            &row.team_shared_skill_names,
            &row.shared_skill_names,
            &row.custom_skill_names,
            &row.disabled_skill_names,
        ))
    }

    /// The agent as far as it can be read, and nobody else changes it before the end of the transaction.
    async fn lock(
        &self,
        operation: &'static str,
        id: AgentId,
    ) -> Result<(TenantTx, Result<AgentDna>)> {
        let tx = self.0.begin(operation).await?;
        let row = sql::lock_agent()
            .bind(&tx, self.0.tenant.as_uuid(), id.as_uuid())
            .map(row::agent)
            .opt()
            .await;
        let (tx, row) = settle(operation, tx, row).await?;
        if let Some(agent) = row {
            return Ok((tx, agent));
        }
        Err(tx.refuse(not_found(operation, id)).await)
    }

    async fn replace(
        &self,
        operation: &'static str,
        tx: TenantTx,
        id: AgentId,
        spec: &AgentSpec,
    ) -> Result<(TenantTx, AgentDna)> {
        let row = sql::update_agent()
            .bind(
                &tx,
                &spec.name,
                &spec.slug.as_str(),
                &spec.tagline,
                &spec.avatar_emoji,
                &spec.kind,
                &spec.role,
                &spec.status.as_str(),
                &Json(&spec.personality),
                &spec.shared_skill_names,
                &spec.custom_skill_names,
                &spec.disabled_skill_names,
                &Json(&spec.model),
                &Json(&spec.memory),
                &Json(&spec.boundaries),
                &Json(&spec.config),
                &Json(&spec.policies),
                self.0.tenant.as_uuid(),
                id.as_uuid(),
            )
            .map(row::agent)
            .one()
            .await;
        settle_row(operation, tx, row).await
    }
}

/// The row that a statement wrote; a transaction that went wrong is rolled back.
async fn settle_row(
    operation: &'static str,
    tx: TenantTx,
    row: Result<Result<AgentDna>, tokio_postgres::Error>,
) -> Result<(TenantTx, AgentDna)> {
    let (tx, agent) = settle(operation, tx, row).await?;
    settle_with(tx, agent).await
}

fn not_found(operation: &'static str, id: AgentId) -> Error {
    Error::not_found(operation, format!("agent {id}"))
}

fn event(action: &str, agent: AgentId, by: &Actor) -> Event {
    Event::new(action, Resource::new("agent", agent), by.clone())
}
