//! Agents in words.

use agentflow::{AgentId, TeamId, agents::AgentDna};
use serde::Serialize;

use super::which::Readable;
use crate::{
    output::{facts, table},
    who::joined,
};

/// An agent with what it can do.
#[derive(Debug, Serialize)]
pub(super) struct Skilled {
    #[serde(flatten)]
    pub(super) agent: AgentDna,
    pub(super) effective_skills: Vec<String>,
}

/// What is known of an agent; `team` is its slug.
pub(super) fn text(agent: &AgentDna, team: &str, skills: Option<&[String]>) -> String {
    let spec = &agent.spec;
    let (model, memory, personality) = (&spec.model, &spec.memory, &spec.personality);
    let boundaries = &spec.boundaries;
    facts(&[
        ("Slug", spec.slug.to_string()),
        ("Name", spec.name.clone()),
        ("ID", agent.id.to_string()),
        ("Team", team.to_owned()),
        ("Status", spec.status.to_string()),
        ("Type", spec.kind.clone()),
        ("Role", spec.role.clone().unwrap_or_default()),
        ("Tagline", spec.tagline.clone()),
        (
            "Personality",
            format!(
                "{}, {}, {}, speaks {}",
                personality.tone,
                personality.verbosity,
                personality.formality,
                personality.language
            ),
        ),
        (
            "Model",
            format!(
                "{}, temperature {}, up to {} tokens",
                model.model_name, model.temperature, model.max_output_tokens
            ),
        ),
        ("Memory", format!("up to {} tokens of a prompt", memory.token_budget)),
        (
            "Autonomy",
            format!(
                "{}, up to {} tool calls a turn",
                boundaries.max_autonomy, boundaries.max_tool_calls_per_turn
            ),
        ),
        (
            "Escalates to",
            boundaries.escalates_to.as_ref().map(ToString::to_string).unwrap_or_default(),
        ),
        ("Skills", skills.map(joined).unwrap_or_default()),
        ("Created", format!("{:.0}", agent.created_at)),
        ("Updated", format!("{:.0}", agent.updated_at)),
    ])
}

/// An agent of a list. Of one that cannot be read, what it is called and why.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Listed {
    Agent(Box<AgentDna>),
    Unreadable { id: AgentId, team_id: TeamId, slug: String, fault: String },
}

impl Listed {
    pub(super) fn team_id(&self) -> TeamId {
        match self {
            Self::Agent(agent) => agent.team_id,
            Self::Unreadable { team_id, .. } => *team_id,
        }
    }
}

impl From<Readable> for Listed {
    fn from(agent: Readable) -> Self {
        match agent {
            Ok(agent) => Self::Agent(Box::new(agent)),
            Err(bad) => Self::Unreadable {
                id: bad.id,
                team_id: bad.team_id,
                slug: bad.slug,
                fault: bad.error.to_string(),
            },
        }
    }
}

/// Agents and the slugs of their teams.
pub(super) fn list(agents: &[(Listed, String)]) -> String {
    if agents.is_empty() {
        return "There is no such agent; `af agent create FILE --team TEAM` makes one.".to_owned();
    }
    let rows = agents.iter().map(|(agent, team)| match agent {
        Listed::Agent(agent) => vec![
            agent.spec.slug.to_string(),
            agent.spec.name.clone(),
            team.clone(),
            agent.spec.status.to_string(),
            agent.spec.model.model_name.clone(),
            agent.id.to_string(),
        ],
        Listed::Unreadable { id, slug, .. } => vec![
            slug.clone(),
            String::new(),
            team.clone(),
            "unreadable".to_owned(),
            String::new(),
            id.to_string(),
        ],
    });
    table(&["SLUG", "NAME", "TEAM", "STATUS", "MODEL", "ID"], rows)
}
