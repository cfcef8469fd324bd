use agentflow_core::secret::SecretName;
use serde::Deserialize;
use serde_json::{Map, Value};
use zeroize::Zeroize;

use super::{client::Answer, text::Text};
use crate::error::{Error, Result};

#[derive(Deserialize)]
pub(super) struct Reply<T> {
    pub(super) data: T,
}

/// What is read of a secret. Without fields for a version that is gone.
#[derive(Deserialize)]
pub(super) struct Version<F> {
    pub(super) data: Option<F>,
    pub(super) metadata: VersionMetadata,
}

#[derive(Deserialize)]
pub(super) struct VersionMetadata {
    pub(super) version: u64,
    #[serde(default)]
    pub(super) deletion_time: String,
    #[serde(default)]
    destroyed: bool,
}

/// The one field that is given.
#[derive(Deserialize)]
pub(super) struct OnlyValue {
    pub(super) value: Text,
}

/// All fields, wiped when they are dropped.
#[derive(Deserialize, Default)]
#[serde(transparent)]
pub(super) struct Fields(pub(super) Map<String, Value>);

impl Drop for Fields {
    fn drop(&mut self) {
        self.0.values_mut().for_each(wipe);
    }
}

#[derive(Deserialize)]
pub(super) struct Stored {
    pub(super) version: u64,
}

#[derive(Deserialize)]
pub(super) struct Keys {
    pub(super) keys: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Metadata {
    pub(super) current_version: u64,
    #[serde(default)]
    pub(super) versions: std::collections::BTreeMap<String, State>,
}

#[derive(Deserialize)]
pub(super) struct State {
    #[serde(default)]
    pub(super) deletion_time: String,
    #[serde(default)]
    pub(super) destroyed: bool,
}

/// A version, or what there is instead.
pub(super) enum Found<F> {
    Here {
        version: u64,
        deletion_time: String,
        fields: F,
    },
    /// Deleted or destroyed. New versions come after this one.
    Gone {
        version: u64,
    },
    Absent,
}

/// Reads a 404: a version that is gone comes with its metadata, which say that it is; what was never there with no complaint at all. Any other
/// is of something between us and the server, or of a wrong mount, and says nothing about the secret.
pub(super) fn gone_or_absent<F>(operation: &'static str, answer: &Answer) -> Result<Found<F>> {
    if let Some(gone) = answer.try_read::<Reply<Version<serde::de::IgnoredAny>>>() {
        let VersionMetadata { version, deletion_time, destroyed } = gone.data.metadata;
        if destroyed || !deletion_time.is_empty() {
            return Ok(Found::Gone { version });
        }
    }
    match answer.refusal(operation) {
        Error::NotFound { .. } => Ok(Found::Absent),
        error => Err(error),
    }
}

pub(super) fn not_found(operation: &'static str, key: &SecretName, version: Option<u64>) -> Error {
    Error::not_found(
        operation,
        match version {
            Some(version) => format!("version {version} of secret `{key}`"),
            None => format!("secret `{key}`"),
        },
    )
}

pub(super) fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(fields) => fields.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
