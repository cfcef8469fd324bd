use std::{fmt, str::FromStr};

use agentflow_core::{InvalidInput, ids::MemoryId};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use uuid::Uuid;

/// The form of the bytes.
const FORM: u8 = 2;
const LENGTH: usize = 1 + 16 + 4 + 8 + 8 + 16;

/// Behind which memory the next page of a search begins. Its text says nothing to anybody; it goes on with the request that it
/// comes from, and no other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SearchCursor {
    /// The moment of the first page, as of which all are scored.
    pub(super) as_of: Timestamp,
    /// The candidates of the first page.
    pub(super) pool: u16,
    /// What tells the search from others.
    pub(super) request: [u8; 8],
    /// What the last memory of the page was put in order by.
    pub(super) score: f64,
    /// The last memory of the page.
    pub(super) id: MemoryId,
}

impl fmt::Display for SearchCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.push(FORM);
        bytes.extend(self.as_of.as_nanosecond().to_be_bytes());
        bytes.extend(u32::from(self.pool).to_be_bytes());
        bytes.extend(self.request);
        bytes.extend(self.score.to_bits().to_be_bytes());
        bytes.extend(self.id.0.as_bytes());
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for SearchCursor {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).ok_or_else(|| {
            InvalidInput::new("after", "expected what a page of the same search gave as the next")
        })
    }
}

impl Serialize for SearchCursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn read(text: &str) -> Option<SearchCursor> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == LENGTH)?;
    let (form, rest) = bytes.split_first()?;
    let (as_of, rest) = rest.split_first_chunk()?;
    let (pool, rest) = rest.split_first_chunk()?;
    let (request, rest) = rest.split_first_chunk()?;
    let (score, id) = rest.split_first_chunk()?;
    let cursor = SearchCursor {
        as_of: Timestamp::from_nanosecond(i128::from_be_bytes(*as_of)).ok()?,
        pool: u32::from_be_bytes(*pool).try_into().ok()?,
        request: *request,
        score: f64::from_bits(u64::from_be_bytes(*score)),
        id: MemoryId(Uuid::from_slice(id).ok()?),
    };
    let sound = *form == FORM && (1..=1000).contains(&cursor.pool) && cursor.score.is_finite();
    sound.then_some(cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> SearchCursor {
        SearchCursor {
            as_of: "2026-11-18T12:00:00.000000001Z".parse().unwrap(),
            pool: 200,
            request: *b"12345678",
            score: 0.1 + 0.2,
            id: MemoryId(Uuid::from_u128(7)),
        }
    }

    #[test]
    fn is_read_as_it_was_written() {
        let text = cursor().to_string();
        assert_eq!(text.parse::<SearchCursor>().unwrap(), cursor());
        assert!(text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_'));
    }

    #[test]
    fn whatever_else_is_refused() {
        let text = cursor().to_string();
        let wrong = [
            "",
            "x",
            &text[1..],
            &format!("{text}A"),
            &SearchCursor { score: f64::NAN, ..cursor() }.to_string(),
            &SearchCursor { pool: 0, ..cursor() }.to_string(),
        ];
        for text in wrong {
            let error = text.parse::<SearchCursor>().unwrap_err();
            assert_eq!(error.field, "after", "{text}");
        }
    }
}
