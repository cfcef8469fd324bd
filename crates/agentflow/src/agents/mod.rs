//! Agents, and the tools they call. What an agent is made of, and the bounds of every field, is in [`crate::core::agent`].

#[expect(clippy::module_inception, reason = "the noun of the module is the noun of the domain")]
mod agents;
mod changed;
mod row;
mod tools;
mod unreadable;

pub use agentflow_core::{
    agent::{AgentDna, AgentSpec, AgentStatus},
    ids::{AgentId, ToolId},
    tool::ToolSpec,
};
pub use agents::{AgentFilter, Agents};
pub use tools::{Tool, Tools};
pub use unreadable::{UnreadableAgent, UnreadableTool};
