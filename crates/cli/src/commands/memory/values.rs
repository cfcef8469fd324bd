//! What is said of a memory besides its text.

use agentflow::{
    Tenant,
    core::ids::ConversationId,
    memory::{MemoryId, MemorySource, MemoryType, NewMemory},
};
use serde_json::{Map, Value};

use super::scope::Scope;
use crate::{error::Result, instant::End};

#[derive(Debug, clap::Args)]
pub(super) struct Values {
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    pub(super) own: Own,
}

/// What does not say whose it is.
#[derive(Debug, clap::Args)]
pub(super) struct Own {
    /// What kind: semantic, episodic, procedural, agent_private, shared, identity or user_profile
    #[arg(long = "type", value_name = "TYPE", default_value = "semantic")]
    kind: MemoryType,
    /// What it is about, in parts with dots: user.preference.language
    #[arg(long)]
    subject: Option<String>,
    /// How much it matters, 1 to 10
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=10))]
    importance: u8,
    /// How sure it is, 0 to 1
    #[arg(long, value_name = "P", default_value_t = 1.0, value_parser = part)]
    confidence: f64,
    /// Keep it in mind always
    #[arg(long)]
    pin: bool,
    /// A word to find it by; several with commas
    #[arg(long = "tag", value_name = "TAG", value_delimiter = ',')]
    tags: Vec<String>,
    /// Whatever else is to be known of it, a JSON object
    #[arg(long, value_name = "JSON", value_parser = object)]
    metadata: Option<Map<String, Value>>,
    /// Where it comes from: explicit, extraction, system, feedback, consolidation or compaction
    #[arg(long, default_value = "explicit")]
    source: MemorySource,
    /// The conversation that it was taken from, by id
    #[arg(long, value_name = "ID")]
    conversation: Option<ConversationId>,
    /// Memories that it has to do with, by id; several with commas
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    related: Vec<MemoryId>,
    #[command(flatten)]
    end: End,
}

impl Values {
    /// A memory with this text.
    pub(super) async fn memory(&self, tenant: &Tenant, text: &str) -> Result<NewMemory> {
        let whose = self.scope.find(tenant).await?;
        let mut memory = NewMemory::new(whose.team.id, self.own.kind, text);
        memory.agent_id = whose.agent;
        memory.user_id = whose.user;
        self.own.say(&mut memory);
        Ok(memory)
    }
}

impl Own {
    fn say(&self, memory: &mut NewMemory) {
        memory.subject.clone_from(&self.subject);
        memory.importance = self.importance;
        memory.confidence = self.confidence;
        memory.is_pinned = self.pin;
        memory.source_type = self.source;
        memory.source_conversation_id = self.conversation;
        memory.related_to.clone_from(&self.related);
        memory.metadata = self.metadata.clone().unwrap_or_default();
        memory.tags.clone_from(&self.tags);
        memory.expires_at = self.end.at();
    }
}

/// A number of 0 to 1.
pub(super) fn part(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
    number.ok_or_else(|| "expected a number of 0 to 1, such as 0.8".to_owned())
}

/// A JSON object.
pub(super) fn object(text: &str) -> Result<Map<String, Value>, String> {
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("expected a JSON object, such as {\"source\":\"crm\"}".to_owned()),
        Err(error) => Err(format!("not JSON: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_objects_that_are_none_are_named() {
        assert_eq!(part("0.25"), Ok(0.25));
        for wrong in ["-0.1", "1.01", "NaN", "inf", ""] {
            assert!(part(wrong).is_err(), "{wrong}");
        }
        assert!(object("[1]").unwrap_err().contains("a JSON object"));
        let broken = object("{\n\"a\": }").unwrap_err();
        assert!(broken.contains("line 2 column 6"), "{broken}");
        assert_eq!(object("{\"a\":1}").unwrap().len(), 1);
    }
}
