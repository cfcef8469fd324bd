use std::{cell::RefCell, collections::BTreeMap};

use serde::de::DeserializeSeed;
use zeroize::Zeroizing;

use super::format::{Entries, Flat, Flaw};

pub(super) fn parse(text: &str) -> Result<Entries, Flaw> {
    let trouble = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Flat(&trouble).deserialize(&mut reader);
    read.and_then(|entries| reader.end().map(|()| entries)).map_err(|error| Flaw {
        place: (error.line() > 0).then(|| (error.line(), error.column())),
        reason: trouble.take().unwrap_or_else(|| words(&error)),
    })
}

/// The parser's own words are about the grammar and quote nothing, but that is nowhere promised.
fn words(error: &serde_json::Error) -> String {
    let words = if error.is_eof() { "the JSON ends too early" } else { "it is not valid JSON" };
    words.to_owned()
}

pub(super) fn render(entries: &BTreeMap<&str, &str>) -> Result<Zeroizing<Vec<u8>>, Flaw> {
    // No byte becomes more than `\u0000`. A buffer that grew would leave its content behind in memory.
    let room: usize = entries.iter().map(|(name, value)| name.len() + 6 * value.len() + 16).sum();
    let mut text = Zeroizing::new(Vec::with_capacity(room + 16));
    serde_json::to_writer_pretty(&mut *text, entries)
        .map_err(|_| Flaw::new("it cannot be written as JSON"))?;
    text.push(b'\n');
    Ok(text)
}
