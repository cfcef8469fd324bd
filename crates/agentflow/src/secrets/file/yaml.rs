use std::{
    cell::RefCell,
    collections::BTreeMap,
    fmt::{self, Write},
};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};
use serde_saphyr::{
    Location, Spanned, Tagged,
    options::{DuplicateKeyPolicy, MergeKeyPolicy},
};
use zeroize::Zeroizing;

use super::format::{Entries, Flat, Flaw};

/// Two levels are all there may be; the rest is for words about what is wrong.
const MAX_DEPTH: usize = 8;

pub(super) fn parse(text: &str) -> Result<Entries, Flaw> {
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
    let entries = read.map_err(|error| {
        let error = error.without_snippet();
        let place = place_of(error);
        let reason = trouble.take().unwrap_or_else(|| words(error));
        // What the whole is, is said where it begins.
        Flaw { place: place.or_else(|| begin(text)), reason }
    })?;
    refuse_tags(text)?;
    Ok(entries)
}

/// A tag says that a text is to be taken for something else: `!!binary` would be decoded, and others left out without a word.
fn refuse_tags(text: &str) -> Result<(), Flaw> {
    let options = serde_saphyr::options! { with_snippet: false };
    let read = serde_saphyr::from_str_with_options::<Tagged<Tags>>(text, options);
    let Tagged(Tags(inside), whole) =
        read.map_err(|error| Flaw { place: place_of(&error), reason: words(&error) })?;
    let place = match (inside, is_refused(whole.as_deref(), "map")) {
        (Some(at), _) => number(at.line()).zip(number(at.column())),
        (None, true) => begin(text),
        (None, false) => return Ok(()),
    };
    let reason = "tags (`!`, `!!binary`) are not allowed but for `!!str`; put the value in quotes if it is a text";
    Err(Flaw { place, reason: reason.to_owned() })
}

fn is_refused(tag: Option<&str>, allowed: &str) -> bool {
    let kind = |tag: &str| -> Option<String> {
        let kind = tag.strip_prefix("tag:yaml.org,2002:").or_else(|| tag.strip_prefix("!!"));
        kind.map(str::to_owned)
    };
    tag.is_some_and(|tag| kind(tag).as_deref() != Some(allowed))
}

/// Where the first tag of a name or value is, if there is one.
struct Tags(Option<Location>);

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self(None))
    }
}

impl<'de> Visitor<'de> for Tags {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of names and texts")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
        type Node = Spanned<Tagged<IgnoredAny>>;

        while let Some((name, value)) = map.next_entry::<Node, Node>()? {
            for Spanned { value: Tagged(_, tag), referenced: at, .. } in [name, value] {
                if is_refused(tag.as_deref(), "str") {
                    self.0.get_or_insert(at);
                }
            }
        }
        Ok(self)
    }
}

/// From 1, if it is known.
fn number(it: u64) -> Option<usize> {
    usize::try_from(it).ok().filter(|it| *it > 0)
}

/// Where the first thing in a text is that is no comment.
fn begin(text: &str) -> Option<(usize, usize)> {
    text.lines().position(|line| !is_comment(line)).map(|line| (line + 1, 1))
}

fn is_comment(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}

fn place_of(error: &serde_saphyr::Error) -> Option<(usize, usize)> {
    error.location().and_then(|at| number(at.line()).zip(number(at.column())))
}

/// The parser's own words may quote what it read.
fn words(error: &serde_saphyr::Error) -> String {
    use serde_saphyr::{Error as E, budget::BudgetBreach};

    match error {
        E::MultipleDocuments { .. } | E::Budget { breach: BudgetBreach::Documents { .. }, .. } => {
            "there are several documents (`---`) in it, and one was expected"
        }
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
