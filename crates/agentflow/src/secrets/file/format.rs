use std::{cell::RefCell, collections::BTreeMap, fmt, path::Path};

use agentflow_core::secret::SecretName;
use secrecy::{ExposeSecret, SecretString};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use zeroize::Zeroizing;

use super::{dotenv, fault::Fault, json, yaml};

/// What a file holds.
pub(super) type Entries = BTreeMap<SecretName, SecretString>;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Yaml,
    Dotenv,
}

/// How a file is written, and whether it is encrypted as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) form: Form,
    pub(super) is_encrypted: bool,
}

impl Format {
    /// By the ending of its name.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let (name, is_encrypted) = match name.strip_suffix(".age") {
            Some(name) => (name, true),
            None => (name, false),
        };
        // A file that is called `.env` has no ending.
        let (_, ending) = name.rsplit_once('.')?;
        let form = match ending {
            "json" => Form::Json,
            "yaml" | "yml" => Form::Yaml,
            "env" => Form::Dotenv,
            _ => return None,
        };
        Some(Self { form, is_encrypted })
    }
}

/// What is wrong with a text and where, without any part of it but names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    /// Line and column, from 1.
    pub(super) place: Option<(usize, usize)>,
    pub(super) reason: String,
}

impl Flaw {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { place: None, reason: reason.into() }
    }

    /// At a byte of a text.
    pub(super) fn at(text: &str, byte: usize, reason: impl Into<String>) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |it| it + 1);
        let line = before.matches('\n').count() + 1;
        let column = before[line_start..].chars().count() + 1;
        Self { place: Some((line, column)), reason: reason.into() }
    }
}

impl From<Flaw> for Fault {
    fn from(flaw: Flaw) -> Self {
        Self::Corrupt(match flaw.place {
            Some((line, column)) => format!("line {line}, column {column}: {}", flaw.reason),
            None => flaw.reason,
        })
    }
}

/// A change of one secret: its new value, or none to remove it.
pub(super) struct Change<'a> {
    pub(super) name: &'a SecretName,
    pub(super) value: Option<&'a SecretString>,
}

impl Form {
    /// What an empty set is written as.
    pub(super) const fn empty(self) -> &'static str {
        match self {
            Self::Json => "{}\n",
            Self::Yaml | Self::Dotenv => "# Secrets, one on each line.\n",
        }
    }

    /// Reads a text.
    pub(super) fn parse(self, bytes: &[u8]) -> Result<Entries, Flaw> {
        let text = text_of(bytes)?;
        let content = text.strip_prefix('\u{feff}').unwrap_or(text);
        if content.trim().is_empty() {
            return Err(Flaw::new(format!(
                "it is empty, as a file is that is being written; an empty set is {}",
                match self {
                    Self::Json => "`{}`",
                    Self::Yaml | Self::Dotenv => "a line that begins with `#`",
                }
            )));
        }
        match self {
            Self::Json => json::parse(content),
            Self::Yaml => yaml::parse(content),
            Self::Dotenv => dotenv::parse(content),
        }
    }

    /// The text with a change made to it, which must have been read before. `entries` is what it holds now.
    pub(super) fn edit(
        self,
        bytes: &[u8],
        entries: &Entries,
        change: &Change<'_>,
    ) -> Result<Zeroizing<Vec<u8>>, Flaw> {
        if self == Self::Dotenv {
            return dotenv::edit(text_of(bytes)?, change);
        }
        let mut changed: BTreeMap<&str, &str> =
            entries.iter().map(|(name, value)| (name.as_str(), value.expose_secret())).collect();
        match change.value {
            Some(value) => changed.insert(change.name.as_str(), value.expose_secret()),
            None => changed.remove(change.name.as_str()),
        };
        match self {
            Self::Json => json::render(&changed),
            Self::Yaml | Self::Dotenv => Ok(yaml::render(&changed)),
        }
    }
}

fn text_of(bytes: &[u8]) -> Result<&str, Flaw> {
    std::str::from_utf8(bytes)
        .map_err(|error| Flaw::new(format!("byte {} is not UTF-8 text", error.valid_up_to() + 1)))
}

