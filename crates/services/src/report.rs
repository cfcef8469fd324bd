use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::{machine::Machine, name::Name, tools::Tools};

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The version of this library, which is that of `af`.
    pub version: &'static str,
    /// When it was.
    pub timestamp: Timestamp,
    /// What kind of machine this is.
    pub environment: Environment,
    /// The programs that may help, by name, with their versions; null for one that is not there.
    pub tools: Tools,
    /// What was looked at.
    pub services: BTreeMap<Name, Service>,
    /// What should be looked after, and stops nobody: also every service that is down and was not required.
    pub warnings: Vec<String>,
    /// What must be mended: the services that are required and not available.
    pub errors: Vec<String>,
}

impl Report {
    /// Whether everything that is required is available.
    pub fn is_good(&self) -> bool {
        self.errors.is_empty()
    }
}

/// What kind of machine this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Environment {
    /// `linux`, `macos`, `windows`, `wsl2`, `wsl1`, or what Rust calls it.
    pub platform: String,
    /// `x86_64`, `aarch64` and so on.
    pub architecture: String,
    /// `host`, or the kind of container: `docker`, `podman`, `kubernetes`, `devcontainer`, `codespaces`, `lxc`, `container`.
    pub container: String,
}

impl Environment {
    pub(crate) fn of(machine: &Machine) -> Self {
        Self {
            platform: machine.platform.as_str().to_owned(),
            architecture: std::env::consts::ARCH.to_owned(),
            container: machine.container.unwrap_or("host").to_owned(),
        }
    }
}

/// Whether something can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It answers as it should.
    Available,
    /// It does not.
    Unavailable,
    /// It could not be looked at, because what it depends on is down or not configured.
    Unknown,
}

impl Status {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Unavailable => "unavailable",
            Self::Unknown => "unknown",
        }
    }
}

/// What was found of one service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Service {
    /// Whether it can be used.
    pub status: Status,
    /// How long it took to connect and to get the answer, in milliseconds. Null where there was none.
    pub latency_ms: Option<f64>,
    /// Its version, where it has one and told it.
    pub version: Option<String>,
    /// What was found, in a sentence: where it is, and what is wrong.
    pub message: String,
    /// What to do about it. Null when it is available.
    pub hint: Option<String>,
    /// What should be looked after although it is available.
    #[serde(skip)]
    pub warnings: Vec<String>,
}

impl Service {
    pub(crate) fn available(message: impl Into<String>) -> Self {
        Self {
            status: Status::Available,
            latency_ms: None,
            version: None,
            message: message.into(),
            hint: None,
            warnings: Vec::new(),
        }
    }

    pub(crate) fn unavailable(message: impl Into<String>, hint: impl Into<String>) -> Self {
        let hint = Some(hint.into());
        Self { status: Status::Unavailable, hint, ..Self::available(message) }
    }

    pub(crate) fn unknown(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { status: Status::Unknown, ..Self::unavailable(message, hint) }
    }

    pub(crate) fn with_version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// To a tenth of a millisecond: what is beyond is noise.
    pub(crate) fn with_latency(mut self, latency: std::time::Duration) -> Self {
        self.latency_ms = Some((latency.as_secs_f64() * 10_000.0).round() / 10.0);
        self
    }

    pub(crate) fn with_warnings(mut self, warnings: Vec<String>) -> Self {
        self.warnings = warnings;
        self
    }
}
