use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{InvalidInput, random::Entropy};

/// The name of a backup: when it was begun, in UTC to the second, and four random bytes: `20261122T080000Z-7f3a9c21`. Names sort by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BackupId {
    text: String,
    begun_at: Timestamp,
}

const TIME: &str = "%Y%m%dT%H%M%SZ";
const TIME_LETTERS: usize = 16;
const RANDOM_LETTERS: usize = 8;

impl BackupId {
    /// The name of a backup that begins now.
    pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
        let mut random = [0; RANDOM_LETTERS / 2];
        entropy.fill(&mut random);
        let random = u32::from_be_bytes(random);
        let text = format!("{}-{random:08x}", now.strftime(TIME));
        let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
        Self { text, begun_at: second }
    }

    /// When the backup was begun, to the second.
    pub fn begun_at(&self) -> Timestamp {
        self.begun_at
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for BackupId {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let malformed = || {
            let reason = "expected a name such as 20261122T080000Z-7f3a9c21";
            InvalidInput::new("backup", reason)
        };
        let (time, random) = text.split_at_checked(TIME_LETTERS).ok_or_else(malformed)?;
        let is_random = random.strip_prefix('-').is_some_and(|it| {
            it.len() == RANDOM_LETTERS
                && it.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        });
        let civil = jiff::civil::DateTime::strptime(TIME, time).map_err(|_| malformed())?;
        let begun_at =
            civil.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| malformed())?.timestamp();
        if !is_random || begun_at.strftime(TIME).to_string() != time {
            return Err(malformed());
        }
        Ok(Self { text: text.to_owned(), begun_at })
    }
}

impl fmt::Display for BackupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for BackupId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for BackupId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Generator;

    #[test]
    fn a_name_says_when_and_sorts_by_it() {
        let at = |text: &str| BackupId::new(text.parse().unwrap(), &Generator::seeded(1));
        let (first, second) = (at("2026-11-22T08:00:00.9Z"), at("2026-11-22T08:00:01Z"));
        assert!(first < second && first.as_str().starts_with("20261122T080000Z-"));
        assert_eq!(first.begun_at(), "2026-11-22T08:00:00Z".parse().unwrap());
        assert_eq!(first.as_str().parse::<BackupId>().unwrap(), first);
    }

    #[test]
    fn other_names_are_refused() {
        for name in [
            "",
            "20261122T080000Z",
            "20261122T080000Z-7f3a9c2",
            "20261122T080000Z-7F3A9C21",
            "20261322T080000Z-7f3a9c21",
            "20261122T080000Z-7f3a9c21/..",
            "../20261122T08000-7f3a9c21",
            "2026ü122T080000Z-7f3a9c21",
        ] {
            assert!(name.parse::<BackupId>().is_err(), "{name}");
        }
    }
}
