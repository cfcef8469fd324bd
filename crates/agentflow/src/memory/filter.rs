use agentflow_core::{
    InvalidInput, InvalidInputs,
    ids::{AgentId, PrincipalId, TeamId},
    memory::{MemoryStatus, MemoryTier, MemoryType},
};
use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio_postgres::{error::SqlState, types::Json};

use crate::{
    error::{Error, Result},
    input::check_json,
};

/// The most tags that can be asked for at once: what a memory can have.
const MOST_TAGS: usize = 50;
const LONGEST_PATH: usize = 1000;

/// Which memories of a team: those that pass all of it. What is absent or empty asks for nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct MemoryFilter {
    /// The team that remembers.
    pub team: TeamId,
    /// Only what this agent may see: its own memories, what is shared, profiles of users, and semantic and episodic ones that
    /// belong to no agent.
    pub agent: Option<AgentId>,
    /// Only what is about this user, or about nobody in particular.
    pub user: Option<PrincipalId>,
    /// Only these types.
    pub types: Vec<MemoryType>,
    /// Only these tiers.
    pub tiers: Vec<MemoryTier>,
    /// Only these statuses, for lists and counts; active and disputed ones if empty. Searches find active and disputed ones,
    /// and refuse anything here.
    pub statuses: Vec<MemoryStatus>,
    /// Only what has all of these tags, at most 50.
    pub tags: Vec<String>,
    /// Only what is at least as important, 1 to 10.
    pub min_importance: Option<u8>,
    /// Only what was made then or later.
    pub created_from: Option<Timestamp>,
    /// Only what was made before.
    pub created_until: Option<Timestamp>,
    /// Only what has all of this in its metadata: the same members, and in arrays the same elements, with whatever else.
    pub metadata: Option<Map<String, Value>>,
    /// Only that in whose metadata this SQL/JSON path finds something that is neither false nor null:
    /// `$.times_used ? (@ > 3)`. At most 1,000 characters.
    pub metadata_path: Option<String>,
}

impl MemoryFilter {
    /// All that a team remembers and that holds.
    pub fn of_team(team: TeamId) -> Self {
        Self {
            team,
            agent: None,
            user: None,
            types: Vec::new(),
            tiers: Vec::new(),
            statuses: Vec::new(),
            tags: Vec::new(),
            min_importance: None,
            created_from: None,
            created_until: None,
            metadata: None,
            metadata_path: None,
        }
    }

    /// All that this agent of the team may see.
    pub fn of_agent(team: TeamId, agent: AgentId) -> Self {
        Self { agent: Some(agent), ..Self::of_team(team) }
    }

    /// What is wrong with it, but for the path, which the database reads.
    pub(super) fn validate(&self, operation: &'static str) -> Result<()> {
        let mut faults = Vec::new();
        if let Some(importance) = self.min_importance
            && !(1..=10).contains(&importance)
        {
            let reason = format!("expected 1 to 10, not {importance}");
            faults.push(InvalidInput::new("min_importance", reason));
        }
        if self.tags.len() > MOST_TAGS {
            let reason = format!("expected at most {MOST_TAGS} tags, not {}", self.tags.len());
            faults.push(InvalidInput::new("tags", reason));
        }
        for (index, tag) in self.tags.iter().enumerate() {
            if tag.trim().is_empty() || tag.chars().count() > 100 || tag.contains('\0') {
                let field = format!("tags[{index}]");
                let reason = "expected 1 to 100 characters, not only blanks";
                faults.push(InvalidInput::new(field, reason));
            }
        }
        if let (Some(from), Some(until)) = (self.created_from, self.created_until)
            && from >= until
        {
            let reason = format!("expected a time after `created_from`, which is {from}");
            faults.push(InvalidInput::new("created_until", reason));
        }
        if let Some(path) = &self.metadata_path
            && (path.trim().is_empty()
                || path.chars().count() > LONGEST_PATH
                || path.contains('\0'))
        {
            let reason =
                "expected an SQL/JSON path of 1 to 1000 characters: `$.times_used ? (@ > 3)`";
            faults.push(InvalidInput::new("metadata_path", reason));
        }
        if let Some(metadata) = &self.metadata
            && let Err(Error::InvalidInput { input, .. }) =
                check_json(operation, "metadata", metadata)
        {
            faults.push(input);
        }
        if faults.is_empty() {
            return Ok(());
        }
        Err(Error::InvalidInputs { operation, inputs: InvalidInputs(faults) })
    }

    /// It as parameters of a query. Lists that ask for nothing are NULL.
    pub(super) fn values(&self) -> FilterValues<'_> {
        let mut tags: Vec<_> = self.tags.iter().map(String::as_str).collect();
        tags.sort_unstable();
        tags.dedup();
        FilterValues {
            agent: self.agent.map(|id| id.0),
            user: self.user.map(|id| id.0),
            types: unless_empty(self.types.iter().map(|it| it.as_str()).collect()),
            tiers: unless_empty(self.tiers.iter().map(|it| it.as_str()).collect()),
            statuses: if self.statuses.is_empty() {
                vec![MemoryStatus::Active.as_str(), MemoryStatus::Disputed.as_str()]
            } else {
                self.statuses.iter().map(|it| it.as_str()).collect()
            },
            tags: unless_empty(tags),
            min_importance: self.min_importance.map(i32::from),
            metadata: self.metadata.as_ref().map(Json),
            path: self.metadata_path.as_deref(),
        }
    }

    /// An error of a query that it is a part of: a path that is none is the fault of whoever wrote it.
    pub(super) fn explain(&self, error: Error) -> Error {
        let Error::Database { operation, source } = &error else { return error };
        let (Some(path), Some(db)) = (&self.metadata_path, source.as_db_error()) else {
            return error;
        };
        let faults = [
            SqlState::SYNTAX_ERROR,
            SqlState::INVALID_TEXT_REPRESENTATION,
            SqlState::INVALID_REGULAR_EXPRESSION,
            SqlState::FEATURE_NOT_SUPPORTED,
            SqlState::UNDEFINED_OBJECT,
            SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
            SqlState::STATEMENT_TOO_COMPLEX,
        ];
        let is_its = faults.contains(db.code())
            || db.code().code().starts_with("22")
            || db.message().contains("jsonpath");
        if !is_its {
            return error;
        }
        let reason = format!("`{path}` is not an SQL/JSON path: {}", db.message());
        let inputs = InvalidInput::new("metadata_path", reason).into();
        Error::InvalidInputs { operation, inputs }
    }
}

fn unless_empty<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// The parameters of a filter.
#[derive(Debug, Clone)]
pub(super) struct FilterValues<'a> {
    pub(super) agent: Option<uuid::Uuid>,
    pub(super) user: Option<uuid::Uuid>,
    pub(super) types: Option<Vec<&'static str>>,
    pub(super) tiers: Option<Vec<&'static str>>,
    /// Never empty.
    pub(super) statuses: Vec<&'static str>,
    /// Each once.
    pub(super) tags: Option<Vec<&'a str>>,
    pub(super) min_importance: Option<i32>,
    pub(super) metadata: Option<Json<&'a Map<String, Value>>>,
    pub(super) path: Option<&'a str>,
}
