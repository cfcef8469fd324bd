//! Texts in sealed columns.

use agentflow_core::{InvalidInput, sealed::Place};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::{
    error::{Error, Result},
    store::Handle,
};

/// The longest secret, in bytes.
const LONGEST: usize = 64 * 1024;
/// The shortest secret that is looked for in what is no secret, in bytes.
pub(crate) const SHORTEST: usize = 8;

/// What no secret is, whatever it is for.
pub(crate) fn check_secret(
    operation: &'static str,
    field: &'static str,
    value: &SecretString,
) -> Result<()> {
    let text = value.expose_secret();
    let reason = match text.len() {
        0 => "there is none",
        length if length > LONGEST => "expected at most 65536 bytes",
        _ if text.contains('\0') => "the character U+0000 is not allowed",
        _ => return Ok(()),
    };
    Err(Error::InvalidInput { operation, input: InvalidInput::new(field, reason) })
}

/// Seals a text for its place.
pub(crate) async fn seal(
    operation: &'static str,
    handle: &Handle,
    place: &Place,
    value: &SecretString,
) -> Result<Vec<u8>> {
    let ring = handle.shared.key_ring(operation).await?;
    ring.seal(operation, place, value.expose_secret().as_bytes()).await
}

/// Opens the text of a place.
pub(crate) async fn open(
    operation: &'static str,
    handle: &Handle,
    place: &Place,
    sealed: &[u8],
) -> Result<SecretString> {
    let ring = handle.shared.key_ring(operation).await?;
    let bytes = ring.open(operation, place, sealed).await?;
    text(operation, place, &bytes)
}

/// What was opened, as the text that it is.
pub(crate) fn text(operation: &'static str, place: &Place, bytes: &[u8]) -> Result<SecretString> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::Corrupt {
        operation,
        what: format!("{}.{} of row {}", place.table, place.column, place.row),
        reason: "it is not valid UTF-8".to_owned(),
    })?;
    Ok(SecretString::from(text))
}

/// What of a sealed value stays the same when it is wrapped with another key: the nonce and the encrypted text behind the
/// wrapped data key. No other value has the same.
pub(crate) fn content(sealed: &[u8]) -> &[u8] {
    /// The form, the scope and the version of the key, and the length of the wrapped data key.
    const HEAD: usize = 8;
    let wrapped = sealed.get(6..HEAD).map_or(0, |it| usize::from(it[0]) << 8 | usize::from(it[1]));
    sealed.get(HEAD + wrapped..).unwrap_or(sealed)
}

/// Whether a text that is no secret holds one. Shorter ones stand in other words by chance.
pub(crate) fn spills(text: &str, secret: &SecretString) -> bool {
    let secret = secret.expose_secret();
    secret.len() >= SHORTEST && text.contains(secret)
}

/// Refuses a reason, which is stored and recorded, that holds the secret.
pub(crate) fn check_reason(
    operation: &'static str,
    reason: &str,
    secret: &SecretString,
) -> Result<()> {
    if !spills(reason, secret) {
        return Ok(());
    }
    let input = InvalidInput::new("reason", "the secret itself is in it, and it is no secret");
    Err(Error::InvalidInput { operation, input })
}

/// Whether one of the texts in a JSON value holds a secret, as a key or as a value.
pub(crate) fn spills_in(value: &Value, secret: &SecretString) -> bool {
    match value {
        Value::String(text) => spills(text, secret),
        Value::Array(items) => items.iter().any(|it| spills_in(it, secret)),
        Value::Object(fields) => {
            fields.iter().any(|(key, it)| spills(key, secret) || spills_in(it, secret))
        }
        // A key may be a number.
        Value::Number(number) => spills(&number.to_string(), secret),
        Value::Null | Value::Bool(_) => false,
    }
}
