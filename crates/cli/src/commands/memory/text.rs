//! Memories in words.

use agentflow::{
    AgentId, PrincipalId, TeamId, Tenant,
    core::clock::{Clock, SystemClock},
    memory::{Memory, MemoryStatus},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    error::Result,
    output::{counted, facts, table},
    plain,
    who::joined,
};

/// Characters of a line that stands for a memory.
const LINE: usize = 100;

/// What the team, the agent and the user of a memory are called; what has no name is told by its id.
pub(super) struct Names {
    team: String,
    agent: String,
    user: String,
}

impl Names {
    pub(super) async fn of(
        tenant: &Tenant,
        team: TeamId,
        agent: Option<AgentId>,
        user: Option<PrincipalId>,
    ) -> Result<Self> {
        let team_name = tenant.teams().get(team).await?.map(|it| it.slug);
        let agent_name = match agent {
            Some(id) => tenant.agents().get_any(id).await?.and_then(std::result::Result::ok),
            None => None,
        };
        let user_name = match user {
            Some(id) => tenant.users().get(id).await?.map(|it| it.email.to_string()),
            None => None,
        };
        let or_id = |id: Option<String>| id.unwrap_or_default();
        Ok(Self {
            team: team_name.unwrap_or_else(|| team.to_string()),
            agent: agent_name.map_or_else(
                || or_id(agent.map(|it| it.to_string())),
                |it| it.spec.slug.to_string(),
            ),
            user: user_name.unwrap_or_else(|| or_id(user.map(|it| it.to_string()))),
        })
    }

    /// Of a memory.
    pub(super) async fn of_memory(tenant: &Tenant, memory: &Memory) -> Result<Self> {
        Self::of(tenant, memory.team_id, memory.agent_id, memory.user_id).await
    }

    /// As facts about it.
    pub(super) fn facts(&self) -> [(&'static str, String); 3] {
        [("Team", self.team.clone()), ("Agent", self.agent.clone()), ("User", self.user.clone())]
    }
}

/// All of a memory: what it says, and what is known of it.
pub(super) fn whole(memory: &Memory, names: &Names) -> String {
    let state = if memory.is_pinned { "pinned, " } else { "" };
    let embedding = memory.embedding_model.as_ref().map_or_else(
        || "none: it is found by its words only".to_owned(),
        |model| format!("{model}, {} dimensions", memory.embedding_dimensions.unwrap_or_default()),
    );
    let accessed = if memory.access_count == 0 {
        "never".to_owned()
    } else {
        let times = counted(memory.access_count, "time", "times");
        format!("{times}, last at {:.0}", memory.last_accessed_at)
    };
    let [team, agent, user] = names.facts();
    let known = facts(&[
        ("ID", memory.id.to_string()),
        ("Type", memory.memory_type.to_string()),
        (
            "Status",
            format!("{state}{}, {}, version {}", memory.status, memory.tier, memory.version),
        ),
        team,
        agent,
        user,
        ("Key", memory.entry_key.clone().unwrap_or_default()),
        ("Subject", memory.subject.clone().unwrap_or_default()),
        ("Tags", joined(&memory.tags)),
        ("Importance", format!("{} of 10", memory.importance)),
        ("Confidence", memory.confidence.to_string()),
        ("Source", memory.source_type.to_string()),
        ("Conversation", or_nothing(memory.source_conversation_id)),
        ("Metadata", json(&memory.metadata)),
        ("Embedding", embedding),
        ("Superseded by", or_nothing(memory.superseded_by)),
        ("Contradicts", joined(&memory.contradicts)),
        ("Related to", joined(&memory.related_to)),
        ("Read", accessed),
        ("Created", format!("{:.0}", memory.created_at)),
        ("Changed", changed(memory)),
        ("Expires", memory.expires_at.map(|it| format!("{it:.0}")).unwrap_or_default()),
    ]);
    format!("{}\n\n{known}", indented(&memory.content))
}

fn changed(memory: &Memory) -> String {
    if memory.updated_at == memory.created_at {
        String::new()
    } else {
        format!("{:.0}", memory.updated_at)
    }
}

pub(super) fn or_nothing(id: Option<impl ToString>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

/// Nothing for an empty object.
pub(super) fn json(object: &serde_json::Map<String, serde_json::Value>) -> String {
    if object.is_empty() {
        return String::new();
    }
    serde_json::Value::Object(object.clone()).to_string()
}

/// What is remembered stands further in, so that it cannot pass for anything else.
pub(super) fn indented(content: &str) -> String {
    let lines: Vec<_> = content.lines().map(|line| format!("  {}", plain::word(line))).collect();
    lines.join("\n")
}

/// The first line that says something, cut when it is long.
pub(super) fn first_line(content: &str) -> String {
    let mut lines = content.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let is_more = lines.next().is_some();
    let cut: String = first.chars().take(LINE).collect();
    let ending = if is_more || cut.len() < first.len() { "…" } else { "" };
    format!("{}{ending}", plain::word(&cut))
}

/// How old something is, in one unit.
pub(super) fn age(at: Timestamp) -> String {
    let seconds = SystemClock.now().duration_since(at).max(SignedDuration::ZERO).as_secs();
    let (number, unit) = match seconds {
        0..60 => return "now".to_owned(),
        60..3_600 => (seconds / 60, "min"),
        3_600..86_400 => (seconds / 3_600, "h"),
        86_400..5_184_000 => (seconds / 86_400, "d"),
        5_184_000..63_072_000 => (seconds / 2_592_000, "months"),
        _ => (seconds / 31_536_000, "years"),
    };
    format!("{number} {unit}")
}

/// One row for each.
pub(super) fn rows<'a>(memories: impl IntoIterator<Item = &'a Memory>) -> String {
    let rows = memories.into_iter().map(|memory| {
        let pinned = if memory.is_pinned { "pinned " } else { "" };
        let status = match memory.status {
            MemoryStatus::Active => memory.tier.to_string(),
            status => status.to_string(),
        };
        vec![
            memory.id.to_string(),
            memory.memory_type.to_string(),
            age(memory.created_at),
            memory.importance.to_string(),
            format!("{pinned}{status}"),
            first_line(&memory.content),
            joined(&memory.tags),
        ]
    });
    table(&["ID", "TYPE", "AGE", "IMPORTANCE", "STATUS", "CONTENT", "TAGS"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_one_line_that_says_there_is_more() {
        assert_eq!(first_line("\n  tea \n"), "tea");
        assert_eq!(first_line("tea\n\nand milk"), "tea…");
        assert_eq!(first_line(&"é".repeat(101)), format!("{}…", "é".repeat(100)));
        assert_eq!(first_line("a\u{1b}[2J"), "a\\u{1b}[2J");
    }

    #[test]
    fn ages_have_one_unit() {
        let ago = |seconds| age(SystemClock.now() - SignedDuration::from_secs(seconds));
        assert_eq!([ago(0), ago(-100), ago(61)], ["now", "now", "1 min"]);
        assert_eq!([ago(7_300), ago(90_000), ago(100 * 86_400)], ["2 h", "1 d", "3 months"]);
        assert_eq!(ago(3 * 31_536_000), "3 years");
    }

    #[test]
    fn what_is_remembered_stands_further_in() {
        assert_eq!(indented("a\n\u{7}b"), "  a\n  \\u{7}b");
    }
}
