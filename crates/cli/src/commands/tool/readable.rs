//! Tools as far as their rows can be read: a damaged one can still be replaced and deleted, and stands in nobody's way.

use agentflow::{
    ToolId,
    agents::{Tool, UnreadableTool},
};
use serde::Serialize;

use crate::error::Error;

pub(super) type Readable = Result<Tool, UnreadableTool>;

pub(super) fn id(tool: &Readable) -> ToolId {
    tool.as_ref().map_or_else(|bad| bad.id, |tool| tool.id)
}

pub(super) fn name(tool: &Readable) -> &str {
    tool.as_ref().map_or_else(|bad| bad.name.as_str(), |tool| tool.spec.name.as_str())
}

/// The error about a row that somebody damaged.
pub(super) fn unreadable(bad: UnreadableTool) -> Error {
    let way_out = way_out(&bad);
    Error::from(bad.error).with_hint(way_out)
}

/// What can be done about such a row.
pub(super) fn way_out(bad: &UnreadableTool) -> String {
    let id = bad.id;
    format!("`af tool register FILE` replaces it by name, `af tool delete {id}` removes it")
}

/// A tool of a list. Of one that cannot be read, what it is called and why.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Listed {
    Tool(Box<Tool>),
    Unreadable { id: ToolId, name: String, fault: String },
}

impl From<Readable> for Listed {
    fn from(tool: Readable) -> Self {
        match tool {
            Ok(tool) => Self::Tool(Box::new(tool)),
            Err(bad) => {
                Self::Unreadable { id: bad.id, name: bad.name, fault: bad.error.to_string() }
            }
        }
    }
}
