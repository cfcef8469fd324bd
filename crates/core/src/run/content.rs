use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{InvalidInput, canonical, hash::Sha256};

/// How large a content is and which: what is kept of it where contents are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentDigest {
    /// The length of it as canonical JSON (RFC 8785), in bytes.
    pub bytes: u64,
    /// The SHA-256 of that.
    pub sha256: Sha256,
}

impl ContentDigest {
    /// Of a JSON value. Fails for one that JSON cannot hold exactly, with the path of the number; paths begin with `field`.
    pub fn of(field: &str, content: &Value) -> Result<Self, InvalidInput> {
        let text = canonical::to_string_as_doubles(content, field)?;
        Ok(Self { bytes: text.len() as u64, sha256: Sha256::of(&[text.as_bytes()]) })
    }
}

/// An input or an output, as far as the workspace keeps contents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// The content; absent where contents are not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// How large it is and which; absent when there is none.
    #[serde(flatten)]
    pub digest: Option<ContentDigest>,
}
