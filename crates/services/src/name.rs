use std::{fmt, str::FromStr};

use agentflow::core::InvalidInput;
use serde::Serialize;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Name {
    /// The database.
    Postgres,
    /// The extension of the database that memories need.
    Pgvector,
    /// The schema of the database.
    Migrations,
    /// Redis.
    Redis,
    /// Qdrant.
    Qdrant,
    /// The providers of secrets, and the key ring.
    Secrets,
    /// The room on the disks that are written to.
    Disk,
    /// The clock of this machine, against that of the database.
    Clock,
}

impl Name {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Postgres,
        Self::Pgvector,
        Self::Migrations,
        Self::Redis,
        Self::Qdrant,
        Self::Secrets,
        Self::Disk,
        Self::Clock,
    ];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Pgvector => "pgvector",
            Self::Migrations => "migrations",
            Self::Redis => "redis",
            Self::Qdrant => "qdrant",
            Self::Secrets => "secrets",
            Self::Disk => "disk",
            Self::Clock => "clock",
        }
    }

    /// Whether only the database can tell.
    pub(crate) const fn needs_postgres(self) -> bool {
        matches!(self, Self::Pgvector | Self::Migrations | Self::Clock)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Name {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let found = Self::ALL.into_iter().find(|name| name.as_str() == text);
        found.ok_or_else(|| {
            let all = Self::ALL.map(Self::as_str).join(", ");
            InvalidInput::new("service", format!("expected one of {all}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written() {
        for name in Name::ALL {
            assert_eq!(name.as_str().parse(), Ok(name));
            assert_eq!(serde_json::to_value(name).unwrap(), name.as_str());
        }
        let error = "postgresql".parse::<Name>().unwrap_err().to_string();
        assert!(error.contains("postgres, pgvector"), "{error}");
    }
}
