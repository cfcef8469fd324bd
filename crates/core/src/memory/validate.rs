use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{MemoryChange, MemoryType, NewMemory};
use crate::{InvalidInput, InvalidInputs, canonical, fields::check_text};

/// The most characters that are remembered at once.
const MOST_CHARACTERS: usize = 65_536;
/// The most messages that a memory is taken from, and the most memories that it has to do with.
const MOST_REFERENCES: usize = 100;
/// The most that the metadata takes, as canonical JSON.
const MOST_METADATA_BYTES: usize = 64 * 1024;
/// The most tags of a memory.
const MOST_TAGS: usize = 50;
/// Before the year 10000, behind which the database writes times as nobody else reads them.
const LAST_SECOND: i64 = 253_402_300_799;

impl NewMemory {
    /// Everything that is wrong with it, with `now` as the time. Whether what it names is there, only the database knows.
    pub fn validate(&self, now: Timestamp) -> Result<(), InvalidInputs> {
        let mut faults = Faults::default();
        self.check_owner(&mut faults);
        faults.text("content", Some(&self.content), MOST_CHARACTERS);
        faults.text("subject", self.subject.as_deref(), 255);
        faults.importance(self.importance);
        faults.confidence(self.confidence);
        faults.count("source_message_ids", self.source_message_ids.len(), MOST_REFERENCES);
        faults.text("extraction_model", self.extraction_model.as_deref(), 255);
        faults.count("related_to", self.related_to.len(), MOST_REFERENCES);
        faults.metadata(&self.metadata);
        faults.0.extend(check_tags(&self.tags).err().into_iter().flat_map(|faults| faults.0));
        faults.expiry(self.expires_at, now);
        faults.found()
    }

    fn check_owner(&self, faults: &mut Faults) {
        use MemoryType::{AgentPrivate, Identity, Procedural, UserProfile};
        let kind = self.memory_type;
        if self.agent_id.is_none() && matches!(kind, AgentPrivate | Identity | Procedural) {
            faults.add(
                "agent_id",
                format!("memories of the type {kind} are those of an agent; name it"),
            );
        }
        if self.user_id.is_none() && kind == UserProfile {
            faults
                .add("user_id", format!("memories of the type {kind} are about a user; name them"));
        }
    }
}

impl MemoryChange {
    /// Everything that is wrong with it, with `now` as the time.
    pub fn validate(&self, now: Timestamp) -> Result<(), InvalidInputs> {
        let mut faults = Faults::default();
        faults.text("content", self.content.as_deref(), MOST_CHARACTERS);
        faults.text("subject", self.subject.as_ref().and_then(Option::as_deref), 255);
        if let Some(importance) = self.importance {
            faults.importance(importance);
        }
        if let Some(confidence) = self.confidence {
            faults.confidence(confidence);
        }
        if let Some(metadata) = &self.metadata {
            faults.metadata(metadata);
        }
        if let Some(related_to) = &self.related_to {
            faults.count("related_to", related_to.len(), MOST_REFERENCES);
        }
        faults.expiry(self.expires_at.flatten(), now);
        faults.found()
    }
}

/// Whether a memory can be given these tags: at most 50, each of 1 to 100 characters that are not only blanks.
pub fn check_tags<T: AsRef<str>>(tags: &[T]) -> Result<(), InvalidInputs> {
    let mut faults = Faults::default();
    faults.count("tags", tags.len(), MOST_TAGS);
    for (index, tag) in tags.iter().enumerate().take(MOST_TAGS) {
        faults.text(&format!("tags[{index}]"), Some(tag.as_ref()), 100);
    }
    faults.found()
}

/// Whether this can be the reason of a change: 1 to 1,000 characters that are not only blanks.
pub fn check_reason(reason: Option<&str>) -> Result<(), InvalidInputs> {
    let mut faults = Faults::default();
    faults.text("reason", reason, 1_000);
    faults.found()
}

#[derive(Default)]
struct Faults(Vec<InvalidInput>);

impl Faults {
    fn add(&mut self, field: &str, reason: impl std::fmt::Display) {
        self.0.push(InvalidInput::new(field, reason));
    }

    fn text(&mut self, field: &str, text: Option<&str>, most: usize) {
        let Some(text) = text else { return };
        if text.trim().is_empty() {
            self.add(field, format!("expected 1 to {most} characters, not only blanks"));
        } else {
            self.0.extend(check_text(field, text, 1, most).err());
        }
    }

    fn importance(&mut self, importance: u8) {
        if !(1..=10).contains(&importance) {
            self.add("importance", format!("expected 1 to 10, not {importance}"));
        }
    }

    fn confidence(&mut self, confidence: f64) {
        if !(0.0..=1.0).contains(&confidence) {
            self.add("confidence", format!("expected 0 to 1, not {confidence}"));
        }
    }

