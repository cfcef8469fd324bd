//! Settings of the memory store: whether the one in memory may be used, and how much it holds.

use std::{fmt, str::FromStr};

use agentflow_core::InvalidInput;

use super::{invalid, number};
use crate::error::Result;

/// Where a memory store keeps its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryImplementation {
    /// In memory: gone with the process.
    InMemory,
    /// In PostgreSQL, as memories.
    Postgres,
}

impl MemoryImplementation {
    /// As the setting has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InMemory => "in_memory",
            Self::Postgres => "postgres",
        }
    }
}

impl fmt::Display for MemoryImplementation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MemoryImplementation {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        match text.to_lowercase().as_str() {
            "in_memory" => Ok(Self::InMemory),
            "postgres" => Ok(Self::Postgres),
            _ => Err(InvalidInput::new("implementation", "expected `in_memory` or `postgres`")),
        }
    }
}

/// Where the entries of agents are kept; see [`MemoryStore`](crate::memory::MemoryStore).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryStoreSettings {
    /// Whether the store in memory, which is experimental, may be used. `AF_MEMORY_ENABLED`, by default `false`.
    pub enabled: bool,
    /// Which one. `AF_MEMORY_IMPLEMENTATION`, by default `postgres` where there is a database, and else `in_memory`.
    pub implementation: Option<MemoryImplementation>,
    /// The most entries that a tenant may have in memory; 0 allows none. `AF_MEMORY_MAX_ENTRIES`, by default 10,000.
    pub max_entries: u32,
    /// Whether every call is logged at level `debug`, without data. `AF_MEMORY_DEBUG`, by default `false`.
    pub debug: bool,
}

impl Default for MemoryStoreSettings {
    fn default() -> Self {
        Self { enabled: false, implementation: None, max_entries: 10_000, debug: false }
    }
}

impl MemoryStoreSettings {
    pub(super) fn from_lookup(set: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let default = Self::default();
        let implementation = match set("AF_MEMORY_IMPLEMENTATION") {
            None => None,
            Some(text) => Some(text.trim().parse().map_err(|error: InvalidInput| {
                invalid("AF_MEMORY_IMPLEMENTATION", &error.reason)
            })?),
        };
        Ok(Self {
            enabled: flag(set, "AF_MEMORY_ENABLED")?,
            implementation,
            max_entries: number(set, "AF_MEMORY_MAX_ENTRIES", default.max_entries)?,
            debug: flag(set, "AF_MEMORY_DEBUG")?,
        })
    }
}

fn flag(set: &dyn Fn(&str) -> Option<String>, name: &str) -> Result<bool> {
    match set(name).map(|text| text.trim().to_lowercase()).as_deref() {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(_) => Err(invalid(name, "expected `true` or `false`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn from(variables: &[(&str, &str)]) -> Result<MemoryStoreSettings> {
        let lookup = |name: &str| {
            variables.iter().find(|(k, _)| *k == name).map(|(_, value)| (*value).to_owned())
        };
        Config::from_lookup(&lookup).map(|config| config.memory)
    }

    #[test]
    fn the_store_in_memory_is_off_unless_it_is_asked_for() {
        let settings = from(&[]).unwrap();
        assert_eq!(settings, MemoryStoreSettings::default());
        assert!(!settings.enabled && !settings.debug && settings.implementation.is_none());
        assert_eq!(settings.max_entries, 10_000);
    }

    #[test]
    fn every_setting_is_read() {
        let settings = from(&[
            ("AF_MEMORY_ENABLED", "TRUE"),
            ("AF_MEMORY_IMPLEMENTATION", "In_Memory"),
            ("AF_MEMORY_MAX_ENTRIES", "0"),
            ("AF_MEMORY_DEBUG", "1"),
        ]);
        let expected = MemoryStoreSettings {
            enabled: true,
            implementation: Some(MemoryImplementation::InMemory),
            max_entries: 0,
            debug: true,
        };
        assert_eq!(settings.unwrap(), expected);
        let postgres = from(&[("AF_MEMORY_IMPLEMENTATION", "postgres")]).unwrap();
        assert_eq!(postgres.implementation, Some(MemoryImplementation::Postgres));
    }

    #[test]
    fn what_cannot_be_read_is_an_error_that_names_it_whether_the_store_is_on_or_not() {
        for (name, value) in [
            ("AF_MEMORY_ENABLED", "yes please"),
            ("AF_MEMORY_IMPLEMENTATION", "redis"),
            ("AF_MEMORY_MAX_ENTRIES", "-1"),
            ("AF_MEMORY_MAX_ENTRIES", "many"),
            ("AF_MEMORY_MAX_ENTRIES", "4294967296"),
            ("AF_MEMORY_DEBUG", "2"),
        ] {
            for enabled in ["true", "false"] {
                let both = [(name, value), ("AF_MEMORY_ENABLED", enabled)];
                let error = from(&both).unwrap_err().to_string();
                assert!(error.contains(name), "{error}");
            }
        }
    }
}
