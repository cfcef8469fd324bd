use std::{cell::RefCell, collections::BTreeMap, fmt::Write};

use serde::de::DeserializeSeed;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use zeroize::Zeroizing;

use super::format::{Entries, Flat, Flaw};

/// Two levels are all there may be; the rest is for words about what is wrong.
const MAX_DEPTH: usize = 8;

pub(super) fn parse(text: &str) -> Result<Entries, Flaw> {
    let is_comment = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if text.lines().all(is_comment) {
        return Ok(Entries::new());
    }
    let options = serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        budget: serde_saphyr::budget! { max_depth: MAX_DEPTH, max_anchors: 0, max_aliases: 0, max_documents: 1 },
    };
    let trouble = RefCell::new(None);
    let read = serde_saphyr::with_deserializer_from_str_with_options(text, options, |reader| {
        Flat(&trouble).deserialize(reader)
    });
    read.map_err(|error| {
        let error = error.without_snippet();
        let number = |it: u64| usize::try_from(it).ok().filter(|it| *it > 0);
        let place =
            error.location().and_then(|at| Some((number(at.line())?, number(at.column())?)));
        Flaw { place, reason: trouble.take().unwrap_or_else(|| words(error)) }
    })
}

/// The parser's own words may quote what it read.
fn words(error: &serde_saphyr::Error) -> String {
    use serde_saphyr::{Error as E, budget::BudgetBreach};

    match error {
        E::DuplicateMappingKey { .. } => "a name is there twice",
        E::MergeKeyNotAllowed { .. } => "merge keys (`<<`) are not allowed",
        E::Budget {
            breach: BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. }, ..
        } => "anchors (`&`) and aliases (`*`) are not allowed; put the value in quotes if it is a text",
        _ => "it is not valid YAML; put values with special characters in quotes",
    }
    .to_owned()
}

/// One line for each, in double quotes. Everything unusual is escaped, so that no reader takes it for something else.
pub(super) fn render(entries: &BTreeMap<&str, &str>) -> Zeroizing<Vec<u8>> {
    // No byte becomes more than `\u0000`. A buffer that grew would leave its content behind in memory.
    let room: usize = entries.iter().map(|(name, value)| name.len() + 6 * value.len() + 16).sum();
    let mut text = Zeroizing::new(String::with_capacity(room + 64));
    for (name, value) in entries {
        // `no` and `12` would not be texts.
        let _ = write!(text, "\"{name}\": \"");
        for character in value.chars() {
            // Writing to a text does not fail.
            let _ = match character {
                '"' | '\\' => write!(text, "\\{character}"),
                '\n' => text.write_str("\\n"),
                '\r' => text.write_str("\\r"),
                '\t' => text.write_str("\\t"),
                ' '..='~' => text.write_char(character),
                _ if u32::from(character) > 0xFFFF => {
                    write!(text, "\\U{:08X}", u32::from(character))
                }
                _ => write!(text, "\\u{:04X}", u32::from(character)),
            };
        }
        text.push_str("\"\n");
    }
    if entries.is_empty() {
        text.push_str("{}\n");
    }
    Zeroizing::new(std::mem::take(&mut *text).into_bytes())
}
