//! Rows that hold what this program cannot read: they stand in nobody's way, and say what they are called.

use agentflow_core::{
    ids::{AgentId, TeamId, ToolId},
    tenancy::Slug,
};
use agentflow_sql::queries::agents as sql;

use super::{AgentDna, AgentFilter, AgentStatus, Agents, Tool, Tools, row};
use crate::error::{Error, Result};

/// An agent whose row cannot be read. It can be replaced, with [`Agents::update`], and deleted.
#[derive(Debug, Clone)]
pub struct UnreadableAgent {
    /// The id.
    pub id: AgentId,
    /// The team it belongs to.
    pub team_id: TeamId,
    /// What it is called within the team, whether that is a slug or not.
    pub slug: String,
    /// Which column it is.
    pub error: Error,
}

/// A tool whose row cannot be read. It can be replaced, with [`Tools::register`] under its name, and deleted.
#[derive(Debug, Clone)]
pub struct UnreadableTool {
    /// The id.
    pub id: ToolId,
    /// What it is called.
    pub name: String,
    /// Which column it is.
    pub error: Error,
}

#[expect(clippy::result_large_err, reason = "a row that cannot be read is rare")]
fn agent(row: sql::AgentBorrowed<'_>) -> Result<AgentDna, UnreadableAgent> {
    let (id, team_id, slug) = (AgentId(row.id), TeamId(row.team_id), row.slug.to_owned());
    row::agent(row).map_err(|error| UnreadableAgent { id, team_id, slug, error })
}

pub(super) fn tool(row: sql::ToolBorrowed<'_>) -> Result<Tool, UnreadableTool> {
    let (id, name) = (ToolId(row.id), row.name.to_owned());
    row::tool(row).map_err(|error| UnreadableTool { id, name, error })
}

impl Agents {
    /// As [`get`](Agents::get), for whoever can do something about a row that cannot be read.
    pub async fn get_any(&self, id: AgentId) -> Result<Option<Result<AgentDna, UnreadableAgent>>> {
        let flight = self.0.flight("get an agent").await?;
        let row = sql::get_agent()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .map(agent)
            .opt()
            .await;
        flight.land(row).await
    }

    /// As [`find`](Agents::find), for whoever can do something about a row that cannot be read.
    pub async fn find_any(
        &self,
        team: TeamId,
        id_or_slug: &str,
    ) -> Result<Option<Result<AgentDna, UnreadableAgent>>> {
        if let Ok(id) = id_or_slug.parse()
            && let Some(found) = self.get_any(id).await?
            && found.as_ref().map_or_else(|bad| bad.team_id, |agent| agent.team_id) == team
        {
            return Ok(Some(found));
        }
        let Ok(slug) = id_or_slug.parse::<Slug>() else { return Ok(None) };
        let flight = self.0.flight("find an agent").await?;
        let row = sql::get_agent_by_slug()
            .bind(&flight, self.0.tenant.as_uuid(), team.as_uuid(), &slug.as_str())
            .map(agent)
            .opt()
            .await;
        flight.land(row).await
    }

    /// As [`list`](Agents::list), with the rows that cannot be read in their places.
    pub async fn list_any(
        &self,
        filter: AgentFilter,
        after: Option<AgentId>,
        limit: u16,
    ) -> Result<Vec<Result<AgentDna, UnreadableAgent>>> {
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
            .map(agent)
            .all()
            .await;
        flight.land(rows).await
    }
}

impl Tools {
    /// As [`get`](Tools::get), for whoever can do something about a row that cannot be read.
    pub async fn get_any(&self, id: ToolId) -> Result<Option<Result<Tool, UnreadableTool>>> {
        let flight = self.0.flight("get a tool").await?;
        let row = sql::get_tool()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .map(tool)
            .opt()
            .await;
        flight.land(row).await
    }

    /// As [`find`](Tools::find), for whoever can do something about a row that cannot be read.
    pub async fn find_any(&self, name: &str) -> Result<Option<Result<Tool, UnreadableTool>>> {
        // No text with this character is stored, and PostgreSQL refuses to be asked for one.
        if name.contains('\0') {
            return Ok(None);
        }
        let flight = self.0.flight("find a tool").await?;
        let row = sql::get_tool_by_name()
            .bind(&flight, self.0.tenant.as_uuid(), &name)
            .map(tool)
            .opt()
            .await;
        flight.land(row).await
    }

    /// As [`list`](Tools::list), with the rows that cannot be read in their places.
    pub async fn list_any(
        &self,
        after: Option<ToolId>,
        limit: u16,
    ) -> Result<Vec<Result<Tool, UnreadableTool>>> {
        let flight = self.0.flight("list tools").await?;
        let rows = sql::list_tools()
            .bind(&flight, self.0.tenant.as_uuid(), &after.map(|id| id.0), &i64::from(limit))
            .map(tool)
            .all()
            .await;
        flight.land(rows).await
    }
}
