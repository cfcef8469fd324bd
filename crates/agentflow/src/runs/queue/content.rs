use agentflow_core::{
    hash::Sha256,
    run::{Content, ContentDigest},
};
use serde_json::Value;
use uuid::Uuid;

use crate::{error::Result, input::stored_json};

/// What a row holds of an input or an output.
pub(super) fn stored(
    (table, column, row): (&'static str, &'static str, Uuid),
    content: Option<&str>,
    metadata: &str,
) -> Result<Content> {
    let digest: Option<ContentDigest> =
        if metadata == "{}" { None } else { Some(stored_json(table, column, row, metadata)?) };
    let value = match (content, digest) {
        (Some(text), _) => Some(stored_json(table, column, row, text)?),
        // It is stored as no content at all; its digest tells.
        (None, Some(digest)) if digest.sha256 == Sha256::of(&[b"null"]) => Some(Value::Null),
        (None, _) => None,
    };
    Ok(Content { value, digest })
}