    fn count(&mut self, field: &str, count: usize, most: usize) {
        if count > most {
            self.add(field, format!("expected at most {most}, not {count}"));
        }
    }

    fn metadata(&mut self, metadata: &Map<String, Value>) {
        let mut text = String::new();
        match canonical::write_object_as_doubles(&mut text, metadata, "metadata") {
            Err(fault) => self.0.push(fault),
            Ok(()) if text.len() > MOST_METADATA_BYTES => {
                self.add("metadata", "expected at most 64 kB of JSON");
            }
            Ok(()) => {}
        }
    }

    fn expiry(&mut self, expires_at: Option<Timestamp>, now: Timestamp) {
        let Some(expires_at) = expires_at else { return };
        if expires_at <= now {
            self.add("expires_at", format!("expected a time in the future; now it is {now}"));
        } else if expires_at.as_second() > LAST_SECOND {
            self.add("expires_at", "expected a time before the year 10000");
        }
    }

    fn found(self) -> Result<(), InvalidInputs> {
        if self.0.is_empty() { Ok(()) } else { Err(InvalidInputs(self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::ids::{AgentId, MemoryId, MessageId, TeamId};

    fn now() -> Timestamp {
        "2026-11-18T12:00:00Z".parse().unwrap()
    }

    fn memory(memory_type: MemoryType) -> NewMemory {
        NewMemory::new(TeamId(Uuid::nil()), memory_type, "Ann likes tea")
    }

    fn fields(checked: Result<(), InvalidInputs>) -> Vec<String> {
        checked.err().into_iter().flat_map(|faults| faults.0).map(|fault| fault.field).collect()
    }

    #[test]
    fn every_bad_field_of_a_memory_is_named_at_once() {
        let bad = NewMemory {
            content: " \n".to_owned(),
            subject: Some(String::new()),
            importance: 11,
            confidence: f64::NAN,
            source_message_ids: vec![MessageId(Uuid::nil()); 101],
            extraction_model: Some("m".repeat(256)),
            related_to: vec![MemoryId(Uuid::nil()); 101],
            metadata: json!({"text": "x".repeat(70_000)}).as_object().unwrap().clone(),
            tags: vec!["fine".to_owned(), " ".to_owned(), "t".repeat(101), "a\0b".to_owned()],
            expires_at: Some(now()),
            ..memory(MemoryType::Identity)
        };
        let expected = [
            "agent_id",
            "content",
            "subject",
            "importance",
            "confidence",
            "source_message_ids",
            "extraction_model",
            "related_to",
            "metadata",
            "tags[1]",
            "tags[2]",
            "tags[3]",
            "expires_at",
        ];
        assert_eq!(fields(bad.validate(now())), expected);
        let profile = memory(MemoryType::UserProfile);
        assert_eq!(fields(profile.validate(now())), ["user_id"]);
    }

    #[test]
    fn what_is_just_in_bounds_is_taken() {
        let good = NewMemory {
            agent_id: Some(AgentId(Uuid::nil())),
            content: "ü".repeat(65_536),
            subject: Some("s".repeat(255)),
            importance: 10,
            confidence: 0.0,
            tags: vec!["t".repeat(100); 50],
            expires_at: Some("9999-12-30T00:00:00Z".parse().unwrap()),
            ..memory(MemoryType::AgentPrivate)
        };
        assert_eq!(good.validate(now()), Ok(()));
        let longer =
            NewMemory { content: "ü".repeat(65_537), tags: vec![String::from("t"); 51], ..good };
        assert_eq!(fields(longer.validate(now())), ["content", "tags"]);
    }

    #[test]
    fn a_change_is_checked_as_far_as_it_goes() {
        assert_eq!(MemoryChange::default().validate(now()), Ok(()));
        let emptied =
            MemoryChange { subject: Some(None), expires_at: Some(None), ..MemoryChange::default() };
        assert_eq!(emptied.validate(now()), Ok(()));
        let bad = MemoryChange {
            content: Some("a\0".to_owned()),
            subject: Some(Some(" ".to_owned())),
            importance: Some(0),
            confidence: Some(1.5),
            metadata: json!({"n": 9_007_199_254_740_993_i64}).as_object().cloned(),
            related_to: Some(vec![MemoryId(Uuid::nil()); 101]),
            expires_at: Some(Some(Timestamp::UNIX_EPOCH)),
        };
        let expected = [
            "content",
            "subject",
            "importance",
            "confidence",
            "metadata.n",
            "related_to",
            "expires_at",
        ];
        assert_eq!(fields(bad.validate(now())), expected);
    }

    #[test]
    fn a_reason_says_something() {
        assert_eq!(check_reason(None), Ok(()));
        assert_eq!(check_reason(Some("she said so")), Ok(()));
        for bad in ["", "  ", "a\0", &"r".repeat(1_001)] {
            assert_eq!(fields(check_reason(Some(bad))), ["reason"]);
        }
    }
}
