use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::MemoryId;

/// What is to be different about a memory. What is absent stays; `Some(None)` empties.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MemoryChange {
    /// Another content: the version goes up by one, and it is embedded anew.
    pub content: Option<String>,
    /// Another subject, or none.
    pub subject: Option<Option<String>>,
    /// Another importance, 1 to 10.
    pub importance: Option<u8>,
    /// Another confidence, 0 to 1.
    pub confidence: Option<f64>,
    /// Other metadata, all of it.
    pub metadata: Option<Map<String, Value>>,
    /// Other related memories, all of them.
    pub related_to: Option<Vec<MemoryId>>,
    /// Another time to be forgotten, or none.
    pub expires_at: Option<Option<Timestamp>>,
}
