//! Rows of agents and tools, read so that a value nobody foresaw is an error that names it, and no panic: what the
//! generated code makes of a number that no double holds.

use agentflow_core::{
    agent::{AgentDna, AgentSpec},
    ids::{AgentId, PrincipalId, TeamId, ToolId},
    tool::ToolSpec,
};
use agentflow_sql::queries::agents as sql;
use uuid::Uuid;

use super::Tool;
use crate::{
    error::{Error, Result},
    input::{known, stored_json},
};

const AGENTS: &str = "agents";
const TOOLS: &str = "tools";

/// An agent as it is stored, if it is one that could be stored today: within all bounds.
pub(super) fn agent(row: sql::AgentBorrowed<'_>) -> Result<AgentDna> {
    let id = row.id;
    let spec = AgentSpec {
        name: row.name.to_owned(),
        slug: known(AGENTS, "slug", id, row.slug)?,
        tagline: row.tagline.to_owned(),
        avatar_emoji: row.avatar_emoji.to_owned(),
        kind: row.r#type.to_owned(),
        role: row.role.map(str::to_owned),
        status: known(AGENTS, "status", id, row.status)?,
        personality: stored_json(AGENTS, "personality", id, row.personality)?,
        shared_skill_names: row.shared_skill_names.map(str::to_owned).collect(),
        custom_skill_names: row.custom_skill_names.map(str::to_owned).collect(),
        disabled_skill_names: row.disabled_skill_names.map(str::to_owned).collect(),
        model: stored_json(AGENTS, "model_config_json", id, row.model_config_json)?,
        memory: stored_json(AGENTS, "memory_config", id, row.memory_config)?,
        boundaries: stored_json(AGENTS, "boundaries", id, row.boundaries)?,
        config: stored_json(AGENTS, "config", id, row.config)?,
        policies: stored_json(AGENTS, "policies", id, row.policies)?,
    };
    if let Err(faults) = spec.validate() {
        let field = faults.0.first().map_or("", |fault| fault.field.as_str());
        return Err(inconsistent(AGENTS, agent_column(field), id));
    }
    Ok(AgentDna {
        id: AgentId(id),
        team_id: TeamId(row.team_id),
        spec,
        created_by: row.created_by.map(PrincipalId),
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// A tool as it is stored. Its schema is looked at when arguments are checked.
#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(super) fn tool(row: sql::ToolBorrowed<'_>) -> Result<Tool> {
    let id = row.id;
    Ok(Tool {
        id: ToolId(id),
        spec: ToolSpec {
            name: row.name.to_owned(),
            description: row.description.to_owned(),
            schema: stored_json(TOOLS, "schema", id, row.schema)?,
            permissions: stored_json(TOOLS, "permissions", id, row.permissions)?,
            cost_model: stored_json(TOOLS, "cost_model", id, row.cost_model)?,
        },
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// For a tool whose stored schema is none.
pub(super) fn bad_tool_schema(id: ToolId) -> Error {
    inconsistent(TOOLS, "schema", id.0)
}

fn inconsistent(table: &'static str, column: &'static str, row: Uuid) -> Error {
    Error::Inconsistent { table, column, row: row.to_string() }
}

/// The column that holds a field of a spec, by the path of something in it.
fn agent_column(path: &str) -> &'static str {
    const COLUMNS: &[(&str, &str)] = &[
        ("name", "name"),
        ("slug", "slug"),
        ("tagline", "tagline"),
        ("avatar_emoji", "avatar_emoji"),
        ("type", "type"),
        ("role", "role"),
        ("status", "status"),
        ("personality", "personality"),
        ("shared_skill_names", "shared_skill_names"),
        ("custom_skill_names", "custom_skill_names"),
        ("disabled_skill_names", "disabled_skill_names"),
        ("model", "model_config_json"),
        ("memory", "memory_config"),
        ("boundaries", "boundaries"),
        ("config", "config"),
        ("policies", "policies"),
    ];
    let field = path.split(['.', '[']).next();
    let found = COLUMNS.iter().find(|(name, _)| Some(*name) == field);
    found.map_or("id", |(_, column)| column)
}

#[cfg(test)]
mod tests {
    use agentflow_core::agent::AgentSpec;

    use super::*;
    use crate::agents::changed::field_names;

    #[test]
    fn every_field_of_a_spec_has_a_column() {
        let spec = AgentSpec::new("Ada", "ada".parse().unwrap());
        for field in field_names(&spec) {
            assert_ne!(agent_column(&format!("{field}.part[0]")), "id", "{field}");
        }
        assert_eq!(agent_column("memory.token_budget"), "memory_config");
    }
}
