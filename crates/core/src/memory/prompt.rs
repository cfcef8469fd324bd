use std::fmt::Write;

use jiff::{Timestamp, tz::TimeZone};

use super::{MemoryStatus, MemoryType};
use crate::words::words;

/// How many characters of a contradicting text are told.
const LONGEST_CONTRADICTION: usize = 200;

words!(
    /// What a memory is to whoever reads the prompt.
    Section, "section" {
        /// Who the agent is.
        Identity = "IDENTITY",
        /// What is known of the user.
        UserProfile = "USER-PROFILE",
        /// What somebody likes better.
        Preference = "PREFERENCE",
        /// What is so.
        Fact = "FACT",
        /// What happened, and on which day.
        Event = "EVENT",
        /// How something is done.
        Pattern = "PATTERN",
        /// What all agents of the team know.
        Team = "TEAM",
    }
);

impl Section {
    /// By the type of a memory, and by its subject: one with a part `preference`, such as `user.preference.language`, is about a
    /// preference, unless it says who the agent is, how something is done, or what happened.
    pub fn of(memory_type: MemoryType, subject: Option<&str>) -> Self {
        let preference = || {
            subject.is_some_and(|subject| {
                subject.split('.').any(|part| matches!(part, "preference" | "preferences"))
            })
        };
        match memory_type {
            MemoryType::Identity => Self::Identity,
            MemoryType::Procedural => Self::Pattern,
            MemoryType::Episodic => Self::Event,
            _ if preference() => Self::Preference,
            MemoryType::UserProfile => Self::UserProfile,
            MemoryType::Shared => Self::Team,
            MemoryType::Semantic | MemoryType::AgentPrivate => Self::Fact,
        }
    }
}

/// A memory as a prompt tells it.
#[derive(Debug, Clone, Copy)]
pub struct PromptEntry<'a> {
    /// What it is to whoever reads it.
    pub section: Section,
    /// Whether it is disputed.
    pub status: MemoryStatus,
    /// When it was made; told of events, as a day in UTC.
    pub created_at: Timestamp,
    /// What is remembered.
    pub content: &'a str,
    /// What contradicts it; told of disputed ones, each cut to 200 characters.
    pub contradicted_by: &'a [String],
}

impl PromptEntry<'_> {
    /// The lines of it, ended. The first begins with the tag, and no other line begins with anything but blanks, so that what
    /// somebody had remembered cannot pass for another memory.
    pub fn to_lines(&self) -> String {
        let mut text = format!("[{}", self.section);
        if self.section == Section::Event {
            let day = self.created_at.to_zoned(TimeZone::UTC).date();
            write_to(&mut text, format_args!(" {day}"));
        }
        text.push(']');
        if self.status == MemoryStatus::Disputed {
            text.push_str(" (disputed)");
        }
        text.push(' ');
        push_indented(&mut text, self.content.trim());
        text.push('\n');
        if self.status == MemoryStatus::Disputed {
            for other in self.contradicted_by {
                text.push_str("  contradicted by: ");
                push_indented(&mut text, &shortened(other.trim()));
                text.push('\n');
            }
        }
        text
    }
}

fn write_to(text: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = text.write_fmt(what);
}

/// Line breaks of every kind that somebody may take for one.
fn push_indented(text: &mut String, content: &str) {
    let breaks = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
    for (index, line) in content.split(breaks).enumerate() {
        if index > 0 {
            text.push_str("\n  ");
        }
        text.push_str(line);
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_CONTRADICTION) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
