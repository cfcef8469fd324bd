//! Agents: their DNA, which says who an agent is, how it speaks, what it remembers and what it may do.
//!
//! An [`AgentSpec`] is what somebody writes in a file; an [`AgentDna`] is an agent as it is stored. Everything that may
//! be left out has a default, and every bound is in the schema that [`json_schema`] makes from the types, which is also
//! what checks a document: so the two cannot disagree.

mod boundaries;
mod dna;
mod memory;
mod model;
mod personality;
mod skills;
mod spec;

pub use boundaries::{AgentBoundaries, Autonomy};
pub use dna::AgentDna;
pub use memory::{AgentMemoryConfig, RetrievalWeights};
pub use model::AgentModelConfig;
pub use personality::{AgentPersonality, Formality, Tone, Verbosity, VoiceExample};
pub use skills::effective_skills;
pub use spec::{AgentSpec, AgentStatus, DEFAULT_TYPE, json_schema};