/// The name and value of an entry, as they are in a file.
pub(super) fn entry(name: &str, value: &str) -> Result<(SecretName, SecretString), String> {
    // Not repeated: in a file that is wrong, it may be part of a secret.
    let name: SecretName =
        name.parse().map_err(|error: agentflow_core::InvalidInput| error.reason)?;
    if value.contains('\0') {
        return Err(format!("the value of {name} has a NUL character, which no secret has"));
    }
    Ok((name, SecretString::from(value)))
}

/// Reads a flat object of texts. Says what is wrong in `trouble`: errors of parsers may quote what they read.
pub(super) struct Flat<'t>(pub(super) &'t RefCell<Option<String>>);

impl Flat<'_> {
    fn fail<E: serde::de::Error>(&self, reason: impl Into<String>) -> E {
        self.0.borrow_mut().get_or_insert(reason.into());
        E::custom("")
    }
}

impl<'de> DeserializeSeed<'de> for Flat<'_> {
    type Value = Entries;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Entries, D::Error> {
        deserializer.deserialize_any(self)
    }
}

const EXPECTED: &str = "expected an object of names and texts";

impl<'de> Visitor<'de> for Flat<'_> {
    type Value = Entries;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of names and texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
        let mut entries = Entries::new();
        while let Some(name) = map.next_key_seed(Text(Part::Name, self.0))? {
            let known = name.parse::<SecretName>().ok();
            let value = map.next_value_seed(Text(Part::ValueOf(known.as_ref()), self.0))?;
            let (name, value) = entry(&name, &value).map_err(|reason| self.fail(reason))?;
            if entries.contains_key(&name) {
                return Err(self.fail(format!("{name} is there twice")));
            }
            entries.insert(name, value);
        }
        Ok(entries)
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Entries, E> {
        Err(self.fail(EXPECTED))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Entries, E> {
        Err(self.fail(EXPECTED))
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Entries, E> {
        Err(self.fail(EXPECTED))
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Entries, E> {
        Err(self.fail(EXPECTED))
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Entries, E> {
        Err(self.fail(EXPECTED))
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Entries, E> {
        Err(self.fail(EXPECTED))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, _: A) -> Result<Entries, A::Error> {
        Err(self.fail(format!("it is a list; {EXPECTED}")))
    }
}

/// A text, and which.
struct Text<'n, 't>(Part<'n>, &'t RefCell<Option<String>>);

enum Part<'n> {
    Name,
    /// The value of a name, which is in the error if it is a valid one.
    ValueOf(Option<&'n SecretName>),
}

impl Text<'_, '_> {
    fn is<E: serde::de::Error>(&self, what: &str) -> E {
        let reason = match self.0 {
            Part::Name => format!("a name is {what}, and a text was expected"),
            Part::ValueOf(None) => format!("the value of a name that is not valid is {what}"),
            Part::ValueOf(Some(name)) => format!(
                "the value of {name} is {what}, and a text was expected; put it in quotes if it is one"
            ),
        };
        self.1.borrow_mut().get_or_insert(reason);
        E::custom("")
    }
}

impl<'de> DeserializeSeed<'de> for Text<'_, '_> {
    type Value = Zeroizing<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text<'_, '_> {
    type Value = Zeroizing<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Zeroizing::new(text.to_owned()))
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(Zeroizing::new(text))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Err(self.is("null"))
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Self::Value, E> {
        Err(self.is("true or false"))
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Self::Value, E> {
        Err(self.is("a number"))
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Self::Value, E> {
        Err(self.is("a number"))
    }

    fn visit_i128<E: serde::de::Error>(self, _: i128) -> Result<Self::Value, E> {
        Err(self.is("a number"))
    }

    fn visit_u128<E: serde::de::Error>(self, _: u128) -> Result<Self::Value, E> {
        Err(self.is("a number"))
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Err(self.is("a number"))
    }

    fn visit_bytes<E: serde::de::Error>(self, _: &[u8]) -> Result<Self::Value, E> {
        Err(self.is("binary"))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(self.is("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(self.is("an object"))
    }
}
